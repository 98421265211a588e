"""Everything a run needs, started in the right order and stopped in the reverse one.

Embedded or cluster differ in two lines only: where Kafka is and where the store is.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import faust
import structlog

from processors.matching import BrandMatcher
from schemas.brands import BrandBook
from schemas.topics import EVENTS
from streams.app import build_app
from streams.kafka.admin import Admin, KafkaUnreachable
from streams.kafka.broker import EmbeddedBroker
from streams.kafka.producer import Ends
from streams.notices import Notices
from streams.pipeline import Pipeline
from streams.pulse import Pulse
from streams.scoring import Scorer
from streams.settings import Settings
from streams.store import Store, StoreUnavailable, open_store
from streams.store.migrate import migrate
from streams.unfinished import Unfinished, mend
from streams.watch import OnChange, Watch
from streams.worker import OnBatch, Worker

log = structlog.get_logger(__name__)
T = TypeVar("T")


class Crashed(RuntimeError):
    """The worker ended by itself; the message says why."""


def open_scorer(settings: Settings) -> Scorer | None:
    """The sentiment model of the settings; None when it is switched off. Raises processors.sentiment.ModelError."""
    if settings.model == "off":
        return None
    from processors.sentiment import open_model

    scorer: Scorer = open_model(
        settings.model or None, threads=settings.threads or None, label_map=settings.model_labels or None
    )
    return scorer


class Runtime:
    """A worker with its store, and in embedded runs its broker. Use as an async context manager, from the main thread.

    Raises on entering: BrokerError, KafkaUnreachable, StoreError, ModelError.
    """

    def __init__(
        self,
        settings: Settings,
        book: BrandBook,
        *,
        on_batch: OnBatch | None = None,
        on_change: OnChange | None = None,
        prepare: Callable[[Store], None] | None = None,
        patient: bool = False,
    ) -> None:
        """`prepare` is called with the migrated store before the worker starts. `patient`: wait at the start for a Kafka or
        a store that does not answer yet, instead of raising; what does not pass by waiting is raised all the same."""
        self.settings = settings
        self.book = book
        self.matcher = BrandMatcher(book)
        self._on_batch = on_batch
        self._on_change = on_change
        self._prepare = prepare
        self._patient = patient
        self._broker: EmbeddedBroker | None = None
        self._unfinished: Unfinished | None = None
        self.pulse = Pulse()
        self.waiting_for = ""

    async def __aenter__(self) -> Runtime:
        try:
            await self._start()
        except BaseException:
            await self._stop()
            raise
        return self

    async def _start(self) -> None:
        settings = self.settings
        self.bootstrap = settings.bootstrap
        if settings.embedded_kafka:
            self._broker = EmbeddedBroker()
            self.bootstrap = [self._broker.start()]
        # The model loads (half a second of reading) while Kafka and the store come up.
        model = asyncio.create_task(asyncio.to_thread(open_scorer, settings))
        self.partitions = await self._once_there(self._topics)
        self.store = await asyncio.to_thread(open_store, settings.clickhouse_url(), settings.home)
        await self._once_there(lambda: migrate(self.store, settings.clickhouse_cluster))
        if self._prepare is not None:
            await asyncio.to_thread(self._prepare, self.store)
        home = home_of(settings)  # Faust makes its folder there, but not the folders above
        self.pipeline = Pipeline(self.store, self.matcher, await model, visible=self.pulse.beat, begin=self._begun)
        if settings.embedded_kafka:
            unfinished = Unfinished(home / "unfinished")
            if (since := unfinished.since_ms()) is not None:
                mended = await asyncio.to_thread(mend, self.pipeline, since)
                log.warning("the last run was cut off; the figures of its last batch are computed anew", posts=mended)
            self._unfinished = unfinished
        self.app: faust.App = build_app(settings, self.bootstrap)
        self.worker = Worker(
            self.app, self.pipeline, settings, self._on_batch, partitions=self.partitions, pulse=self.pulse
        )
        self.notices = Notices(settings)
        self.notices.start()
        if self.book.brands:
            self.watch = Watch(
                self.app,
                self.store,
                self.book,
                settings.partitions,
                self.worker.watermark_ms,
                self.notices,
                self._on_change,
            )
            self.worker.after_batch(self.watch.tell)
        # Joining the consumer group takes seconds; sources may write meanwhile, and the worker catches up.
        self._joining = asyncio.create_task(self._join())
        # What lives now lives on. A batch makes a million short-lived objects without cycles: looking for some that often is in vain.
        gc.freeze()
        gc.set_threshold(200_000, 20, 20)

    def _begun(self) -> None:
        if self._unfinished is not None:
            self._unfinished.begin()

    async def _once_there(self, action: Callable[[], T]) -> T:
        """Run on a thread; if patient, again and again while Kafka or the store cannot be reached."""
        while True:
            try:
                result = await asyncio.to_thread(action)
            except (KafkaUnreachable, StoreUnavailable) as error:
                if not self._patient:
                    raise
                self.waiting_for = str(error)
                log.warning("waiting", reason=self.waiting_for[:500], again_in_seconds=self.settings.retry_seconds)
                await asyncio.sleep(self.settings.retry_seconds)
            else:
                self.waiting_for = ""
                return result

    async def _join(self) -> None:
        await self.app.start()
        log.info("worker started", kafka=",".join(self.bootstrap), embedded_store=self.settings.clickhouse is None)

    def _topics(self) -> int:
        with Admin(self.settings, self.bootstrap) as admin:
            admin.ensure_topics()
            return admin.partitions(EVENTS)

    @property
    def joined(self) -> bool:
        """Whether the worker takes part in the consumer group."""
        return hasattr(self, "_joining") and self._joining.done() and self._joining.exception() is None

    def status(self) -> dict[str, Any]:
        """What a person at the console wants to know of this process. Reads memory only."""
        lag = self.worker.lags() if self.joined else {}
        return {
            "joined": self.joined,
            "partitions": len(lag),
            "lag_messages": sum(lag.values()),
            "dead_letters_kept": self.worker.letters_kept,
            "model": self.pipeline.model_version or "off",
            "kafka": "embedded" if self.settings.embedded_kafka else ", ".join(self.bootstrap),
        }

    @property
    def broker_megabytes(self) -> float:
        """Memory of the embedded broker, which keeps every message until it ends; 0 without one."""
        return self._broker.megabytes if self._broker is not None else 0.0

    def check(self) -> None:
        """Raise Crashed if the worker or the embedded broker has ended."""
        if not hasattr(self, "_joining"):
            return  # still starting
        if self._joining.done() and (error := self._joining.exception()) is not None:
            raise Crashed(f"the worker did not start: {error!r}")
        if self.app.crashed:
            raise Crashed(f"the worker stopped: {self.app.crash_reason!r}")
        if self._broker is not None and not self._broker.alive:
            raise Crashed("the embedded broker ended")

    def stored(self, ends: Ends) -> bool:
        """Whether everything before these offsets, dead letters too, is stored and acknowledged by this worker, which has all
        partitions: for runs on one machine. Reads memory only, so any thread may ask."""
        worker = self.worker
        progress = worker.progress
        if any(progress.get(partition, 0) < end for partition, end in ends.events.items()):
            return False
        return worker.letters_kept >= max(ends.letters, worker.letters_sent)

    async def reached(self, ends: Ends, poll: float = 0.05) -> None:
        """Wait until `stored`. Raises Crashed."""
        while not self.stored(ends):
            self.check()
            await asyncio.sleep(poll)

    async def _stop(self) -> None:
        if hasattr(self, "_joining"):
            await asyncio.wait([self._joining])
            await self.app.stop()
        if hasattr(self, "notices"):
            await self.notices.stop()
        if hasattr(self, "watch"):
            await asyncio.to_thread(self.watch.close)
        if hasattr(self, "worker"):
            self.worker.thread.shutdown(wait=True)
            if self._unfinished is not None and not self.pipeline.unfinished:
                self._unfinished.end()
        if hasattr(self, "store"):
            await asyncio.to_thread(self.store.close)
        if self._broker is not None:
            self._broker.stop()

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()


def home_of(settings: Settings) -> Path:
    """The home folder, made if it is missing."""
    settings.home.mkdir(parents=True, exist_ok=True)
    return settings.home
