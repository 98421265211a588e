"""Relevance metrics of a whole competitor set: a few aggregating queries over `events`, then `processors.relevance`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from processors.dialogue.measures import mean_interval
from processors.dialogue.survival import wilson
from processors.index import relevance_index
from processors.relevance import (
    RAREFIED_TO,
    author_diversity,
    corrected_net_sentiment,
    gini,
    net_sentiment,
    polarity,
    reach,
)
from processors.value_chain import CATEGORIES, UNROUTED
from schemas.brands import Brand
from streams.catalogue.value import Frame, Value, query_version
from streams.store import Store

POSTS = """
    SELECT
        brand, post_id, created_at, author_id, followers, copy_key, sentiment, value_chain, model_version,
        like_count + reply_count + repost_count + quote_count AS interactions,
        if(paid = 'yes', 'paid', if(owner = brand, 'owned', if(paid = 'no', 'earned', 'unknown'))) AS class,
        owner != brand AND paid != 'yes' AND NOT bot AS earned_set
    FROM events FINAL
    ARRAY JOIN arrayIntersect(brands, %(brands)s) AS brand
    WHERE minute >= toDateTime(%(from_s)s, 'UTC') AND minute <= toDateTime(%(to_s)s, 'UTC')
        AND created_at >= fromUnixTimestamp64Milli(%(from)s) AND created_at < fromUnixTimestamp64Milli(%(to)s)
        AND hasAny(brands, %(brands)s) AND NOT deleted AND action IN ('create', 'update')
"""
"""Posts of the window that name one of the brands or are by one of them, one row a post and brand."""

_FIRST = f"""
    SELECT brand, bitAnd(min(bitShiftLeft(toUInt128(toUnixTimestamp64Milli(created_at)), 64) + post_id), toUInt128(18446744073709551615))::UInt64
    FROM ({POSTS}) WHERE earned_set GROUP BY brand, copy_key
"""
EARNED = f"""
    SELECT brand, post_id, author_id, followers, sentiment, value_chain, model_version
    FROM ({POSTS}) WHERE earned_set AND (brand, post_id) IN ({_FIRST})
"""
"""The earned set: of near-duplicates only the earliest, by time and then by id, so that the order of arrival does not matter."""

_CLASSES = f"""
SELECT brand, class, count(), sum(interactions), 0 FROM ({POSTS}) GROUP BY brand, class
UNION ALL
SELECT brand, '', 0, 0, uniqExact(copy_key) FROM ({POSTS}) WHERE earned_set GROUP BY brand
"""
_EARNED_SUMS = f"""
SELECT
    brand, count(), countIf(sentiment = 'positive'), countIf(sentiment = 'neutral'), countIf(sentiment = 'negative'),
    groupArray(author_id), groupArray(followers), groupUniqArray(model_version),
    [{", ".join(f"countIf(has(value_chain, '{category}'))" for category in CATEGORIES)}],
    countIf(notEmpty(value_chain)), countIf(arrayExists(x -> x != 'marketing_sales', value_chain))
FROM ({EARNED})
GROUP BY brand
"""
_ENGAGEMENT = """
SELECT p.brand, p.posts, s.likes, s.replies, s.shares
FROM
(
    SELECT owner AS brand, count() AS posts FROM events FINAL
    WHERE owner IN %(brands)s AND {window} GROUP BY brand
) AS p
LEFT JOIN
(
    SELECT owner AS brand, groupArray(c.1) AS likes, groupArray(c.2) AS replies, groupArray(c.3) AS shares
    FROM
    (
        SELECT e.owner AS owner, e.post_id, argMax(tuple(s.like_count, s.reply_count, s.repost_count + s.quote_count), s.counts_at) AS c
        FROM (SELECT owner, post_id, created_at FROM events FINAL WHERE owner IN %(brands)s AND {window}
              AND created_at <= fromUnixTimestamp64Milli(%(to)s - %(age)s)) AS e
        INNER JOIN (SELECT * FROM count_snapshots FINAL WHERE post_id IN
              (SELECT post_id FROM events WHERE owner IN %(brands)s AND {window})) AS s ON s.post_id = e.post_id
        WHERE s.counts_at <= e.created_at + toIntervalMillisecond(%(age)s)
        GROUP BY owner, e.post_id
    )
    GROUP BY brand
) AS s ON s.brand = p.brand
""".replace(
    "{window}",
    "minute >= toDateTime(%(from_s)s, 'UTC') AND minute <= toDateTime(%(to_s)s, 'UTC') AND created_at >= fromUnixTimestamp64Milli(%(from)s) "
    "AND created_at < fromUnixTimestamp64Milli(%(to)s) AND NOT deleted AND action IN ('create', 'update')",
)
_MODELS = """
SELECT groupUniqArray(model_version) FROM events
WHERE minute >= toDateTime(%(from_s)s, 'UTC') AND minute <= toDateTime(%(to_s)s, 'UTC') AND hasAny(brands, %(brands)s)
    AND model_version != ''
"""
VERSION = query_version(_CLASSES, _EARNED_SUMS, _ENGAGEMENT)


class Counted(msgspec.Struct):
    """What the queries say about one brand. `classes`: posts and interactions by media class."""

    classes: dict[str, tuple[int, int]] = {}
    earned: int = 0
    moods: tuple[int, int, int] = (0, 0, 0)
    authors: dict[int, int] = {}
    followers: list[int] = []
    models: list[str] = []
    categories: dict[str, int] = {}
    routed: int = 0
    beyond: int = 0
    owned: int = 0
    likes: list[int] = []
    replies: list[int] = []
    shares: list[int] = []

    @property
    def posts(self) -> int:
        """All posts of the brand in the window, whoever wrote them."""
        return sum(count for count, _ in self.classes.values())


def parameters(brands: Sequence[str], start: int, end: int, age: int = 0) -> dict[str, Any]:
    """Parameters of the queries; times in ms."""
    return {
        "brands": list(brands),
        "from": start,
        "to": end,
        "from_s": start // 60_000 * 60,
        "to_s": end // 1000,
        "age": age,
    }


def count(
    store: Store, brands: Sequence[str], start: int, end: int, age: int, *, detailed: Sequence[str], rates: bool
) -> dict[str, Counted]:
    """Count the brands' posts in [start, end) ms, and only what is asked for.

    detailed   of which brands moods, authors, followers and categories are wanted
    rates      whether interactions are wanted, read at the post age `age` (ms)
    """
    params = parameters(brands, start, end, age)
    found = {brand: Counted() for brand in brands}
    for brand, name, posts, interactions, earned in store.query(_CLASSES, params):
        if name:
            found[brand].classes = {**found[brand].classes, name: (posts, interactions)}
        found[brand].earned += earned
    sums = store.query(_EARNED_SUMS, {**params, "brands": list(detailed)}) if detailed else ()
    for brand, n, positive, neutral, negative, authors, followers, versions, categories, routed, beyond in sums:
        one = found[brand]
        one.earned, one.moods, one.followers = n, (negative, neutral, positive), list(followers)
        one.authors = dict(Counter(Counter(authors).values()))
        one.models = sorted(version for version in versions if version)
        one.categories = {name: count for name, count in zip(CATEGORIES, categories, strict=True) if count}
        one.routed, one.beyond = routed, beyond
    for brand, owned, likes, replies, shares in store.query(_ENGAGEMENT, params) if rates else ():
        one = found[brand]
        one.owned, one.likes, one.replies, one.shares = owned, list(likes), list(replies), list(shares)
    return found


def models(store: Store, brand: str, start: int, end: int) -> list[str]:
    """Versions of the models that scored the brand's posts of the window."""
    return sorted(store.query(_MODELS, parameters([brand], start, end)).scalar())


Confusion = Mapping[str, Sequence[Sequence[float]]]
"""Model version → confusion matrix, rows: true negative, neutral, positive."""


def values(brand: Brand, counted: Mapping[str, Counted], frame: Frame, confusion: Confusion) -> dict[str, Value]:
    """The relevance metrics of one brand; `counted` holds its whole competitor set."""
    one = counted[brand.id]
    out = {
        "share_of_voice": _share_of_voice(one, counted, frame),
        "earned_share": _earned_share(one, frame),
        **_engagement(brand, one, frame),
        "net_sentiment": _net_sentiment(one, frame, confusion),
        "author_diversity": _diversity(one, frame),
        "reach_weighted_mentions": frame.make(
            "reach_weighted_mentions", reach(one.followers) if one.earned else None, one.earned, note="no_posts"
        ),
    }
    out["relevance_index"] = _index(brand.id, counted, frame)
    return out


def _share_of_voice(one: Counted, counted: Mapping[str, Counted], frame: Frame) -> Value:
    total = sum(other.earned for other in counted.values())
    parts = {
        "earned": {name: other.earned for name, other in sorted(counted.items())},
        "competitor_set": sorted(counted),
    }
    note = "no_posts" if not total else "no_competitors"
    if not total or len(counted) < 2:
        return frame.make("share_of_voice", None, total, parts=parts, note=note)
    low, high = wilson(one.earned, total)
    return frame.make(
        "share_of_voice", 100 * one.earned / total, total, low=_percent(low), high=_percent(high), parts=parts
    )


def _earned_share(one: Counted, frame: Frame) -> Value:
    posts = {name: one.classes.get(name, (0, 0))[0] for name in ("earned", "owned", "paid", "unknown")}
    acts = {name: one.classes.get(name, (0, 0))[1] for name in ("earned", "owned", "paid", "unknown")}
    known, known_acts = (sum(v for k, v in of.items() if k != "unknown") for of in (posts, acts))
    parts = {
        "posts": posts,
        "interactions": acts,
        "unknown_share": 100 * posts["unknown"] / one.posts if one.posts else None,
        "by_interactions": 100 * acts["earned"] / known_acts if known_acts else None,
    }
    if not known:
        return frame.make("earned_share", None, 0, parts=parts, note="no_known_payment" if one.posts else "no_posts")
    low, high = wilson(posts["earned"], known)
    return frame.make(
        "earned_share", 100 * posts["earned"] / known, known, low=_percent(low), high=_percent(high), parts=parts
    )


def _rates(one: Counted) -> dict[str, list[int]]:
    return {
        "engagement_rate": [a + b + c for a, b, c in zip(one.likes, one.replies, one.shares, strict=True)],
        "conversation_rate": one.replies,
        "amplification_rate": one.shares,
        "applause_rate": one.likes,
    }


def _engagement(brand: Brand, one: Counted, frame: Frame) -> dict[str, Value]:
    import numpy as np

    note = "no_accounts" if not brand.accounts else "no_counts" if one.owned else "no_owned"
    out = {}
    for metric, numbers in _rates(one).items():
        mean, low, high = mean_interval(np.asarray(numbers, dtype=np.float64))
        out[metric] = frame.make(
            metric,
            mean,
            len(numbers),
            low=low,
            high=high,
            parts={"owned_posts": one.owned, "with_counts": len(numbers)},
            note=note,
        )
    return out


def _net_sentiment(one: Counted, frame: Frame, confusion: Confusion) -> Value:
    negative, neutral, positive = one.moods
    found = net_sentiment(positive, neutral, negative)
    matrix = confusion.get(one.models[0]) if len(one.models) == 1 else None
    parts = {
        "positive": positive,
        "neutral": neutral,
        "negative": negative,
        "unscored": one.earned - sum(one.moods),
        "polarity_ratio": polarity(positive, negative),
        "corrected": corrected_net_sentiment(one.moods, matrix) if matrix else None,
    }
    if found is None:
        return frame.make("net_sentiment", None, 0, parts=parts, note="not_scored" if one.earned else "no_posts")
    return frame.make("net_sentiment", found[0], sum(one.moods), low=found[1], high=found[2], parts=parts)


def _diversity(one: Counted, frame: Frame) -> Value:
    parts = {"gini": gini(one.authors), "authors": sum(one.authors.values()), "rarefied_to": RAREFIED_TO}
    return frame.make("author_diversity", author_diversity(one.authors), one.earned, parts=parts, note="no_posts")


def _index(brand: str, counted: Mapping[str, Counted], frame: Frame) -> Value:
    per_brand = {name: _parts(other, counted) for name, other in counted.items()}
    metrics = {metric: {name: of[metric] for name, of in per_brand.items()} for metric in per_brand[brand]}
    index, parts = relevance_index(brand, metrics)
    note = "no_competitors" if len(counted) < 2 else "no_posts" if not counted[brand].posts else "no_parts"
    shown = {name: msgspec.structs.asdict(part) for name, part in parts.items()}
    return frame.make(
        "relevance_index", index if counted[brand].posts else None, counted[brand].earned, parts=shown, note=note
    )


def _parts(one: Counted, counted: Mapping[str, Counted]) -> dict[str, float | None]:
    total = sum(other.earned for other in counted.values())
    known = sum(posts for name, (posts, _) in one.classes.items() if name != "unknown")
    mood = net_sentiment(one.moods[2], one.moods[1], one.moods[0])
    acts = _rates(one)["engagement_rate"]
    return {
        "share_of_voice": 100 * one.earned / total if total else None,
        "earned_share": 100 * one.classes.get("earned", (0, 0))[0] / known if known else None,
        "engagement_rate": sum(acts) / len(acts) if acts else None,
        "net_sentiment": mood[0] if mood else None,
        "author_diversity": author_diversity(one.authors),
        "reach_weighted_mentions": reach(one.followers) if one.earned else None,
    }


def coverage(one: Counted, frame: Frame, dialogue: Mapping[str, Mapping[str, Any]]) -> Value:
    """`value_chain_coverage`, with posts, open items and response rate per category. `dialogue`: the latter two."""
    posts = {**one.categories, UNROUTED: one.earned - one.routed}
    names = sorted({*posts, *dialogue})
    parts = {
        name: {"posts": posts.get(name, 0), **dialogue.get(name, {})}
        for name in names
        if posts.get(name) or name in dialogue
    }
    low, high = wilson(one.beyond, one.routed)
    return frame.make(
        "value_chain_coverage",
        100 * one.beyond / one.routed if one.routed else None,
        one.routed,
        low=_percent(low),
        high=_percent(high),
        parts=parts,
        note="no_categories" if one.earned else "no_posts",
    )


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
