"""One client's session on the engine: chDB, whose connections are as separate as a server's sessions.

A connection serves one thread. Data never enters the text of a query: it goes through a file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import chdb

from tests.gateway.statements import Insert, column_names, is_select, without_format
from tests.gateway.wire import empty_native, retyped, split_native

UNKNOWN_SETTING = 115
_NO_SUCH_COLUMN = 16
_SYNTAX_ERROR = 62
_UNKNOWN_EXCEPTION = 1002
_ERROR = re.compile(r"Code: (\d+)\. (DB::.*?)(?:\. \([A-Z_0-9]+\))?(?: \(version [^)]*\))?\s*\Z", re.DOTALL)

Columns = list[tuple[str, str]]


class EngineError(Exception):
    """What a server answers with: an error code of ClickHouse and a message."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message if message.startswith("DB::") else f"DB::Exception: {message}"


def _translated(error: Exception) -> EngineError:
    """chDB raises its own error, RuntimeError and others for the same things; the code is in the text."""
    match = _ERROR.search(str(error))
    if match is None:
        return EngineError(_UNKNOWN_EXCEPTION, str(error))
    return EngineError(int(match[1]), match[2])


class Chunk(NamedTuple):
    """A block of a result in Native format, and what reading and writing it took since the chunk before."""

    data: bytes
    rows: int
    read_rows: int = 0
    read_bytes: int = 0
    written_rows: int = 0
    written_bytes: int = 0


def connect(path: Path, memory_bytes: int, config: Path | None = None) -> Any:
    """Open the engine on a folder. Raises EngineError, for one when another process has it open."""
    more = f"&config-file={config}" if config else ""
    try:
        return chdb.connect(f"{path}?max_server_memory_usage={memory_bytes}{more}")
    except RuntimeError as error:
        raise EngineError(_UNKNOWN_EXCEPTION, f"{path} cannot be opened: {error}") from error


_CONFIG = "<clickhouse><users_config>{users}</users_config></clickhouse>"
_USERS = """<clickhouse><profiles><default/></profiles><quotas><default/></quotas><users><default><password></password>
<networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota><grants>{grants}</grants></default></users></clickhouse>"""
_OWN = "GRANT CREATE TEMPORARY TABLE, FILE ON *.*"
"""What the gateway itself needs to hand rows to the engine in a file."""


def config_of(grants: Path) -> Path:
    """A configuration of the engine in which everybody has the rights of the GRANT statements in a file, one a line
    and without TO. Written beside the file."""
    users, config = grants.with_suffix(".users.xml"), grants.with_suffix(".config.xml")
    lines = [_OWN, *(line for line in grants.read_text(encoding="utf-8").splitlines() if line.strip())]
    users.write_text(_USERS.format(grants="".join(f"<query>{line}</query>" for line in lines)), encoding="utf-8")
    config.write_text(_CONFIG.format(users=users), encoding="utf-8")
    return config


def quoted(text: str) -> str:
    """A string literal of ClickHouse's SQL."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _identifier(name: str) -> str:
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


class Session:
    """The engine as one client sees it: its current database, its settings, its temporary tables."""

    def __init__(self, path: Path, memory_bytes: int, config: Path | None = None) -> None:
        self._connection = connect(path, memory_bytes, config)
        self._applied: dict[str, str] = {}
        self._before: dict[str, str | None] = {}

    def close(self) -> None:
        self._connection.close()

    def use(self, database: str) -> None:
        """Make a database the current one. Raises EngineError 81 when there is none of that name."""
        self._query(f"USE {_identifier(database)}", "Null")

    def apply(self, settings: Mapping[str, str], *, important: bool) -> None:
        """Give the next query these settings, and take back those of the query before.

        Unknown settings are passed over unless `important`. Raises EngineError for them, and for a bad value.
        """
        for name in [name for name in self._applied if name not in settings]:
            before = self._before.pop(name)
            self._query(f"SET {name} = {'DEFAULT' if before is None else quoted(before)}", "Null")
            del self._applied[name]
        for name, value in settings.items():
            if self._applied.get(name) == value:
                continue
            if name not in self._applied:
                known = self._rows(f"SELECT value, changed FROM system.settings WHERE name = {quoted(name)}")
                if not known:
                    if important:
                        raise EngineError(UNKNOWN_SETTING, f"Unknown setting '{name}'")
                    continue
                self._before[name] = known[0][0] if known[0][1] else None
            self._query(f"SET {name} = {quoted(value)}", "Null")
            self._applied[name] = value

    def changes(self, sql: str) -> bool:
        """Whether a statement changes anything. Raises EngineError 62 when the text holds more than one statement."""
        kind = self._connection._conn.classify_query(sql)
        if kind["statement_count"] > 1:
            raise EngineError(_SYNTAX_ERROR, "Syntax error (Multi-statements are not allowed)")
        return bool(kind["query_class"].name != "READ_ONLY")

    def run(self, sql: str) -> Generator[Chunk, None, None]:
        """Execute a statement; yield its result block by block, first one without rows that names the columns.

        A result without rows is no block at all: see `header`. Closing the iterator cancels the query.
        """
        sql = without_format(sql)
        zones = self._zones(sql)
        try:
            stream = self._connection.send_query(sql, "Native")
        except Exception as error:  # see _translated
            if "Streaming query is not supported" not in str(error):
                raise _translated(error) from error
            yield from self._run_at_once(sql)
            return
        first = True
        try:
            while (result := stream.fetch()) is not None:
                data = retyped(result.bytes(), zones) if zones else result.bytes()
                if first:
                    yield Chunk(empty_native(split_native(data)[0].columns), 0)
                    first = False
                yield Chunk(data, result.rows_read(), result.storage_rows_read(), result.storage_bytes_read())
        except Exception as error:  # see _translated
            raise _translated(error) from error
        finally:
            stream.cancel()

    def _zones(self, sql: str) -> dict[int, str]:
        """Types that the Native format would shorten, by column number: it writes DateTime('UTC') as DateTime."""
        if not is_select(sql):
            return {}
        try:
            types = [row[1] for row in self._rows(f"DESCRIBE (\n{sql.rstrip().rstrip(';')}\n)")]
        except EngineError:
            return {}  # the query itself will say what is wrong
        return {number: name for number, name in enumerate(types) if name.startswith("DateTime(")}

    def _run_at_once(self, sql: str) -> Generator[Chunk, None, None]:
        """What the engine does not stream: SHOW, EXPLAIN, INSERT … SELECT and everything that changes data."""
        result = self._query(sql, "Native")
        for number, block in enumerate(split_native(result.bytes())):
            if not number:
                yield Chunk(empty_native(block.columns), 0)
            yield Chunk(block.data, block.rows)
        read = result.storage_rows_read(), result.storage_bytes_read()
        yield Chunk(b"", 0, *read, result.rows_written(), result.bytes_written())

    def header(self, sql: str) -> Columns:
        """The columns of a query that returned no rows: the Native format leaves them out then."""
        answer = self._query(without_format(sql), "JSONCompact").bytes()
        return [(column["name"], column["type"]) for column in json.loads(answer)["meta"]] if answer else []

    def expected(self, insert: Insert) -> Columns:
        """The columns an INSERT expects, in its order. Raises EngineError when the table or a column does not exist."""
        names = column_names(insert.columns)
        rows = (
            self._rows(f"DESCRIBE (SELECT {insert.columns} FROM {insert.target})")
            if names is None
            else self._rows(f"DESCRIBE TABLE {insert.target}")
        )
        described = {name: (type_name, kind) for name, type_name, kind, *_ in rows}
        wanted = names or [name for name, (_, kind) in described.items() if kind in ("", "DEFAULT")]
        if missing := [name for name in wanted if name not in described]:
            raise EngineError(_NO_SUCH_COLUMN, f"No such column {missing[0]} in table {insert.target}")
        return [(name, described[name][0]) for name in wanted]

    def store(self, insert: Insert, columns: Columns, file: Path, file_format: str) -> Chunk:
        """Store the rows in a file; return what was written. Raises EngineError, and then stores nothing or part of it.

        Not with chDB's `send_insert`: in 26.9 it reports success when the engine refuses to write the rows (a violated
        constraint, too many parts, a default that throws), and they are gone.
        """
        names = ", ".join(_identifier(name) for name, _ in columns)
        structure = ", ".join(f"{_identifier(name)} {type_name}" for name, type_name in columns)
        source = f"file({quoted(str(file))}, {file_format}, {quoted(structure)})"
        target = insert.into if insert.function else f"{insert.into} ({names})"
        result = self._query(f"INSERT INTO {target} {insert.settings} SELECT {names} FROM {source}", "Null")
        return Chunk(b"", 0, 0, 0, result.rows_written(), result.bytes_written())

    def _query(self, sql: str, output_format: str) -> Any:
        try:
            return self._connection.query(sql, output_format)
        except Exception as error:  # see _translated
            raise _translated(error) from error

    def _rows(self, sql: str) -> list[list[Any]]:
        rows: list[list[Any]] = json.loads(self._query(sql, "JSONCompact").bytes())["data"]
        return rows
