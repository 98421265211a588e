"""Edits, deletes and purges: they change rows that are already stored, so they look them up first.

Everything else in the pipeline never reads before it writes. State per shard is a cache of what the store says and is
rebuilt when a partition is assigned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from processors.enrich import COLUMNS, INDEX, Columns, Row, amended, states_text, tombstone
from schemas.social_event import SocialEvent
from streams.decode import Placed
from streams.store import Store
from streams.store.derive import key_set

Amendment = tuple[Placed, Row]
MinuteKey = tuple[int, str, int]
Forward = tuple[int, SocialEvent]

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(SocialEvent)
_IS_POST = " AND action IN ('create', 'update', 'delete')"
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
    def load(cls, store: Store, shards: Iterable[int]) -> dict[int, ShardState]:
        """Rebuild those of several partitions from the store."""
        states = {shard: cls() for shard in shards}
        rows = store.rows(
            f"SELECT shard, post_id, owner FROM events WHERE shard IN ({_ids(states)}) AND owner != '' "
            f"ORDER BY minute DESC LIMIT {_OWNED_MAX} BY shard"
        )
        for shard, post_id, owner in reversed(rows):
            states[shard].owned[post_id] = owner
        return states

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


def settle(store: Store, columns: Columns, places: Mapping[tuple[int, int], int]) -> Columns:
    """The columns with each post in one place: a post that is there already keeps its time, whatever time it comes with again, and
    is not late because it was read once more.

    Feeds without dates give an entry the time of the visit, clients' clocks that run ahead are put right by ours: the same post read
    twice can so name two minutes, and would be two rows and count twice. `places`: of the posts stored before, (shard, post id) → minute.
    """
    shards, posts, minutes = (columns[INDEX[name]] for name in ("shard", "post_id", "minute"))
    if not places and len(set(posts)) == len(posts):
        return columns
    first: dict[tuple[int, int], int] = {}
    again: list[tuple[int, tuple[int, int]]] = []
    for number, (key, minute, late) in enumerate(
        zip(zip(shards, posts, strict=True), minutes, columns[INDEX["late"]], strict=True)
    ):
        if key in places:
            if late or places[key] != minute:
                again.append((number, key))
        elif first.setdefault(key, number) != number:
            again.append((number, key))
    if not again:
        return columns
    known = _times(store, {key: places[key] for _, key in again if key in places})
    known |= {key: tuple(columns[INDEX[name]][number] for name in _TIMES) for key, number in first.items()}
    settled = list(columns)
    for index, name in enumerate(_TIMES):
        column = settled[INDEX[name]] = list(columns[INDEX[name]])
        for number, key in again:
            if key in known:
                column[number] = known[key][index]
    return settled


_TIMES = ("minute", "created_at", "late")


def _times(store: Store, places: Mapping[tuple[int, int], int]) -> dict[tuple[int, int], tuple[int, ...]]:
    """Of stored posts, (shard, post id) → what `_TIMES` says. A post that was on time once is not late."""
    if not places:
        return {}
    rows = store.rows(
        "SELECT shard, post_id, toInt64(toUnixTimestamp(minute)) AS at, "
        "toInt64(toUnixTimestamp64Milli(argMin(created_at, version))), min(late) FROM events "
        f"WHERE minute IN {key_set(set(places.values()), 'UInt32')} AND shard IN ({_ids({shard for shard, _ in places})}) "
        f"AND post_id IN {key_set({post for _, post in places}, 'UInt64')} GROUP BY shard, post_id, minute"
    )
    return {(shard, post): (at, *others) for shard, post, at, *others in rows if places.get((shard, post)) == at}


def author_rows(store: Store, shard: int, author_id: int) -> dict[tuple[int, int], Row]:
    """Current rows of an author on a shard: posts, and what the author did to others' posts."""
    return _rows(store, f"shard = {int(shard)} AND author_id = {int(author_id)}", acts=True)


def rows_since(store: Store, since_ms: int) -> list[Row]:
    """Current rows that were written to the store since then (ms since the epoch)."""
    return list(_rows(store, f"stored_at >= fromUnixTimestamp64Milli({int(since_ms)})", acts=True).values())


def _rows(store: Store, where: str, *, acts: bool = False) -> dict[tuple[int, int], Row]:
    # Where they lie is found without FINAL, which lets the engine use the index on post_id; then only those places are read.
    result = store.rows(
        f"SELECT {_READ} FROM events FINAL WHERE (minute, shard, post_id) GLOBAL IN "
        f"(SELECT minute, shard, post_id FROM events WHERE {where}) AND {where}{'' if acts else _IS_POST}"
    )
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


def apply(store: Store, amending: list[Amendment], rows: list[Row], emptied: set[MinuteKey]) -> list[Forward]:
    """Turn edits, deletes and purges into replacing rows; keep those whose post has not arrived until it does.

    rows     of the same batch: replaced in place, and joined by rows of posts stored before
    emptied  gains the (shard, brand, minute) keys that a change may have left without posts
    Returns events to send to the partition that holds their post.
    """
    if not amending:
        return []
    shards = {placed.partition for placed, _ in amending}
    ids = {row[INDEX["post_id"]] for _, row in amending}
    current = stored_rows(store, shards, ids)
    position = {(row[INDEX["shard"]], row[INDEX["post_id"]]): number for number, row in enumerate(rows)}
    unknown: list[Amendment] = []
    for placed, row in amending:
        if placed.event.action == "account_purge":
            _purge(store, placed, rows, emptied)
            continue
        key = (placed.partition, row[INDEX["post_id"]])
        in_batch = position.get(key)
        existing = rows[in_batch] if in_batch is not None else current.get(key)
        if existing is not None and in_batch is not None and key in current:
            existing = max(existing, current[key], key=lambda r: r[INDEX["version"]])
        if existing is None:
            unknown.append((placed, row))
            continue
        _replace(placed, row, existing, rows, position, emptied)
    return _park(store, unknown)


def _replace(
    placed: Placed,
    row: Row,
    existing: Row,
    rows: list[Row],
    position: dict[tuple[int, int], int],
    emptied: set[MinuteKey],
) -> None:
    if placed.event.action == "delete":
        new = existing if existing[INDEX["deleted"]] else tombstone(existing, placed.event, placed.position)
    else:
        said = placed.event
        new = amended(existing, row, states_text=states_text(said), states_counts=said.counts is not None)
    emptied.update((existing[INDEX["shard"]], brand, existing[INDEX["minute"]]) for brand in existing[INDEX["brands"]])
    key = (placed.partition, row[INDEX["post_id"]])
    if key in position:
        rows[position[key]] = new
    else:
        position[key] = len(rows)
        rows.append(new)


def _purge(store: Store, placed: Placed, rows: list[Row], emptied: set[MinuteKey]) -> None:
    author = placed.event.author_id
    found = author_rows(store, placed.partition, author)
    mine = [
        i for i, row in enumerate(rows) if row[INDEX["author_id"]] == author and row[INDEX["shard"]] == placed.partition
    ]
    for i in mine:
        rows[i] = tombstone(rows[i], placed.event, placed.position)
    known = {rows[i][INDEX["post_id"]] for i in mine}
    for (shard, post), row in found.items():
        emptied.update((shard, brand, row[INDEX["minute"]]) for brand in row[INDEX["brands"]])
        if post not in known:
            rows.append(tombstone(row, placed.event, placed.position))


def _park(store: Store, unknown: list[Amendment]) -> list[Forward]:
    """Send an amendment to the partition that holds its post; if none does, keep it until the post arrives."""
    forwards, waiting = _elsewhere(store, unknown)
    if waiting:
        keep_waiting(store, [(p.partition, row[INDEX["post_id"]], p.event) for p, row in waiting])
        forwards += _elsewhere(store, waiting)[0]  # the post may have come between the look and the writing
    return forwards


def _elsewhere(store: Store, unknown: list[Amendment]) -> tuple[list[Forward], list[Amendment]]:
    """What is to be sent to another partition, and what waits for a post that is stored nowhere."""
    if not unknown:
        return [], []
    at = holders(store, {row[INDEX["post_id"]] for _, row in unknown})
    forwards = [(shard, placed.event) for placed, row in unknown for shard in at.get(row[INDEX["post_id"]], ())]
    return forwards, [(placed, row) for placed, row in unknown if row[INDEX["post_id"]] not in at]
