"""The posts of a window that concern some brands, in SQL: what the relevance metrics count, and `why` lists.

Everything that is compared or grouped a million times is a number: brands and texts as strings cost twice as much. And what a
metric needs is computed in the engine, so that a brand's answer is a few hundred bytes, however many posts it rests on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from processors.value_chain import CATEGORIES
from streams.store.base import Store

IN_WINDOW = (
    "minute >= toDateTime(%(from_s)s, 'UTC') AND minute <= toDateTime(%(to_s)s, 'UTC') "
    "AND created_at >= fromUnixTimestamp64Milli(%(from)s) AND created_at < fromUnixTimestamp64Milli(%(to)s) "
    "AND NOT deleted AND action IN ('create', 'update')"
)
"""`minute` is in the sorting key and prunes; `created_at` then cuts exactly."""

MOODS = ("negative", "neutral", "positive")
CLASSES = ("earned", "owned", "paid", "unknown")
"""Names of the numbers in the column `class` below."""

_MODEL, _FOLLOWERS = 16, 32
_KIND = (1 << _MODEL) - 1
_FACTS = f"""
    bitShiftLeft(toUInt64(followers), {_FOLLOWERS}) + bitShiftLeft(bitAnd(cityHash64(model_version), 65535), {_MODEL})
    + arrayReduce('groupBitOr', arrayMap(
        x -> transform(x, {list(CATEGORIES)}, {[4 << n for n in range(len(CATEGORIES))]}, {4 << len(CATEGORIES)}), value_chain))
    + transform(sentiment, {list(MOODS)}, {[n + 1 for n in range(len(MOODS))]}, 0)
"""
"""Followers, model and kind (mood and categories) of a post in one number: bits 32 and up, 16 to 31, 0 to 15."""

POSTS = f"""
    SELECT
        brand, post_id, author_id, model_version, {_FACTS} AS facts,
        like_count + reply_count + repost_count + quote_count AS interactions,
        multiIf(paid = 'yes', 2, owner = brand, 1, paid = 'no', 0, 3) AS class,
        owner != brand AND paid != 'yes' AND NOT bot AS earned_set,
        bitXor(copy_key, cityHash64(brand)) AS words,
        bitShiftLeft(toUInt64(toUnixTimestamp64Milli(created_at) - %(from)s), 24) + bitShiftRight(post_id, 40) AS place
    FROM events FINAL
    ARRAY JOIN brands AS brand
    WHERE brand IN %(brands)s AND {IN_WINDOW}
"""
"""Posts that name one of the brands or are by one of them, one row a post and brand.

words   the same for near-duplicates about one brand
place   orders them by time, then by id: 40 bits of milliseconds (34 years), then the upper 24 bits of the id
"""

_FIRST = f"SELECT words, min(place) FROM ({POSTS}) WHERE earned_set GROUP BY words"
MARKED = f"SELECT *, earned_set AND (words, place) IN ({_FIRST}) AS kept FROM ({POSTS})"
"""`kept`: in the earned set. Of near-duplicates only the earliest is, so the order of arrival does not matter."""

EARNED = f"SELECT brand, post_id FROM ({MARKED}) WHERE kept"

_BY_CLASS = ", ".join(
    f"countIf(class = {number}), sumIf(interactions, class = {number})" for number in range(len(CLASSES))
)
COUNTS = f"SELECT brand, uniqExactIf(words, earned_set), groupUniqArray(model_version), {_BY_CLASS} FROM ({POSTS}) GROUP BY brand"
"""Brand, size of the earned set, versions of the models that scored its posts, then posts and interactions of each class."""

# The longest question of a request: two threads shall read a week, which the engine by itself leaves to one.
# The first of each group of near-duplicates stays, as in EARNED. By arrays and not by a join: sorting a brand's posts and
# numbering equal words costs a tenth of a second set, over a second reading, of all posts.
_SORTED = f"""
SELECT
    * EXCEPT (words, places, authors, facts),
    arrayEnumerateUniq(arraySort((x, place) -> place, words, places)) AS copy,
    arrayFilter((x, n) -> n = 1, arraySort((x, place) -> place, facts, places), copy) AS kept,
    arrayFilter((x, n) -> n = 1, arraySort((x, place) -> place, authors, places), copy) AS wrote,
    arraySort(arrayMap(x -> bitAnd(x, {_KIND}), kept)) AS kinds,
    arraySort(arrayEnumerateUniq(wrote)) AS turns,
    arrayMap(x -> toUInt32(bitShiftRight(x, {_FOLLOWERS})), kept) AS followers,
    arrayReduce('quantileExactInclusive(0.99)', followers) AS most,
    arrayDistinct(arrayMap(x -> bitAnd(bitShiftRight(x, {_MODEL}), 65535), kept)) AS models
FROM
(
    SELECT
        brand, {_BY_CLASS}, groupArrayIf(words, earned_set) AS words, groupArrayIf(place, earned_set) AS places,
        groupArrayIf(author_id, earned_set) AS authors, groupArrayIf(facts, earned_set) AS facts,
        groupUniqArrayIf(model_version, earned_set) AS versions
    FROM ({POSTS})
    GROUP BY brand
)
"""
_ENDS = "arrayFilter((n, step) -> step != 0, arrayEnumerate({0}), arrayDifference({0}))"
DETAILS = f"""
SELECT
    * EXCEPT (copy, kept, wrote, kinds, turns, followers, most, models, versions),
    length(kept), arrayCompact(kinds), {_ENDS.format("kinds")}, {_ENDS.format("turns")},
    arraySum(x -> log1p(least(x, most)), followers),
    arraySort(arrayFilter(v -> v != '' AND has(models, bitAnd(cityHash64(v), 65535)), versions))
FROM ({_SORTED})
SETTINGS merge_tree_min_rows_for_concurrent_read = 20000, merge_tree_min_bytes_for_concurrent_read = 1000000
"""
"""Brand, posts and interactions of each class; then of the earned set: its size, and

- the kinds of its posts (see `moods`, `categories`) in ascending order, and where in that order the next one begins (from 1)
- the same for "is its author's n-th post", n = 1, 2, …
- Σ ln(1 + followers), followers capped at their own 99th percentile (linear interpolation)
- versions of the models that scored it
"""


def run_lengths(starts: Sequence[int], n: int) -> list[int]:
    """Lengths of the runs of equal values in a sorted list of `n`; `starts`: where (from 1) the second, third, … run begins."""
    return [after - before for before, after in pairwise([1, *starts, n + 1])] if n else []


def moods(kinds: Mapping[int, int]) -> tuple[int, ...]:
    """Kind → number of posts, as numbers of negative, neutral and positive posts."""
    return tuple(sum(n for kind, n in kinds.items() if kind & 3 == mood + 1) for mood in range(len(MOODS)))


def categories(kinds: Mapping[int, int]) -> tuple[dict[str, int], int, int]:
    """Kind → number of posts, as posts of each category, of any category, and of any but marketing and sales."""
    of_each = {c: sum(k for kind, k in kinds.items() if kind & (4 << n)) for n, c in enumerate(CATEGORIES)}
    sales = 4 << CATEGORIES.index("marketing_sales")
    routed, beyond = (sum(k for kind, k in kinds.items() if kind & ~3 & ~but) for but in (0, sales))
    return {c: k for c, k in of_each.items() if k}, routed, beyond


_MODELS = f"SELECT groupUniqArray(model_version) FROM events WHERE {IN_WINDOW} AND hasAny(brands, %(brands)s) AND model_version != ''"


def parameters(brands: list[str] | tuple[str, ...], start: int, end: int, age: int = 0) -> dict[str, object]:
    """Parameters of the queries; times in ms."""
    return {
        "brands": list(brands),
        "from": start,
        "to": end,
        "from_s": start // 60_000 * 60,
        "to_s": end // 1000,
        "age": age,
    }


def models(store: Store, params: Mapping[str, object]) -> list[str]:
    """Versions of the models that scored the posts of the window; `params`: see `parameters`."""
    return sorted(store.query(_MODELS, params).scalar())
