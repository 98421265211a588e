"""Drives one source: batches into Kafka, the cursor after the confirmation, and back again after every fault."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

import structlog

from processors.validate import reason_to_refuse
from schemas.dead_letter import dead_letter
from schemas.social_event import SocialEvent, hash64_bytes
from streams import metrics
from streams.sources.backoff import Backoff
from streams.sources.base import Batch, Gap, Producer, RateLimited, Refused, Source, SourceFault
from streams.sources.cursors import CursorStore

log = structlog.get_logger(__name__)

_RECENT = 50_000


class Recent:
    """Ids of the newest events that Kafka confirmed: what a feed repeats shortly after is not sent again."""

    def __init__(self, limit: int = _RECENT) -> None:
        self._limit = limit
        self._ids: dict[int, None] = {}

    def __contains__(self, number: int) -> bool:
        return number in self._ids

    def add(self, numbers: list[int]) -> None:
        """Remember; the oldest are forgotten."""
        self._ids.update(dict.fromkeys(numbers))
        if (surplus := len(self._ids) - self._limit) > 0:
            for old in list(islice(self._ids, surplus)):
                del self._ids[old]


class SourceRunner:
    """Runs a source until it is told to stop. Never raises for what a feed or Kafka does: it waits and tries again.

    `make_producer` is called anew after a Kafka failure. `clock` returns ms since the epoch. After the run: `sent`
    (events Kafka confirmed), `repeated`, `refused`, `sessions`, `faults` by reason, `gaps`.
    """

    def __init__(
        self,
        source: Source,
        make_producer: Callable[[], Producer],
        store: CursorStore,
        *,
        backoff: Backoff | None = None,
        recent: Recent | None = None,
        clock: Callable[[], int] = lambda: int(time.time() * 1000),
    ) -> None:
        self.source = source
        self.sent = self.repeated = self.refused = self.sessions = self.gaps = 0
        self.faults: Counter[str] = Counter()
        self.finished = False
        self._make_producer = make_producer
        self._producer: Producer | None = None
        self._store = store
        self._backoff = backoff or Backoff()
        self._clock = clock
        self._recent = recent if recent is not None else Recent()
        self._exported: Counter[str] = Counter()
        # A thread of its own: a producer that waits for Kafka must not take the threads that others need.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"source-{source.name}")

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set, or until a finite source has ended."""
        await self._aside(self._store.load_keys, self.source.keys)
        stopped: asyncio.Future[Any] = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set() and not self.finished:
                started = time.monotonic()
                fault = await self._session(stopped)
                if fault is None or stop.is_set():
                    continue
                await self._pause(fault, time.monotonic() - started, stop)
        finally:
            stopped.cancel()
            metrics.SOURCE_CONNECTED.labels(self.source.name).set(0)
            if self._producer is not None:
                await self._aside(self._producer.close)
                self._producer = None
            self._thread.shutdown(wait=False)

    async def _aside(self, action: Callable[..., Any], *arguments: Any) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, action, *arguments)

    async def _session(self, stopped: asyncio.Future[Any]) -> SourceFault | None:
        """Open the feed and read it to its end. Returns why it ended; None when it was stopped or is finished."""
        name = self.source.name
        self.sessions += 1
        try:
            await self.source.connect(self._store.load().value)
            metrics.SOURCE_CONNECTED.labels(name).set(1)
            log.info("source connected", source=name)
            await self._read(stopped)
            if stopped.done():
                return None
            if self.source.finite:
                self.finished = True
                return None
            return SourceFault("the feed ended")
        except SourceFault as fault:
            return fault
        except asyncio.CancelledError:
            raise
        except Exception as error:  # a source must never die silently, whatever broke
            log.exception("source failed", source=name)
            return SourceFault(f"{type(error).__name__}: {error}", reason="internal")
        finally:
            metrics.SOURCE_CONNECTED.labels(name).set(0)
            self._note_gaps()
            await self._close()

    async def _close(self) -> None:
        try:
            await self.source.close()
        except Exception as error:  # closing what is broken may fail; the next connect starts afresh
            log.debug("closing failed", source=self.source.name, error=repr(error))

    async def _read(self, stopped: asyncio.Future[Any]) -> None:
        batches: AsyncIterator[Batch] = self.source.read()
        while True:
            following = asyncio.ensure_future(anext(batches, None))
            waiting: set[asyncio.Future[Any]] = {following, stopped}
            try:
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            finally:
                if not following.done():
                    following.cancel()
                    await asyncio.gather(following, return_exceptions=True)
            if following.cancelled():
                return
            batch = following.result()
            if batch is None:
                return
            await self._publish(batch)

    async def _publish(self, batch: Batch) -> None:
        try:
            await self._aside(self._publish_now, batch)
        except Exception as error:
            if batch.done is not None:
                batch.done(error)
            broken, self._producer = self._producer, None
            if broken is not None:
                await self._aside(broken.close)
            if isinstance(error, SourceFault):
                raise
            raise SourceFault(f"Kafka did not confirm: {type(error).__name__}: {error}", reason="kafka") from error
        if batch.done is not None:
            batch.done(None)

    def _publish_now(self, batch: Batch) -> None:
        """Normalise, send, wait for the confirmation, then store the cursor: in this order."""
        if self._producer is None:
            self._producer = self._make_producer()
        producer, source, recent = self._producer, self.source, self._recent
        now = self._clock()
        sent: dict[int, None] = {}
        newest: SocialEvent | None = None
        refused = repeated = 0
        for item in batch.items:
            try:
                event = source.normalise(item, now)
            except Refused as refusal:
                refused += 1
                self._refuse(producer, item, str(refusal), now)
                continue
            if event is None:
                continue
            if (reason := reason_to_refuse(event, now)) is not None:
                refused += 1
                self._refuse(producer, item, reason, now)
            elif event.event_id in recent or event.event_id in sent:
                repeated += 1
            else:
                sent[event.event_id] = None
                producer.add(event)
                newest = event
        producer.flush()
        gaps = source.take_gaps()
        self._store.save(source.position(), source.keys.take(), gaps)
        recent.add(list(sent))
        self._count(len(sent), repeated, refused, newest)
        self._show_gaps(gaps)

    def _refuse(self, producer: Producer, item: bytes, reason: str, now: int) -> None:
        name = self.source.name
        metrics.SOURCE_REFUSED.labels(name, metrics.field_of(reason)).inc()
        metrics.DEAD_LETTERS.labels("source", metrics.field_of(reason)).inc()
        # The same item refused twice is one letter: its place is what it says, not when it came.
        origin = f"{name}:{hash64_bytes(item):016x}"
        producer.dead_letter(dead_letter(reason, item[:1_000_000], at=now, stage="source", origin=origin))

    def _count(self, sent: int, repeated: int, refused: int, newest: SocialEvent | None) -> None:
        name = self.source.name
        self.sent += sent
        self.repeated += repeated
        self.refused += refused
        if repeated:
            self.source.dropped["repeated"] += repeated
        for reason, number in self.source.dropped.items():
            if (fresh := number - self._exported[reason]) > 0:
                metrics.SOURCE_DROPPED.labels(name, reason).inc(fresh)
                self._exported[reason] = number
        metrics.SOURCE_CURSOR_TIMESTAMP.labels(name).set(time.time())
        if newest is not None and newest.observed_at:
            metrics.SOURCE_LAG_SECONDS.labels(name).set(max(0.0, (newest.received_at - newest.observed_at) / 1000))
        if self.source.quota_left is not None:
            metrics.SOURCE_QUOTA_LEFT.labels(name).set(self.source.quota_left)

    def _note_gaps(self) -> None:
        """Gaps reported outside a batch, for example while connecting."""
        if gaps := self.source.take_gaps():
            self._store.save("", {}, gaps)
            self._show_gaps(gaps)

    def _show_gaps(self, gaps: list[Gap]) -> None:
        for gap in gaps:
            self.gaps += 1
            metrics.SOURCE_GAPS.labels(self.source.name, gap.reason).inc()
            seconds = (gap.to_ms - gap.from_ms) / 1000 if gap.from_ms and gap.to_ms else None
            log.warning("gap in a source", source=self.source.name, reason=gap.reason, note=gap.note, seconds=seconds)

    async def _pause(self, fault: SourceFault, lasted: float, stop: asyncio.Event) -> None:
        name = self.source.name
        wait = self._backoff.after(fault, lasted)
        self.faults[fault.reason] += 1
        metrics.SOURCE_FAULTS.labels(name, fault.reason).inc()
        if isinstance(fault, RateLimited):
            metrics.SOURCE_RATE_LIMITED.labels(name).inc()
        problem = str(fault)[:300]
        log.warning("source interrupted", source=name, reason=fault.reason, problem=problem, next_try=round(wait, 1))
        try:
            await asyncio.wait_for(stop.wait(), wait)
        except TimeoutError:
            pass
