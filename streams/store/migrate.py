"""Numbered SQL migrations from `schemas/clickhouse`, applied once each and recorded in the table `schema_migrations`."""

from __future__ import annotations

import hashlib
import re
from importlib import resources
from typing import NamedTuple

import structlog

from streams.store.base import Store, StoreError

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


def applied(store: Store) -> dict[int, str]:
    """Numbers and checksums of the migrations the store has."""
    store.execute(_RECORDS)
    return {n: c for n, c in store.query("SELECT number, checksum FROM schema_migrations FINAL ORDER BY number")}


def migrate(store: Store) -> list[str]:
    """Apply what is missing; return the names applied. Statements are idempotent, so two workers may run this at once."""
    known = applied(store)
    every = migrations()
    if known and max(known) > every[-1].number:
        raise MigrationError(f"the store has migration {max(known)}, this program knows {every[-1].number}: upgrade the program")
    done = []
    for migration in every:
        if migration.number in known:
            if known[migration.number] != migration.checksum:
                raise MigrationError(
                    f"migration {migration.number:03d}_{migration.name} was changed after it had been applied; "
                    "add a new migration instead"
                )
            continue
        for statement in migration.statements:
            store.execute(statement)
        store.insert(
            "schema_migrations",
            ["number", "name", "checksum"],
            [[migration.number], [migration.name], [migration.checksum]],
        )
        log.info("migration applied", number=migration.number, name=migration.name)
        done.append(f"{migration.number:03d}_{migration.name}")
    return done
