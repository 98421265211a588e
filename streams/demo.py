"""The demo: an invented live stream through the whole pipeline, in one process, on a store of its own.

The two weeks before the demo are invented too (`streams.demo_past`), because a crisis can be told from a busy minute only by someone
who knows the brand's usual days.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
import structlog

from processors.matching import BrandMatcher
from schemas.brands import BrandBook, parse_brands
from streams.crisis import Change
from streams.demo_past import PAST_SHARD, invent_past
from streams.kafka.producer import EventProducer
from streams.pipeline import Batch
from streams.runtime import Runtime
from streams.secret import author_key
from streams.serve import serve_runtime_console
from streams.settings import Settings
from streams.simulator import Simulator
from streams.simulator import brands as simulated_brands
from streams.sources.base import Refused
from streams.sources.portable import PortableReader

log = structlog.get_logger(__name__)

RATE = 12.0
"""Posts a second in calm times."""
STORM_AFTER = 20.0
STORM_FACTOR = 4.0
"""The storm adds this many times as many: a real one takes hours to grow, a demo has a minute."""
WEIGHTS = {"talwerk": 0.04, "kauz": 0.52, "fjella": 0.44}
"""Shares of the everyday talk. The storm hits the smallest brand: half a minute of it moves an hour's counts of that one far."""


class Seen(NamedTuple):
    """A stored post for the live display."""

    brand: str
    handle: str
    text: str
    sentiment: str
    direction: str
    source: str


class DemoState:
    """What the display shows and the summary tells; written by callbacks, read by the display."""

    def __init__(self, *, displayed: bool = True) -> None:
        self.totals: Counter[str] = Counter()
        self.ages: list[float] = []
        self.changes: list[Change] = []
        self.recent: deque[Seen] = deque(maxlen=200)
        self.started = time.time()
        self.url = ""
        self.displayed = displayed

    def on_batch(self, batch: Batch) -> None:
        """Count a stored batch."""
        now = time.time() * 1000
        self.totals.update(
            accepted=batch.read - len(batch.refused),
            dead_lettered=len(batch.refused),
            stored=batch.stored,
            scored=batch.scored,
        )
        self.ages += [(now - received) / 1000 for received in batch.received]
        self.recent.extend(seen_in(batch))

    def on_url(self, url: str) -> None:
        """Keep the address of the web console; where there is no live display to show it, say it."""
        self.url = url
        if not self.displayed:
            print(f"console: {url}", file=sys.stderr, flush=True)

    def on_change(self, change: Change) -> None:
        """Keep a change of a brand's crisis level."""
        self.changes.append(change)

    def summary(self, in_store: int) -> dict[str, Any]:
        """The demo's one line of JSON. Ages are in seconds. `duplicates`: events about a post that was accepted before, such
        as repeats, edits and deletions; without them every accepted event is a row: stored = accepted - duplicates."""
        ages = sorted(self.ages)
        return {
            "read": self.totals["read"],
            "accepted": self.totals["accepted"],
            "dead_lettered": self.totals["dead_lettered"],
            "duplicates": self.totals["duplicates"],
            "stored": in_store,
            "scored": self.totals["scored"],
            "alerts": [
                {
                    "brand": change.alert.brand,
                    "severity": change.alert.severity,
                    "seconds_after_start": round(change.at_ms / 1000 - self.started, 1),
                    "text": change.alert.explanation_en,
                }
                for change in self.changes
            ],
            "age_p50": quantile(ages, 0.5),
            "age_p95": quantile(ages, 0.95),
            "seconds": round(time.time() - self.started, 1),
        }


def quantile(ordered: list[float], share: float) -> float | None:
    """The value below which `share` of the sorted values lie, to a millisecond; None without values."""
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3) if ordered else None


def seen_in(batch: Batch) -> list[Seen]:
    """Posts of a batch that name a brand, for the display."""
    from processors.enrich import INDEX

    return [
        Seen(
            row[INDEX["brands"]][0], row[INDEX["handle"]], row[INDEX["text"]],
            row[INDEX["sentiment"]], row[INDEX["direction"]], row[INDEX["source"]],
        )
        for row in batch.rows()
        if row[INDEX["brands"]] and row[INDEX["text"]]
    ]  # fmt: skip


def demo_brands() -> BrandBook:
    """The three invented brands, with the default settings for crises."""
    return parse_brands(simulated_brands(), "the simulator's brands")


def demo_stream(start: float, storm_after: float | None = STORM_AFTER, *, seed: int = 7) -> Simulator:
    """What the demo shows from `start` (epoch seconds) on."""
    return Simulator(
        seed=seed,
        start=datetime.fromtimestamp(start, UTC),
        rate=RATE,
        storm_after=storm_after,
        storm_factor=STORM_FACTOR,
        weights=WEIGHTS,
    )


async def run_demo(
    settings: Settings,
    seconds: float | None,
    *,
    display: Callable[[DemoState, Runtime], Any] | None = None,
    console: bool = False,
    finish: Callable[[DemoState, Runtime], Awaitable[None]] | None = None,
) -> dict[str, Any]:
    """Run the demo for `seconds` of stream (None: until cancelled); return the summary.

    `console`: serve the web console meanwhile. `finish` is called at the end, while the store is still open.
    Raises what Runtime raises, and ConsoleError when its port is taken.
    """
    home = settings.home / "demo"
    shutil.rmtree(home / "store", ignore_errors=True)
    settings = settings.model_copy(update={"home": home, "partitions": 2, "kafka": None, "clickhouse": None})
    home.mkdir(parents=True, exist_ok=True)
    book, state = demo_brands(), DemoState(displayed=display is not None)
    async with Runtime(
        settings,
        book,
        on_batch=state.on_batch,
        on_change=state.on_change,
        prepare=lambda store: invent_past(store, book, RATE, weights=WEIGHTS),
    ) as runtime:
        while not runtime.joined:
            runtime.check()
            await asyncio.sleep(0.05)
        stop = threading.Event()
        state.started = time.time()
        source = asyncio.create_task(asyncio.to_thread(_stream, settings, runtime, state, seconds, stop))
        show = asyncio.create_task(display(state, runtime)) if display else None
        over = asyncio.Event()
        site = asyncio.create_task(serve_runtime_console(runtime, over, state.on_url)) if console else None
        try:
            while not source.done():
                runtime.check()
                if site is not None and site.done():
                    await site  # raises what kept it from starting
                await asyncio.sleep(0.1)
            await runtime.reached(await source)
            await asyncio.sleep(1.5)  # the last look of the crisis detector
        finally:
            stop.set()
            over.set()
            await asyncio.wait([task for task in (source, site) if task is not None], timeout=20)
            if show is not None:
                show.cancel()
                await asyncio.wait([show])
        if finish is not None:
            await finish(state, runtime)
        sql = f"SELECT count() FROM events FINAL WHERE shard != {PAST_SHARD}"
        stored = (await asyncio.to_thread(runtime.store.query, sql)).scalar()
    return state.summary(stored)


def _stream(
    settings: Settings, runtime: Runtime, state: DemoState, seconds: float | None, stop: threading.Event
) -> Any:
    reader = PortableReader(author_key(settings), BrandMatcher(runtime.book), collector="simulator")
    producer = EventProducer(settings, runtime.bootstrap, runtime.partitions)
    encoder = msgspec.json.Encoder()
    try:
        start = time.time()
        uris: set[str] = set()
        for post in demo_stream(start).events():
            if stop.is_set() or (seconds is not None and post.at >= seconds):
                break
            while (left := start + post.at - time.time()) > 0 and not stop.is_set():
                producer.tick()
                time.sleep(min(left, 0.01))
            state.totals["read"] += 1
            try:
                producer.add(reader.read(encoder.encode(post.post), int(time.time() * 1000)))
                state.totals["duplicates"] += post.post["uri"] in uris
                uris.add(post.post["uri"])
            except Refused as refusal:  # the simulator speaks the format; a refusal is a defect worth seeing
                state.totals["dead_lettered"] += 1
                log.error("the simulator's post was refused", reason=str(refusal))
        producer.flush()
        return producer.ends()
    finally:
        producer.close()
