"""The store in-process: chDB, the ClickHouse engine as a library, on a folder.

Facts the code rests on: one process owns a folder; one connection serves one thread; never fork after opening; data
goes in through a file, never inside a query text (it would be cut at a blank line and the rest run as SQL).
"""

from __future__ import annotations

import os
import re
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from streams.store import native
from streams.store.base import (
    SESSION,
    Result,
    Store,
    StoreBusy,
    StoreError,
    StoreMismatch,
    StoreRefused,
    StoreUnavailable,
)
from streams.store.params import quoted, substitute

_CODE = re.compile(r"Code: (\d+)")
_LONG_NUMBER = re.compile(r"\d{9,}")
"""Moments and ids."""
_HEADERS_MAX = 500
_SESSION = {
    "use_cache_for_count_from_files": 0,  # batches come under the same few file names
    # By default a query gets one thread for each free gigabyte: within our limit of two, never a second one.
    "max_threads_min_free_memory_per_thread": 0,
}
_TRANSIENT = frozenset(
    {
        *(
            74,
            75,
            76,
            95,
            96,
            198,
            203,
            209,
            210,
            279,
            297,
            425,
            499,
        ),  # files, sockets, names, connections, object storage
        *(
            159,
            202,
            236,
            364,
            373,
            394,
            439,
            677,
            700,
            735,
            745,
            749,
            762,
            763,
            1017,
            1019,
        ),  # time-outs, cancelled, overloaded
        *(173, 201, 241, 243, 252, 574, 777, 778, 1020),  # memory, quota, space, too many parts
        *(
            225,
            242,
            244,
            254,
            255,
            265,
            285,
            286,
            289,
            319,
            369,
            416,
            529,
            571,
            659,
            904,
            999,
        ),  # Keeper, replicas, quorum
    }
)
"""Error codes that pass by themselves. `errorCodeToName(code)` names them.
https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp"""
_MISMATCH = frozenset(
    {
        *(192, 193, 194, 291, 492, 497, 511, 516),  # user, password, rights
        *(
            16,
            46,
            47,
            60,
            81,
            701,
            774,
        ),  # column, function, identifier, table, database, cluster that is not there; read-only for good
        *(115, 164, 452, 472),  # a setting that is unknown or may not be changed, a user that may only read
    }
)
"""Error codes for which no row is at fault, and which stay until somebody acts."""


def classify(code: int | None, message: str) -> StoreError:
    """Turn a ClickHouse error code into the contract's error."""
    if code is None or code in _TRANSIENT:
        return StoreUnavailable(message)
    if code in _MISMATCH:
        return StoreMismatch(message)
    return StoreRefused(message)


class EmbeddedStore(Store):
    """chDB on `path`. Raises StoreBusy when another process has the folder open, StoreError when it cannot be opened."""

    def __init__(self, path: Path, *, memory_bytes: int = 2 << 30) -> None:
        super().__init__()
        self._path = path
        self._local = threading.local()
        self._lock = threading.Lock()
        self._connections: list[Any] = []
        self._headers: dict[str, Result] = {}
        self._memory = memory_bytes
        self._owner = _Lock(path)
        try:
            self._connection()
        except BaseException:
            self._owner.release()
            raise

    def _connection(self) -> Any:
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            return connection
        import chdb  # half a gigabyte of engine: only when it is used

        with self._lock:
            try:
                connection = chdb.connect(f"{self._path}?max_server_memory_usage={self._memory}")
            except RuntimeError as error:
                raise StoreError(f"the embedded store at {self._path} cannot be opened: {error}") from error
            self._connections.append(connection)
            for name, value in (*SESSION.items(), *_SESSION.items()):
                connection.query(f"SET {name} = {value}")
        self._local.connection, self._local.threads = connection, 0
        return connection

    def query(self, sql: str, params: Mapping[str, Any] | None = None) -> Result:
        sql = substitute(sql, params)
        found = self._run(sql, "Native")
        if found or not _asks(sql):
            return native.decode(found)
        # A panel asks again and again, with other moments: what it is called when it is empty is asked once.
        text = _LONG_NUMBER.sub("0", sql)
        known = self._headers.get(text)
        if known is None:
            known = native.decode(self._header(sql))
            if not any(_LONG_NUMBER.search(name) for name in known.names):
                if len(self._headers) >= _HEADERS_MAX:
                    self._headers.clear()
                self._headers[text] = known
        return Result(known.names, known.types, [])

    def native(self, sql: str) -> bytes:
        """The answer as the engine's Native blocks; without rows still one block, with the columns' names and types."""
        found = self._run(sql, "Native")
        return self._header(sql) if not found and _asks(sql) else found

    def _header(self, sql: str) -> bytes:
        """A block without rows. The Native format leaves it out where the server's protocol does not."""
        # DESCRIBE runs the scalar sub-queries, and so may cost as much as the query.
        described = native.decode(self._run(f"DESCRIBE ({sql.rstrip().rstrip(';')})", "Native")).rows
        names, types = [row[0] for row in described], [row[1] for row in described]
        return native.encode(names, types, [[] for _ in names])

    def rows(self, sql: str, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        return native.decode(self._run(substitute(sql, params), "Native")).rows

    def dicts(self, sql: str, params: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        return native.decode(self._run(substitute(sql, params), "Native")).dicts()

    def execute(self, sql: str, params: Mapping[str, Any] | None = None) -> None:
        self._run(substitute(sql, params), "Null", threads=1)  # sums of floats are stored alike each time
        if not sql.lstrip()[:6].upper().startswith("INSERT"):
            self._headers.clear()  # a table may have other columns now

    def _run(self, sql: str, output_format: str, threads: int = 0) -> bytes:
        """Run a statement. `threads`: 0 for as many as there are cores."""
        connection = self._connection()
        try:
            if self._local.threads != threads:
                connection.query(f"SET max_threads = {threads}")
                self._local.threads = threads
            result: bytes = connection.query(sql, output_format).bytes()
        except Exception as error:  # chDB raises its own error, RuntimeError and others for the same things
            raise _translate(error) from error
        return result

    def insert(self, table: str, names: Sequence[str], columns: Sequence[Sequence[Any]]) -> int:
        rows = len(columns[0]) if columns else 0
        if rows:
            with self.stage(table, names, columns) as source:
                self.execute(f"INSERT INTO {table} ({quoted(names)}) SELECT {quoted(names)} FROM {source}")
        return rows

    @contextmanager
    def stage(
        self,
        table: str,
        names: Sequence[str],
        columns: Sequence[Sequence[Any]],
        extra: Mapping[str, str] | None = None,
    ) -> Iterator[str]:
        # Not chDB's send_insert: in 26.9 it reports success when the engine refuses to write (a broken constraint, too
        # many parts, a default that throws), and the rows are gone. A file and an INSERT … SELECT tell the truth.
        types = {**self.column_types(table), **(extra or {})}
        wire = {name: native.wire_type(type_name) for name, type_name in types.items()}
        structure = ", ".join(f"`{name}` {type_name}" for name, type_name in wire.items())
        said = [n for n, name in enumerate(names) if not native.is_default(types[name], columns[n])]
        said = said or [0]
        with _scratch_file() as file:
            native.write_block(
                file.write, [names[n] for n in said], [wire[names[n]] for n in said], [columns[n] for n in said]
            )
            path = f"/proc/self/fd/{file.fileno()}" if isinstance(file.name, int) else file.name
            yield f"file({_literal(path)}, Native, {_literal(structure)})"

    def close(self) -> None:
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()
        self._local = threading.local()
        self._owner.release()


def _asks(sql: str) -> bool:
    return sql.lstrip()[:6].upper().startswith(("SELECT", "WITH"))


def _scratch_file() -> Any:
    """An unbuffered file for one batch: in memory where the system can, so that posts never reach a temporary folder."""
    if hasattr(os, "memfd_create"):
        return open(os.memfd_create("resonanz-batch"), "wb", buffering=0)
    return tempfile.NamedTemporaryFile(prefix="resonanz-", suffix=".native", buffering=0)


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _translate(error: Exception) -> StoreError:
    if isinstance(error, StoreError):
        return error
    message = str(error)
    found = _CODE.search(message)
    return classify(int(found.group(1)) if found else None, shortened(message))


def shortened(message: str) -> str:
    """An error without most of the query it quotes: a statement may carry the keys of twenty thousand posts."""
    return message if len(message) <= 1000 else f"{message[:700]} … {message[-200:]}"


class _Lock:
    """A lock file beside the data: a second process gets a sentence, not a crash. The kernel frees it when we die."""

    def __init__(self, path: Path) -> None:
        import fcntl

        try:
            path.mkdir(parents=True, exist_ok=True)
            self._file = open(path.with_name(path.name + ".lock"), "a+")  # noqa: SIM115  held open for the lock's life
        except OSError as error:
            raise StoreError(
                f"{path} cannot be used as a folder ({error.strerror}): set RESONANZ_HOME to another one"
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.seek(0)
            holder = self._file.read().strip() or "another process"
            self._file.close()
            raise StoreBusy(
                f"{path} is in use by process {holder}; stop it, or set RESONANZ_HOME to another folder"
            ) from error
        self._file.seek(0)
        self._file.truncate()
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        if not self._file.closed:
            self._file.close()
