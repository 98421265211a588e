"""Producers: events packed by partition (a Kafka message costs the same whatever it holds), and plain messages."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import msgspec
import structlog
from kafka import KafkaProducer
from kafka.errors import KafkaError

from schemas.dead_letter import DeadLetter
from schemas.social_event import SocialEvent, conversation_key
from schemas.topics import DEADLETTER, EVENTS
from streams.kafka.admin import KafkaUnreachable
from streams.kafka.connection import client_config
from streams.settings import Settings

log = structlog.get_logger(__name__)

_MAX_PACK_BYTES = 512 * 1024
_MAX_REQUEST = 33_554_432

_encoder = msgspec.json.Encoder()


def partition_of(key: str, partitions: int) -> int:
    """The partition of a key: CRC-32 modulo, as librdkafka's `consistent` partitioner does it.

    Every source uses this function, so a conversation stays on one partition whoever produced it.
    """
    return zlib.crc32(key.encode("utf-8", "surrogatepass")) % partitions


def open_producer(settings: Settings, bootstrap: list[str]) -> KafkaProducer:
    """An idempotent producer: acks from all in-sync replicas, zstd, 20 ms linger. Raises KafkaUnreachable."""
    try:
        return KafkaProducer(
            **client_config(settings, bootstrap),
            acks="all",
            compression_type="zstd",
            linger_ms=20,
            batch_size=256 * 1024,
            max_request_size=_MAX_REQUEST,
        )
    except (KafkaError, OSError) as error:
        raise KafkaUnreachable(f"no Kafka broker answers at {', '.join(bootstrap)}: {error}") from error


class Ends(NamedTuple):
    """Offsets after the last confirmed message: by partition of social.events, and of the dead-letter topic."""

    events: dict[int, int]
    letters: int


class EventProducer:
    """Packs events of one partition into a message and sends it. Not thread-safe: one for each source.

    `add` may block when Kafka is slow: that is the back-pressure. `flush` returns when every event added so far is
    confirmed, and raises KafkaError if one was not; only then may a source store its cursor.
    """

    def __init__(self, settings: Settings, bootstrap: list[str], partitions: int, *, linger: float = 0.02) -> None:
        self._producer = open_producer(settings, bootstrap)
        self._partitions = partitions
        self._size = settings.pack
        self._linger = linger
        self._packs: dict[int, list[bytes]] = {}
        self._bytes: dict[int, int] = {}
        self._since: dict[int, float] = {}
        self._pending: list[Any] = []
        self._ends: dict[tuple[str, int], int] = {}

    def add(self, event: SocialEvent) -> None:
        """Put an event into its partition's pack; sends packs that are full or have waited long enough."""
        if event.action == "account_purge":
            # The author's posts lie in conversations on every partition.
            for partition in range(self._partitions):
                self._put(partition, _encoder.encode(event))
        else:
            self._put(partition_of(conversation_key(event), self._partitions), _encoder.encode(event))

    def _put(self, partition: int, data: bytes) -> None:
        pack = self._packs.setdefault(partition, [])
        if not pack:
            self._since[partition] = time.monotonic()
        pack.append(data)
        self._bytes[partition] = self._bytes.get(partition, 0) + len(data)
        if len(pack) >= self._size or self._bytes[partition] >= _MAX_PACK_BYTES:
            self._send(partition)

    def tick(self) -> None:
        """Send packs that have waited longer than the linger. Call it between events of a slow source."""
        now = time.monotonic()
        for partition, since in list(self._since.items()):
            if self._packs.get(partition) and now - since >= self._linger:
                self._send(partition)

    def _send(self, partition: int) -> None:
        pack = self._packs[partition]
        value = pack[0] if len(pack) == 1 else b"[" + b",".join(pack) + b"]"
        self._packs[partition] = []
        self._bytes[partition] = 0
        self._pending.append(self._producer.send(EVENTS, value=value, partition=partition))
        if len(self._pending) >= 2000:
            self._settle()

    def dead_letter(self, letter: DeadLetter) -> None:
        """Write what the source itself refused to the dead-letter topic."""
        self._pending.append(self._producer.send(DEADLETTER, value=_encoder.encode(letter), partition=0))

    def _settle(self) -> None:
        pending, self._pending = self._pending, []
        for future in pending:
            meta = future.get(timeout=120)
            key = (meta.topic, meta.partition)
            self._ends[key] = max(self._ends.get(key, 0), meta.offset + 1)

    def flush(self) -> None:
        """Send everything and wait until Kafka confirmed it. Raises kafka.errors.KafkaError."""
        for partition, pack in list(self._packs.items()):
            if pack:
                self._send(partition)
        self._producer.flush()
        self._settle()

    def ends(self) -> Ends:
        """Where the topics end after the last message confirmed."""
        events = {partition: end for (topic, partition), end in self._ends.items() if topic == EVENTS}
        return Ends(events, self._ends.get((DEADLETTER, 0), 0))

    def close(self) -> None:
        """Close without waiting for what was not flushed."""
        self._producer.close(timeout=5)


def send_all(
    producer: KafkaProducer,
    messages: Iterable[tuple[str, int | None, bytes | None, bytes]],
    on_sent: Callable[[], None] | None = None,
) -> int:
    """Send (topic, partition, key, value) messages and wait for every confirmation; return how many."""
    futures = [
        producer.send(topic, value=value, key=key, partition=partition) for topic, partition, key, value in messages
    ]
    producer.flush()
    for future in futures:
        future.get(timeout=60)
        if on_sent:
            on_sent()
    return len(futures)
