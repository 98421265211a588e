"""kill -9 of a source: whatever the moment, Kafka has every event, because the cursor never runs ahead of it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
from kafka import KafkaConsumer, TopicPartition

from schemas.social_event import SocialEvent
from schemas.topics import EVENTS as TOPIC
from streams.kafka.admin import Admin
from streams.kafka.broker import EmbeddedBroker
from streams.settings import load_settings
from tests.peers.jetstream import JetstreamPeer
from tests.sources.support import EVENTS
from tests.sources.test_jetstream import START, post, uri

ROOT = Path(__file__).resolve().parents[2]


def in_kafka(bootstrap: str, wanted: int) -> Counter[str]:
    """How often each post is in the topic. Reads until there are as many as wanted, or nothing comes for three seconds:
    the embedded broker tells the end of a partition a moment late."""
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, max_partition_fetch_bytes=1 << 24)
    places = [TopicPartition(TOPIC, number) for number in range(2)]
    consumer.assign(places)
    consumer.seek_to_beginning(*places)
    found: Counter[str] = Counter()
    decoder = msgspec.json.Decoder(list[SocialEvent])
    while polled := consumer.poll(timeout_ms=500 if len(found) >= wanted else 3000):
        for messages in polled.values():
            for message in messages:
                value = message.value if message.value[:1] == b"[" else b"[" + message.value + b"]"
                found.update(event.uri for event in decoder.decode(value))
    consumer.close()
    return found


def test_a_source_that_is_killed_at_any_moment_loses_nothing(tmp_path: Path) -> None:
    """Killed between Kafka's confirmation and the cursor, in the middle of a batch, and in the very next run again."""
    number = min(EVENTS, 50_000)
    settings = load_settings(home=tmp_path, partitions=2)
    broker = EmbeddedBroker()
    bootstrap = broker.start()

    async def run() -> list[Any]:
        async with JetstreamPeer([post(n) for n in range(number)]) as peer:
            results, last = [], f"until:{START + (number - 1) * 500}"
            for when in ("save:2", "flush:1", "save:1", last):
                peer.hold_at = None if when == last else number * 3 // 4
                process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "tests.sources.crashing", bootstrap, peer.url, str(tmp_path), when,
                    cwd=ROOT, stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONWARNINGS": "ignore"},
                )  # fmt: skip
                printed, _ = await asyncio.wait_for(process.communicate(), 120)
                results.append((process.returncode, printed.decode().split()[-1:]))
            return results

    try:
        with Admin(settings, [bootstrap]) as admin:
            admin.ensure_topics()
        results = asyncio.run(run())
        found = in_kafka(bootstrap, number)
    finally:
        broker.stop()
    assert [code for code, _ in results] == [-signal.SIGKILL] * 3 + [0]
    assert results[-1][1] == ["0"]  # no gap: the server still had it all
    assert [n for n in range(number) if uri(n) not in found] == []
    assert 0 < sum(found.values()) - number < number * 3  # what was confirmed but not noted came again
