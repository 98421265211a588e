"""One batch of rows into every table: handed to the store once, copied from there.

Most posts of a stream are news: their minute is the latest, their conversation is they alone. What is derived from such
posts is written from the batch itself. What touches something stored before is left to be computed from the store
(`Left`), as is everything after a failure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from processors.enrich import COLUMNS, INDEX, Row
from streams.metrics import STORE_SECONDS
from streams.store import derive, dialogues
from streams.store.base import Store
from streams.store.params import quoted

_POSTS = frozenset({"create", "update", "delete"})
_EXTRA = {"new_minute": "UInt8", "alone": "UInt8"}
_SHARD, _MINUTE, _POST, _ROOT, _PARENT = (INDEX[n] for n in ("shard", "minute", "post_id", "root_id", "parent_id"))
_ACTION, _BRANDS, _VERSION = (INDEX[n] for n in ("action", "brands", "version"))
_NAMES = quoted(COLUMNS)
_IS_POST = "action IN ('create', 'update', 'delete')"


class Left(NamedTuple):
    """Keys whose derived rows must be computed from the stored events. `minutes`: epoch seconds; `roots`: root ids;
    `replies`: post ids of posts that answer one; `amended`: roots of posts that were edited or deleted."""

    minutes: set[int]
    roots: set[int]
    replies: set[int]
    amended: set[int]

    def and_also(self, other: Left) -> Left:
        """Both."""
        return Left(*(mine | theirs for mine, theirs in zip(self, other, strict=True)))


def once_each(rows: list[Row]) -> list[Row]:
    """The rows without those that another one replaces: of equal (shard, minute, post), the highest version, then the last."""
    if len({row[_POST] for row in rows}) == len(rows):
        return rows
    kept: dict[tuple[int, int, int], Row] = {}
    for row in rows:
        key = row[_SHARD], row[_MINUTE], row[_POST]
        if key not in kept or kept[key][_VERSION] <= row[_VERSION]:
            kept[key] = row
    return list(kept.values())


def everything(rows: Sequence[Row]) -> Left:
    """All that the rows touch."""
    posts = [row for row in rows if row[_ACTION] in _POSTS]
    return Left(
        {row[_MINUTE] for row in rows if row[_BRANDS]},
        {row[_ROOT] for row in posts},
        {row[_POST] for row in posts if row[_PARENT]},
        {row[_ROOT] for row in posts if row[_ACTION] != "create"},
    )


def write(store: Store, rows: Sequence[Row], newest: Mapping[int, int]) -> Left:
    """Store rows (each key once, see `once_each`) and what can be derived from them alone; return what cannot.

    `newest`: the latest minute stored of each shard before this batch. Raises StoreRefused when the store takes none of it.
    """
    posts = [row for row in rows if row[_ACTION] in _POSTS]
    members = Counter([row[_ROOT] for row in posts])
    known = dialogues.known(store, members)
    new_minute = [1 if row[_MINUTE] > newest[row[_SHARD]] else 0 for row in rows]
    alone = [
        1
        if row[_POST] == (root := row[_ROOT])
        and row[_ACTION] == "create"
        and not row[_PARENT]
        and members[root] == 1
        and root not in known
        else 0
        for row in rows
    ]
    columns = [*zip(*rows, strict=True), new_minute, alone]
    with store.stage("events", [*COLUMNS, *_EXTRA], columns, _EXTRA) as staged:
        with STORE_SECONDS.labels("events").time():
            _copy(store, staged, replies=any(row[_POST] != row[_ROOT] for row in posts))
        if any(new_minute):
            with STORE_SECONDS.labels("brand_minute").time():
                derive.new_minutes(store, staged)
        if any(alone):
            with STORE_SECONDS.labels("conversations").time():
                derive.new_conversations(store, staged)
            with STORE_SECONDS.labels("dialogues").time():
                dialogues.new_dialogues(store, staged)
    return everything_but(rows, new_minute, alone)


def everything_but(rows: Sequence[Row], new_minute: Sequence[int], alone: Sequence[int]) -> Left:
    """What the rows touch, without what was derived already."""
    minutes = {row[_MINUTE] for row, new in zip(rows, new_minute, strict=True) if not new and row[_BRANDS]}
    others = everything([row for row, by_itself in zip(rows, alone, strict=True) if not by_itself])
    return others._replace(minutes=minutes)


def store_only(store: Store, rows: Sequence[Row]) -> None:
    """Store rows and derive nothing. Raises StoreRefused."""
    with store.stage("events", COLUMNS, list(zip(*rows, strict=True))) as staged:
        _copy(store, staged, replies=True)


def _copy(store: Store, staged: str, *, replies: bool) -> None:
    """Truth first: a crash after the first statement is repaired when the batch comes again."""
    store.execute(f"INSERT INTO events ({_NAMES}) SELECT {_NAMES} FROM {staged}")
    store.execute(
        "INSERT INTO thread_index (root_id, post_id, shard, minute) "
        f"SELECT root_id, post_id, shard, minute FROM {staged} WHERE {_IS_POST}"
    )
    if replies:
        store.execute(
            "INSERT INTO reply_links (post_id, root_id) "
            f"SELECT post_id, root_id FROM {staged} WHERE post_id != root_id AND {_IS_POST}"
        )
