"""Derived rows anew from `events`, step by step, and the comparison with those that were there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from streams.store import Store, derive, dialogues

POSTS_A_STEP = 100_000
"""About as many stored posts are looked at in one step: it bounds the memory, and how long nothing is heard."""

_MINUTES = """
SELECT sum(cityHash64(brand, minute, shard, posts, owned, paid, earned, unknown, mentions, inbound, outbound, replies, peer, positive,
    neutral, negative, bots, late, round(reach, 6), arraySort(authors), arraySort(negative_authors),
    arraySort(negative_texts), arraySort(mapKeys(sources)), arraySort(mapValues(sources)))), count()
FROM brand_minute FINAL WHERE posts > 0
"""
_CONVERSATIONS = "SELECT sum(cityHash64(* EXCEPT (version))), count() FROM conversations FINAL"
_DIALOGUES = "SELECT sum(cityHash64(* EXCEPT (version))), count() FROM dialogues FINAL WHERE posts > 0"
TABLES = {"brand_minute": _MINUTES, "conversations": _CONVERSATIONS, "dialogues": _DIALOGUES}
_WHERE_POSTS_LIE = """
SELECT toInt64(toUnixTimestamp(min(minute))) AS begin, count() FROM events FINAL
WHERE minute >= toDateTime(%(start)s, 'UTC') AND minute < toDateTime(%(end)s, 'UTC')
GROUP BY toStartOfInterval(minute, INTERVAL 10 MINUTE) ORDER BY begin
"""

Progress = Callable[[int, int], None]
"""Called after each step with the number of stored posts looked at so far, and of all."""


def span(store: Store) -> tuple[int, int] | None:
    """[first, last] minute of all stored posts as a window in ms, deleted ones too: their minutes have rows as well. None without any."""
    first, last = store.query(
        "SELECT toInt64(toUnixTimestamp(min(minute))), toInt64(toUnixTimestamp(max(minute))) FROM events"
    ).rows[0]
    return (first * 1000, (last + 60) * 1000) if last else None


def state(store: Store) -> dict[str, tuple[int, int]]:
    """Table → (checksum of all its current values, number of rows). Versions are left out."""
    return {name: tuple(store.query(sql).rows[0]) for name, sql in TABLES.items()}


def rebuild(store: Store, start_ms: int, end_ms: int, progress: Progress = lambda done, of: None) -> dict[str, Any]:
    """Rebuild the derived rows of the posts in [start, end); say whether anything changed by it.

    Nothing is removed before its successor is written, and what a worker writes meanwhile is newer and wins, so the
    workers may go on. Minutes before the oldest stored post are left alone: retention may have dropped their posts.
    """
    before = state(store)
    start, end = start_ms // 60_000 * 60, -(-end_ms // 60_000) * 60
    counted = store.query(_WHERE_POSTS_LIE, {"start": start, "end": end}).rows
    done, total = 0, sum(count for _, count in counted)
    for begin, finish, count in _steps(counted, end):
        derive.everything(store, begin, finish)
        dialogues.rebuild(store, begin, finish)
        done += count
        progress(done, total)
    after = state(store)
    return {
        "posts": total,
        "rows": {name: count for name, (_, count) in after.items()},
        "unchanged": {name: before[name] == after[name] for name in after},
    }


def _steps(counted: list[tuple[int, int]], end: int) -> Iterator[tuple[int, int, int]]:
    """Cut [first post, end) into spans (begin, end, rows) without a gap, each with about POSTS_A_STEP rows."""
    begin, held = counted[0][0] if counted else end, 0
    for number, (_, count) in enumerate(counted):
        held += count
        last = number + 1 == len(counted)
        if held >= POSTS_A_STEP or last:
            finish = end if last else counted[number + 1][0]
            yield begin, finish, held
            begin, held = finish, 0
