"""The program of a next version, for tests of an upgrade: it knows one migration more and writes the columns that brings.

python -m tests.e2e.next_version worker
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from streams import runtime
from streams.store import migrate
from streams.store.migrate import Migration
from streams.store.tcp import TcpStore

STATEMENTS = (
    "ALTER TABLE events ADD COLUMN IF NOT EXISTS written_by LowCardinality(String) AFTER shard",
    "ALTER TABLE brand_minute ADD COLUMN IF NOT EXISTS added UInt32 DEFAULT 7 AFTER shard",
    "ALTER TABLE conversations ADD COLUMN IF NOT EXISTS added UInt32 DEFAULT 7 AFTER shard",
)
_present = migrate.migrations


def _migrations() -> list[Migration]:
    found = _present()
    return [*found, Migration(found[-1].number + 1, "written_by", STATEMENTS, "0" * 16)]


class NextStore(TcpStore):
    """Writes the new column with each post."""

    def execute(self, sql: str, params: Mapping[str, Any] | None = None) -> None:
        if sql.startswith("INSERT INTO events ("):
            sql = sql.replace("INSERT INTO events (", "INSERT INTO events (written_by, ", 1)
            sql = sql.replace(" SELECT ", " SELECT 'next', ", 1)
        super().execute(sql, params)


def main() -> None:
    """The command line of the next version."""
    migrate.migrations = _migrations
    runtime.open_store = lambda url, home: NextStore(str(url))
    from streams.cli import main as command

    command()


if __name__ == "__main__":
    main()
