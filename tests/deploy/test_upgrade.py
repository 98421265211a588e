"""During an upgrade old and new workers share topics and tables: nothing is lost, nothing counted twice.

The new worker brings a migration that adds columns; the old one, which does not know them, goes on writing. Partitions
move from one to the other in the middle of the stream, and what was not acknowledged is delivered again.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from processors.matching import BrandMatcher
from schemas.brands import parse_brands
from schemas.social_event import conversation_key
from schemas.topics import EVENTS
from streams.decode import Message
from streams.kafka.producer import partition_of
from streams.pipeline import Pipeline
from streams.simulator import Simulator
from streams.simulator import brands as simulated_brands
from streams.sources.portable import PortableReader, Refused
from streams.store import Store, open_store
from streams.store.migrate import migrate, migrations, pending

PARTITIONS = 4
NOW = 1_800_000_000_000
PUBLISHED = {
    "events": (
        "SELECT shard, post_id, root_id, action, deleted, revision, text, brands, owner, direction, like_count "
        "FROM events FINAL ORDER BY ALL"
    ),
    "brand_minute": (
        "SELECT shard, brand, minute, posts, owned, mentions, inbound, outbound, replies, peer, late, uniqExactArray(authors) "
        "FROM brand_minute FINAL GROUP BY ALL HAVING posts > 0 ORDER BY ALL"
    ),
    "conversations": (
        "SELECT shard, root_id, brands, started_at, last_at, posts, deleted, brand_posts, customer_posts, authors "
        "FROM conversations FINAL WHERE posts + deleted > 0 ORDER BY ALL"
    ),
}


def messages() -> list[Message]:
    """The simulated stream, packed as sources pack it."""
    reader = PortableReader(b"k" * 32, BrandMatcher(parse_brands(simulated_brands(), "simulator")), collector="test")
    encode = msgspec.json.Encoder().encode
    packs: dict[int, list[list[bytes]]] = {partition: [[]] for partition in range(PARTITIONS)}
    start = datetime.fromtimestamp(NOW / 1000 - 3600, UTC)
    for post in islice(Simulator(5, start, 10.0, 60.0).events(), 200):
        try:
            event = reader.read(encode(post.post), NOW)
        except Refused:
            continue
        stack = packs[partition_of(conversation_key(event), PARTITIONS)]
        if len(stack[-1]) == 8:
            stack.append([])
        stack[-1].append(encode(event))
    return [
        Message(EVENTS, partition, offset, b"[" + b",".join(pack) + b"]")
        for partition, stack in packs.items()
        for offset, pack in enumerate(stack)
    ]


def worker(store: Store) -> Pipeline:
    return Pipeline(store, BrandMatcher(parse_brands(simulated_brands(), "simulator")), None, clock=lambda: NOW)


def work(pipeline: Pipeline, batch: list[Message]) -> None:
    prepared = pipeline.prepare(batch)
    pipeline.store(prepared)
    assert prepared.refused == []


def published(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    return {name: store.query(sql).rows for name, sql in PUBLISHED.items()}


def upgrade(store: Store) -> None:
    """What the migration of a next version may do: add columns to tables that both versions write."""
    number = migrations()[-1].number + 1
    for table in ("events", "brand_minute", "conversations", "amendments"):
        store.execute(f"ALTER TABLE {table} ADD COLUMN added_{number} UInt32 DEFAULT 7 AFTER shard")
    store.insert("schema_migrations", ["number", "name", "checksum"], [[number], ["added"], ["0"]])


@pytest.fixture(scope="module")
def stream() -> list[Message]:
    return messages()


@pytest.fixture(scope="module")
def truth(stream: list[Message], tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Any, ...]]]:
    """One worker, one version, in order."""
    with open_store(None, tmp_path_factory.mktemp("truth")) as store:
        migrate(store)
        alone = worker(store)
        for partition in range(PARTITIONS):
            mine = [m for m in stream if m.partition == partition]
            for at in range(0, len(mine), 100):
                work(alone, mine[at : at + 100])
        return published(store)


@pytest.mark.slow
def test_old_and_new_workers_side_by_side_lose_and_repeat_nothing(
    stream: list[Message], truth: dict[str, list[tuple[Any, ...]]], tmp_path: Path
) -> None:
    random = Random(3)
    with open_store(None, tmp_path) as store:
        migrate(store)
        old, new = worker(store), worker(store)
        owner = dict.fromkeys(range(PARTITIONS), old)
        acknowledged = dict.fromkeys(range(PARTITIONS), 0)
        queues = {partition: [m for m in stream if m.partition == partition] for partition in range(PARTITIONS)}
        upgraded, steps, moved, repeated = False, 0, 0, 0
        while any(acknowledged[p] < len(queues[p]) for p in queues):
            partition = random.choice([p for p in queues if acknowledged[p] < len(queues[p])])
            size = random.randint(1, 3)
            work(owner[partition], queues[partition][acknowledged[partition] : acknowledged[partition] + size])
            steps += 1
            if steps % 3 == 1:  # stored, but the worker went before it could acknowledge: comes again
                repeated += 1
            else:
                acknowledged[partition] += size
            if steps == 4:
                upgrade(store)
                upgraded = True
            if upgraded and random.random() < 0.5:  # a rebalance: to the new worker, and sometimes back
                before = owner[partition]
                after = new if before is old else old
                before.forget_shards([partition])
                owner[partition] = after
                moved += 1
        assert moved > 1
        assert repeated > 0
        assert pending(store) == []  # the old program starts on the newer store
        assert published(store) == truth
