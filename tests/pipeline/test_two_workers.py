"""Edits and deletions that land on another partition, at another worker, before or after their post: the result is the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from processors.matching import BrandMatcher
from schemas.social_event import SocialEvent
from schemas.topics import EVENTS
from streams.decode import Message
from streams.pipeline import Pipeline
from streams.sources.portable import PortableReader
from streams.store import Store
from tests.pipeline.support import NOW, book, post

SHARDS = 3
Step = tuple[int, dict[str, Any]]
"""A partition, and a portable line that arrives there."""


class Workers:
    """Two workers on one store: the first owns partition 0, the second the others. Forwarded events arrive like any other."""

    def __init__(self, store: Store) -> None:
        self.matcher = BrandMatcher(book())
        self.reader = PortableReader(b"test key", self.matcher)
        self.pipelines = [Pipeline(store, self.matcher, None, clock=lambda: NOW) for _ in range(2)]
        self.offset = 0

    def message(self, shard: int, event: SocialEvent) -> Message:
        self.offset += 1
        return Message(EVENTS, shard, self.offset, msgspec.json.encode(event))

    def read(self, line: dict[str, Any]) -> SocialEvent:
        return self.reader.read(json.dumps(line).encode(), NOW)

    def arrive(self, steps: Sequence[tuple[int, SocialEvent]]) -> None:
        """One batch: what arrives at each worker, then what they send on."""
        while steps:
            forwards: list[tuple[int, SocialEvent]] = []
            for number, pipeline in enumerate(self.pipelines):
                mine = [self.message(shard, event) for shard, event in steps if (shard != 0) == bool(number)]
                if mine:
                    batch = pipeline.prepare(mine)
                    pipeline.store(batch)
                    forwards += batch.forwards
            steps = forwards


def outcome(store: Store) -> tuple[Any, ...]:
    """What is published of the posts."""
    return (
        store.query("SELECT uri, shard, deleted, text, like_count, brands FROM events FINAL ORDER BY uri").rows,
        store.query(
            "SELECT brand, minute, shard, posts, mentions FROM brand_minute FINAL WHERE posts > 0 ORDER BY ALL"
        ).rows,
        store.query("SELECT * EXCEPT (version) FROM dialogues FINAL WHERE posts > 0 ORDER BY brand, root_id").rows,
        store.query("SELECT root_uri, posts, deleted FROM conversations FINAL ORDER BY root_uri").rows,
    )


def empty(store: Store) -> None:
    for table in ("events", "brand_minute", "conversations", "dialogues", "thread_index", "reply_links", "amendments"):
        store.execute(f"TRUNCATE TABLE {table}")


def amendments(number: int) -> list[dict[str, Any]]:
    return [
        {"uri": post(number)["uri"], "source": "mastodon", "action": "delete", "deleted_at": "2026-02-03T11:30:00Z"},
        post(number, "Globex, doch lieber", action="update", revision=4),
        post(number, "Acme und Globex", action="update", revision=2),
        post(number, "", action="update", counts={"like": 7}, counts_at="2026-02-03T11:00:00Z"),
    ]


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[Step], list[Step], int]:
    """The same posts and amendments twice: in order, each on its post's partition; and anyhow. Then the size of a batch."""
    shards = st.integers(0, SHARDS - 1)
    ordered: list[Step] = []
    anyhow: list[Step] = []
    for number in range(draw(st.integers(1, 4))):
        home = draw(shards)
        ordered.append((home, post(number)))
        anyhow.append((home, post(number)))
        for which in draw(st.lists(st.integers(0, 3), max_size=3, unique=True)):
            ordered.append((home, amendments(number)[which]))
            anyhow.append((draw(shards), amendments(number)[which]))
    repeated = draw(st.lists(st.sampled_from(anyhow), max_size=3))
    return ordered, draw(st.permutations(anyhow + repeated)), draw(st.integers(1, 5))


@settings(
    max_examples=5, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)
@given(plans())
def test_amendments_on_any_partition_in_any_order_give_the_same_rows(
    store: Store, plan: tuple[list[Step], list[Step], int]
) -> None:
    ordered, anyhow, size = plan
    empty(store)
    plain = Workers(store)
    for shard, line in ordered:
        plain.arrive([(shard, plain.read(line))])
    expected = outcome(store)
    empty(store)
    workers = Workers(store)
    for begin in range(0, len(anyhow), size):
        workers.arrive([(shard, workers.read(line)) for shard, line in anyhow[begin : begin + size]])
    assert outcome(store) == expected


class Meanwhile:
    """A store that lets something else happen just before one of this worker's statements."""

    def __init__(self, store: Store, before: Callable[[str], bool], happen: Callable[[], None]) -> None:
        self._store, self._before, self._happen, self.happened = store, before, happen, False

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._store, name)

        def watched(*args: Any, **kwargs: Any) -> Any:
            if not self.happened and name in ("rows", "insert", "execute") and self._before(str(args[0])):
                self.happened = True
                self._happen()
            return call(*args, **kwargs)

        return watched


def test_post_that_comes_while_its_deletion_is_being_parked_is_deleted(store: Store) -> None:
    workers = Workers(store)
    first = workers.pipelines[0]
    meanwhile = Meanwhile(
        store, lambda said: said == "amendments", lambda: workers.arrive([(1, workers.read(post(1)))])
    )
    first.writer = meanwhile  # type: ignore[assignment]
    batch = first.prepare([workers.message(0, workers.read(amendments(1)[0]))])
    first.store(batch)
    assert meanwhile.happened
    workers.arrive(batch.forwards)
    assert store.query("SELECT shard, deleted FROM events FINAL").rows == [(1, 1)]


@pytest.mark.parametrize("moment", ["events", "FROM amendments"])
def test_deletion_that_is_parked_while_its_post_is_being_stored_deletes_it(store: Store, moment: str) -> None:
    workers = Workers(store)
    second = workers.pipelines[1]
    meanwhile = Meanwhile(
        store,
        lambda said: said == moment or moment in said,
        lambda: workers.arrive([(0, workers.read(amendments(1)[0]))]),
    )
    second.writer = meanwhile  # type: ignore[assignment]
    batch = second.prepare([workers.message(1, workers.read(post(1)))])
    second.store(batch)
    assert meanwhile.happened
    assert store.query("SELECT shard, deleted FROM events FINAL").rows == [(1, 1)]


def test_deletion_in_the_same_batch_on_another_partition_of_the_same_worker(store: Store) -> None:
    workers = Workers(store)
    workers.arrive([(1, workers.read(post(2))), (1, workers.read(amendments(2)[2]))])
    workers.arrive(
        [(2, workers.read(amendments(2)[0])), (1, workers.read(amendments(3)[2])), (2, workers.read(post(3)))]
    )
    rows = dict(store.query("SELECT uri, (deleted, text) FROM events FINAL").rows)
    assert rows == {post(2)["uri"]: (1, ""), post(3)["uri"]: (0, "Acme und Globex")}
