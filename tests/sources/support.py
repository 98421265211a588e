"""What every source test needs: a sink that behaves like Kafka, also when Kafka fails, and a way to run a source."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Callable
from pathlib import Path

from kafka.errors import KafkaTimeoutError

from processors.matching import BrandMatcher
from schemas.brands import parse_brands
from schemas.dead_letter import DeadLetter
from schemas.social_event import SocialEvent, conversation_key
from streams.kafka.producer import Ends, partition_of
from streams.sources.backoff import Backoff
from streams.sources.base import Source
from streams.sources.cursors import CursorStore
from streams.sources.runner import SourceRunner
from streams.sources.shape import Keep, Shaper

EVENTS = int(os.environ.get("RESONANZ_TEST_EVENTS", "5000"))
"""Events a feed sends through its faults; fewer for a quick look while developing."""
KEY = b"0123456789abcdef0123456789abcdef"
BRANDS = parse_brands(
    {
        "brands": [
            {
                "id": "acme",
                "name": "Acme",
                "terms": ["acme", "acme gmbh"],
                "accounts": ["bluesky:acme.example", "mastodon:acme@social.example", "facebook:1001", "*:acmecare"],
            },
            {"id": "globex", "name": "Globex", "terms": ["globex"]},
        ]
    }
)
MATCHER = BrandMatcher(BRANDS)


def shaper(source: str, *, keep: Keep = "all", keep_handles: bool = False) -> Shaper:
    return Shaper(source, KEY, MATCHER, keep=keep, keep_handles=keep_handles)


class Topic:
    """What a broker confirmed, and a producer for it that can be made to fail.

    `fail_at`: numbers of the flushes that fail. A failing flush has stored half of its events, as a broker that dies
    between two messages does.
    """

    def __init__(self, fail_at: set[int] | None = None, partitions: int = 4) -> None:
        self.events: list[SocialEvent] = []
        self.letters: dict[int, DeadLetter] = {}
        self.flushes = 0
        self.opened = 0
        self._fail_at = fail_at or set()
        self._looked_at = self._distinct = 0
        self._partitions = partitions

    def producer(self) -> TopicProducer:
        self.opened += 1
        return TopicProducer(self)

    def fails(self) -> bool:
        self.flushes += 1
        return self.flushes in self._fail_at

    def partition(self, event: SocialEvent) -> int:
        return partition_of(conversation_key(event), self._partitions)

    def distinct(self) -> set[tuple[str, str]]:
        return {(event.action, event.uri) for event in self.events}

    def complete(self, number: int) -> bool:
        """Whether that many different events are there. Looks closer only when something came."""
        if len(self.events) != self._looked_at:
            self._looked_at = len(self.events)
            self._distinct = len(self.distinct()) if self._looked_at >= number else 0
        return self._distinct >= number

    def one(self, uri: str, action: str = "create") -> SocialEvent:
        found = [event for event in self.events if event.uri == uri and event.action == action]
        assert len(found) == 1, (uri, action, len(found))
        return found[0]


class TopicProducer:
    """The producer of a Topic."""

    def __init__(self, topic: Topic) -> None:
        self._topic = topic
        self._pending: list[SocialEvent] = []
        self._letters: list[DeadLetter] = []

    def add(self, event: SocialEvent) -> None:
        self._pending.append(event)

    def dead_letter(self, letter: DeadLetter) -> None:
        self._letters.append(letter)

    def flush(self) -> None:
        pending, self._pending = self._pending, []
        if self._topic.fails():
            self._topic.events += pending[: len(pending) // 2]
            raise KafkaTimeoutError("the broker did not answer")
        self._topic.events += pending
        self._topic.letters.update((letter.letter_id, letter) for letter in self._letters)
        self._letters = []

    def ends(self) -> Ends:
        return Ends({0: len(self._topic.events)}, len(self._topic.letters))

    def close(self) -> None:
        self._pending = []


def quick_backoff() -> Backoff:
    """The real one, in hundredths of seconds."""
    return Backoff(0.01, 0.08, stable=5.0, denied=0.05, rng=random.Random(7))


async def run_until(
    source: Source,
    topic: Topic,
    folder: Path,
    done: Callable[[], bool],
    *,
    seconds: float = 60.0,
    settle: float = 0.0,
    backoff: Backoff | None = None,
) -> SourceRunner:
    """Run the source until `done()`; fail after `seconds`. Cursors are kept in the folder: a second call resumes."""
    store = CursorStore(folder, source.name)
    runner = SourceRunner(source, topic.producer, store, backoff=backoff or quick_backoff())
    stop = asyncio.Event()
    task = asyncio.create_task(runner.run(stop))
    deadline = time.monotonic() + seconds
    try:
        while not done() and not task.done():
            if time.monotonic() > deadline:
                raise AssertionError(
                    f"not done after {seconds} s: {len(topic.events)} events, {len(topic.letters)} letters, "
                    f"{runner.sessions} sessions, faults {dict(runner.faults)}, dropped {dict(source.dropped)}"
                )
            await asyncio.sleep(0.02)
        await asyncio.sleep(settle)
    finally:
        stop.set()
        await task
        store.close()
    return runner
