"""Where cursors live: one small SQLite file a source in `$RESONANZ_HOME/cursors`.

The cursor, the key map's additions and the gaps of a batch are written in one transaction, after Kafka confirmed the
batch: after a crash all three are from the same moment. Nothing in it is needed to read what is already in Kafka.
The newest million keys live in memory too; `older_key` finds the others.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from streams.sources.base import Gap
from streams.sources.keys import KeyMap

_SCHEMA = """
CREATE TABLE IF NOT EXISTS cursor (
    id INTEGER PRIMARY KEY CHECK (id = 1), value TEXT NOT NULL, saved_ms INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS keys (
    number INTEGER PRIMARY KEY AUTOINCREMENT, name BLOB UNIQUE NOT NULL, value TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS gaps (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER, reason TEXT, note TEXT, from_ms INTEGER, to_ms INTEGER
);
"""
_GAPS_KEPT = 1000


class CursorState(NamedTuple):
    """A cursor and when it was stored (ms since the epoch; 0: never)."""

    value: str
    saved_ms: int


class CursorError(OSError):
    """A cursor file cannot be used; the message names it and says what to do."""


class CursorStore:
    """The file of one source, used by one process. Raises CursorError.

    `in_memory`: how many of the newest keys `load_keys` gives back; `kept`: how many the file holds (about 120 bytes each).
    """

    def __init__(self, folder: Path, name: str, *, in_memory: int = 1_000_000, kept: int = 5_000_000) -> None:
        self.path = folder / f"{name}.sqlite"
        self._in_memory, self._kept = in_memory, kept
        with self._explained():
            folder.mkdir(parents=True, exist_ok=True)
            self._open()

    def _open(self) -> None:
        self._db = sqlite3.connect(self.path, check_same_thread=False, isolation_level=None, timeout=10)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")  # an older cursor after a power cut only reads more again
        self._db.executescript(_SCHEMA)
        self._saves = 0

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            hint = ""
            if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
                hint = "; move the file away and the source starts anew"
            raise CursorError(f"{self.path} cannot be used: {error}{hint}") from error

    def load(self) -> CursorState:
        """The stored cursor."""
        with self._explained():
            row = self._db.execute("SELECT value, saved_ms FROM cursor").fetchone()
        return CursorState(*row) if row else CursorState("", 0)

    def load_keys(self, keys: KeyMap) -> None:
        """Fill a key map with the newest entries stored, and let it look up the others."""
        query = "SELECT name, value FROM keys ORDER BY number DESC LIMIT ?"
        with self._explained():
            rows = self._db.execute(query, (self._in_memory,)).fetchall()
        keys.load((int.from_bytes(name, "little"), value) for name, value in reversed(rows))
        keys.older = self.older_key

    def older_key(self, name: int) -> str | None:
        """The value stored under the hash of a name; None where there is none."""
        with self._explained():
            row = self._db.execute("SELECT value FROM keys WHERE name = ?", (name.to_bytes(8, "little"),)).fetchone()
        return str(row[0]) if row else None

    def save(self, value: str, keys: dict[int, str], gaps: list[Gap]) -> None:
        """Store all or nothing; an empty `value` leaves the cursor as it is."""
        with self._explained():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._write(value, keys, gaps, int(time.time() * 1000))
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise

    def _write(self, value: str, keys: dict[int, str], gaps: list[Gap], now: int) -> None:
        db = self._db
        if value:
            db.execute("INSERT OR REPLACE INTO cursor VALUES (1, ?, ?)", (value, now))
        db.executemany(
            "INSERT OR REPLACE INTO keys (name, value) VALUES (?, ?)",
            ((name.to_bytes(8, "little"), target) for name, target in keys.items()),
        )
        db.executemany(
            "INSERT INTO gaps (at_ms, reason, note, from_ms, to_ms) VALUES (?, ?, ?, ?, ?)",
            ((now, gap.reason, gap.note, gap.from_ms, gap.to_ms) for gap in gaps),
        )
        self._saves += 1
        if self._saves % 1000 == 0:
            db.execute("DELETE FROM keys WHERE number <= (SELECT max(number) FROM keys) - ?", (self._kept,))
            db.execute("DELETE FROM gaps WHERE number <= (SELECT max(number) FROM gaps) - ?", (_GAPS_KEPT,))

    def gaps(self, limit: int = 20) -> list[tuple[int, Gap]]:
        """The newest gaps: when each was noticed (ms) and what it was."""
        rows = self._db.execute(
            "SELECT at_ms, reason, note, from_ms, to_ms FROM gaps ORDER BY number DESC LIMIT ?", (limit,)
        ).fetchall()
        return [(row[0], Gap(*row[1:])) for row in rows]

    def gap_count(self) -> int:
        """How many gaps are on record."""
        return int(self._db.execute("SELECT count(*) FROM gaps").fetchone()[0])

    def close(self) -> None:
        """Close the file."""
        self._db.close()
