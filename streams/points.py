"""The minutes of brands as the store has them, as points for a crisis detector."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from processors.crisis import MinutePoint
from streams.store import Store

MAX_KEYS = 32

_RECENT = f"""
SELECT
    brand, toInt64(toUnixTimestamp(minute)) AS at,
    countIf(mention) AS mentions,
    countIf(mention AND sentiment = 'negative') AS negative,
    countIf(mention AND sentiment = 'positive') AS positive,
    countIf(mention AND sentiment = '') AS unscored,
    uniqExactIf(author_id, mention) AS authors,
    uniqExactIf(author_id, mention AND sentiment = 'negative') AS negative_authors,
    uniqExactIf(text_hash, mention AND sentiment = 'negative') AS negative_texts,
    sumIf(log1p(followers), mention) AS reach,
    sumMapIf(map(toString(source), 1::UInt64), mention) AS sources,
    countIf(paid = 'yes') AS paid,
    countIf(owner = brand) AS owned,
    arraySlice(arraySort(groupUniqArrayIf(author_id, mention AND sentiment = 'negative')), 1, {MAX_KEYS}) AS author_keys,
    arraySlice(arraySort(groupUniqArrayIf(text_hash, mention AND sentiment = 'negative')), 1, {MAX_KEYS}) AS text_keys,
    sumMapIf(
        mapFromArrays(concerns, arrayWithConstant(length(concerns), 1::UInt64)), mention AND sentiment = 'negative'
    ) AS concerned
FROM
(
    SELECT minute, brand, sentiment, author_id, text_hash, followers, source, paid, owner,
        arrayMap(c -> toString(c), arrayDistinct(value_chain)) AS concerns,
        owner != brand AND paid != 'yes' AND NOT bot AS mention
    FROM events FINAL ARRAY JOIN brands AS brand
    WHERE minute >= toDateTime(%(start)s, 'UTC') AND minute <= toDateTime(%(end)s, 'UTC') AND brand IN %(brands)s
        AND NOT deleted AND action IN ('create', 'update')
)
GROUP BY brand, minute ORDER BY brand, minute
"""

_PAST = """
SELECT
    brand, toInt64(toUnixTimestamp(minute)) AS at, sum(mentions) AS mentions, sum(negative) AS negative, sum(positive) AS positive,
    toInt64(mentions) - toInt64(positive) - toInt64(negative) - toInt64(sum(neutral)) AS unscored,
    uniqExactArray(authors) AS authors, uniqExactArray(negative_authors) AS negative_authors,
    uniqExactArray(negative_texts) AS negative_texts, sum(reach) AS reach, sumMap(sources) AS sources, sum(paid) AS paid, sum(owned) AS owned
FROM brand_minute FINAL
WHERE brand = %(brand)s AND minute >= toDateTime(%(start)s, 'UTC') AND minute < toDateTime(%(end)s, 'UTC')
GROUP BY brand, minute ORDER BY minute
"""


class Read(NamedTuple):
    """What was read. `unseen`: minutes that nobody could judge, because most posts have no sentiment yet. `concerned`: by brand
    and minute, how many negative mentions concern each category of the value chain (only of `recent`)."""

    points: dict[str, dict[int, MinutePoint]]
    unseen: set[tuple[str, int]]
    concerned: dict[str, dict[int, Counter[str]]]


def recent(store: Store, brands: tuple[str, ...], start: int, end: int) -> Read:
    """Minutes from `start` to `end` (epoch seconds, both included) with keys of authors and texts. Raises StoreError."""
    return _read(store, _RECENT, {"start": start, "end": end, "brands": brands})


def past(store: Store, brand: str, start: int, end: int) -> Read:
    """Minutes of one brand from `start` to before `end`, without keys: fast, for weeks of them. Raises StoreError."""
    return _read(store, _PAST, {"brand": brand, "start": start, "end": end})


def _read(store: Store, sql: str, parameters: dict[str, Any]) -> Read:
    found = Read({}, set(), {})
    for row in store.dicts(sql, parameters):
        point = _point(row)
        if 2 * row["unscored"] > point.mentions:
            found.unseen.add((point.brand, point.minute))
        else:
            found.points.setdefault(point.brand, {})[point.minute] = point
        if concerned := row.get("concerned"):
            found.concerned.setdefault(point.brand, {})[point.minute] = Counter(dict(concerned))
    return found


def _point(row: dict[str, Any]) -> MinutePoint:
    return MinutePoint(
        brand=row["brand"],
        minute=row["at"],
        mentions=row["mentions"],
        negative=row["negative"],
        positive=row["positive"],
        authors=row["authors"],
        negative_authors=row["negative_authors"],
        negative_texts=row["negative_texts"],
        reach=row["reach"],
        sources=dict(row["sources"]),
        paid=row["paid"],
        owned=row["owned"],
        negative_author_keys=tuple(row.get("author_keys", ())),
        negative_text_keys=tuple(row.get("text_keys", ())),
    )
