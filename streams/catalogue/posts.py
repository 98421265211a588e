"""The posts of a window that concern some brands, in SQL: what the relevance metrics count, and `why` lists.

Everything that is compared or grouped a million times is a number: brands and texts as strings cost twice as much.
"""

from __future__ import annotations

from streams.store.base import Store

IN_WINDOW = (
    "minute >= toDateTime(%(from_s)s, 'UTC') AND minute <= toDateTime(%(to_s)s, 'UTC') "
    "AND created_at >= fromUnixTimestamp64Milli(%(from)s) AND created_at < fromUnixTimestamp64Milli(%(to)s) "
    "AND NOT deleted AND action IN ('create', 'update')"
)
"""`minute` is in the sorting key and prunes; `created_at` then cuts exactly."""

CLASSES = ("earned", "owned", "paid", "unknown")
"""Names of the numbers in the column `class` below."""

POSTS = f"""
    SELECT
        brand, post_id, author_id, followers, sentiment, value_chain, model_version,
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
COUNTS = f"SELECT brand, uniqExactIf(words, earned_set), {_BY_CLASS} FROM ({POSTS}) GROUP BY brand"
"""Brand, size of the earned set, then posts and interactions of each class."""

DETAILS = f"""
SELECT
    brand, countIf(kept), {_BY_CLASS},
    countIf(kept AND sentiment = 'positive'), countIf(kept AND sentiment = 'neutral'), countIf(kept AND sentiment = 'negative'),
    groupArrayIf(author_id, kept), groupArrayIf(followers, kept), groupUniqArrayIf(model_version, kept),
    sumMapIf(value_chain, arrayResize([1], length(value_chain), 1), kept),
    countIf(kept AND notEmpty(value_chain)), countIf(kept AND length(value_chain) > has(value_chain, 'marketing_sales'))
FROM ({MARKED})
GROUP BY brand
"""
"""As COUNTS, then moods, authors, followers, models and categories of the earned set."""

RATES = f"""
SELECT owner, count(), groupArrayIf(counts, at > toDateTime64(0, 3, 'UTC'))
FROM
(
    SELECT
        p.owner AS owner, p.post_id AS post_id, maxIf(s.counts_at, in_time) AS at,
        argMaxIf((s.like_count, s.reply_count, s.repost_count + s.quote_count), s.counts_at,
            p.created_at <= fromUnixTimestamp64Milli(%(to)s - %(age)s) AND s.counts_at > toDateTime64(0, 3, 'UTC')
            AND s.counts_at <= p.created_at + toIntervalMillisecond(%(age)s) AS in_time) AS counts
    FROM (SELECT * FROM count_snapshots FINAL) AS s
    RIGHT JOIN (SELECT owner, post_id, created_at FROM events FINAL WHERE owner IN %(brands)s AND {IN_WINDOW}) AS p
        ON s.post_id = p.post_id
    GROUP BY owner, post_id
)
GROUP BY owner
"""
"""Brand, own posts, and (likes, replies, shares) at the age `age` of those that were old enough and had counts by then."""

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


def models(store: Store, brand: str, start: int, end: int) -> list[str]:
    """Versions of the models that scored the brand's posts of the window."""
    return sorted(store.query(_MODELS, parameters([brand], start, end)).scalar())
