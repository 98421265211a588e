"""The HTTP side of webhooks: `POST /ingest/{source}`. Every refusal has a status, a sentence and a counter.

Status: 202 Kafka has it (200 for Meta, which counts nothing else as delivered) · 400 not JSON · 401 signature · 404 no
such source · 408 the body took too long · 409 sent before · 413 too large · 415 unknown encoding · 429 too fast or too much
waiting, with Retry-After · 503 Kafka did not confirm, with Retry-After.
"""

from __future__ import annotations

import asyncio
import hmac
import math
import time
import zlib
from collections.abc import Mapping, Sequence

import structlog
from aiohttp import web

from streams import metrics
from streams.sources.base import SourceFault
from streams.sources.signatures import BadSignature
from streams.sources.webhooks import Full, WebhookSource

log = structlog.get_logger(__name__)

BODY_SECONDS = 15.0
CONFIRM_SECONDS = 30.0


class Refusal(Exception):
    """What the sender is told."""

    def __init__(self, status: int, answer: str, message: str, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.status, self.answer, self.retry_after = status, answer, retry_after


class WebhookServer:
    """Serves the webhook sources on one port; 0 means a free one, then `port` tells which."""

    def __init__(
        self,
        sources: Sequence[WebhookSource],
        host: str = "127.0.0.1",
        port: int = 8090,
        verify_tokens: Mapping[str, str] | None = None,
    ) -> None:
        self._sources = {source.name: source for source in sources}
        self._host, self.port = host, port
        self._verify_tokens = dict(verify_tokens or {})
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        app = web.Application(client_max_size=1 << 30)  # the limit is each source's own, and is kept while reading
        app.router.add_post("/ingest/{source}", self._post)
        app.router.add_get("/ingest/{source}", self._challenge)
        # Bodies stay as they were sent: the signature covers those bytes, and unpacking needs a limit.
        self._runner = web.AppRunner(app, access_log=None, auto_decompress=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self.port)
        await site.start()
        self.port = int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _post(self, request: web.Request) -> web.Response:
        name = request.match_info["source"]
        source = self._sources.get(name)
        if source is None:
            return _answer(404, {"status": "refused", "reason": "no such source"})
        try:
            status, answer, body = await self._serve(source, request)
        except Refusal as refusal:
            metrics.WEBHOOK_REQUESTS.labels(name, refusal.answer).inc()
            log.info("webhook refused", source=name, answer=refusal.answer, status=refusal.status, reason=str(refusal))
            headers = {"Retry-After": str(max(1, math.ceil(refusal.retry_after)))} if refusal.retry_after else {}
            return _answer(refusal.status, {"status": "refused", "reason": str(refusal)}, headers)
        metrics.WEBHOOK_REQUESTS.labels(name, answer).inc()
        return _answer(status, body)

    async def _serve(self, source: WebhookSource, request: web.Request) -> tuple[int, str, dict[str, object]]:
        if (wait := source.bucket.wait(time.monotonic())) > 0:
            metrics.SOURCE_RATE_LIMITED.labels(source.name).inc()
            raise Refusal(429, "rate_limited", "too many requests", wait)
        sent = await _read(request, source.max_body)
        done = 200 if source.signature.scheme == "meta" else 202
        try:
            mark = source.signature.verify(request.headers, sent, time.time())
        except BadSignature as error:
            source.bucket.give_back()  # what a stranger sends must not use up what the real sender may send
            raise Refusal(401, error.answer, str(error)) from None
        if source.signature.used(mark):
            if source.signature.scheme == "meta":
                return done, "replayed", {"status": "known", "accepted": 0}
            raise Refusal(409, "replayed", "this very request was accepted before")
        body = _unpack(sent, request.headers.get("Content-Encoding", ""), source.max_body)
        try:
            items = source.split(body)
        except ValueError as error:
            raise Refusal(400, "malformed", f"the body cannot be read: {error}") from None
        await _confirm(source, items)
        source.signature.remember(mark)
        return done, "accepted", {"status": "accepted", "accepted": len(items)}

    async def _challenge(self, request: web.Request) -> web.Response:
        """Meta asks once whether the address is ours (hub.challenge)."""
        expected = self._verify_tokens.get(request.match_info["source"], "")
        given = request.query.get("hub.verify_token", "")
        if request.query.get("hub.mode") != "subscribe" or not expected:
            return _answer(404, {"status": "refused", "reason": "nothing to see here; POST is what is served"})
        if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
            return _answer(403, {"status": "refused", "reason": "the verify token is another one"})
        return web.Response(text=request.query.get("hub.challenge", "")[:256], content_type="text/plain")


async def _confirm(source: WebhookSource, items: list[bytes]) -> None:
    """Wait until Kafka has the items."""
    if not source.open:
        raise Refusal(503, "closed", "not accepting at the moment", 5.0)
    if not items:
        return
    try:
        confirmed = source.submit(items)
    except Full:
        raise Refusal(429, "back_pressure", "too much is waiting to be stored", 2.0) from None
    try:
        await asyncio.wait_for(asyncio.shield(confirmed), CONFIRM_SECONDS)
    except SourceFault:
        raise Refusal(503, "not_confirmed", "it could not be stored; send it again", 5.0) from None
    except TimeoutError:
        raise Refusal(503, "not_confirmed", "storing takes too long; send it again", 10.0) from None


async def _read(request: web.Request, limit: int) -> bytes:
    """The body as it was sent, at most `limit` bytes."""
    too_large = Refusal(413, "too_large", f"at most {limit} bytes are read")
    if (request.content_length or 0) > limit:
        raise too_large
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.content.iter_chunked(65_536):
                size += len(chunk)
                if size > limit:
                    raise too_large
                parts.append(chunk)
    except TimeoutError:
        raise Refusal(408, "slow_body", f"the body did not arrive within {BODY_SECONDS:g} s") from None
    except (web.HTTPException, OSError) as error:
        raise Refusal(400, "malformed", f"the body broke off: {type(error).__name__}") from None
    return b"".join(parts)


def _unpack(sent: bytes, encoding: str, limit: int) -> bytes:
    """Undo gzip, never producing more than `limit` bytes."""
    if encoding.lower() in ("", "identity"):
        return sent
    if encoding.lower() != "gzip":
        raise Refusal(415, "encoding", "only gzip or no content encoding is read")
    body = b""
    while sent:  # a gzip file may have several members
        unpacker = zlib.decompressobj(31)
        try:
            body += unpacker.decompress(sent, limit + 1 - len(body))
        except zlib.error:
            raise Refusal(400, "malformed", "the body is not gzip") from None
        if len(body) > limit:
            raise Refusal(413, "too_large", f"unpacked, the body is larger than {limit} bytes")
        if not unpacker.eof:
            raise Refusal(400, "malformed", "the gzip body ends too early")
        sent = unpacker.unused_data
    return body


def _answer(status: int, body: dict[str, object], headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response(body, status=status, headers=headers)
