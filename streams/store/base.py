"""The storage contract that every transport keeps; `tests/storage` runs one suite over all of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import msgspec

SESSION = {
    # Bytes. The keys of a large batch travel inside the query text; the server's default of 256 KB is too small.
    "max_query_size": 256 * 1024 * 1024,
    # Rows that replace each other never lie in two partitions: what a table is partitioned by stands in its sorting key.
    "do_not_merge_across_partitions_select_final": 1,
    # No block holds a key twice: there is nothing to replace on the way in.
    "optimize_on_insert": 0,
}
"""Settings of every connection."""


class StoreError(Exception):
    """Anything that went wrong in the store. Its message never holds a password."""


class StoreUnavailable(StoreError):
    """The store cannot answer now (down, refusing, out of time). Trying the same call again later is right."""


class StoreBusy(StoreError):
    """Another process has the embedded store open."""


class StoreRefused(StoreError):
    """The store understood and said no (bad SQL, a value it cannot hold). Trying again gives the same answer."""


class StoreMismatch(StoreRefused):
    """The store and this program do not fit: a wrong password, a missing right, table or column. No row is at fault, and
    it passes when somebody mends it; a worker waits for that instead of setting rows aside."""


class Result(msgspec.Struct, frozen=True):
    """Rows of a query. `rows` holds tuples in the order of `names`; `types` are ClickHouse type names."""

    names: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    def dicts(self) -> list[dict[str, Any]]:
        """The rows as dictionaries."""
        return [dict(zip(self.names, row, strict=True)) for row in self.rows]

    def scalar(self) -> Any:
        """The first value of the first row, or None."""
        return self.rows[0][0] if self.rows else None

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


class Store(ABC):
    """A ClickHouse database. Calls block; use one from several threads, each call is on its own.

    Contract
    - `query` and `execute` take `%(name)s` parameters, escaped on the client. Never format values into SQL.
    - `insert` is columnar and atomic for one partition of the table; a call that raised may have stored rows, and
      storing the same rows again must be harmless (every table here replaces rows by key).
    - Values come back equal on every transport: integers, floats, str, datetime (UTC, aware), list, dict, tuple, UUID.
    - StoreUnavailable: try again. StoreRefused: do not. StoreMismatch: somebody has to mend something first.
    """

    def __init__(self) -> None:
        self._types: dict[str, dict[str, str]] = {}

    def column_types(self, table: str) -> dict[str, str]:
        """Name → type of a table's columns, read once. Raises StoreMismatch when there is no such table."""
        if table not in self._types:
            rows = self.rows(
                "SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = %(table)s",
                {"table": table},
            )
            if not rows:
                raise StoreMismatch(f"there is no table {table}")
            self._types[table] = dict(rows)
        return self._types[table]

    @abstractmethod
    def query(self, sql: str, params: Mapping[str, Any] | None = None) -> Result:
        """Run a SELECT and return all its rows."""

    def rows(self, sql: str, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run a SELECT for its rows only: cheaper than `query` where the answer is often empty."""
        return self.query(sql, params).rows

    def dicts(self, sql: str, params: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Run a SELECT for its rows as dictionaries: like `rows`, cheaper where the answer is often empty."""
        return self.query(sql, params).dicts()

    @abstractmethod
    def execute(self, sql: str, params: Mapping[str, Any] | None = None) -> None:
        """Run a statement that returns nothing (DDL, INSERT … SELECT)."""

    @abstractmethod
    def insert(self, table: str, names: Sequence[str], columns: Sequence[Sequence[Any]]) -> int:
        """Insert columns of equal length; return the number of rows. DateTime columns take integers or datetimes.

        An integer in a DateTime column means seconds, in a DateTime64(3) column milliseconds, since the epoch, UTC.
        """

    @abstractmethod
    def stage(
        self,
        table: str,
        names: Sequence[str],
        columns: Sequence[Sequence[Any]],
        extra: Mapping[str, str] | None = None,
    ) -> AbstractContextManager[str]:
        """Hand over rows shaped like those of `table` once, to write several tables from them.

        The context's value stands for the rows in a FROM, for statements on this thread, until the context ends. Columns of
        `table` that `names` leaves out hold their type's default; `extra` (name → type) are columns that `table` lacks.
        """

    @abstractmethod
    def close(self) -> None:
        """Release the connection. Calling it twice is harmless."""

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
