"""Webhooks as a source: what the server accepted waits here for Kafka, and its senders wait with it.

A sender is the owner of its cursor: it gets its 202 only when Kafka confirmed, and sends again otherwise. Requests that
arrive together share one confirmation.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial

from schemas.social_event import SocialEvent
from streams.sources.base import Batch, Finding, Source, SourceFault
from streams.sources.keys import KeyMap
from streams.sources.signatures import Signature

Split = Callable[[bytes], list[bytes]]
Read = Callable[[bytes, int], SocialEvent | None]


class Full(Exception):
    """More is waiting for Kafka than may wait."""


class WebhookSource(Source):
    """One address `/ingest/{name}`. `split` cuts a body into items, `convert` makes an item an event.

    `max_waiting`: items that may wait for Kafka; `rate`: requests a second, `burst`: at once; `max_body`: bytes after
    decompression.
    """

    kind = "webhook"

    def __init__(
        self,
        name: str,
        signature: Signature,
        split: Split,
        convert: Callable[[WebhookSource], Read],
        *,
        rate: float = 50.0,
        burst: int = 100,
        max_body: int = 1024 * 1024,
        max_waiting: int = 20_000,
        keys: KeyMap | None = None,
    ) -> None:
        super().__init__(name, keys)
        self.signature = signature
        self.split = split
        self.max_body = max_body
        self.bucket = TokenBucket(rate, burst)
        self._convert = convert(self)
        self._max_waiting = max_waiting
        self._queue: deque[tuple[Sequence[bytes], asyncio.Future[None]]] = deque()
        self._waiting = 0
        self._arrived = asyncio.Event()
        self.open = False

    def submit(self, items: Sequence[bytes]) -> asyncio.Future[None]:
        """Queue items; the future ends when Kafka confirmed them, or with the reason why it did not. Raises Full."""
        if self._waiting and self._waiting + len(items) > self._max_waiting:
            raise Full
        future = asyncio.get_running_loop().create_future()
        self._queue.append((items, future))
        self._waiting += len(items)
        self._arrived.set()
        return future

    async def connect(self, cursor: str) -> None:
        """Accept requests."""
        self.open = True

    async def read(self) -> AsyncIterator[Batch]:
        """Everything that waits, up to about 2,000 items at once."""
        while True:
            await self._arrived.wait()
            items: list[bytes] = []
            futures: list[asyncio.Future[None]] = []
            while self._queue and len(items) < 2000:
                part, future = self._queue.popleft()
                items.extend(part)
                futures.append(future)
            if not self._queue:
                self._arrived.clear()
            yield Batch(items, partial(self._answer, futures, len(items)))

    def _answer(self, futures: list[asyncio.Future[None]], size: int, error: BaseException | None) -> None:
        self._waiting -= size
        for future in futures:
            if future.done():
                continue  # its sender went away
            if error is None:
                future.set_result(None)
            else:
                future.set_exception(SourceFault(f"not confirmed: {type(error).__name__}", reason="kafka"))
                future.exception()  # seen, also where the sender went away meanwhile

    def normalise(self, item: bytes, received_ms: int) -> SocialEvent | None:
        """An item as an event."""
        return self._convert(item, received_ms)

    def position(self) -> str:
        """None: the sender keeps count."""
        return ""

    async def close(self) -> None:
        """Refuse what waits and what comes until `connect`."""
        self.open = False
        while self._queue:
            items, future = self._queue.popleft()
            self._answer([future], len(items), ConnectionError("the source is closed"))
        self._arrived.clear()

    async def check(self) -> list[Finding]:
        """A webhook is called by others; what can be checked is its secret."""
        return [self.signature.check(self.name)]


class TokenBucket:
    """At most `rate` a second on average and `burst` at once."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate, self._burst = rate, float(burst)
        self._tokens, self._at = float(burst), 0.0

    def wait(self, now: float) -> float:
        """Take a token: 0.0, or the seconds until there is one. `now` in seconds, never falling."""
        if self._at:
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens >= 1.0:
            self._tokens -= 1.0
            return 0.0
        return (1.0 - self._tokens) / self._rate

    def give_back(self) -> None:
        """Put the token back."""
        self._tokens = min(self._burst, self._tokens + 1.0)
