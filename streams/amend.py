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
    """What a worker remembers of a partition it owns: brand-owned posts, to know whom a reply answers."""

    def __init__(self) -> None:
        self.owned: dict[int, str] = {}

    @classmethod
    def load(cls, store: Store, shard: int) -> ShardState:
        """Rebuild from the store."""
        state = cls()
        rows = store.rows(
            f"SELECT post_id, owner FROM events WHERE shard = {int(shard)} AND owner != '' "
            f"ORDER BY minute DESC LIMIT {_OWNED_MAX}"
        )
        state.owned = dict(reversed(rows))
        return state

    def remember_owned(self, post_id: int, owner: str) -> None:
        """Keep a brand's post in mind; the oldest are forgotten."""
        self.owned[post_id] = owner
        if len(self.owned) > _OWNED_MAX:
            for old in list(self.owned)[: _OWNED_MAX // 10]:
                del self.owned[old]


class Waiting:
    """Ids of the posts for which an edit or a deletion waits, whichever partition it came on and whichever worker wrote it.

    A deletion may name a post alone, and so land on another partition than the post will. `ids` is a copy of what
    `amendments` says; `catch_up` reads what was added since.
    """

    OVERLAP_S = 300
    """Read again each time: servers' clocks differ, and a row may be seen a little after the time it bears."""

    def __init__(self) -> None:
        self.ids: set[int] = set()
        self._since = 0

    def catch_up(self, store: Store) -> None:
        """Read what has been written since the last call."""
        found = store.rows(
            "SELECT post_id, toInt64(toUnixTimestamp(stored_at)) FROM amendments "
            f"WHERE stored_at >= toDateTime({max(0, self._since - self.OVERLAP_S)}, 'UTC')"
        )
        if found:
            self.ids.update(post for post, _ in found)
            self._since = max(self._since, max(at for _, at in found))


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


def holders(store: Store, post_ids: Iterable[int]) -> Mapping[int, list[int]]:
    """The shards that hold the posts: post id → shards. Almost always one; none while the post has not arrived."""
    result = store.rows(
        f"SELECT post_id, groupUniqArray(shard) FROM events WHERE post_id IN ({_ids(post_ids)}) GROUP BY post_id"
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


def waiting_events(store: Store, arrived: set[tuple[int, int]]) -> list[tuple[int, SocialEvent]]:
    """What waits for the posts that arrived, given as (shard, post id): the post's shard and the event, oldest revision first."""
    result = store.rows(
        f"SELECT DISTINCT post_id, event_id, event FROM amendments WHERE post_id IN ({_ids({post for _, post in arrived})})"
    )
    waiting: dict[int, list[SocialEvent]] = {}
    for post, _, event in result:
        waiting.setdefault(post, []).append(_decoder.decode(event))
    items = [(shard, event) for shard, post in arrived for event in waiting.get(post, ())]
    items.sort(key=lambda item: (item[1].action == "delete", item[1].revision))
    return items
