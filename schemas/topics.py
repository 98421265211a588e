"""Kafka topics, declared once: administration, producers and agents all read this table."""

from __future__ import annotations

import msgspec

EVENTS = "social.events"
DEADLETTER = "social.deadletter"
MINUTES = "social.minutes"
ALERTS = "social.alerts"

_DAY_MS = 86_400_000


class Topic(msgspec.Struct, frozen=True):
    """A topic's name, partitions (None: the setting `partitions`), and its broker-side configuration."""

    name: str
    purpose: str
    partitions: int | None = None
    config: dict[str, str] = {}


TOPICS: tuple[Topic, ...] = (
    Topic(
        EVENTS,
        "packs of SocialEvents keyed by the conversation's root",
        config={"compression.type": "producer", "retention.ms": str(7 * _DAY_MS), "max.message.bytes": "16777216"},
    ),
    Topic(
        DEADLETTER,
        "what could not be used: reason, original bytes, position",
        partitions=1,
        config={"compression.type": "zstd", "retention.ms": str(30 * _DAY_MS), "max.message.bytes": "33554432"},
    ),
    Topic(
        MINUTES,
        "closed minutes of a brand, keyed by brand: what crisis detection reads",
        config={"compression.type": "zstd", "retention.ms": str(2 * _DAY_MS)},
    ),
    Topic(
        ALERTS,
        "state changes of brand crises, keyed by brand",
        partitions=1,
        config={"compression.type": "zstd", "retention.ms": str(90 * _DAY_MS)},
    ),
)
