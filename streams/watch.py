"""The worker's crisis agents: who watches which brand, the clock that drives it, and where changes are told.

A brand is watched by the worker that owns its partition of `social.minutes`, so exactly one worker speaks for it. Watching has
a thread of its own: an alert waits neither for a batch of posts nor for the description of another one.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import faust
import msgspec
import structlog

from processors.crisis import AlertChange
from schemas.brands import BrandBook
from schemas.topics import ALERTS, MINUTES
from streams import metrics
from streams.alerts import note_look, orphaned
from streams.crisis import LATE_SECONDS, Change, CrisisMonitor, store_changes
from streams.describe import Describer, undescribed
from streams.kafka.producer import partition_of
from streams.notices import Notices
from streams.pipeline import Batch
from streams.store import Store, StoreError

log = structlog.get_logger(__name__)

EVERY_SECONDS = 1.0
PUBLISH_PAUSE = 5.0
LOOK_NOTE_SECONDS = 60.0
"""So often the store is told that somebody looks, which costs an insert."""
OnChange = Callable[[Change], None]


class MinuteNote(msgspec.Struct):
    """A message of `social.minutes`: minutes (epoch seconds) of a brand that have changed in the store."""

    brand: str
    minutes: list[int]


_decoder = msgspec.json.Decoder(MinuteNote)
_encoder = msgspec.json.Encoder()


class Watch:
    """Binds the monitor to the app.

    `partitions`: of `social.minutes`. `watermark_ms`: the moment up to which this worker has stored everything.
    """

    def __init__(
        self,
        app: faust.App,
        store: Store,
        book: BrandBook,
        partitions: int,
        watermark_ms: Callable[[], int],
        notices: Notices,
        on_change: OnChange | None = None,
    ) -> None:
        self._app = app
        self._store = store
        self._partition = {brand.id: partition_of(brand.id, partitions) for brand in book.brands}
        self._monitor = CrisisMonitor(store, book)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="crisis")
        self._describer = Describer(store, book, self._described)
        self._watermark_ms = watermark_ms
        self._notices = notices
        self._on_change = on_change
        self._speaks_for: set[str] = set()
        self._shown: set[str] = set()
        self._owners: set[tuple[str, str]] = set()
        self._second_road: set[str] = set()
        self._untold: list[Change] = []
        self._outbox: asyncio.Queue[AlertChange] = asyncio.Queue()
        self._swept = False
        self._noted: tuple[list[str], float] = ([], -LOOK_NOTE_SECONDS)
        self._minutes = app.topic(
            MINUTES, key_serializer="raw", value_serializer="raw", key_type=bytes, value_type=bytes
        )
        self._alerts = app.topic(ALERTS, key_serializer="raw", value_serializer="raw", key_type=bytes, value_type=bytes)
        app.agent(self._minutes, name="minutes", concurrency=1)(self._notes)
        metrics.CRISIS_LOOKED.set_to_current_time()  # one that never comes to look is missed from now on
        app.timer(EVERY_SECONDS)(self._tick)
        app.task(self._describer.run)
        app.task(self._publish)

    def close(self) -> None:
        """End the threads, after what they have at hand."""
        self._describer.close()
        self._thread.shutdown(wait=True, cancel_futures=True)

    async def tell(self, batch: Batch) -> None:
        """Note the minutes a stored batch touched, for whoever watches those brands."""
        horizon = int(time.time()) - LATE_SECONDS
        minutes = [minute for minute in batch.minutes if minute > horizon]
        if not minutes:
            return
        for brand in batch.brands:
            if brand in self._partition:
                value = _encoder.encode(MinuteNote(brand, minutes))
                await self._minutes.send(key=brand.encode(), value=value, partition=self._partition[brand])

    async def _notes(self, stream: Any) -> None:
        async for value in stream:
            try:
                note = _decoder.decode(value)
            except (msgspec.DecodeError, UnicodeDecodeError):
                log.warning("a message of social.minutes cannot be read; its minutes are read at the next rebuild")
                continue
            await asyncio.get_running_loop().run_in_executor(
                self._thread, self._monitor.touch, note.brand, note.minutes
            )

    async def _tick(self) -> None:
        try:
            await self._evaluate()
        except StoreError as error:
            log.warning("crisis detection waits for the store", reason=str(error)[:200])
        except Exception:  # an exception that leaves a timer would stop the app
            log.exception("crisis detection failed; trying again")

    async def _evaluate(self) -> None:
        assigned = {tp.partition for tp in self._app.consumer.assignment() if tp.topic == MINUTES}
        mine = [brand for brand, partition in self._partition.items() if partition in assigned]
        loop = asyncio.get_running_loop()
        if not self._untold:  # a change that could not be written is written first: detectors have moved on
            gone = self._monitor.watched - set(mine)
            self._monitor.forget(gone)
            self._notices.forget(gone)
            self._speaks_for -= gone
            # A minute that the worker has not read to its end yet must not pass for a quiet one.
            watermark = self._watermark_ms()
            if not watermark:
                return
            await self._take_over([brand for brand in mine if brand not in self._speaks_for], watermark)
            ends = await self._ends_of_removed_brands(0 in assigned, watermark)
            await loop.run_in_executor(self._thread, self._look, ends, mine, watermark)
            self._swept = 0 in assigned
        else:
            await loop.run_in_executor(self._thread, store_changes, self._store, self._untold)
        told, self._untold = self._untold, []
        for change in told:
            self._report(change)
        self._show()
        for change in told:
            self._outbox.put_nowait(change.alert)
        self._describer.add(change.alert for change in told)
        await self._note_look(mine)

    async def _note_look(self, brands: list[str]) -> None:
        """Let others see that somebody looks: a detector that has stopped must not pass for a calm day."""
        metrics.CRISIS_LOOKED.set_to_current_time()
        noted, at = self._noted
        if brands == noted and time.monotonic() - at < LOOK_NOTE_SECONDS:
            return
        now, up_to = int(time.time() * 1000), self._watermark_ms()
        await asyncio.get_running_loop().run_in_executor(self._thread, note_look, self._store, brands, now, up_to)
        self._noted = (brands, time.monotonic())

    def _look(self, ends: list[Change], brands: list[str], watermark: int) -> None:
        """What has changed, written to the store: in one go, so that it waits for nothing in between."""
        self._untold = ends + self._monitor.evaluate(brands, watermark)
        store_changes(self._store, self._untold)

    async def _take_over(self, brands: list[str], watermark: int) -> None:
        """Speak for these brands from now on: know what was told, and describe what was not described."""
        if not brands:
            return
        loop = asyncio.get_running_loop()
        self._notices.know(await loop.run_in_executor(self._thread, self._monitor.known, brands, watermark))
        since = watermark // 1000 - LATE_SECONDS
        self._describer.add(await loop.run_in_executor(self._thread, undescribed, self._store, brands, since))
        self._speaks_for.update(brands)

    async def _publish(self) -> None:
        """Send what waits to `social.alerts`, in a task of its own: a slow Kafka keeps nobody from being told."""
        while True:
            alert = await self._outbox.get()
            value = _encoder.encode(alert)
            while True:
                try:
                    await (await self._alerts.send(key=alert.brand.encode(), value=value, partition=0))
                    break
                except Exception:  # an exception that leaves a task would stop the app
                    log.exception("a change is not published yet; trying again", brand=alert.brand)
                    await asyncio.sleep(PUBLISH_PAUSE)

    async def _described(self, alert: AlertChange) -> None:
        """The same change again, with what the posts say."""
        self._notices.describe(alert)
        self._outbox.put_nowait(alert)

    async def _ends_of_removed_brands(self, mine: bool, watermark: int) -> list[Change]:
        """Once, by the worker that has the first partition: an alert of a brand that brands.yaml names no more has to end."""
        if not mine or self._swept:
            return []
        loop = asyncio.get_running_loop()
        ends = await loop.run_in_executor(self._thread, orphaned, self._store, list(self._partition), watermark)
        if ends:
            brands = {end.alert.brand for end in ends}
            self._notices.know(await loop.run_in_executor(self._thread, self._monitor.known, brands, watermark))
        return ends

    def _show(self) -> None:
        """The present levels as metrics, of the brands this worker watches and no others.

        Only after a change was told, and the owner from before the level rises until after it falls: the owner is a label of the alert, so a scrape that saw a
        level without it would make Prometheus fire one alert, end it, and fire another.
        """
        owners = {(crisis.brand, crisis.owner) for crisis in self._notices.open()}
        for brand, owner in owners:
            metrics.CRISIS_OWNER.labels(brand, owner).set(1)
        levels = self._monitor.levels()
        for brand in self._shown - set(levels):
            for gauge in (metrics.ALERT_LEVEL, metrics.ALERT_DIRECT, metrics.CRISIS_PART):
                gauge.remove_by_labels({"brand": brand})
        self._shown = set(levels)
        for brand, (level, parts) in levels.items():
            metrics.ALERT_LEVEL.labels(brand).set(level)
            # Where Prometheus had to speak, it goes on until the crisis is over: were it to fall silent before, Alertmanager
            # would take that for the end.
            if not level:
                self._second_road.discard(brand)
            elif not self._notices.direct:
                self._second_road.add(brand)
            metrics.ALERT_DIRECT.labels(brand).set(self._notices.direct and brand not in self._second_road)
            for part, value in parts.items():
                metrics.CRISIS_PART.labels(brand, part).set(value)
        for brand, owner in self._owners - owners:
            metrics.CRISIS_OWNER.remove(brand, owner)
        self._owners = owners

    def _report(self, change: Change) -> None:
        alert = change.alert
        self._notices.change(alert)
        metrics.ALERTS.labels(alert.brand, alert.severity).inc()
        log.warning(
            "brand crisis", brand=alert.brand, severity=alert.severity, previous=alert.previous, score=alert.score
        )
        if self._on_change is not None:
            self._on_change(change)
