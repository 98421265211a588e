"""Edits, deletes and purges: they change rows that are already stored, so they look them up first.

Everything else in the pipeline never reads before it writes. State per shard is a cache of what the store says and is
rebuilt when a partition is assigned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from processors.enrich import COLUMNS, INDEX, Row
from schemas.social_event import SocialEvent
from streams.store import Store

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(SocialEvent)
_OWNED_MAX = 200_000
_READ = ", ".join(
    f"toInt64(toUnixTimestamp64Milli({name}))" if name in ("created_at", "observed_at", "received_at", "counts_at", "deleted_at")
    else f"toInt64(toUnixTimestamp({name}))" if name == "minute"
    else name
    for name in COLUMNS
)  # fmt: skip


class ShardState:
    """What a worker remembers of a partition it owns: brand-owned posts (to know whom a reply answers) and waiting amendments."""

    def __init__(self) -> None:
        self.owned: dict[int, str] = {}
        self.waiting: set[int] = set()

    @classmethod
    def load(cls, store: Store, shard: int) -> ShardState:
        """Rebuild from the store."""
        state = cls()
        rows = store.rows(
            f"SELECT post_id, owner FROM events WHERE shard = {int(shard)} AND owner != '' "
            f"ORDER BY minute DESC LIMIT {_OWNED_MAX}"
        )
        state.owned = dict(reversed(rows))
        state.waiting = {
            row[0] for row in store.rows(f"SELECT DISTINCT post_id FROM amendments WHERE shard = {int(shard)}")
        }
        return state

    def remember_owned(self, post_id: int, owner: str) -> None:
        """Keep a brand's post in mind; the oldest are forgotten."""
        self.owned[post_id] = owner
        if len(self.owned) > _OWNED_MAX:
            for old in list(self.owned)[: _OWNED_MAX // 10]:
                del self.owned[old]


def stored_rows(store: Store, shards: Iterable[int], post_ids: Iterable[int]) -> dict[tuple[int, int], Row]:
    """Current rows of the posts, by (shard, post id)."""
    return _rows(store, f"shard IN ({_ids(shards)}) AND post_id IN ({_ids(post_ids)})")


def author_rows(store: Store, shard: int, author_id: int) -> dict[tuple[int, int], Row]:
    """Current rows of an author on a shard."""
    return _rows(store, f"shard = {int(shard)} AND author_id = {int(author_id)}")


def _rows(store: Store, where: str) -> dict[tuple[int, int], Row]:
    result = store.rows(f"SELECT {_READ} FROM events FINAL WHERE {where} AND action IN ('create', 'update', 'delete')")
    found = {}
    for values in result:
        row: Row = [tuple(v) if isinstance(v, list) else v for v in values]
        found[row[INDEX["shard"]], row[INDEX["post_id"]]] = row
    return found


def _ids(numbers: Iterable[int]) -> str:
    return ",".join(str(int(n)) for n in numbers)


def elsewhere(store: Store, shards: Iterable[int], post_ids: Iterable[int]) -> Mapping[int, int]:
    """Shards, other than the given ones, that hold the posts: post id → shard."""
    result = store.rows(
        f"SELECT post_id, any(shard) FROM events WHERE post_id IN ({_ids(post_ids)}) AND shard NOT IN ({_ids(shards)}) GROUP BY post_id"
    )
    return dict(result)


def keep_waiting(store: Store, items: list[tuple[int, int, SocialEvent]]) -> None:
    """Store amendments (shard, post id, event) whose post has not arrived."""
    columns: list[list[Any]] = [
        [shard for shard, _, _ in items],
        [post for _, post, _ in items],
        [event.event_id for _, _, event in items],
        [_encoder.encode(event).decode() for _, _, event in items],
    ]
    store.insert("amendments", ["shard", "post_id", "event_id", "event"], columns)


def waiting_events(store: Store, shards: Iterable[int], post_ids: Iterable[int]) -> list[tuple[int, int, SocialEvent]]:
    """Amendments that waited for these posts: (shard, post id, event), oldest revision first."""
    result = store.rows(
        f"SELECT shard, post_id, event FROM amendments FINAL WHERE shard IN ({_ids(shards)}) AND post_id IN ({_ids(post_ids)})"
    )
    items = [(shard, post, _decoder.decode(event)) for shard, post, event in result]
    items.sort(key=lambda item: (item[2].action == "delete", item[2].revision))
    return items
