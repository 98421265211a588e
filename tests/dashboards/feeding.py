"""Simulated posts in the store, scored with their truth instead of a model."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from processors.matching import BrandMatcher
from schemas.brands import BrandBook, parse_brands
from streams.alerts import note_look
from streams.decode import Message
from streams.kafka.producer import partition_of
from streams.pipeline import Pipeline
from streams.sales import read as read_sales
from streams.simulator import SimulatedPost, Simulator, brands
from streams.sources.portable import PortableReader
from streams.store import Store

SHARES = {"negative": (0.9, 0.08, 0.02), "neutral": (0.1, 0.8, 0.1), "positive": (0.02, 0.08, 0.9)}


class Said(NamedTuple):
    """What a model would have answered."""

    label: str
    probabilities: tuple[float, float, float]
    value_chain: tuple[str, ...]
    model_version: str = "truth-1"


class TruthModel:
    """Answers with the simulator's truth."""

    version = "truth-1"

    def __init__(self) -> None:
        self.truth: dict[str, tuple[str, tuple[str, ...]]] = {}

    def predict(self, texts: Sequence[str], languages: Sequence[str] | None = None) -> list[Any]:
        answers = (self.truth.get(text, ("neutral", ())) for text in texts)
        return [Said(label, SHARES[label], tuple(areas)) for label, areas in answers]


class Feeder:
    """Writes posts in portable form through the real pipeline, without Kafka."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.book: BrandBook = parse_brands(brands(), "simulator")
        matcher = BrandMatcher(self.book)
        self._model = TruthModel()
        self._pipeline = Pipeline(store, matcher, self._model)
        self._reader = PortableReader(b"0123456789abcdef0123456789abcdef", matcher, collector="test")
        self._encode = msgspec.json.Encoder().encode
        self._offset = 0

    def simulated(self, posts: Sequence[SimulatedPost], start: datetime, *, received: datetime | None = None) -> None:
        """Feed simulated posts, received when they were written unless `received` says otherwise."""
        for post in posts:
            if post.post.get("text"):
                self._model.truth[post.post["text"]] = (post.truth.sentiment, post.truth.value_chain)
        at = [received or start + timedelta(seconds=post.at) for post in posts]
        self._store(
            [self._reader.read(self._encode(p.post), int(t.timestamp() * 1000)) for p, t in zip(posts, at, strict=True)]
        )

    def post(self, sentiment: str = "negative", areas: tuple[str, ...] = (), **fields: Any) -> None:
        """Feed one post, written now unless `created_at` says otherwise."""
        self._offset += 1
        entry = {
            "uri": f"https://test.example/{self._offset}",
            "author": {"handle": f"someone{self._offset}"},
            "created_at": datetime.now(UTC).isoformat(),
            "source": "bluesky",
            **fields,
        }
        self._model.truth[entry["text"]] = (sentiment, areas)
        self._store([self._reader.read(self._encode(entry), int(time.time() * 1000))])

    def _store(self, events: Sequence[Any]) -> None:
        shards: dict[int, list[Any]] = {}
        for event in events:
            shards.setdefault(partition_of(event.root_uri or event.uri, 2), []).append(event)
        self._offset += 1
        self._pipeline.store(
            self._pipeline.prepare(
                [Message("social.events", shard, self._offset, self._encode(batch)) for shard, batch in shards.items()]
            )
        )


def feed_sales(store: Store, start: datetime, seconds: int) -> None:
    """Visits and orders of two brands from `start` on: some consented, some from elsewhere, some with several visits before."""
    chance = random.Random(11)
    uris = [
        row[0] for row in store.query("SELECT DISTINCT uri FROM events WHERE text != '' ORDER BY uri LIMIT 15").rows
    ]

    def line(kind: str, **more: Any) -> bytes:
        at = start + timedelta(seconds=chance.uniform(0, seconds - 1))
        brand = chance.choice(["talwerk", "kauz"])
        click = f"{brand}{chance.randrange(40)}"
        common = {
            "kind": kind,
            "brand": brand,
            "at": at.isoformat(),
            "consent": chance.random() < 0.9,
            "click_id": click,
        }
        return msgspec.json.encode({**common, **more})

    visits = [
        line("visit", source=chance.choice(["bluesky", "mastodon", ""]), post_uri=chance.choice([*uris, ""]))
        for _ in range(200)
    ]
    orders = [line("order", order_id=f"o{n}", value=chance.randrange(5, 300), currency="EUR") for n in range(60)]
    report = read_sales(store, parse_brands(brands(), "simulator"), [*visits, *orders], b"key")
    assert (report.refused_lines, report.orders) == (0, 60)


def watched(store: Store, book: BrandBook, ahead: int = 3600) -> None:
    """As if a worker looked for crises of these brands, until `ahead` seconds from now."""
    now = int(time.time() * 1000)
    note_look(store, [brand.id for brand in book.brands], now + ahead * 1000, now)


def feed_storm(
    store: Store,
    seconds: int = 600,
    rate: float = 4.0,
    end: datetime | None = None,
    *,
    received: datetime | None = None,
) -> tuple[Feeder, datetime]:
    """A stream that ends at `end` (now), with a crisis in its last third. Returns the feeder and the stream's start. A console
    that shows it live needs `received`: else it takes the worker for late, and asks little."""
    start = (end or datetime.now(UTC)) - timedelta(seconds=seconds)
    feeder = Feeder(store)
    watched(store, feeder.book)
    feeder.simulated(
        Simulator(seed=7, start=start, rate=rate, storm_after=seconds * 2 / 3).until(seconds), start, received=received
    )
    return feeder, start
