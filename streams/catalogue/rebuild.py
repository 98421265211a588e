"""Derived rows anew from `events`, and the comparison with those that were there."""

from __future__ import annotations

from typing import Any

from streams.store import Store, derive, dialogues

_MINUTES = """
SELECT sum(cityHash64(brand, minute, shard, posts, owned, paid, earned, unknown, mentions, inbound, outbound, replies, peer, positive,
    neutral, negative, bots, late, round(reach, 6), finalizeAggregation(authors), finalizeAggregation(negative_authors),
    finalizeAggregation(negative_texts), arraySort(mapKeys(sources)), arraySort(mapValues(sources)))), count()
FROM brand_minute FINAL WHERE posts > 0
"""
_CONVERSATIONS = "SELECT sum(cityHash64(* EXCEPT (version))), count() FROM conversations FINAL"
_DIALOGUES = "SELECT sum(cityHash64(* EXCEPT (version))), count() FROM dialogues FINAL WHERE posts > 0"
TABLES = {"brand_minute": _MINUTES, "conversations": _CONVERSATIONS, "dialogues": _DIALOGUES}


def state(store: Store) -> dict[str, tuple[int, int]]:
    """Table → (checksum of all its current values, number of rows). Versions are left out."""
    return {name: tuple(store.query(sql).rows[0]) for name, sql in TABLES.items()}


def rebuild(store: Store, start_ms: int, end_ms: int) -> dict[str, Any]:
    """Rebuild the derived rows of the posts in [start, end); say whether anything changed by it."""
    before = state(store)
    start, end = start_ms // 60_000 * 60, -(-end_ms // 60_000) * 60
    derive.everything(store, start, end)
    dialogues.rebuild(store, start, end)
    after = state(store)
    return {
        "rows": {name: count for name, (_, count) in after.items()},
        "unchanged": {name: before[name] == after[name] for name in after},
    }
