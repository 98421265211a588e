"""The two weeks before the demo: the last minutes as posts, told apart by their truth, and all before as numbers only.

Everything lies in a shard of its own, so that the summary and the live display leave it out.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any, NamedTuple

import msgspec

from processors.matching import BrandMatcher
from schemas.brands import BrandBook
from schemas.topics import EVENTS
from streams.decode import Message
from streams.pipeline import Pipeline
from streams.simulator import SimulatedPost, Simulator
from streams.sources.base import Refused
from streams.sources.portable import PortableReader
from streams.store import Store

PAST_HOURS = 14 * 24
PAST_SHARD = 65_535
POSTED_MINUTES = 12
_MINUTE = 60
_SURE = {"negative": (0.9, 0.08, 0.02), "neutral": (0.1, 0.8, 0.1), "positive": (0.02, 0.08, 0.9)}
_ADDRESSES = ("uri", "parent_uri", "root_uri", "quote_uri", "repost_uri")


class _Said(NamedTuple):
    label: str
    probabilities: tuple[float, float, float]
    value_chain: tuple[str, ...]
    model_version: str = "invented"


class _Told:
    """Answers with what the simulator knows of its posts: the past need not wait for the model."""

    version = "invented"

    def __init__(self, posts: Sequence[SimulatedPost]) -> None:
        self._truth = {post.post.get("text", ""): (post.truth.sentiment, post.truth.value_chain) for post in posts}

    def predict(self, texts: Sequence[str], languages: Sequence[str] | None = None) -> list[_Said]:
        found = (self._truth.get(text, ("neutral", ())) for text in texts)
        return [_Said(label, _SURE[label], tuple(areas)) for label, areas in found]


def invent_past(
    store: Store,
    book: BrandBook,
    rate: float,
    end: float | None = None,
    hours: int = PAST_HOURS,
    weights: Mapping[str, float] | None = None,
) -> None:
    """Fill the store with `hours` of calm up to `end` (epoch seconds; None: now), at `rate` posts a second. `weights`: shares
    of the talk by brand, as the simulator takes them."""
    end = time.time() if end is None else end
    start = int(end) // _MINUTE * _MINUTE - POSTED_MINUTES * _MINUTE
    simulator = Simulator(
        seed=3, start=datetime.fromtimestamp(start, UTC), rate=rate, storm_after=None, weights=weights
    )
    posts = list(simulator.until(end - start))
    sample, authors = _by_minute(posts)
    _store_minutes(store, sample, authors, start - _MINUTE, hours * 60 - POSTED_MINUTES)
    _store_posts(store, book, posts)


def _store_posts(store: Store, book: BrandBook, posts: Sequence[SimulatedPost]) -> None:
    matcher = BrandMatcher(book)
    reader, encode = (
        PortableReader(b"the past of the demo", matcher, collector="simulator"),
        msgspec.json.Encoder().encode,
    )
    now, events = int(time.time() * 1000), []
    for post in posts:
        # The stream of the demo counts its addresses from one as well: these must be others.
        entry = {
            name: f"{value}#earlier" if name in _ADDRESSES and value else value for name, value in post.post.items()
        }
        try:
            events.append(reader.read(encode(entry), now))
        except Refused:
            continue
    pipeline = Pipeline(store, matcher, _Told(posts))
    pipeline.store(pipeline.prepare([Message(EVENTS, PAST_SHARD, 0, encode(events))]))


def _by_minute(
    posts: Sequence[SimulatedPost],
) -> tuple[dict[tuple[str, int], Counter[str]], dict[tuple[str, int], set[str]]]:
    sample: dict[tuple[str, int], Counter[str]] = {}
    authors: dict[tuple[str, int], set[str]] = {}
    for post in posts:
        truth = post.truth
        if post.post["action"] not in ("create", "update") or truth.direction == "":
            continue
        for brand in truth.brands:
            key = (brand, int(post.at // _MINUTE))
            counts = sample.setdefault(key, Counter())
            mention = truth.media_class in ("earned", "unknown")
            counts.update(posts=1, mentions=mention, **{truth.media_class: 1})
            if mention:
                counts[truth.sentiment] += 1
                authors.setdefault(key, set()).add(post.post["author"]["handle"])
    return sample, authors


def _store_minutes(
    store: Store,
    sample: dict[tuple[str, int], Counter[str]],
    authors: dict[tuple[str, int], set[str]],
    last: int,
    minutes: int,
) -> None:
    """Minutes up to `last`, each drawn from the sample."""
    random = Random(1)
    names = ("posts", "mentions", "owned", "paid", "earned", "unknown", "positive", "neutral", "negative")
    columns: dict[str, list[Any]] = {name: [] for name in ("shard", "brand", "minute", "people", *names)}
    for brand in sorted({brand for brand, _ in sample}):
        for number in range(minutes):
            key = (brand, random.randrange(POSTED_MINUTES))
            counts = sample.get(key, Counter())
            columns["shard"].append(PAST_SHARD)
            columns["brand"].append(brand)
            columns["minute"].append(last - number * _MINUTE)
            columns["people"].append(len(authors.get(key, ())))
            for name in names:
                columns[name].append(counts[name])
    store.execute("CREATE TABLE past_minutes (shard UInt16, brand String, minute DateTime('UTC'), people UInt32, "
                  + ", ".join(f"{name} UInt32" for name in names) + ") ENGINE = Memory")  # fmt: skip
    store.insert("past_minutes", list(columns), list(columns.values()))
    store.execute(
        f"""
        INSERT INTO brand_minute (shard, brand, minute, {", ".join(names)}, authors, negative_authors, negative_texts, version)
        SELECT shard, brand, minute, {", ".join(names)}, range(toUInt64(people)),
               range(toUInt64(negative)), range(toUInt64(negative)), 1
        FROM past_minutes
        """
    )
    store.execute("DROP TABLE past_minutes")
