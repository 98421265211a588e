"""The conversation with one client: hello, then queries, inserts and pings until it leaves.

Packets: https://clickhouse.com/docs/native-protocol/server and …/client
"""

from __future__ import annotations

import logging
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from clickhouse_driver.errors import ChecksumDoesntMatchError
from clickhouse_driver.protocol import ClientPacketTypes as Client
from clickhouse_driver.protocol import ServerPacketTypes as Server

from tests.gateway import faults
from tests.gateway.engine import Chunk, EngineError, Session
from tests.gateway.faults import Fault, Kind
from tests.gateway.statements import Insert, parse_insert
from tests.gateway.wire import REVISION, Block, Wire, empty_native, int32

log = logging.getLogger(__name__)

_VERSION = (26, 9, 2)
_AUTHENTICATION_FAILED = 516
_NOT_IMPLEMENTED = 48
_BAD_ARGUMENTS = 36
_CHECKSUM_DOESNT_MATCH = 40
_UNEXPECTED_PACKET = 101


class Options(NamedTuple):
    """What a gateway was started with. `user` and `password` None: anyone may enter."""

    path: Path
    memory_bytes: int = 2 << 30
    user: str | None = None
    password: str | None = None
    fault_file: Path | None = None
    config: Path | None = None


class Query(NamedTuple):
    """A Query packet. `important`: unknown settings are errors."""

    sql: str
    settings: dict[str, str]
    important: bool
    compressed: bool


class DropError(Exception):
    """The connection is to be cut now, as a fault demands."""


def serve(sock: socket.socket, options: Options) -> None:
    """Serve one client until it leaves; close its socket. Belongs on a thread of its own."""
    conversation = Conversation(Wire(sock), options)
    try:
        conversation.run()
    except (EOFError, OSError, DropError):
        pass  # the client has gone, or a fault sends it away
    except Exception:
        log.exception("conversation ended")
    finally:
        conversation.close()


class Conversation:
    """State of one connection. `run` raises EOFError or OSError when the client leaves, DropError when a fault cuts."""

    def __init__(self, wire: Wire, options: Options) -> None:
        self._wire = wire
        self._options = options
        self._session: Session | None = None

    def close(self) -> None:
        self._wire.close()
        if self._session is not None:
            self._session.close()

    def run(self) -> None:
        try:
            session = self._session = self._hello()
        except EngineError as error:
            self._exception(error)
            return
        while True:
            packet = self._wire.varint()
            if packet == Client.PING:
                self._wire.send(Server.PONG)
            elif packet == Client.QUERY:
                self._query(session)
            elif packet != Client.CANCEL:  # a cancel may arrive when the answer is already out
                self._exception(EngineError(_UNEXPECTED_PACKET, f"unexpected packet {packet} from client"))
                return

    def _hello(self) -> Session:
        wire = self._wire
        if wire.varint() != Client.HELLO:
            raise EngineError(_UNEXPECTED_PACKET, "the first packet must be Hello")
        wire.text()  # client's name
        wire.varint(), wire.varint()  # its version
        revision = wire.varint()
        database, user, password = wire.text(), wire.text(), wire.text()
        if revision < REVISION:
            raise EngineError(_NOT_IMPLEMENTED, f"client revision {revision} is too old, at least {REVISION} is needed")
        options = self._options
        if options.user not in (None, user) or options.password not in (None, password):
            raise EngineError(_AUTHENTICATION_FAILED, f"{user}: Authentication failed")
        session = Session(options.path, options.memory_bytes, options.config)
        try:
            if database:
                session.use(database)
        except EngineError:
            session.close()
            raise
        major, minor, patch = _VERSION
        wire.send(Server.HELLO, "ClickHouse", major, minor, REVISION, "UTC", "gateway", patch)
        return session

    def _read_query(self) -> Query:
        wire = self._wire
        wire.text()  # query id
        if wire.uint8():  # kind of query; 0: no client info follows
            for _ in range(3):
                wire.text()  # initial user, query id and address
            wire.skip(9)  # start time, interface
            for _ in range(3):
                wire.text()  # system user, host name, client name
            for _ in range(3):
                wire.varint()  # client version and revision
            wire.text()  # quota key
            wire.varint(), wire.varint()  # distributed depth, version patch
            if wire.uint8():  # an OpenTelemetry trace follows
                wire.skip(24)
                wire.text()
                wire.skip(1)
        settings, important = {}, False
        while name := wire.text():
            important = bool(wire.uint8() & 1) or important
            settings[name] = wire.text()
        wire.text()  # secret of another server
        wire.varint()  # stage to execute to: always all
        compressed = bool(wire.varint())
        return Query(wire.text(), settings, important, compressed)

    def _query(self, session: Session) -> None:
        query = self._read_query()
        try:
            if list(self._blocks(query)):
                raise EngineError(_NOT_IMPLEMENTED, "external tables are not supported by this gateway")
            fault = self._fault()
            session.apply(query.settings, important=query.important)
            insert = parse_insert(query.sql)
            if insert is None:
                self._execute(session, query, fault)
            else:
                self._insert(session, insert, query, fault)
        except EngineError as error:
            self._exception(error)
        except ChecksumDoesntMatchError:
            self._exception(EngineError(_CHECKSUM_DOESNT_MATCH, "Checksum doesn't match: corrupted data"))
            raise DropError from None  # where the next packet begins is unknown

    def _fault(self) -> Fault:
        try:
            fault = faults.current(self._options.fault_file)
        except ValueError as error:
            raise EngineError(_BAD_ARGUMENTS, str(error)) from error
        if fault.kind is Kind.SLOW:
            time.sleep(fault.value)
        elif fault.kind is Kind.REFUSE:
            raise EngineError(int(fault.value), "Table is in readonly mode (a fault of the test gateway)")
        return fault

    def _blocks(self, query: Query) -> Iterator[Block]:
        """Read Data packets to the empty block that ends them."""
        while True:
            packet = self._wire.varint()
            if packet != Client.DATA:
                raise DropError
            self._wire.text()  # name of an external table
            block = self._wire.read_block(compressed=query.compressed)
            if not block.columns:
                return
            yield block

    def _execute(self, session: Session, query: Query, fault: Fault) -> None:
        changes = session.changes(query.sql)
        if changes and fault.kind is Kind.DROP:
            raise DropError
        rows = blocks = size = 0
        with closing(session.run(query.sql)) as chunks:
            for chunk in chunks:
                self._progress(chunk)
                if chunk.data:
                    self._wire.send_block(Server.DATA, chunk.data, compressed=query.compressed)
                    rows, blocks, size = rows + chunk.rows, blocks + 1, size + len(chunk.data)
                if chunk.rows and fault.kind is Kind.DROP:
                    raise DropError
                if self._cancelled():
                    break
        if not changes:
            if not blocks and (columns := session.header(query.sql)):
                self._wire.send_block(Server.DATA, empty_native(columns), compressed=query.compressed)
            self._wire.send(Server.PROFILE_INFO, rows, blocks, size, b"\0", rows, b"\0")
        self._end(fault)

    def _insert(self, session: Session, insert: Insert, query: Query, fault: Fault) -> None:
        columns = session.expected(insert)
        with tempfile.NamedTemporaryFile(prefix="gateway-", suffix=".rows") as file:
            if insert.inline:
                file.write(insert.inline.encode())
            else:
                # A client sends all it has and listens only then: nothing can fail before the last block.
                self._wire.send_block(Server.DATA, empty_native(columns), compressed=query.compressed)
                for block in self._blocks(query):
                    if block.rows:
                        file.write(block.data)
            if fault.kind is Kind.DROP:
                raise DropError
            file.flush()
            if file.tell():
                self._progress(session.store(insert, columns, Path(file.name), insert.format))
        self._end(fault)

    def _end(self, fault: Fault) -> None:
        if fault.kind in (Kind.DROP, Kind.DROP_AFTER):
            raise DropError
        self._wire.send(Server.END_OF_STREAM)

    def _cancelled(self) -> bool:
        if not self._wire.waiting():
            return False
        if self._wire.varint() != Client.CANCEL:
            raise DropError
        return True

    def _progress(self, chunk: Chunk) -> None:
        read, size, written, written_size = chunk.read_rows, chunk.read_bytes, chunk.written_rows, chunk.written_bytes
        if read or written:
            self._wire.send(Server.PROGRESS, read, size, read, written, written_size)

    def _exception(self, error: EngineError) -> None:
        # Code, class, message, stack trace, no nested exception.
        self._wire.send(Server.EXCEPTION, int32(error.code), "DB::Exception", error.message, "", b"\0")
