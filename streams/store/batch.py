"""One batch of rows into every table: handed to the store once, copied from there.

Most posts of a stream are news: their minute is the latest, their conversation is they alone. What is derived from such
posts is written from the batch itself. What touches something stored before is left to be computed from the store
(`Left`), as is everything after a failure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from processors.enrich import COLUMNS, INDEX, Columns
from schemas.social_event import POST_ACTIONS
from streams.metrics import STORE_SECONDS
from streams.store import derive, dialogues
from streams.store.base import Store
from streams.store.params import quoted

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


def once_each(columns: Columns) -> Columns:
    """The columns without rows that another one replaces: of equal (shard, minute, post), the highest version, then the last."""
    shards, minutes, posts, versions = (columns[n] for n in (_SHARD, _MINUTE, _POST, _VERSION))
    if len(set(posts)) == len(posts):
        return columns
    kept: dict[tuple[int, int, int], int] = {}
    for number, key in enumerate(zip(shards, minutes, posts, strict=True)):
        if key not in kept or versions[kept[key]] <= versions[number]:
            kept[key] = number
    numbers = list(kept.values())
    return [[column[number] for number in numbers] for column in columns]


def everything(columns: Columns) -> Left:
    """All that the rows touch."""
    return _touched(columns, [1] * len(columns[0]), [0] * len(columns[0]))


def _touched(columns: Columns, other_minute: Sequence[int], alone: Sequence[int]) -> Left:
    """What the rows touch: minutes of those with `other_minute`, conversations of those not `alone`."""
    minutes = {
        minute
        for minute, brands, take in zip(columns[_MINUTE], columns[_BRANDS], other_minute, strict=True)
        if take and brands
    }
    roots, replies, amended = set(), set(), set()
    if not all(alone):
        for root, post, parent, action, by_itself in zip(
            columns[_ROOT], columns[_POST], columns[_PARENT], columns[_ACTION], alone, strict=True
        ):
            if by_itself or action not in POST_ACTIONS:
                continue
            roots.add(root)
            if parent:
                replies.add(post)
            if action != "create":
                amended.add(root)
    return Left(minutes, roots, replies, amended)


def write(store: Store, columns: Columns, newest: Mapping[int, int], known: Collection[int]) -> Left:
    """Store rows (each key once, see `once_each`) and what can be derived from them alone; return what cannot.

    newest   the latest minute stored of each shard before this batch
    known    roots of which any post was stored before
    Raises StoreRefused when the store takes none of it.
    """
    roots, posts, actions = columns[_ROOT], columns[_POST], columns[_ACTION]
    members = Counter(roots)
    new_minute = [
        1 if minute > newest[shard] else 0 for minute, shard in zip(columns[_MINUTE], columns[_SHARD], strict=True)
    ]
    alone = [
        1 if post == root and members[root] == 1 and not parent and action == "create" and root not in known else 0
        for post, root, parent, action in zip(posts, roots, columns[_PARENT], actions, strict=True)
    ]
    if len(posts) <= derive.FEW and any(
        not one and action in POST_ACTIONS for one, action in zip(alone, actions, strict=True)
    ):
        alone = [0] * len(posts)  # statements run for the others anyway: these go along
    with store.stage("events", [*COLUMNS, *_EXTRA], [*columns, new_minute, alone], _EXTRA) as staged:
        with STORE_SECONDS.labels("events").time():
            _copy(store, staged, replies=posts != roots)
        if any(new_minute):
            with STORE_SECONDS.labels("brand_minute").time():
                derive.new_minutes(store, staged)
        if any(alone):
            with STORE_SECONDS.labels("conversations").time():
                derive.new_conversations(store, staged)
            with STORE_SECONDS.labels("dialogues").time():
                dialogues.new_dialogues(store, staged)
    return _touched(columns, [not new for new in new_minute], alone)


def store_only(store: Store, columns: Columns) -> None:
    """Store rows and derive nothing. Raises StoreRefused."""
    with store.stage("events", COLUMNS, columns) as staged:
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
