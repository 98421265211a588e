"""Erasing the addresses of a person's posts wherever they stand: most networks write the account's name into them.

Which post answers which is known by numbers (`post_id`, `root_id`), so conversations stay whole.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from streams.store import Store
from streams.store.cluster import mutate

CHUNK = 1_000
_PLACES = {
    "events": ("uri", "url", "root_uri", "parent_uri", "quote_uri", "repost_uri"),
    "conversations": ("root_uri",),
    "visits": ("post_uri",),
}


def unname(store: Store, addresses: Sequence[str], cluster: str = "") -> int:
    """Take these addresses out of posts and the answers to them, conversations, visits and the evidence of alerts. The rows are other
    people's, too, and stay. Returns from how many visits. Raises StoreError."""
    visits = 0
    for start in range(0, len(addresses), CHUNK):
        part = list(addresses[start : start + CHUNK])
        for table, columns in _PLACES.items():
            where = " OR ".join(f"{column} IN %(uris)s" for column in columns)
            found = int(store.query(f"SELECT count() FROM {table} FINAL WHERE {where}", {"uris": part}).scalar())
            if found:
                emptied = ", ".join(f"{column} = if({column} IN %(uris)s, '', {column})" for column in columns)
                mutate(store, f"ALTER TABLE {table} UPDATE {emptied} WHERE {where}", {"uris": part}, cluster)
            visits += found if table == "visits" else 0
        _unname_alerts(store, part, cluster)
    return visits


def _unname_alerts(store: Store, addresses: list[str], cluster: str) -> None:
    # As it stands in the JSON, with its quotes: an address may be the beginning of another.
    quoted = [msgspec.json.encode(address).decode() for address in addresses]
    query = "SELECT DISTINCT arrayJoin(arrayFilter(address -> position(change, address) > 0, %(quoted)s)) FROM alerts"
    for (address,) in store.rows(query, {"quoted": quoted}):
        mutate(
            store,
            "ALTER TABLE alerts UPDATE change = replaceAll(change, %(address)s, '\"\"') WHERE position(change, %(address)s) > 0",
            {"address": address},
            cluster,
        )
