"""YouTube's commentThreads.list and Reddit's listings on loopback: newest first, in pages, growing while they are read."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from tests.peers.http import HttpPeer


class YouTubePeer(HttpPeer):
    """`comments`: oldest first (id, ms, text, fields). `visible`: how many exist by now; each first page adds `step`.

    `faults`: number of the page → what `disturb` does to its items. `removed`: ids of comments that were deleted.
    """

    def __init__(self, comments: list[dict[str, Any]], step: int = 4000, key: str = "secret-api-key-123") -> None:
        super().__init__()
        self.faults: dict[int, str] = {}
        self.removed: set[str] = set()
        self._pages = 0
        self.comments = comments
        self.visible = 0
        self.step = step
        self.key = key
        self.disabled = False
        self.app.router.add_get("/commentThreads", self._threads)
        self.app.router.add_get("/comments", self._comments)

    async def _threads(self, request: web.Request) -> web.Response:
        if request.headers.get("x-goog-api-key") != self.key:
            return web.json_response({"error": {"errors": [{"reason": "keyInvalid"}]}}, status=403)
        if self.disabled:
            return web.json_response({"error": {"errors": [{"reason": "quotaExceeded"}]}}, status=403)
        token = request.query.get("pageToken", "")
        if not token:
            self.visible = min(len(self.comments), self.visible + self.step)
        end = int(token) if token else self.visible
        start = max(0, end - int(request.query["maxResults"]))
        items = [thread(c) for c in reversed(self.comments[start:end]) if c["id"] not in self.removed]
        self._pages += 1
        items = disturb(items, self.faults.pop(self._pages, ""), {"kind": "youtube#teleport"})
        body: dict[str, Any] = {"kind": "youtube#commentThreadListResponse", "items": items}
        if start > 0:
            body["nextPageToken"] = str(start)
        return web.json_response(body)

    async def _comments(self, request: web.Request) -> web.Response:
        if request.headers.get("x-goog-api-key") != self.key:
            return web.json_response({"error": {"errors": [{"reason": "keyInvalid"}]}}, status=400)
        wanted = set(request.query["id"].split(",")) - self.removed
        assert len(request.query["id"].split(",")) <= 50
        items = [{**c, "snippet": {**c["snippet"], "likeCount": 7}} for c in self.comments if c["id"] in wanted]
        return web.json_response({"kind": "youtube#commentListResponse", "items": items})


def disturb(items: list[Any], fault: str, stranger: Any) -> list[Any]:
    """duplicate: every item twice · reorder: backwards · unknown, drift: with something that has another shape."""
    if fault == "duplicate":
        return [*items, *items]
    if fault == "reorder":
        return items[::-1]
    if fault == "unknown":
        return [stranger, *items]
    if fault == "drift":
        return [*items[:1], {"snippet": [1], "data": {"name": 5}, "kind": "t1"}, *items[1:]]
    return items


def comment(number: int, ms: int, text: str = "", **snippet: Any) -> dict[str, Any]:
    """A comment as the Data API shows it."""
    at = datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "id": f"Ugx{number:08d}",
        "snippet": {
            "textDisplay": text or f"comment {number}",
            "textOriginal": text or f"comment {number}",
            "authorDisplayName": f"@user{number % 300}",
            "authorChannelId": {"value": f"UCuser{number % 300}"},
            "likeCount": 0,
            "publishedAt": at,
            "updatedAt": at,
            **snippet,
        },
    }


def thread(top: dict[str, Any]) -> dict[str, Any]:
    """A thread around a comment; `replies` of the comment go with it."""
    if "broken" in top:
        return {"id": "x", "snippet": "a text where an object was"}
    shown = {key: value for key, value in top.items() if key != "replies"}
    body: dict[str, Any] = {
        "id": top["id"],
        "snippet": {"videoId": "vid1", "topLevelComment": shown, "totalReplyCount": 0},
    }
    if "replies" in top:
        body["replies"] = {"comments": top["replies"]}
    return body


class RedditPeer(HttpPeer):
    """`things`: oldest first, comments only; each request without `after` adds `step`. Tokens last `token_uses` requests.

    `faults`: number of the page → what `disturb` does to its items, or stale: the item that `after` names is gone, and the
    page is empty. `removed`: fullnames that are no longer there.
    """

    def __init__(self, things: list[dict[str, Any]], step: int = 900, token_uses: int = 400) -> None:
        super().__init__()
        self.things = things
        self.visible = 0
        self.step = step
        self.tokens = 0
        self.remaining = 600.0
        self.faults: dict[int, str] = {}
        self.removed: set[str] = set()
        self._pages = 0
        self._uses = 0
        self._token_uses = token_uses
        self.app.router.add_post("/api/v1/access_token", self._grant)
        self.app.router.add_get("/r/{name}/comments", self._comments)
        self.app.router.add_get("/r/{name}/new", self._new)
        self.app.router.add_get("/api/info", self._info)

    async def _grant(self, request: web.Request) -> web.Response:
        expected = base64.b64encode(b"client:client-secret-1").decode()
        if request.headers.get("authorization") != f"Basic {expected}":
            return web.json_response({"message": "Unauthorized", "error": 401}, status=401)
        self.tokens += 1
        self._uses = 0
        return web.json_response({"access_token": f"token{self.tokens}", "token_type": "bearer", "expires_in": 3600})

    def _refusal(self, request: web.Request) -> web.Response | None:
        self._uses += 1
        if request.headers.get("authorization") != f"Bearer token{self.tokens}" or self._uses > self._token_uses:
            return web.json_response({"message": "Unauthorized"}, status=401)
        return None

    async def _new(self, request: web.Request) -> web.Response:
        return self._refusal(request) or web.json_response({"kind": "Listing", "data": {"children": [], "after": None}})

    async def _info(self, request: web.Request) -> web.Response:
        if (refusal := self._refusal(request)) is not None:
            return refusal
        wanted = set(request.query["id"].split(",")) - self.removed
        assert len(request.query["id"].split(",")) <= 100
        children = [{"kind": "t1", "data": thing} for thing in self.things if thing["name"] in wanted]
        return web.json_response({"kind": "Listing", "data": {"children": children, "after": None}})

    async def _comments(self, request: web.Request) -> web.Response:
        if (refusal := self._refusal(request)) is not None:
            return refusal
        if request.match_info["name"] != "test":
            return web.json_response({"reason": "private", "message": "Forbidden", "error": 403}, status=403)
        after = request.query.get("after", "")
        if not after:
            self.visible = min(len(self.things), self.visible + self.step)
        end = int(after.removeprefix("t1_"), 36) if after else self.visible
        start = max(0, end - 100, self.visible - 1000)  # a listing never holds more than a thousand
        children = [{"kind": "t1", "data": thing} for thing in reversed(self.things[start:end])]
        following = self.things[start]["name"] if start > max(0, self.visible - 1000) else None
        self._pages += 1
        fault = self.faults.get(self._pages, "")
        if fault == "stale" and not after:
            self.faults[self._pages + 1] = "stale"
        self.faults.pop(self._pages, None)
        if fault == "stale" and after:
            children, following = [], None
        children = disturb(children, fault, {"kind": "more", "data": {"count": 3}})
        body = {"kind": "Listing", "data": {"children": children, "after": following}}
        headers = {"x-ratelimit-remaining": str(self.remaining), "x-ratelimit-reset": "1"}
        return web.Response(text=json.dumps(body), content_type="application/json", headers=headers)


_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def base36(number: int) -> str:
    text = ""
    while True:
        number, rest = divmod(number, 36)
        text = _DIGITS[rest] + text
        if not number:
            return text


def reddit_comment(number: int, seconds: int, body: str = "", **fields: Any) -> dict[str, Any]:
    """A t1 as the API shows it."""
    return {
        "name": f"t1_{base36(number)}",
        "id": base36(number),
        "author": f"user{number % 300}",
        "author_fullname": f"t2_{number % 300}",
        "body": body or f"comment {number}",
        "created_utc": float(seconds),
        "edited": False,
        "parent_id": "t3_post1",
        "link_id": "t3_post1",
        "permalink": f"/r/test/comments/post1/_/{base36(number)}/",
        "subreddit": "test",
        "ups": 1,
        **fields,
    }
