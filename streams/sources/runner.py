"""Drives one source: batches into Kafka, the cursor after the confirmation, and back again after every fault."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

import msgspec
import structlog

from processors.validate import reason_to_refuse
from schemas.dead_letter import dead_letter
from schemas.social_event import SocialEvent, hash64_bytes
from streams import metrics
from streams.sources.backoff import Backoff
from streams.sources.base import Batch, Gap, Producer, RateLimited, Refused, Source, SourceFault
from streams.sources.cursors import CursorError, CursorStore
from streams.sources.settle import Safe, Settling, Unsettled

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
                self._ids.pop(old, None)  # servers of one network share the set, each on its own thread


class SourceRunner:
    """Runs a source until it is told to stop. Never raises for what a feed or Kafka does: it waits and tries again.

    `make_producer` is called anew after a Kafka failure. `clock` returns ms since the epoch. `safe`: for a broker that keeps
    nothing, see `streams.sources.settle`. After the run: `sent` (events Kafka confirmed), `repeated`, `refused`, `sessions`,
    `faults` by reason, `gaps`.
    """

    def __init__(
        self,
        source: Source,
        make_producer: Callable[[], Producer],
        store: CursorStore,
        *,
        backoff: Backoff | None = None,
        recent: Recent | None = None,
        safe: Safe | None = None,
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
        self._exported: dict[int, Counter[str]] = {}
        self._keys_loaded = self._has_cursor = False
        # A thread of its own: a producer that waits for Kafka must not take the threads that others need.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"source-{source.name}")
        self._settling = Settling(source.name, store, safe, self._aside) if safe is not None else None

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set, or until a finite source has ended."""
        stopped: asyncio.Future[Any] = asyncio.ensure_future(stop.wait())
        if self._settling is not None:
            self._settling.start()
        try:
            while not stop.is_set() and not self.finished:
                started = time.monotonic()
                fault = await self._session(stopped)
                if fault is None or stop.is_set():
                    continue
                await self._pause(fault, time.monotonic() - started, stopped)
        finally:
            stopped.cancel()
            if self._settling is not None:
                await self._settling.finish()
            if self.finished:
                metrics.SOURCE_CONNECTED.remove(self.source.name)  # a file read to its end is no feed that is down
            if self._producer is not None:
                await self._aside(self._producer.close)
                self._producer = None
            self._thread.shutdown(wait=False)

    async def _aside(self, action: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, action, *arguments)

    async def _session(self, stopped: asyncio.Future[Any]) -> SourceFault | None:
        """Open the feed and read it to its end. Returns why it ended; None when it was stopped or is finished."""
        name = self.source.name
        self.sessions += 1
        try:
            connecting = asyncio.ensure_future(self.source.connect(await self._aside(self._stored)))
            if not await _unless(stopped, connecting):
                return None
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
        except CursorError as error:
            return SourceFault(str(error), reason="cursor")
        except asyncio.CancelledError:
            raise
        except Exception as error:  # a source must never die silently, whatever broke
            log.exception("source failed", source=name)
            return SourceFault(f"{type(error).__name__}: {error}", reason="internal")
        finally:
            metrics.SOURCE_CONNECTED.labels(name).set(0)
            await self._close()

    def _stored(self) -> str:
        """The stored cursor. Keys are loaded at first, on the thread that uses them."""
        if not self._keys_loaded:
            self._store.load_keys(self.source.keys)
            self._keys_loaded = True
        return (self._settling.position if self._settling else "") or self._store.load().value

    async def _close(self) -> None:
        try:
            await self._aside(self._note_gaps)
        except CursorError as error:  # counted and logged all the same
            log.error("a gap could not be stored", source=self.source.name, problem=str(error))
        try:
            await self.source.close()
        except Exception as error:  # closing what is broken may fail; the next connect starts afresh
            log.debug("closing failed", source=self.source.name, error=repr(error))

    async def _read(self, stopped: asyncio.Future[Any]) -> None:
        batches = self.source.read()
        try:
            while True:
                following: asyncio.Future[Batch | None] = asyncio.ensure_future(anext(batches, None))
                if not await _unless(stopped, following):
                    return
                batch = following.result()
                if batch is None:
                    return
                await self._publish(batch, stopped)
        finally:
            if isinstance(batches, AsyncGenerator):
                await batches.aclose()  # what reads ahead stops now, not when somebody collects the garbage

    async def _publish(self, batch: Batch, stopped: asyncio.Future[Any]) -> None:
        while True:
            try:
                await self._aside(self._publish_now, batch)
                break
            except Exception as error:
                await self._aside(self._take_back)
                if batch.done is not None:
                    batch.done(error)
                fault = error if isinstance(error, SourceFault) else _kafka_fault(error)
                if batch.done is not None or self._has_cursor:
                    raise fault from error
                # There is no cursor to come back to: letting go of the very first batch would lose it.
                await self._pause(fault, 0.0, stopped)
                if stopped.done():
                    return
        if self._settling is not None:
            await self._settling.room(stopped)
        elif batch.done is not None:
            batch.done(None)

    def _take_back(self) -> None:
        """The batch did not reach Kafka as a whole: nothing of it counts as known, and it will be read again."""
        self.source.keys.undo()
        self.source.take_gaps()  # they are found again where they were found
        broken, self._producer = self._producer, None
        if broken is not None:
            broken.close()

    def _publish_now(self, batch: Batch) -> None:
        """Normalise, send, wait for the confirmation, then store the cursor, or have it wait: in this order."""
        if self._producer is None:
            self._producer = self._make_producer()
        producer, source, recent = self._producer, self.source, self._recent
        now = self._clock()
        sent: dict[int, None] = {}
        newest: SocialEvent | None = None
        refused = repeated = 0
        for item in batch.items:
            event = reason = None
            try:
                event = source.normalise(item, now)
                reason = reason_to_refuse(event, now) if event is not None else None
            except Refused as refusal:
                reason = str(refusal)
            except Exception as error:  # a defect of ours: this item waits for its repair, the others go on
                log.exception("an item could not be read", source=source.name)
                reason = f"internal: {type(error).__name__}: {error}"
            if reason is not None:
                refused += 1
                self._refuse(producer, item, reason, now)
            elif event is None:
                continue
            elif (mark := _mark(event)) in recent or mark in sent:
                repeated += 1
            else:
                sent[mark] = None
                producer.add(event)
                newest = event
        producer.flush()
        gaps = source.take_gaps()
        position = source.position()
        if self._settling is None:
            self._store.save(position, source.keys.unsaved(), gaps)
        else:
            self._settling.add(Unsettled(producer.ends(), position, source.keys.unsaved(), gaps, batch.done))
        source.keys.saved()
        self._has_cursor = self._has_cursor or bool(position)
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
        name, source = self.source.name, self.source
        self.sent += sent
        self.repeated += repeated
        self.refused += refused
        metrics.PRODUCED.labels(name, "sent").inc(sent)
        metrics.PRODUCED.labels(name, "refused").inc(refused)
        if repeated:
            source.dropped["repeated"] += repeated
        for metric, counts in ((metrics.SOURCE_DROPPED, source.dropped), (metrics.SOURCE_FAULTS, source.failed)):
            exported = self._exported.setdefault(id(counts), Counter())
            for reason, number in counts.items():
                metric.labels(name, reason).inc(number - exported[reason])
                exported[reason] = number
        metrics.SOURCE_CURSOR_TIMESTAMP.labels(name).set(time.time())
        if newest is not None and (lag := _lag_ms(newest)) is not None:
            metrics.SOURCE_LAG_SECONDS.labels(name).set(max(0.0, lag / 1000))
        if source.quota_left is not None:
            metrics.SOURCE_QUOTA_LEFT.labels(name).set(source.quota_left)

    def _note_gaps(self) -> None:
        """Gaps reported outside a batch, for example while connecting."""
        if gaps := self.source.take_gaps():
            self._show_gaps(gaps)
            self._store.save("", {}, gaps)

    def _show_gaps(self, gaps: list[Gap]) -> None:
        for gap in gaps:
            self.gaps += 1
            metrics.SOURCE_GAPS.labels(self.source.name, gap.reason).inc()
            seconds = (gap.to_ms - gap.from_ms) / 1000 if gap.from_ms and gap.to_ms else None
            log.warning("gap in a source", source=self.source.name, reason=gap.reason, note=gap.note, seconds=seconds)

    async def _pause(self, fault: SourceFault, lasted: float, stopped: asyncio.Future[Any]) -> None:
        name = self.source.name
        wait = self._backoff.after(fault, lasted)
        self.faults[fault.reason] += 1
        metrics.SOURCE_FAULTS.labels(name, fault.reason).inc()
        if isinstance(fault, RateLimited):
            metrics.SOURCE_RATE_LIMITED.labels(name).inc()
        problem = str(fault)[:300]
        log.warning("source interrupted", source=name, reason=fault.reason, problem=problem, next_try=round(wait, 1))
        await asyncio.wait((stopped,), timeout=wait)


async def _unless(stopped: asyncio.Future[Any], action: asyncio.Future[Any]) -> bool:
    """Wait for the action; cancel it and return False if the run is stopped first. Raises what the action raises."""
    try:
        await asyncio.wait((action, stopped), return_when=asyncio.FIRST_COMPLETED)
    finally:
        if not action.done():
            action.cancel()
            await asyncio.gather(action, return_exceptions=True)
    if action.cancelled():
        return False
    action.result()
    return True


def _kafka_fault(error: Exception) -> SourceFault:
    if isinstance(error, CursorError):
        return SourceFault(str(error), reason="cursor")
    return SourceFault(f"Kafka did not confirm: {type(error).__name__}: {error}", reason="kafka")


def _mark(event: SocialEvent) -> int:
    """What makes an event a repetition: the same event with the same counts. A newer snapshot of counts is news."""
    return event.event_id if event.counts is None else hash((event.event_id, msgspec.structs.astuple(event.counts)))


def _lag_ms(event: SocialEvent) -> int | None:
    """Receipt minus what the feed says: when it saw the event, else when the post was written. None: nothing is said."""
    if event.observed_at and event.observed_at != event.received_at:
        return event.received_at - event.observed_at
    return event.received_at - event.created_at if event.action == "create" else None
