"""Cursors on an embedded broker, which loses everything when it ends: they wait until the worker has stored what they stand for.

A Kafka cluster keeps what it confirmed, so there a cursor is stored at once (`streams.sources.runner`).
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import structlog

from streams.kafka.producer import Ends
from streams.sources.base import Gap, SourceFault
from streams.sources.cursors import CursorError, CursorStore

log = structlog.get_logger(__name__)

Done = Callable[[BaseException | None], None]
Safe = Callable[[Ends], bool]
"""Whether everything before these offsets, dead letters too, is in the store. Called from the sources' threads."""

MOST = 50
"""Batches that may wait; a source that is so far ahead of the store reads no further."""
LOOK_SECONDS = 0.1
LAST_SECONDS = 15.0
"""How long a source that is told to stop waits for the store; what is not stored by then is read again next time."""


class Unsettled(NamedTuple):
    """A batch that the broker confirmed: where the topics ended after it, and what is to be stored with its cursor."""

    ends: Ends
    position: str
    keys: dict[int, str]
    gaps: list[Gap]
    done: Done | None


class Settling:
    """The batches of one source that wait for the store, oldest first.

    name    of the source, for the log
    aside   runs a function on the source's thread, the only one that uses `store`
    """

    def __init__(self, name: str, store: CursorStore, safe: Safe, aside: Callable[..., Awaitable[Any]]) -> None:
        self._name = name
        self._store = store
        self._safe = safe
        self._aside = aside
        self._waiting: deque[Unsettled] = deque()
        self._task: asyncio.Task[None] | None = None
        self._until: float | None = None

    @property
    def position(self) -> str:
        """The cursor after the newest batch: where to go on in this process; "" without one."""
        return next((batch.position for batch in reversed(self._waiting) if batch.position), "")

    def add(self, batch: Unsettled) -> None:
        """A batch that was confirmed; on the source's thread."""
        self._waiting.append(batch)

    def start(self) -> None:
        """Look now and then what is stored by now."""
        self._task = asyncio.create_task(self._look())

    async def room(self, stopped: asyncio.Future[Any]) -> None:
        """Wait until another batch may wait, or until the source is stopped."""
        while len(self._waiting) >= MOST and not stopped.done():
            await asyncio.sleep(LOOK_SECONDS)

    async def finish(self) -> None:
        """Wait for the store, but not for ever; whoever waits for the rest is told that it is not stored."""
        self._until = time.monotonic() + LAST_SECONDS
        if self._task is not None:
            await self._task
        if self._waiting:
            log.warning("the store did not keep up; the last batches are read again next time", source=self._name)
        for batch in self._waiting:
            if batch.done is not None:
                batch.done(SourceFault("not stored", reason="store"))
        self._waiting.clear()

    async def _look(self) -> None:
        while self._until is None or (self._waiting and time.monotonic() < self._until):
            if self._waiting:
                try:
                    for done in await self._aside(self._settle):
                        done(None)
                except CursorError as error:  # tried again with the next look
                    log.error("a cursor could not be stored", source=self._name, problem=str(error))
            await asyncio.sleep(LOOK_SECONDS)

    def _settle(self) -> list[Done]:
        """Store the cursor of what is safe by now, in one transaction; returns whom to tell."""
        ready: list[Unsettled] = []
        for batch in self._waiting:
            if not self._safe(batch.ends):
                break
            ready.append(batch)
        if not ready:
            return []
        position = next((batch.position for batch in reversed(ready) if batch.position), "")
        keys = {name: value for batch in ready for name, value in batch.keys.items()}
        self._store.save(position, keys, [gap for batch in ready for gap in batch.gaps])
        for _ in ready:
            self._waiting.popleft()
        return [batch.done for batch in ready if batch.done is not None]
