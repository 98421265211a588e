"""Replays: files into Kafka, then wait until the workers have stored all of it."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import structlog
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from processors.matching import BrandMatcher
from schemas.brands import BrandBook
from schemas.topics import EVENTS
from streams.kafka.admin import Admin
from streams.kafka.producer import Ends, EventProducer
from streams.pipeline import Batch
from streams.runtime import Runtime
from streams.secret import author_key
from streams.settings import Settings
from streams.sources.files import Tally, feed
from streams.sources.portable import PortableReader

log = structlog.get_logger(__name__)

SAY_SECONDS = 10.0


class ReplayTimeout(RuntimeError):
    """The workers had not stored everything in time."""


async def replay_embedded(
    settings: Settings, book: BrandBook, files: list[Path], speed: float | None, timeout: float | None
) -> dict[str, Any]:
    """Replay with our own broker, worker and store. Returns the summary."""
    totals: Counter[str] = Counter()
    bar = _progress()
    task, storing = _tasks(bar, files)

    def count(batch: Batch) -> None:
        totals.update(refused=len(batch.refused), scored=batch.scored, stored=batch.stored)
        bar.advance(storing, batch.read)

    async with Runtime(settings, book, on_batch=count) as runtime:
        with _stoppable() as stop, bar:
            async with _said(bar):
                tally, ends = await asyncio.to_thread(
                    _produce, settings, runtime.bootstrap, runtime.partitions, runtime.matcher, files, speed, bar, task, stop
                )  # fmt: skip
                bar.update(storing, total=tally.accepted)
                await _within(runtime.reached(ends), timeout)
        in_store = await asyncio.to_thread(
            runtime.store.query, "SELECT count(), countIf(NOT deleted) FROM events FINAL"
        )
        return _summary(tally, totals["refused"], in_store.rows[0][0], lag=0, scored=totals["scored"])


async def replay_cluster(
    settings: Settings, book: BrandBook, files: list[Path], speed: float | None, timeout: float | None
) -> dict[str, Any]:
    """Replay into a cluster: its workers do the work; this process waits for their committed offsets."""
    with Admin(settings, settings.bootstrap) as admin:
        admin.ensure_topics()
        partitions = admin.partitions(EVENTS)
        with _stoppable() as stop, _progress() as bar:
            task, storing = _tasks(bar, files)
            tally, ends = await asyncio.to_thread(
                _produce, settings, settings.bootstrap, partitions, BrandMatcher(book), files, speed, bar, task, stop
            )

            def behind() -> int:
                committed = admin.committed(settings.group, EVENTS)
                left = sum(max(0, end - committed.get(partition, 0)) for partition, end in ends.events.items())
                most = max(left, int(bar.tasks[storing].total or 0))
                bar.update(storing, total=most, completed=most - left)
                return left

            async with _said(bar):
                await _within(_until_zero(behind), timeout)
    return _summary(tally, 0, None, lag=0, scored=None)


async def _until_zero(behind: Callable[[], int]) -> None:
    while (left := await asyncio.to_thread(behind)) > 0:
        log.debug("waiting for the workers", messages=left)
        await asyncio.sleep(0.5)


@asynccontextmanager
async def _said(bar: Progress) -> AsyncIterator[None]:
    """Where nobody sees a bar (a log, a pipe), a line on stderr every ten seconds."""
    saying = None if bar.console.is_terminal else asyncio.create_task(_say(bar))
    try:
        yield
    finally:
        if saying is not None:
            saying.cancel()
            await asyncio.gather(saying, return_exceptions=True)


async def _say(bar: Progress) -> None:
    while True:
        await asyncio.sleep(SAY_SECONDS)
        read, stored = bar.tasks
        of = f" of {stored.total:,.0f}" if stored.total else ""
        print(
            f"resonanz: read {read.percentage:.0f} %, stored {stored.completed:,.0f}{of}", file=sys.stderr, flush=True
        )


@contextmanager
def _stoppable() -> Iterator[threading.Event]:
    """An event that Ctrl-C sets: the thread that reads the files must end too, and at a slow pace it waits for long."""
    stop = threading.Event()
    try:
        yield stop
    except asyncio.CancelledError:
        stop.set()
        print("resonanz: stopping; what has been begun is finished first", file=sys.stderr, flush=True)
        raise


async def _within(action: Awaitable[None], timeout: float | None) -> None:
    try:
        await asyncio.wait_for(action, timeout)
    except TimeoutError:
        raise ReplayTimeout(
            f"not everything was stored within {timeout} s; is a worker running (resonanz worker), and does the store answer (resonanz doctor)?"
        ) from None


def _produce(
    settings: Settings,
    bootstrap: list[str],
    partitions: int,
    matcher: BrandMatcher,
    files: list[Path],
    speed: float | None,
    bar: Progress,
    task: TaskID,
    stop: threading.Event,
) -> tuple[Tally, Ends]:
    reader = PortableReader(author_key(settings), matcher, keep_handles=settings.keep_handles)
    producer = EventProducer(settings, bootstrap, partitions)
    try:
        tally = feed(
            files, reader, producer, speed=speed, progress=lambda size: bar.advance(task, size), stopped=stop.is_set
        )
        return tally, producer.ends()
    finally:
        producer.close()


def _tasks(bar: Progress, files: list[Path]) -> tuple[TaskID, TaskID]:
    """What takes time: reading is soon done, storing takes as long as the model needs."""
    return bar.add_task("read", total=sum(path.stat().st_size for path in files)), bar.add_task("store", total=None)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )


def _summary(
    tally: Tally, refused_by_worker: int, in_store: int | None, *, lag: int, scored: int | None
) -> dict[str, Any]:
    return {
        "read": tally.read,
        "accepted": tally.accepted - refused_by_worker,
        "dead_lettered": tally.refused + refused_by_worker,
        "duplicates": tally.accepted - tally.distinct,
        "stored": tally.distinct - refused_by_worker,
        "in_store": in_store,
        "scored": scored,
        "lag": lag,
    }
