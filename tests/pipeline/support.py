"""Feeding the pipeline without Kafka: portable posts become messages as a source would pack them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from processors.matching import BrandMatcher
from schemas.brands import BrandBook, parse_brands
from schemas.social_event import conversation_key
from schemas.topics import EVENTS
from streams.decode import Message
from streams.kafka.producer import partition_of
from streams.pipeline import Batch, Pipeline
from streams.sources.portable import PortableReader
from streams.store import Store

NOW = 1_770_120_000_000  # 2026-02-03T12:00:00Z
BRANDS = {"acme": ["Acme", "#acmebikes"], "globex": ["Globex"]}


def book() -> BrandBook:
    return parse_brands(
        {
            "brands": [
                {"id": "acme", "name": "Acme", "terms": BRANDS["acme"], "accounts": ["mastodon:acme_official"]},
                {"id": "globex", "name": "Globex", "terms": BRANDS["globex"]},
            ]
        }
    )


def post(number: int, text: str = "Acme macht das gut", **changes: Any) -> dict[str, Any]:
    """A portable post; keyword arguments change or add fields."""
    base = {
        "uri": f"https://social.example/{number}",
        "source": "mastodon",
        "author": {"handle": f"person{number % 7}"},
        "text": text,
        "created_at": f"2026-02-03T10:{number % 60:02d}:00Z",
    }
    return {**base, **changes}


class Feeder:
    """Packs posts into messages and runs them through a pipeline on a store, with offsets that grow."""

    def __init__(
        self, store: Store, *, partitions: int = 3, model: Any = None, brands: BrandBook | None = None, now: int = NOW
    ) -> None:
        self.now = now
        self.matcher = BrandMatcher(brands or book())
        self.pipeline = Pipeline(store, self.matcher, model, clock=lambda: self.now)
        self.reader = PortableReader(b"test key", self.matcher)
        self.partitions = partitions
        self.offsets = [0] * partitions

    def messages(self, posts: Iterable[Mapping[str, Any]], pack: int = 4) -> list[Message]:
        packs: dict[int, list[Any]] = {}
        for item in posts:
            event = self.reader.read(json.dumps(item).encode(), self.now)
            packs.setdefault(partition_of(conversation_key(event), self.partitions), []).append(event)
        found = []
        for partition, events in packs.items():
            for start in range(0, len(events), pack):
                value = msgspec.json.encode(events[start : start + pack])
                found.append(Message(EVENTS, partition, self.offsets[partition], value))
                self.offsets[partition] += 1
        return found

    def feed(self, posts: Sequence[Mapping[str, Any]], pack: int = 4) -> Batch:
        return self.run(self.messages(posts, pack))

    def run(self, messages: Sequence[Message]) -> Batch:
        batch = self.pipeline.prepare(messages)
        self.pipeline.store(batch)
        return batch
