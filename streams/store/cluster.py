"""The migrations of one server, rewritten for a ClickHouse cluster: one source of the schema for both.

A table `t` becomes `t_local` (Replicated…MergeTree, on every replica) and `t` (Distributed over it), so every query
and every insert keeps its words. Posts are spread by their conversation's root, so that a conversation lives on one
shard. Rows replace each other only within a shard, so rows of one sorting key must meet there: other tables go by a
hash of that key.
https://clickhouse.com/docs/engines/table-engines/special/distributed
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from streams.store.base import Store, StoreError

TOGETHER = {
    "events": "intHash64(root_id)",
    "conversations": "intHash64(root_id)",
}
"""Tables whose rows of one conversation share a shard. The rows of any other table go by a hash of its sorting key."""

LOCAL = "_local"
_PATH = "/clickhouse/tables/{uuid}/{shard}"
_CREATE = re.compile(
    r"^CREATE\s+TABLE\s+(?P<guard>IF\s+NOT\s+EXISTS\s+)?(?P<name>\w+)\s*(?P<columns>\(.*\))\s*"
    r"ENGINE\s*=\s*(?P<engine>\w*MergeTree)\s*(?:\((?P<arguments>[^()]*)\))?(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_VIEW = re.compile(
    r"^(?P<head>CREATE\s+(?:OR\s+REPLACE\s+)?VIEW\s+(?:IF\s+NOT\s+EXISTS\s+)?\w+)(?P<rest>\s.*)$",
    re.IGNORECASE | re.DOTALL,
)
_FILL = re.compile(
    r"^(?P<head>CREATE\s+MATERIALIZED\s+VIEW\s+(?:IF\s+NOT\s+EXISTS\s+)?\w+)(?P<rest>\s+TO\s+\w+\s+AS\s.*)$",
    re.IGNORECASE | re.DOTALL,
)
_FROM = re.compile(r"\bFROM\s+(\w+)", re.IGNORECASE)
_ALTER = re.compile(r"^ALTER\s+TABLE\s+(?P<name>\w+)\s+(?P<rest>.*)$", re.IGNORECASE | re.DOTALL)
_ORDER = re.compile(
    r"\bORDER\s+BY\s+(?:\((?P<several>[^()]*(?:\([^()]*\)[^()]*)*)\)|(?P<one>\w+)\b(?!\())", re.IGNORECASE
)
_COLUMN = re.compile(r"^(ADD|DROP|MODIFY|RENAME|COMMENT)\s+COLUMN\b", re.IGNORECASE)
_DROP = re.compile(r"^DROP\s+(?P<kind>TABLE|VIEW)\s+(?P<guard>IF\s+EXISTS\s+)?(?P<name>\w+)\s*$", re.IGNORECASE)
_MERGE = re.compile(r"^OPTIMIZE\s+TABLE\s+(?P<name>\w+)(?P<part>\s+PARTITION\s+\d+)?\s+FINAL\s*$", re.IGNORECASE)
_DATA = re.compile(r"^(INSERT|SELECT|WITH)\b", re.IGNORECASE)


class ClusterError(StoreError):
    """A statement has no form for a cluster; the message shows its beginning and says what is missing."""


def for_cluster(statement: str, cluster: str) -> list[str]:
    """The statements that do on `cluster` what `statement` does on one server; without a cluster, itself.

    Raises ClusterError for what is not known here, so that a migration is never half right.
    """
    text = statement.strip().rstrip(";").rstrip()
    if not cluster:
        return [text]
    if found := _CREATE.match(text):
        return _table(found, cluster)
    if found := _VIEW.match(text):
        return [f"{found['head']} ON CLUSTER '{cluster}'{found['rest']}"]
    if (found := _FILL.match(text)) and len(_FROM.findall(text)) == 1:
        # Runs where a block is written, hence on the local table; its rows find their shard through the target.
        rest = _FROM.sub(rf"FROM \1{LOCAL}", found["rest"])
        return [f"{found['head']} ON CLUSTER '{cluster}'{rest}"]
    if found := _ALTER.match(text):
        return _alter(found, cluster)
    if found := _DROP.match(text):
        names = [found["name"], found["name"] + LOCAL] if found["kind"].upper() == "TABLE" else [found["name"]]
        return [
            f"DROP {found['kind'].upper()} {found['guard'] or ''}{name} ON CLUSTER '{cluster}' SYNC" for name in names
        ]
    if found := _MERGE.match(text):
        return [f"OPTIMIZE TABLE {found['name']}{LOCAL} ON CLUSTER '{cluster}'{found['part'] or ''} FINAL"]
    if _DATA.match(text):
        return [text]
    raise ClusterError(f"no form for a cluster is known for: {text[:80]}")


def mutate(store: Store, statement: str, params: Mapping[str, Any], cluster: str) -> None:
    """Change stored rows in place (ALTER TABLE … UPDATE or DELETE), on every server, and wait until it is done. Raises StoreError."""
    for part in for_cluster(statement, cluster):
        store.execute(f"{part} SETTINGS mutations_sync = 2", params)


def _table(found: re.Match[str], cluster: str) -> list[str]:
    name, guard = found["name"], found["guard"] or ""
    key = TOGETHER.get(name) or _hash_of_order(name, found["rest"])
    arguments = ", ".join(filter(None, [f"'{_PATH}'", "'{replica}'", (found["arguments"] or "").strip()]))
    local = (
        f"CREATE TABLE {guard}{name}{LOCAL} ON CLUSTER '{cluster}'\n{found['columns']}\n"
        f"ENGINE = Replicated{found['engine']}({arguments}){found['rest'].rstrip()}"
    )
    spread = (
        f"CREATE TABLE {guard}{name} ON CLUSTER '{cluster}' AS {name}{LOCAL}\n"
        f"ENGINE = Distributed('{cluster}', currentDatabase(), '{name}{LOCAL}', {key})"
    )
    return [local, spread]


def _hash_of_order(name: str, rest: str) -> str:
    order = _ORDER.search(rest)
    columns = (order["several"] or order["one"]).strip() if order else ""
    if not columns:
        raise ClusterError(f"the table {name} has no sorting key, so it cannot be spread over shards")
    return f"cityHash64({columns})"


def _alter(found: re.Match[str], cluster: str) -> list[str]:
    """Columns change in both tables, everything else (indexes, projections, TTL, rows) only where the rows are."""
    rest = found["rest"]
    # The local table first when a column comes, last when it goes: between the two, no query names what is not there.
    names = [found["name"] + LOCAL]
    if _COLUMN.match(rest):
        names.append(found["name"])
        if rest.upper().startswith("DROP"):
            names.reverse()
    return [f"ALTER TABLE {name} ON CLUSTER '{cluster}' {rest}" for name in names]
