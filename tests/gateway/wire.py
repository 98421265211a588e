"""The byte level of ClickHouse's native protocol: packets, blocks, compressed frames.

Blocks are carried, not interpreted: a client's block is decoded only to find where it ends, and its bytes go to the
engine as they came. A compressed frame is checksum, method, sizes, data:
https://clickhouse.com/docs/native-protocol/compression
"""

from __future__ import annotations

import io
import select
import socket
import struct
from collections.abc import Callable, Iterable, Mapping
from types import SimpleNamespace
from typing import NamedTuple

from clickhouse_cityhash.cityhash import CityHash128  # type: ignore[import-untyped]
from clickhouse_driver.block import BlockInfo
from clickhouse_driver.bufferedreader import BufferedReader
from clickhouse_driver.columns.service import read_column
from clickhouse_driver.compression import get_decompressor_cls
from clickhouse_driver.compression.lz4 import Compressor
from clickhouse_driver.reader import read_binary_str, read_binary_uint8, read_binary_uint128
from clickhouse_driver.varint import read_varint, write_varint
from clickhouse_driver.writer import write_binary_bytes, write_binary_uint128

REVISION = 54449
"""The newest revision whose blocks equal the Native format: 54454 adds a serialisation byte to each column."""
_FRAME = 1 << 20  # bytes before compression, as ClickHouse cuts its own frames
_BLOCK_INFO = b"\x01\x00\x02\xff\xff\xff\xff\x00"  # field 1: no overflow rows; field 2: bucket -1; end

# What the driver's column codecs ask of a connection. Bytes, not text: a client may send any bytes in a String.
_CONTEXT = SimpleNamespace(
    client_settings={
        "use_numpy": False,
        "strings_as_bytes": True,
        "strings_encoding": "utf-8",
        "namedtuple_as_json": True,
        "server_side_params": False,
    },
    settings={},
    server_info=SimpleNamespace(used_revision=REVISION, get_timezone=lambda: "UTC"),
)


class Reader(BufferedReader):  # type: ignore[misc]
    """The driver's buffered reader over any source of bytes, able to hand back what it has read since `mark`.

    `source` returns the next bytes, empty at the end; reading past the end raises EOFError.
    """

    buffer: bytearray
    position: int
    current_buffer_size: int

    def __init__(self, source: Callable[[], bytes]) -> None:
        super().__init__(0)
        self._source = source
        self._kept: list[bytes] | None = None
        self._from = 0

    def read_into_buffer(self) -> None:
        """Called by the base class when everything in the buffer has been consumed."""
        if self._kept is not None:
            self._kept.append(bytes(self.buffer[self._from : self.current_buffer_size]))
            self._from = 0
        data = self._source()
        if not data:
            raise EOFError
        self.buffer = bytearray(data)
        self.current_buffer_size = len(data)

    @property
    def buffered(self) -> bool:
        """Whether unread bytes are in memory."""
        return self.position < self.current_buffer_size

    def mark(self) -> None:
        """Keep what is read from here on."""
        self._kept = []
        self._from = self.position

    def taken(self) -> bytes:
        """The bytes read since `mark`."""
        kept = self._kept or []
        self._kept = None
        return b"".join((*kept, bytes(self.buffer[self._from : self.position])))


class Block(NamedTuple):
    """A block as it travels: `data` is its Native format (without block info), ready for the engine or a client.

    `columns` holds (name, type).
    """

    columns: list[tuple[str, str]]
    rows: int
    data: bytes


def read_native(reader: Reader) -> Block:
    """Read one block in Native format. Raises EOFError when the source ends, before or within the block."""
    reader.mark()
    number, rows = read_varint(reader), read_varint(reader)
    columns = []
    for _ in range(number):
        columns.append((read_binary_str(reader), read_binary_str(reader)))
        if rows:
            read_column(_CONTEXT, columns[-1][1], rows, reader)
    return Block(columns, rows, reader.taken())


def split_native(data: bytes) -> list[Block]:
    """Cut a sequence of Native blocks, which an engine's answer may be, into single blocks."""
    reader = _reader(data)
    blocks: list[Block] = []
    while reader.buffered or not blocks:
        try:
            blocks.append(read_native(reader))
        except EOFError:
            break
    return blocks


def retyped(data: bytes, types: Mapping[int, str]) -> bytes:
    """A Native block with other names for the types of some columns, given by number; values stay as they are."""
    reader = _reader(data)
    _, rows = read_varint(reader), read_varint(reader)
    parts, done = [], 0
    for number in range(max(types) + 1):
        read_binary_str(reader)
        before = reader.position
        type_name = read_binary_str(reader)
        if number in types:
            parts += [data[done:before], _text(types[number])]
            done = reader.position
        if rows:
            read_column(_CONTEXT, type_name, rows, reader)
    return b"".join((*parts, data[done:]))


def _reader(data: bytes) -> Reader:
    return Reader(iter((data, b"")).__next__)


def _text(text: str) -> bytes:
    out = io.BytesIO()
    write_binary_bytes(text.encode(), out)
    return out.getvalue()


def empty_native(columns: Iterable[tuple[str, str]]) -> bytes:
    """A block without rows: the header of a result, or the sample that tells a client what an INSERT expects."""
    columns = list(columns)
    out = io.BytesIO()
    write_varint(len(columns), out)
    write_varint(0, out)
    for name, type_name in columns:
        out.write(_text(name) + _text(type_name))
    return out.getvalue()


def compress(data: bytes) -> bytes:
    """LZ4 frames of at most 1 MiB of content each."""
    out = io.BytesIO()
    for start in range(0, len(data), _FRAME):
        compressor = Compressor()
        compressor.write(data[start : start + _FRAME])
        frame = bytes([Compressor.method_byte]) + compressor.get_compressed_data(1)
        write_binary_uint128(CityHash128(frame), out)
        out.write(frame)
    return out.getvalue()


class Wire:
    """A client's socket. Reading raises EOFError when the client has gone, sending raises OSError."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self.reader = Reader(lambda: sock.recv(1 << 18))

    def varint(self) -> int:
        return int(read_varint(self.reader))

    def text(self) -> str:
        return str(read_binary_str(self.reader))

    def uint8(self) -> int:
        return int(read_binary_uint8(self.reader))

    def skip(self, size: int) -> None:
        self.reader.read(size)

    def waiting(self) -> bool:
        """Whether the client has sent something that was not read yet (or has gone)."""
        return self.reader.buffered or bool(select.select([self._socket], [], [], 0)[0])

    def read_block(self, *, compressed: bool) -> Block:
        """Read the block of a Data packet. Raises the driver's ChecksumDoesntMatchError on a damaged frame."""
        reader = Reader(self._frame) if compressed else self.reader
        BlockInfo().read(reader)
        return read_native(reader)

    def _frame(self) -> bytes:
        checksum = read_binary_uint128(self.reader)
        method = self.uint8()
        data: bytes = get_decompressor_cls(method)(self.reader).get_decompressed_data(method, checksum, 1)
        return data

    def send(self, packet: int, *fields: int | str | bytes) -> None:
        """Send a packet: integers as varints, texts with their length, bytes as they are."""
        out = io.BytesIO()
        write_varint(packet, out)
        for field in fields:
            if isinstance(field, int):
                write_varint(field, out)
            elif isinstance(field, str):
                out.write(_text(field))
            else:
                out.write(field)
        self._socket.sendall(out.getvalue())

    def send_block(self, packet: int, native: bytes, *, compressed: bool) -> None:
        """Send a block in a packet of the Data kind (its table name is empty)."""
        data = _BLOCK_INFO + native
        self.send(packet, "", compress(data) if compressed else data)

    def close(self) -> None:
        """Cut the connection."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the client was faster
        self._socket.close()


def int32(number: int) -> bytes:
    """A signed 32-bit integer, little endian, as exception codes are sent."""
    return struct.pack("<i", number)
