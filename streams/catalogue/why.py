"""Why this number: the events a metric's value was computed from."""

from __future__ import annotations

from typing import Any

import msgspec

from schemas.brands import BrandBook
from schemas.metrics import BY_ID
from streams.catalogue import dialogue, posts
from streams.catalogue.compute import Request, compute
from streams.catalogue.relevance import Confusion
from streams.catalogue.value import iso
from streams.store import Store

_EVENT = "event_id, post_id, source, uri, created_at, deleted, model_version"

_EARNED = f"""
SELECT {_EVENT}, brand, {{detail}} AS detail
FROM ({posts.EARNED}) AS p
INNER JOIN (SELECT * FROM events FINAL WHERE minute >= toDateTime(%(from_s)s, 'UTC') AND minute <= toDateTime(%(to_s)s, 'UTC')) AS e
ON e.post_id = p.post_id
WHERE {{where}}
"""
_OF_EARNED = {
    "net_sentiment": ("e.sentiment", "e.sentiment != ''"),
    "author_diversity": ("concat('author ', toString(e.author_id))", "1"),
    "reach_weighted_mentions": ("concat(toString(e.followers), ' followers')", "1"),
    "value_chain_coverage": ("arrayStringConcat(e.value_chain, ', ')", "notEmpty(e.value_chain)"),
}
"""Metric → what a post of the earned set is to it, and which posts it counts."""
_ALL_POSTS = f"""
SELECT {_EVENT}, p.brand AS brand, arrayElement({list(posts.CLASSES)}, p.class + 1) AS detail
FROM (SELECT brand, post_id, class FROM ({posts.POSTS})) AS p
INNER JOIN (SELECT * FROM events FINAL WHERE minute >= toDateTime(%(from_s)s, 'UTC') AND minute <= toDateTime(%(to_s)s, 'UTC')) AS e
ON e.post_id = p.post_id
"""
_OWN = f"owner = %(brand)s AND {posts.IN_WINDOW}"
_OWNED = (
    f"SELECT {_EVENT}, owner AS brand, if(parent_id != 0, 'reply', 'post') AS detail FROM events FINAL WHERE {_OWN}"
)
_AGED = f"""
AND created_at <= fromUnixTimestamp64Milli(%(to)s - %(age)s) AND post_id IN
    (SELECT s.post_id FROM count_snapshots AS s INNER JOIN (SELECT post_id, created_at FROM events FINAL WHERE {_OWN}) AS p ON p.post_id = s.post_id
     WHERE s.counts_at > toDateTime64(0, 3, 'UTC') AND s.counts_at <= p.created_at + toIntervalMillisecond(%(age)s))
"""
_TALK = f"""
SELECT {_EVENT}, %(brand)s AS brand, p.detail AS detail
FROM (SELECT arrayJoin([(asked_id, 'first customer post'), (reply_id, 'first answer')]) AS pair, pair.1 AS post_id, pair.2 AS detail
      {dialogue.COHORT} {{asks}}) AS p
INNER JOIN (SELECT * FROM events FINAL WHERE post_id IN
    (SELECT arrayJoin([asked_id, reply_id]) {dialogue.COHORT} {{asks}})) AS e ON e.post_id = p.post_id
WHERE p.post_id != 0
"""
_THREADS = f"""
SELECT {_EVENT}, %(brand)s AS brand, if(owner = %(brand)s, 'brand', 'customer') AS detail FROM events FINAL
WHERE root_id IN (SELECT root_id {dialogue.COHORT}) AND NOT deleted AND action IN ('create', 'update')
"""

_VISITED = f"""
SELECT {_EVENT}, %(brand)s AS brand, 'visited' AS detail FROM events FINAL
WHERE uri IN (SELECT post_uri FROM visits WHERE brand = %(brand)s AND source != '' AND post_uri != ''
    AND at >= fromUnixTimestamp64Milli(%(from)s) AND at < fromUnixTimestamp64Milli(%(to)s)) AND action IN ('create', 'update', 'delete')
"""

_BY_POSTS = {"earned_share": _ALL_POSTS}
_RATES = frozenset({"engagement_rate", "conversation_rate", "amplification_rate", "applause_rate"})
_ASKING = frozenset(
    {"response_rate", "first_response_time", "answered_within", "unanswered_share", "backlog_age", "recovery"}
)
_WHOLE_SET = frozenset({"share_of_voice", "relevance_index"})


def _query(metric: str) -> str:
    if metric in _RATES:
        return _OWNED + _AGED
    if metric == "dialogue_share":
        return _OWNED
    if metric in _ASKING or metric == "dialogue_index":
        return _TALK.format(asks="AND asks")
    if BY_ID[metric].group == "dialogue":
        return _THREADS
    if BY_ID[metric].group == "sales":
        return _VISITED
    if metric in _BY_POSTS:
        return _BY_POSTS[metric]
    detail, where = _OF_EARNED.get(metric, ("'earned post'", "1"))
    return _EARNED.format(detail=detail, where=where)


def explain(
    store: Store, book: BrandBook, request: Request, limit: int, confusion: Confusion | None = None
) -> dict[str, Any]:
    """The values of `request` (one brand, one metric), and up to `limit` of the events behind them, oldest first.

    For share_of_voice and relevance_index the events of the whole competitor set are listed, each with its brand.
    """
    values = compute(store, book, request, confusion)
    metric = BY_ID[request.metrics[0]].id
    brand = book.get(str(request.brand))
    names = [other.id for other in book.brands if other.set == brand.set] if metric in _WHOLE_SET else [brand.id]
    params = {
        **posts.parameters(names, request.start, request.end, request.age),
        "brand": brand.id,
        "within": request.within,
    }
    sql = _query(metric)
    total = store.query(f"SELECT count() FROM ({sql})", params).scalar()
    rows = store.query(f"SELECT * FROM ({sql}) ORDER BY created_at, post_id, detail LIMIT {int(limit)}", params).dicts()
    return {
        "values": [msgspec.to_builtins(value) for value in values],
        "formula": BY_ID[metric].formula,
        "events_n": total,
        "events": [_shown(row) for row in rows],
    }


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    # Ids are unsigned 64-bit: as text, because JavaScript would round them.
    return {
        "event_id": str(row["event_id"]),
        "post_id": str(row["post_id"]),
        "source": row["source"],
        "uri": row["uri"],
        "created_at": iso(round(row["created_at"].timestamp() * 1000)),
        "deleted": bool(row["deleted"]),
        "model_version": row["model_version"],
        "brand": row["brand"],
        "part": row["detail"],
    }
