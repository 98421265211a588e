"""Topics from the one declaration in `schemas.topics`, and the consumer group's lag, through kafka-python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import structlog
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError, TopicAlreadyExistsError

from schemas.topics import TOPICS, Topic
from streams.kafka.connection import client_config
from streams.settings import Settings

log = structlog.get_logger(__name__)


class KafkaUnreachable(RuntimeError):
    """The brokers do not answer; the message names them."""


class PartitionLag(NamedTuple):
    """A partition's state: `committed` and `end` are offsets of the next message; lag = end − committed, in messages."""

    topic: str
    partition: int
    committed: int
    end: int

    @property
    def lag(self) -> int:
        return max(0, self.end - self.committed)


class Admin:
    """Administration of the brokers at `bootstrap`. Raises KafkaUnreachable when none answers."""

    def __init__(self, settings: Settings, bootstrap: list[str]) -> None:
        self._settings = settings
        self._bootstrap = bootstrap
        self._config = client_config(settings, bootstrap)
        try:
            self._client = KafkaAdminClient(**self._config, request_timeout_ms=15_000)
        except (KafkaError, OSError) as error:
            raise KafkaUnreachable(f"no Kafka broker answers at {', '.join(bootstrap)}: {error}") from error

    def close(self) -> None:
        """Release the connections."""
        self._client.close()

    def __enter__(self) -> Admin:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def declared(self, topic: Topic) -> dict[str, Any]:
        """What to create for a topic under the current settings."""
        return {
            "num_partitions": topic.partitions or self._settings.partitions,
            "replication_factor": self._settings.replication,
            "configs": {**topic.config, "min.insync.replicas": str(self._settings.min_insync)},
        }

    def missing(self) -> list[str]:
        """Names of the topics that are not there."""
        existing = set(self._client.list_topics())
        return [topic.name for topic in TOPICS if topic.name not in existing]

    def ensure_topics(self) -> list[str]:
        """Create what is missing, return the names created. Running it twice, or from two workers, is harmless."""
        existing = set(self._client.list_topics())
        missing = [topic for topic in TOPICS if topic.name not in existing]
        created = []
        for topic in missing:
            try:
                self._client.create_topics({topic.name: self.declared(topic)})
                created.append(topic.name)
            except TopicAlreadyExistsError:
                pass  # another worker was faster
        if missing:
            self._client.wait_for_topics([topic.name for topic in missing])
        for topic in TOPICS:
            have, want = self.partitions(topic.name), self.declared(topic)["num_partitions"]
            if have != want:
                log.warning(
                    "partition count differs from the setting; the topic's is used",
                    topic=topic.name, topic_partitions=have, setting=want,
                )  # fmt: skip
        return created

    def partitions(self, topic: str) -> int:
        """Number of partitions of an existing topic."""
        described = self._client.describe_topics([topic])
        return len(described[0]["partitions"])

    def committed(self, group: str, topic: str) -> dict[int, int]:
        """Committed offsets of a consumer group by partition; partitions without a commit are missing."""
        try:
            offsets: Mapping[TopicPartition, Any] = self._client.list_group_offsets(group)[group]
        except (KafkaError, KeyError):
            return {}
        return {tp.partition: meta.offset for tp, meta in offsets.items() if tp.topic == topic and meta.offset >= 0}

    def lag(self, group: str, topic: str) -> list[PartitionLag]:
        """Lag of a group on each partition.

        The end comes from the high watermark of a fetch: some brokers (Tansu) answer ListOffsets "latest" wrongly.
        """
        committed = self.committed(group, topic)
        count = self.partitions(topic)
        ends = self.ends(topic, {p: committed.get(p, 0) for p in range(count)})
        return [PartitionLag(topic, p, committed.get(p, 0), ends.get(p, 0)) for p in range(count)]

    def ends(self, topic: str, positions: Mapping[int, int], timeout: float = 5.0) -> dict[int, int]:
        """High watermarks by partition, from a fetch at the given positions."""
        consumer = KafkaConsumer(
            **self._config, enable_auto_commit=False, fetch_max_wait_ms=100, auto_offset_reset="earliest"
        )
        try:
            wanted = {TopicPartition(topic, p): offset for p, offset in positions.items()}
            consumer.assign(list(wanted))
            for tp, offset in wanted.items():
                consumer.seek(tp, offset)
            found: dict[int, int] = {}
            polls = int(timeout / 0.2)
            for _ in range(polls):
                for tp, records in consumer.poll(timeout_ms=200, max_records=1).items():
                    if records:
                        found[tp.partition] = max(found.get(tp.partition, 0), records[-1].offset + 1)
                for tp in wanted:
                    mark = consumer.highwater(tp)
                    if mark is not None:
                        found[tp.partition] = max(found.get(tp.partition, 0), mark)
                if len(found) == len(wanted):
                    break
            return found
        finally:
            consumer.close()
