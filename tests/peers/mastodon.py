"""A Mastodon server on loopback: the streaming API over SSE and the public timeline, after docs.joinmastodon.org.

The stream has no memory: what happens while nobody listens is in the timeline only (and deletes nowhere).
"""

from __future__ import annotations

import asyncio
import bisect
import json
from typing import Any

from aiohttp import web

from tests.peers.http import HttpPeer

Script = list[tuple[str, Any]]


def status(number: int, ms: int, content: str = "", **fields: Any) -> dict[str, Any]:
    """A Status as the documentation shows it."""
    return {
        "id": str(ms << 16 | number & 0xFFFF),
        "created_at": _iso(ms),
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": "de",
        "uri": f"https://social.example/users/u{number % 500}/statuses/{number}",
        "url": f"https://social.example/@u{number % 500}/{number}",
        "replies_count": 0,
        "reblogs_count": 0,
        "favourites_count": 0,
        "edited_at": None,
        "content": content or f"<p>Beitrag {number}</p>",
        "reblog": None,
        "application": None,
        "account": {
            "id": str(number % 500),
            "username": f"u{number % 500}",
            "acct": f"u{number % 500}",
            "bot": False,
            "followers_count": 12,
            "url": f"https://social.example/@u{number % 500}",
        },
        "media_attachments": [],
        "mentions": [],
        "tags": [],
        "emojis": [],
        "card": None,
        "poll": None,
        **fields,
    }


def _iso(ms: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class MastodonPeer(HttpPeer):
    """Plays a script of (event, status or id). `faults`: index → cut, close, garbage, unknown, duplicate, drift, thump,
    endless (an event that never ends).

    A cut or a close lets the next 150 events happen while nobody listens. `ready` may be cleared to hold the stream.
    """

    def __init__(self, script: Script, faults: dict[int, str] | None = None, away: int = 150) -> None:
        super().__init__()
        self.script = script
        self.faults = dict(faults or {})
        self.index = 0
        self.away = away
        self.connections = 0
        self.token = ""
        self._timeline: list[tuple[int, bytes]] = []
        self._data = [
            value.encode() if isinstance(value, str) else json.dumps(value, ensure_ascii=False).encode()
            for _, value in script
        ]
        self.app.router.add_get("/api/v1/streaming/public", self._stream)
        self.app.router.add_get("/api/v1/streaming/hashtag", self._stream)
        self.app.router.add_get("/api/v1/timelines/public", self._page)
        self.app.router.add_get("/api/v1/timelines/tag/{tag}", self._page)
        self.app.router.add_get("/api/v1/instance", self._instance)

    async def _instance(self, _: web.Request) -> web.Response:
        return web.json_response({"uri": "social.example", "version": "4.5.0"})

    def _happen(self) -> tuple[str, bytes]:
        name, value = self.script[self.index]
        data = self._data[self.index]
        if name == "update":
            self._timeline.append((int(value["id"]), data))
        self.index += 1
        return name, data

    def _allowed(self, request: web.Request) -> bool:
        return not self.token or request.headers.get("authorization") == f"Bearer {self.token}"

    async def _page(self, request: web.Request) -> web.Response:
        if not self._allowed(request):
            return web.json_response({"error": "The access token is invalid"}, status=401)
        lowest, limit = int(request.query["min_id"]), int(request.query.get("limit", "20"))
        start = bisect.bisect_right(self._timeline, lowest, key=lambda entry: entry[0])
        newer = [data for _, data in self._timeline[start : start + limit]]
        return web.Response(body=b"[" + b",".join(reversed(newer)) + b"]", content_type="application/json")

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        if not self._allowed(request):
            return web.json_response({"error": "The access token is invalid"}, status=401)
        self.connections += 1
        answer = web.StreamResponse(headers={"content-type": "text/event-stream", "cache-control": "no-store"})
        await answer.prepare(request)
        await answer.write(b":)\n\n")
        while True:
            parts: list[bytes] = []
            while self.index < len(self.script) and len(parts) < 200 and self.index not in self.faults:
                name, data = self._happen()
                parts.append(b"event: " + name.encode() + b"\ndata: " + data + b"\n\n")
            await answer.write(b"".join(parts) or b":thump\n\n")
            fault = self.faults.pop(self.index, "")
            if fault in ("cut", "close"):
                for _ in range(min(self.away, len(self.script) - self.index)):
                    self._happen()
                if fault == "cut" and request.transport is not None:
                    request.transport.abort()
                return answer
            if fault == "endless":
                while True:
                    await answer.write(b"data: " + b"x" * 65_536 + b"\n")
            if fault == "garbage":
                await answer.write(b"event: update\ndata: {not json %d\n\n" % self.index)
            elif fault == "unknown":
                await answer.write(b"event: filters_changed\ndata: \n\nevent: teleport\ndata: {}\n\n")
            elif fault == "drift":
                await answer.write(b'event: update\ndata: {"id": "9", "uri": 5, "account": [%d]}\n\n' % self.index)
            elif fault == "duplicate" and self._timeline:
                for _, data in self._timeline[-50:]:
                    await answer.write(b"event: update\ndata: " + data + b"\n\n")
            await asyncio.sleep(0.01 if self.index >= len(self.script) else 0)
