"""ClickHouse's Native format, encoded and decoded with clickhouse-driver's own column codecs.

So an in-process query returns exactly what the driver returns over TCP; JSON formats would change UUIDs, datetimes and
32-bit floats. Format: https://clickhouse.com/docs/interfaces/formats/Native (per block: number of columns, number of
rows, then for each column its name, its type and its data).
"""

from __future__ import annotations

import io
import re
from array import array
from collections.abc import Callable, Sequence
from itertools import accumulate, chain
from typing import Any, NamedTuple

from clickhouse_driver import defines
from clickhouse_driver.bufferedreader import BufferedReader
from clickhouse_driver.bufferedwriter import BufferedSocketWriter
from clickhouse_driver.columns.service import read_column, write_column
from clickhouse_driver.reader import read_binary_str
from clickhouse_driver.varint import read_varint, write_varint
from clickhouse_driver.writer import write_binary_str

from streams.store.base import Result

_BUFFER = 1 << 20


class _Server(NamedTuple):
    """What the codecs ask of a connection: the revision that decides optional parts of the format, and the time zone."""

    used_revision: int = defines.DBMS_MIN_REVISION_WITH_BLOCK_INFO

    def get_timezone(self) -> str:
        return "UTC"


class _Context:
    client_settings = {  # noqa: RUF012  the driver reads it as a plain attribute
        "use_numpy": False,
        "strings_as_bytes": False,
        "strings_encoding": "utf-8",
        "namedtuple_as_json": True,
        "server_side_params": False,
    }
    settings: dict[str, Any] = {}  # noqa: RUF012
    server_info = _Server()


class _Sink:
    """The socket end of the driver's buffered writer, in front of a file."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self.sendall = write


def encode(names: Sequence[str], types: Sequence[str], columns: Sequence[Sequence[Any]]) -> bytes:
    """Encode columns as one Native block. Raises clickhouse_driver.errors.TypeMismatchError naming the column."""
    file = io.BytesIO()
    write_block(file.write, names, types, columns)
    return file.getvalue()


def write_block(
    write: Callable[[bytes], object], names: Sequence[str], types: Sequence[str], columns: Sequence[Sequence[Any]]
) -> None:
    """Encode columns as one Native block and hand it to `write` piece by piece. Raises as `encode`."""
    out = BufferedSocketWriter(_Sink(write), _BUFFER)
    write_varint(len(names), out)
    write_varint(len(columns[0]) if columns else 0, out)
    for name, type_name, values in zip(names, types, columns, strict=True):
        write_binary_str(name, out)
        write_binary_str(type_name, out)
        if len(values) and not _write_plainly(type_name, values, out):
            # A copy: the codecs normalise some types in place.
            write_column(_Context, name, type_name, list(values), out)
    out.flush()


_TIMES = re.compile(r"DateTime(64\(3)?\b")


def _write_plainly(type_name: str, values: Sequence[Any], out: BufferedSocketWriter) -> bool:
    """The columns of a batch that the driver's codecs, made for every type, take several times as long for: times given as
    integers, and arrays of text. False: nothing was written."""
    if time := _TIMES.match(type_name):
        try:
            out.write(array("q" if time[1] else "I", values).tobytes())
        except (TypeError, OverflowError):  # datetimes, or nothing that fits: the driver knows what to say
            return False
        return True
    if type_name == "Array(String)":
        out.write(array("Q", accumulate(map(len, values))).tobytes())
        out.write_strings(list(chain.from_iterable(values)), encoding="utf-8")
        return True
    return False


class _BytesReader(BufferedReader):  # type: ignore[misc]
    """Feeds bytes held in memory to the driver's readers."""

    def __init__(self, data: bytes) -> None:
        self._stream = io.BytesIO(data)
        super().__init__(_BUFFER)

    def read_into_buffer(self) -> None:
        self.current_buffer_size = self._stream.readinto(self.buffer)
        if self.current_buffer_size == 0:
            raise EOFError


# Without a client's protocol revision the engine leaves the time zone out of DateTime; here every one is UTC.
_BARE_DATETIME = re.compile(r"\bDateTime\b(?!\()")


def decode(data: bytes) -> Result:
    """Decode a sequence of Native blocks with the same columns."""
    names: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    rows: list[tuple[Any, ...]] = []
    reader = _BytesReader(data)
    while True:
        try:
            n_columns = read_varint(reader)
        except EOFError:
            break
        n_rows = read_varint(reader)
        block_names, block_types, columns = [], [], []
        for _ in range(n_columns):
            block_names.append(read_binary_str(reader))
            block_types.append(_BARE_DATETIME.sub("DateTime('UTC')", read_binary_str(reader)))
            if n_rows:
                columns.append(read_column(_Context, block_types[-1], n_rows, reader))
        if block_names:
            names, types = tuple(block_names), tuple(block_types)
        if n_rows:
            rows.extend(zip(*columns, strict=True))
    return Result(names=names, types=types, rows=rows)


_LOW_CARDINALITY = re.compile(r"LowCardinality\(([A-Za-z0-9]+)\)")


def wire_type(column_type: str) -> str:
    """The type to send a column as: without LowCardinality, which the engine builds faster than Python can."""
    return _LOW_CARDINALITY.sub(r"\1", column_type)


def is_default(column_type: str, values: Sequence[Any]) -> bool:
    """Whether a column holds nothing but its type's default: the engine fills such a column in faster than Python sends it."""
    return not column_type.startswith("Nullable") and not any(values)
