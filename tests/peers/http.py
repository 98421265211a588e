"""What the HTTP peers share: a server on loopback, and answers that go wrong on demand."""

from __future__ import annotations

import asyncio
from collections import deque

from aiohttp import web


class HttpPeer:
    """Base of the HTTP peers. `refusals`: (status, headers) that the next requests get instead of an answer.

    `slow`: seconds the next answer takes. `broken`: number of the request → cut (the body ends half-way), garbage (the body
    is no JSON) or drip (it comes in pieces). `requests` counts, `paths` remembers.
    """

    def __init__(self) -> None:
        self.app = web.Application(middlewares=[self._faulty])
        self.refusals: deque[tuple[int, dict[str, str]]] = deque()
        self.slow: deque[float] = deque()
        self.broken: dict[int, str] = {}
        self.requests = 0
        self.paths: list[str] = []
        self.port = 0
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @web.middleware
    async def _faulty(self, request: web.Request, handler: object) -> web.StreamResponse:
        self.requests += 1
        self.paths.append(str(request.rel_url))
        if self.slow:
            await asyncio.sleep(self.slow.popleft())
        if self.refusals:
            status, headers = self.refusals.popleft()
            return web.Response(status=status, headers=headers, text="on demand")
        answer: web.StreamResponse = await handler(request)  # type: ignore[operator]
        if (how := self.broken.pop(self.requests, "")) and isinstance(answer, web.Response):
            return await _broken(request, answer, how)
        return answer

    async def __aenter__(self) -> HttpPeer:
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()


async def _broken(request: web.Request, answer: web.Response, how: str) -> web.StreamResponse:
    body = answer.body if isinstance(answer.body, bytes) else b""
    if how == "garbage":
        return web.Response(body=b"<html>\x00 an error page</html>", content_type="text/html")
    shown = web.StreamResponse(status=answer.status, headers={"content-type": answer.content_type})
    shown.content_length = len(body)
    await shown.prepare(request)
    for start in range(0, len(body), len(body) // 4 + 1):
        if how == "cut" and start > len(body) // 2 and request.transport is not None:
            request.transport.abort()
            break
        await shown.write(body[start : start + len(body) // 4 + 1])
        await asyncio.sleep(0.02)
    return shown
