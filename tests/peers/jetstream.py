"""A Jetstream server on loopback, versions 1 and 2, as its documentation says, with faults on demand.

v1 (github.com/bluesky-social/jetstream-legacy): `cursor` is an inclusive time in µs; one before the retained history starts at
the oldest event without a word. v2 (lexicon network.bsky.jetstream.subscribeEvents): `cursor` is an inclusive seq, or
a time from 1e15 on; a seq below the floor is refused with 400 CursorTooOld before the upgrade, a time below it is
clamped with an #info OutdatedCursor frame first.
"""

from __future__ import annotations

import asyncio
import bisect
import json
from collections import deque
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

import zstandard
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.protocol import State

NSID = "network.bsky.jetstream.subscribeEvents"
POST, LIKE, REPOST = "app.bsky.feed.post", "app.bsky.feed.like", "app.bsky.feed.repost"
TID_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"


def tid(us: int, clock: int = 0) -> str:
    """A TID as atproto.com/specs/tid defines it: 53 bits of µs, 10 bits of clock id, in sortable base 32."""
    number = us << 10 | clock
    return "".join(TID_ALPHABET[number >> (5 * place) & 31] for place in range(12, -1, -1))


def commit(
    did: str, us: int, operation: str, collection: str, rkey: str, record: dict[str, Any] | None
) -> dict[str, Any]:
    """A v1 commit frame."""
    change: dict[str, Any] = {"rev": tid(us), "operation": operation, "collection": collection, "rkey": rkey}
    if record is not None:
        change |= {
            "record": {"$type": collection, **record},
            "cid": "bafyreidc6sydkkbchcyg62v77wbhzvb2mvytlmsychqgwf2xojjtirmzj4",
        }
    return {"did": did, "time_us": us, "kind": "commit", "commit": change}


def iso(us: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(us / 1e6, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def as_v2(frame: dict[str, Any], seq: int) -> dict[str, Any]:
    """The same event in v2's words."""
    payload: dict[str, Any] = {
        "seq": seq,
        "did": frame["did"],
        "time": iso(frame["time_us"]),
        "witnessedAt": iso(frame["time_us"]),
    }
    kind = frame["kind"]
    payload |= frame["commit"] if kind == "commit" else {kind: frame.get(kind, {})}
    return {"$type": "message", "payload": {"$type": f"{NSID}#{kind}", **payload}}


class JetstreamPeer:
    """Serves a history. `faults`: index → what happens before that frame is sent, once.

    cut: the connection is aborted · close: closed in an orderly way · garbage, truncated: a frame that is no JSON, or half
    of one · unknown: a kind nobody knows · drift: a text that is a number · duplicate: the last 50 frames again · reorder:
    the next 20 frames backwards · pause: nothing for 0.3 s. `refusals`: (status, headers) for the next handshakes.
    """

    def __init__(
        self,
        frames: Sequence[dict[str, Any]],
        *,
        version: int = 1,
        faults: dict[int, str] | None = None,
        dictionary: bytes = b"",
        port: int = 0,
    ) -> None:
        self.version = version
        self._port = port
        self.faults = dict(faults or {})
        self.refusals: deque[tuple[int, dict[str, str]]] = deque()
        self.connections = 0
        self.cursors: list[int | None] = []
        self.queries: list[dict[str, list[str]]] = []
        self.floor = 0
        self.hold_at: int | None = None
        self._packer = (
            zstandard.ZstdCompressor(dict_data=zstandard.ZstdCompressionDict(dictionary)) if dictionary else None
        )
        self._dictionary = dictionary
        self._frames: list[bytes] = []
        self._times: list[int] = []
        self._server: Server | None = None
        self.extend(frames)

    def extend(self, frames: Sequence[dict[str, Any]]) -> None:
        """Append to the history."""
        for frame in frames:
            self._times.append(frame["time_us"])
            shown = frame if self.version == 1 else as_v2(frame, len(self._times))
            self._frames.append(json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode())

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"ws://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> JetstreamPeer:
        self._server = await serve(
            self._serve, "127.0.0.1", self._port, process_request=self._admit, compression=None, ping_interval=None,
            subprotocols=["xrpc.v1.json"] if self.version == 2 else None,  # type: ignore[list-item]
        )  # fmt: skip
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close(close_connections=True)
        await self._server.wait_closed()

    def _admit(self, _: ServerConnection, request: Request) -> Response | None:
        path = urlsplit(request.path)
        if path.path.endswith("getZstdDictionary"):
            head = Headers({"content-type": "application/octet-stream", "content-length": str(len(self._dictionary))})
            return Response(200, "OK", head, self._dictionary)
        self.connections += 1
        query = parse_qs(path.query)
        self.queries.append(query)
        cursor = int(query["cursor"][0]) if "cursor" in query else None
        self.cursors.append(cursor)
        if self.refusals:
            status, headers = self.refusals.popleft()
            return Response(status, HTTPStatus(status).phrase, Headers(headers), b"")
        if self.version == 2 and cursor is not None and cursor < 1e15 and cursor <= self.floor:
            body = json.dumps({"error": "CursorTooOld", "message": f"floor is {self.floor + 1}"}).encode()
            return Response(400, "Bad Request", Headers({"content-length": str(len(body))}), body)
        return None

    def _start(self, cursor: int | None) -> tuple[int, str]:
        """First index to send, and the notice that precedes it."""
        if cursor is None:
            return self.floor, ""
        if self.version == 1 or cursor >= 1e15:
            index = bisect.bisect_left(self._times, cursor)
            clamped = cursor < self._times[0] if not self.floor else index < self.floor
            return max(index, self.floor), "OutdatedCursor" if clamped and self.version == 2 else ""
        if cursor > len(self._frames) + 1:
            return len(self._frames), "FutureCursor"
        return max(cursor - 1, 0), ""

    async def _serve(self, socket: ServerConnection) -> None:
        index, notice = self._start(self.cursors[-1])
        try:
            if notice:
                payload = {"$type": f"{NSID}#info", "name": notice, "message": f"resumed at seq {index + 1}"}
                await self._send(socket, json.dumps({"$type": "message", "payload": payload}).encode())
            await self._stream(socket, index)
        except ConnectionClosed:
            pass

    async def _stream(self, socket: ServerConnection, index: int) -> None:
        while True:
            while index >= (len(self._frames) if self.hold_at is None else self.hold_at):
                if socket.state is not State.OPEN:
                    return
                await asyncio.sleep(0.01)
            fault = self.faults.pop(index, "") if self.faults else ""
            if fault == "cut":
                socket.transport.abort()
                return
            if fault == "close":
                await socket.close(1001, "going away")
                return
            if fault == "reorder":
                for frame in reversed(self._frames[index : index + 20]):
                    await self._send(socket, frame)
                index += 20
                continue
            await self._disturb(socket, fault, index)
            await self._send(socket, self._frames[index])
            index += 1
            if index % 500 == 0:
                await asyncio.sleep(0)

    async def _disturb(self, socket: ServerConnection, fault: str, index: int) -> None:
        if fault == "garbage":
            await self._send(socket, b"\x00\x01 not json at %d" % index)
        elif fault == "truncated":
            await self._send(socket, self._frames[index][: len(self._frames[index]) // 2])
        elif fault == "unknown":
            strange: dict[str, Any] = {"did": "did:plc:x", "time_us": self._times[index], "kind": "teleport"}
            if self.version == 2:
                strange = {
                    "$type": "message",
                    "payload": {"$type": f"{NSID}#teleport", "seq": index, "did": "did:plc:x"},
                }
            await self._send(socket, json.dumps(strange).encode())
        elif fault == "drift":
            drifted = commit(
                f"did:plc:drift{index}", self._times[index], "create", POST, "3kdrift", {"text": 42, "createdAt": "x"}
            )
            shown = drifted if self.version == 1 else as_v2(drifted, index)
            await self._send(socket, json.dumps(shown).encode())
        elif fault == "duplicate":
            for frame in self._frames[max(0, index - 50) : index]:
                await self._send(socket, frame)
        elif fault == "pause":
            await asyncio.sleep(0.3)

    async def _send(self, socket: ServerConnection, frame: bytes) -> None:
        if self._packer is not None:
            await socket.send(self._packer.compress(frame))
        else:
            await socket.send(frame, text=True)
