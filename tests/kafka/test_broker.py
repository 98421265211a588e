"""Topics, packs, lag and the embedded broker's life, on the real embedded broker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest
from kafka import KafkaConsumer, TopicPartition

from schemas.dead_letter import DeadLetter, dead_letter
from schemas.social_event import SocialEvent, conversation_key
from schemas.topics import DEADLETTER, EVENTS, TOPICS
from streams.kafka.admin import Admin, KafkaUnreachable
from streams.kafka.broker import EmbeddedBroker
from streams.kafka.producer import EventProducer, partition_of
from streams.settings import Settings, load_settings


@pytest.fixture(scope="module")
def broker() -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker() as running:
        yield running


@pytest.fixture
def settings(broker: EmbeddedBroker) -> Settings:
    return load_settings(kafka=f"kafka://{broker.address}", partitions=3, pack=10)


def event(number: int, root: str = "") -> SocialEvent:
    return SocialEvent(
        event_id=number,
        source="x",
        uri=f"u{number}",
        created_at=1_770_000_000_000,
        author_id=1,
        text="hello",
        root_uri=root,
    )


def read(settings: Settings, topic: str, ends: dict[int, int]) -> list[tuple[int, bytes]]:
    consumer = KafkaConsumer(bootstrap_servers=settings.bootstrap, enable_auto_commit=False)
    consumer.assign([TopicPartition(topic, p) for p in ends])
    for p in ends:
        consumer.seek(TopicPartition(topic, p), 0)
    found: list[tuple[int, bytes]] = []
    deadline = time.monotonic() + 20
    while len(found) < sum(ends.values()) and time.monotonic() < deadline:
        for records in consumer.poll(timeout_ms=200).values():
            found += [(record.partition, record.value) for record in records]
    consumer.close()
    return found


def test_topics_are_created_once_as_declared(settings: Settings) -> None:
    with Admin(settings, settings.bootstrap) as admin:
        admin.ensure_topics()
        assert admin.ensure_topics() == []
        for topic in TOPICS:
            assert admin.partitions(topic.name) == (topic.partitions or 3)
            declared = admin.declared(topic)
            assert declared["configs"]["min.insync.replicas"] == "1"
            assert {"retention.ms", "compression.type"} <= set(declared["configs"])


def test_packs_keep_conversations_on_one_partition_and_lag_is_counted(settings: Settings) -> None:
    with Admin(settings, settings.bootstrap) as admin:
        admin.ensure_topics()
        producer = EventProducer(settings, settings.bootstrap, 3)
        events = [event(n, root=f"root{n % 5}") for n in range(100)]
        for item in events:
            producer.add(item)
        producer.flush()
        ends = producer.ends().events
        producer.close()
        lag = admin.lag("nobody", EVENTS)
        assert {p.partition: p.lag for p in lag if p.lag} == ends
    packs = read(settings, EVENTS, ends)
    where: dict[str, set[int]] = {}
    received = []
    for partition, value in packs:
        pack = msgspec.json.decode(value, type=list[SocialEvent])
        assert len(pack) <= 10
        received += pack
        for item in pack:
            where.setdefault(conversation_key(item), set()).add(partition)
    assert sorted(e.event_id for e in received) == list(range(100))
    assert where == {f"root{n}": {partition_of(f"root{n}", 3)} for n in range(5)}


def test_dead_letter_of_a_megabyte_crosses_kafka_whole(settings: Settings) -> None:
    with Admin(settings, settings.bootstrap) as admin:
        admin.ensure_topics()
    producer = EventProducer(settings, settings.bootstrap, 3)
    original = os.urandom(1_500_000)
    producer.dead_letter(dead_letter("json: garbage", original, at=1, stage="source", origin="file:1"))
    producer.flush()
    end = producer.ends().letters
    producer.close()
    letters = [msgspec.json.decode(value, type=DeadLetter) for _, value in read(settings, DEADLETTER, {0: end})]
    assert letters[-1].payload() == original


@contextmanager
def a_parent(doing: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A process in a group of its own that starts a broker and then does `doing`; and the broker's pid."""
    code = (
        "from streams.kafka.broker import EmbeddedBroker; import signal, time; "
        f"b = EmbeddedBroker(); b.start(); {doing}; print(b._process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, process_group=0
    ) as parent:
        assert parent.stdout is not None
        line = parent.stdout.readline()
        while not line.strip().isdigit():
            line = parent.stdout.readline()
        try:
            yield parent, int(line)
        finally:
            parent.kill()


def test_broker_dies_with_its_parent() -> None:
    with a_parent("pass") as (_, child):
        pass
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and _running(child):
        time.sleep(0.05)
    assert not _running(child)


def test_ctrl_c_in_a_terminal_leaves_the_broker_to_its_parent() -> None:
    with a_parent("signal.signal(signal.SIGINT, signal.SIG_IGN)") as (parent, child):
        os.killpg(parent.pid, signal.SIGINT)  # what a terminal does: it reaches the whole group
        time.sleep(0.5)
        assert parent.poll() is None
        assert _running(child)


def _running(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_unreachable_kafka_is_named() -> None:
    settings = load_settings(kafka="kafka://127.0.0.1:1")
    with pytest.raises(KafkaUnreachable, match=r"127\.0\.0\.1:1"):
        Admin(settings, settings.bootstrap)
