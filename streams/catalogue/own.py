"""The posts by the brands themselves: how many, how many of them answer somebody, and what others did with them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import msgspec

from streams.catalogue import posts
from streams.catalogue.together import Questions
from streams.catalogue.value import query_version
from streams.store import Store

REACTIONS = ("reactions", "replies", "shares", "likes")


class Own(msgspec.Struct, frozen=True):
    """One brand's own posts in a window.

    replies             of the posts, those that answer somebody else
    long, different     of the replies, those long enough to be called near-duplicates; different texts among these
    aged                of the posts, those that were old enough and had interaction counts by then
    reactions           sum and sum of squares of each of REACTIONS, over the aged posts
    """

    posts: int = 0
    replies: int = 0
    long: int = 0
    different: int = 0
    aged: int = 0
    reactions: Mapping[str, tuple[int, int]] = {}


_REPLY = """
    text_hash, copy_key != post_id AS long, owner IN %(answering)s AND parent_id != 0
        AND bitXor(parent_id, cityHash64(owner))
            NOT IN (SELECT bitXor(post_id, cityHash64(owner)) FROM events WHERE owner IN %(answering)s) AS reply
"""
_POSTS = (
    f"SELECT owner, post_id, created_at, {{reply}} FROM events FINAL WHERE owner IN %(brands)s AND {posts.IN_WINDOW}"
)
_NUMBERS = "owner, count(), countIf(reply), countIf(reply AND long), uniqExactIf(text_hash, reply AND long)"
_SUMS = ", ".join(f"sumIf({reaction}, counted), sumIf({reaction} * {reaction}, counted)" for reaction in REACTIONS)
# The last counts of a post at the age `age`. 128 bits: the square of a sum of counts may need more than 64.
_WITH_COUNTS = """
SELECT
    p.owner AS owner, p.post_id AS id, p.reply AS reply, p.long AS long, p.text_hash AS text_hash, s.counts_at AS at,
    p.created_at <= fromUnixTimestamp64Milli(%(to)s - %(age)s) AND at > toDateTime64(0, 3, 'UTC')
        AND at <= p.created_at + toIntervalMillisecond(%(age)s) AS counted,
    toUInt128(s.like_count) AS likes, toUInt128(s.reply_count) AS replies, toUInt128(s.repost_count) + s.quote_count AS shares,
    likes + replies + shares AS reactions
FROM (SELECT * FROM count_snapshots FINAL WHERE counts_at <= fromUnixTimestamp64Milli(%(to)s)) AS s
RIGHT JOIN ({posts}) AS p ON s.post_id = p.post_id
ORDER BY id, counted DESC, at DESC
LIMIT 1 BY id
"""


def _sql(rates: bool, answering: Collection[str]) -> str:
    rows = _POSTS.format(reply=_REPLY if answering else "0 AS text_hash, 0 AS long, 0 AS reply")
    if not rates:
        return f"SELECT {_NUMBERS} FROM ({rows}) GROUP BY owner"
    return f"SELECT {_NUMBERS}, countIf(counted), {_SUMS} FROM ({_WITH_COUNTS.format(posts=rows)}) GROUP BY owner"


VERSION = query_version(_sql(True, "all"))


def read(
    questions: Questions,
    store: Store,
    window: tuple[int, int],
    age: int,
    *,
    rates: Sequence[str],
    answering: Sequence[str],
) -> Callable[[], dict[str, Own]]:
    """Ask for the brands' own posts in the window [start, end) ms; the function returned waits for the answers.

    rates       of which brands reactions are wanted, read at the post age `age` (ms)
    answering   of which brands replies are wanted
    """
    brands = sorted({*rates, *answering})
    if not brands:
        return dict
    params = {**posts.parameters(brands, *window, age), "answering": list(answering)}
    answer = questions.ask(lambda: store.query(_sql(bool(rates), answering), params).rows)
    return lambda: {owner: _own(*numbers) for owner, *numbers in answer.result()}


def _own(n: int, replies: int, long: int, different: int, aged: int = 0, *sums: Any) -> Own:
    reactions = dict(zip(REACTIONS, zip(sums[::2], sums[1::2], strict=True), strict=True)) if sums else {}
    return Own(n, replies, long, different, aged, reactions)
