"""Bluesky through Jetstream: the public v1 endpoint and v2, over a WebSocket, with the cursor in our own hands.

What the protocols promise and what is done about the rest:
- v1 cursors are times in µs, inclusive, local to an instance. One too old is moved forward **without a word**. Since
  cursors are inclusive, the last event confirmed must come again after a reconnection; if the first frame is later
  than it, what lay between is lost: a gap. The cursor is rewound a few seconds, because delivery is not strictly in
  order and another instance stamps other times.
- v2 cursors are sequence numbers of one instance. Too old is said (400 `CursorTooOld`): a gap, and the time of the last
  event is tried next, which the server moves to the oldest it has. On another instance only the time means anything.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any, NoReturn
from urllib.parse import urlencode, urlsplit, urlunsplit

import httpx
import msgspec
import structlog
import zstandard
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK, InvalidStatus, WebSocketException

from schemas.social_event import SocialEvent
from streams.sources.base import Batch, Finding, Refused, Source, SourceFault
from streams.sources.jetstream_frames import Frame, decode_v1, decode_v2
from streams.sources.jetstream_records import LIKE, POST, REPOST, RecordReader
from streams.sources.keys import KeyMap
from streams.sources.net import fetch, open_client, public_address, raise_for_status
from streams.sources.shape import Shaper

log = structlog.get_logger(__name__)

MAX_FRAME = 4 * 1024 * 1024
_BATCH, _BATCH_SECONDS = 2000, 0.25
_XRPC = "/xrpc/network.bsky.jetstream.subscribeEvents"


class Cursor(msgspec.Struct):
    """Time of the newest event in µs, its sequence number (v2), and the server both belong to."""

    us: int = 0
    seq: int = 0
    at: str = ""


class CursorTooOldError(SourceFault):
    """The v2 server no longer has the sequence number."""

    reason = "cursor_too_old"


class JetstreamSource(Source):
    """`urls`: servers (wss://host), tried in turn. `rewind`, `idle` in seconds. `dictionary`: of v1's compression."""

    kind = "jetstream"

    def __init__(
        self,
        name: str,
        urls: list[str],
        shaper: Shaper,
        *,
        version: int = 1,
        likes: bool = True,
        compress: bool = False,
        dictionary: bytes = b"",
        rewind: float = 5.0,
        idle: float = 60.0,
        accounts: dict[str, str] | None = None,
        resolver: str = "",
        unresolved: list[str] | None = None,
        allow_private: bool = False,
        keys: KeyMap | None = None,
    ) -> None:
        super().__init__(name, keys)
        self._urls = urls
        self._turn = 0
        self._version = version
        self._collections = [POST, LIKE, REPOST] if likes else [POST]
        self._compress = compress
        self._dictionary = dictionary
        self._rewind_us = int(rewind * 1_000_000)
        self._idle = idle
        self._resolver = resolver
        self._unresolved = list(unresolved or [])
        self._allow_private = allow_private
        self._reader = RecordReader(shaper, self.keys, self.dropped, dict(accounts or {}))
        self._decode = decode_v1 if version == 1 else decode_v2
        self._socket: ClientConnection | None = None
        self._unpack: zstandard.ZstdDecompressor | None = None
        self._cursor = Cursor()
        self._resumed_from = 0
        self._use_time = False
        self._restarted = False
        self._stream_error = ""

    async def connect(self, cursor: str) -> None:
        """Open the socket on the next server in turn, at the cursor."""
        self._cursor = msgspec.json.decode(cursor, type=Cursor) if cursor else Cursor()
        server = self._urls[self._turn % len(self._urls)]
        self._resumed_from = self._cursor.us if self._version == 1 else 0  # v2 says aloud what it moves
        self._restarted = False
        self._stream_error = ""
        await self._resolve_accounts()
        try:
            dictionary_id = await self._prepare_compression(server)
            pinned: dict[str, Any] = {} if self._allow_private else await _pinned(server)
            self._socket = await connect(
                self._address(server, dictionary_id),
                max_size=MAX_FRAME,
                compression=None,
                subprotocols=["xrpc.v1.json"] if self._version == 2 else None,  # type: ignore[list-item]
                user_agent_header="Resonanz",
                open_timeout=15,
                ping_interval=20,
                max_queue=2048,
                proxy=None,
                **pinned,
            )
        except InvalidStatus as error:
            self._refused(error)
        except (OSError, WebSocketException, ValueError) as error:  # ValueError: a redirect to another host
            self._turn += 1
            raise SourceFault(f"{server}: {type(error).__name__}: {error}") from error
        except SourceFault:
            self._turn += 1
            raise
        self._use_time = False

    def _refused(self, error: InvalidStatus) -> NoReturn:
        """The server answered, but not with a stream."""
        status, body = error.response.status_code, bytes(error.response.body or b"")
        if status == 400 and b"CursorTooOld" in body:
            said = body[:300].decode("utf-8", "replace")
            self.gap(
                "cursor_too_old", f"the server no longer has seq {self._cursor.seq}: {said}", self._cursor.us // 1000
            )
            self._use_time = True
            raise CursorTooOldError(
                "the cursor is older than what the server keeps; resuming at the oldest it has", retry_after=0
            )
        self._turn += 1
        headers: Any = error.response.headers
        raise_for_status(status, headers, urlsplit(self._urls[(self._turn - 1) % len(self._urls)]).netloc, body)

    def _address(self, server: str, dictionary_id: int) -> str:
        parts = urlsplit(server)
        cursor, query = self._cursor, list[tuple[str, str]]()
        if self._version == 1:
            path = parts.path if parts.path not in ("", "/") else "/subscribe"
            query += [("wantedCollections", name) for name in self._collections]
            if self._compress:
                query.append(("compress", "true"))
            if cursor.us:
                query.append(("cursor", str(cursor.us - self._rewind_us)))
        else:
            path = parts.path if parts.path not in ("", "/") else _XRPC
            query += [("collections", name) for name in self._collections]
            if dictionary_id:
                query.append(("zstdDictionary", str(dictionary_id)))
            if cursor.seq and cursor.at == server and not self._use_time:
                query.append(("cursor", str(cursor.seq)))
            elif cursor.us:
                query.append(("cursor", str(cursor.us - self._rewind_us)))
        self._cursor.at = server
        return urlunsplit((parts.scheme, parts.netloc, path, urlencode(query), ""))

    async def _prepare_compression(self, server: str) -> int:
        """Set up decompression; return the dictionary's number for v2."""
        self._unpack = None
        if not self._compress:
            return 0
        data = self._dictionary
        if self._version == 2:
            parts = urlsplit(server)
            scheme = "https" if parts.scheme == "wss" else "http"
            async with open_client(allow_private=self._allow_private) as client:
                address = f"{scheme}://{parts.netloc}/xrpc/network.bsky.jetstream.getZstdDictionary"
                data = (await fetch(client, address)).body
        dictionary = zstandard.ZstdCompressionDict(data)
        self._unpack = zstandard.ZstdDecompressor(dict_data=dictionary)
        return dictionary.dict_id() if self._version == 2 else 0

    async def _resolve_accounts(self) -> None:
        """Brand accounts are configured by handle, frames name dids: ask for each (`resolveHandle`)."""
        if not self._unresolved or not self._resolver:
            return
        async with open_client(allow_private=self._allow_private) as client:
            for handle in list(self._unresolved):
                try:
                    self._reader.accounts[await resolve_handle(client, self._resolver, handle)] = handle
                    self._unresolved.remove(handle)
                except SourceFault as error:
                    log.warning("brand account not resolved", source=self.name, handle=handle, problem=str(error)[:200])

    async def read(self) -> AsyncIterator[Batch]:
        """Frames, at most 2,000 or a quarter of a second together."""
        socket = self._socket
        if socket is None:
            raise SourceFault("not connected")
        quiet_since = time.monotonic()
        while True:
            frames: list[bytes] = []
            closed: ConnectionClosed | None = None
            try:
                async with asyncio.timeout(_BATCH_SECONDS):
                    while len(frames) < _BATCH:
                        frames.append(await socket.recv(decode=False))
            except TimeoutError:
                pass
            except ConnectionClosed as error:
                closed = error
            if frames:
                quiet_since = time.monotonic()
                yield Batch(frames)
            if self._stream_error:
                raise SourceFault(f"the server ended the stream: {self._stream_error}", reason="stream_error")
            if closed is not None:
                raise self._ended(closed) from closed
            if time.monotonic() - quiet_since > self._idle:
                self._turn += 1
                raise SourceFault(f"nothing came for {self._idle:g} s", reason="idle")

    def _ended(self, closed: ConnectionClosed) -> SourceFault:
        if not isinstance(closed, ConnectionClosedOK):
            return SourceFault(f"the connection was cut: {closed}")
        return SourceFault("the server closed the stream", reason="closed")

    def normalise(self, item: bytes, received_ms: int) -> SocialEvent | None:
        """A frame as an event."""
        if self._unpack is not None and item[:1] != b"{":
            item = self._unpacked(item)
        frame = self._decode(item)
        if frame.kind in ("info", "error"):
            return self._notice(frame)
        if frame.time_us:
            if self._resumed_from:
                self._compare(frame.time_us)
            if frame.time_us > self._cursor.us:
                self._cursor.us = frame.time_us
        if frame.seq > self._cursor.seq or (self._version == 2 and self._restarted):
            self._cursor.seq, self._restarted = frame.seq, False
        return self._reader.read(frame, received_ms)

    def _compare(self, first_us: int) -> None:
        """After a reconnection the last event confirmed must come again; a first frame that is later leaves a gap."""
        last, self._resumed_from = self._resumed_from, 0
        if first_us > last:
            seconds = (first_us - last) / 1e6
            note = f"the server resumed {seconds:.1f} s after the last event that was stored; what lay between is lost"
            self.gap("cursor_clamped", note, last // 1000, first_us // 1000)

    def _notice(self, frame: Frame) -> SocialEvent | None:
        """v2 says aloud what it could not do."""
        if frame.kind == "error":
            self._stream_error = f"{frame.name} {frame.message}".strip()
            return None
        if frame.name in ("OutdatedCursor", "FutureCursor"):
            reason = "cursor_clamped" if frame.name == "OutdatedCursor" else "cursor_future"
            self._restarted = True
            self.gap(reason, f"{frame.name}: {frame.message}", self._cursor.us // 1000)
        self.dropped["info"] += 1
        return None

    def _unpacked(self, item: bytes) -> bytes:
        try:
            size = zstandard.frame_content_size(item)
            if size > MAX_FRAME:
                raise Refused(f"json: a compressed frame of {size} bytes is not unpacked")
            return self._unpack.decompress(item, max_output_size=MAX_FRAME)  # type: ignore[union-attr]
        except zstandard.ZstdError as error:
            raise Refused(f"json: not a zstd frame of this dictionary: {error}") from None

    def position(self) -> str:
        """Time, sequence number and server of the newest frame."""
        return msgspec.json.encode(self._cursor).decode() if self._cursor.us else ""

    async def close(self) -> None:
        """Close the socket."""
        socket, self._socket = self._socket, None
        if socket is not None:
            await socket.close()

    async def check(self) -> list[Finding]:
        """Connect to every server, wait for one frame."""
        findings = []
        for number, server in enumerate(self._urls):
            self._turn = number
            try:
                await self.connect("")
                frame = await asyncio.wait_for(self._socket.recv(decode=False), 15) if self._socket else b""
                self.normalise(bytes(frame), int(time.time() * 1000))
                findings.append(Finding(True, f"{server} answers and sends Jetstream v{self._version} frames"))
            except TimeoutError:
                findings.append(Finding(False, f"{server} is open but sent nothing for 15 s"))
            except (SourceFault, Refused, OSError, ConnectionClosed) as error:
                findings.append(Finding(False, f"{server}: {error or type(error).__name__}"))
            finally:
                await self.close()
        unknown = "has no known did: its posts are not recognised as the brand's"
        return findings + [Finding(False, f"brand account {handle} {unknown}") for handle in self._unresolved]


async def _pinned(server: str) -> dict[str, Any]:
    """Where to connect to: the address that was checked. With it, a redirect to another host is an error."""
    parts = urlsplit(server)
    port = parts.port or (443 if parts.scheme == "wss" else 80)
    return {"host": await public_address(parts.hostname or "", port), "port": port}


async def resolve_handle(client: httpx.AsyncClient, server: str, handle: str) -> str:
    """The did of a handle (`com.atproto.identity.resolveHandle`). Raises SourceFault."""
    address = f"{server.rstrip('/')}/xrpc/com.atproto.identity.resolveHandle"
    answer = await fetch(client, address, params={"handle": handle})
    try:
        return str(msgspec.json.decode(answer.body)["did"])
    except (msgspec.DecodeError, KeyError, TypeError):
        raise SourceFault(f"{urlsplit(server).netloc} names no did", reason="malformed") from None
