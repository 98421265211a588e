"""X's filtered stream on loopback: rules, a stream of JSON lines with heartbeats, a backfill of some minutes."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import web

from tests.peers.http import HttpPeer


class XPeer(HttpPeer):
    """Plays lines. `faults`: index → cut, error (an operational disconnect), garbage, heartbeat. `backfill`: lines that a
    stream opened with backfill_minutes repeats."""

    def __init__(self, lines: list[dict[str, Any]], faults: dict[int, str] | None = None, backfill: int = 400) -> None:
        super().__init__()
        self.lines = [json.dumps(line).encode() for line in lines]
        self.faults = dict(faults or {})
        self.index = 0
        self.backfill = backfill
        self.rules: dict[str, str] = {"1": "somebody else's old rule"}
        self.bad_rule = ""
        self.token = "bearer-token-123"
        self.opened: list[dict[str, str]] = []
        self.app.router.add_get("/2/tweets/search/stream/rules", self._get_rules)
        self.app.router.add_post("/2/tweets/search/stream/rules", self._post_rules)
        self.app.router.add_get("/2/tweets/search/stream", self._stream)

    def _allowed(self, request: web.Request) -> bool:
        return request.headers.get("authorization") == f"Bearer {self.token}"

    async def _get_rules(self, request: web.Request) -> web.Response:
        if not self._allowed(request):
            return web.json_response({"title": "Unauthorized"}, status=401)
        return web.json_response({"data": [{"id": key, "value": value} for key, value in self.rules.items()]})

    async def _post_rules(self, request: web.Request) -> web.Response:
        body = await request.json()
        for rule in body.get("add", ()):
            if rule["value"] == self.bad_rule:  # 201 all the same, as X does it
                details = ["Reference to invalid operator 'lang'"]
                error = {"value": self.bad_rule, "details": details, "title": "UnprocessableEntity"}
                return web.json_response({"meta": {"summary": {"invalid": 1}}, "errors": [error]}, status=201)
        if request.query.get("dry_run") == "true":
            return web.json_response({"meta": {"summary": {"valid": 1}}}, status=201)
        for key in body.get("delete", {}).get("ids", ()):
            del self.rules[key]
        for rule in body.get("add", ()):
            self.rules[str(len(self.rules) + 100)] = rule["value"]
        return web.json_response({"meta": {}}, status=201)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        if not self._allowed(request):
            return web.json_response({"title": "Unauthorized"}, status=401)
        self.opened.append(dict(request.query))
        if "backfill_minutes" in request.query:
            self.index = max(0, self.index - self.backfill)
        answer = web.StreamResponse(headers={"content-type": "application/json"})
        await answer.prepare(request)
        while True:
            parts: list[bytes] = []
            while self.index < len(self.lines) and len(parts) < 200 and self.index not in self.faults:
                parts.append(self.lines[self.index] + b"\r\n")
                self.index += 1
            await answer.write(b"".join(parts) or b"\r\n")
            fault = self.faults.pop(self.index, "")
            if fault == "cut":
                if request.transport is not None:
                    request.transport.abort()
                return answer
            if fault == "error":
                error = {
                    "errors": [{"title": "operational-disconnect", "disconnect_type": "UpstreamOperationalDisconnect"}]
                }
                await answer.write(json.dumps(error).encode() + b"\r\n")
                return answer
            if fault == "garbage":
                await answer.write(b"{broken %d\r\n" % self.index)
            elif fault == "heartbeat":
                await answer.write(b"\r\n\r\n")
            await asyncio.sleep(0.01 if self.index >= len(self.lines) else 0)


def post(number: int, ms: int, text: str = "", **fields: Any) -> dict[str, Any]:
    """A line as the documentation shows it."""
    from datetime import UTC, datetime

    at = datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    native = str(1_900_000_000_000_000_000 + number)
    data = {
        "id": native,
        "text": text or f"post {number}",
        "author_id": str(number % 300),
        "created_at": at,
        "conversation_id": native,
        "lang": "en",
        "edit_history_tweet_ids": [native],
        "public_metrics": {"like_count": 0, "reply_count": 0, "retweet_count": 0, "quote_count": 0},
        **fields,
    }
    users = [{"id": str(number % 300), "username": f"user{number % 300}", "public_metrics": {"followers_count": 5}}]
    return {"data": data, "includes": {"users": users}, "matching_rules": [{"id": "1", "tag": ""}]}
