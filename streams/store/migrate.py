"""Numbered SQL migrations from `schemas/clickhouse`, applied once each and recorded in the table `schema_migrations`.

Old and new workers run side by side during an upgrade, so a migration only adds. One that an older program could not
live with carries `breaking` in its name (`014_events_breaking.sql`): an older program then refuses to start.
"""

from __future__ import annotations

import hashlib
import re
from importlib import resources
from typing import NamedTuple

import structlog

from streams.store.base import Store, StoreError, StoreMismatch
from streams.store.cluster import for_cluster

log = structlog.get_logger(__name__)

_FILE = re.compile(r"^(\d{3})_([a-z0-9_]+)\.sql$")
_RECORDS = """
CREATE TABLE IF NOT EXISTS schema_migrations
(number UInt16, name String, checksum String, applied_at DateTime('UTC') DEFAULT now())
ENGINE = ReplacingMergeTree(applied_at) ORDER BY number
"""


class Migration(NamedTuple):
    """One numbered file: its statements in order, and the checksum of its text."""

    number: int
    name: str
    statements: tuple[str, ...]
    checksum: str


class MigrationError(StoreError):
    """A migration that was applied has been changed since, or the store is newer than this program."""


def migrations() -> list[Migration]:
    """All migrations, in order. Raises MigrationError on a gap or a name twice used."""
    found = []
    for entry in resources.files("schemas").joinpath("clickhouse").iterdir():
        match = _FILE.match(entry.name)
        if match is None:
            continue
        text = entry.read_text(encoding="utf-8")
        bare = re.sub(r"^\s*--.*$", "", text, flags=re.MULTILINE)
        statements = tuple(s.strip() for s in bare.split(";\n") if s.strip().rstrip(";"))
        found.append(Migration(int(match[1]), match[2], statements, hashlib.sha256(text.encode()).hexdigest()[:16]))
    found.sort()
    if [m.number for m in found] != list(range(1, len(found) + 1)):
        raise MigrationError(f"migrations must be numbered without gaps: {[m.number for m in found]}")
    return found


def applied(store: Store) -> dict[int, tuple[str, str]]:
    """Number → name and checksum of the migrations the store has. Reads only: workers may not create tables."""
    there = store.query(
        "SELECT count() FROM system.tables WHERE database = currentDatabase() AND name = 'schema_migrations'"
    )
    if not there.scalar():
        return {}
    return {
        n: (name, c)
        for n, name, c in store.query("SELECT number, name, checksum FROM schema_migrations FINAL ORDER BY number")
    }


def pending(store: Store) -> list[Migration]:
    """Migrations the store lacks. Raises MigrationError when the store and this program do not fit together."""
    known = applied(store)
    every = migrations()
    newer = {number: name for number, (name, _) in known.items() if number > every[-1].number}
    if breaking := [f"{number:03d}_{name}" for number, name in newer.items() if "breaking" in name]:
        raise MigrationError(
            f"the store has migration {breaking[-1]}, which this program does not know: upgrade the program"
        )
    if newer:
        log.warning(
            "the store is newer than this program; upgrade the program", store=max(newer), program=every[-1].number
        )
    for migration in every:
        if migration.number in known and known[migration.number][1] != migration.checksum:
            raise MigrationError(
                f"migration {migration.number:03d}_{migration.name} was changed after it had been applied; "
                "add a new migration instead"
            )
    return [migration for migration in every if migration.number not in known]


def migrate(store: Store, cluster: str = "") -> list[str]:
    """Apply what is missing; return the names applied. Statements are idempotent, so two workers may run this at once.

    With `cluster`, the name of a ClickHouse cluster, the same files make replicated and distributed tables.
    """
    missing = pending(store)
    try:
        _apply(store, missing, cluster)
    except StoreMismatch as error:
        raise MigrationError(
            f"the store lacks {', '.join(f'{m.number:03d}_{m.name}' for m in missing)}, and this user may not apply it: "
            f"run `resonanz migrate` as the migrator ({error})"
        ) from error
    return [f"{migration.number:03d}_{migration.name}" for migration in missing]


def _apply(store: Store, missing: list[Migration], cluster: str) -> None:
    if missing:
        for statement in for_cluster(_RECORDS, cluster):
            store.execute(statement)
    for migration in missing:
        for statement in migration.statements:
            for form in for_cluster(statement, cluster):
                store.execute(form)
        store.insert(
            "schema_migrations",
            ["number", "name", "checksum"],
            [[migration.number], [migration.name], [migration.checksum]],
        )
        log.info("migration applied", number=migration.number, name=migration.name)
