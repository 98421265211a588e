"""The board report's facts, read from the metric catalogue and the store."""

from __future__ import annotations

from typing import Any

from dashboards.board import Desk, Facts, Figure
from dashboards.sql import LAST_ALERTS, UNWATCHED_SECONDS
from processors.value_chain import CATEGORIES, UNROUTED
from schemas.brands import BrandBook
from streams.alerts import LOOKS
from streams.catalogue.compute import Request, compute
from streams.catalogue.posts import parameters
from streams.catalogue.routing import open_items
from streams.catalogue.service import moment
from streams.catalogue.value import Value
from streams.console.postcards import owner_of
from streams.store import Store

METRICS = (
    "share_of_voice", "earned_share", "net_sentiment", "author_diversity", "relevance_index", "response_rate",
    "first_response_time.p50", "reciprocity", "dialogue_share", "backlog_age", "dialogue_index",
)  # fmt: skip
_AREAS = f"""
SELECT arrayJoin(if(empty(value_chain), ['{UNROUTED}'], arrayMap(c -> toString(c), value_chain))) AS area, count(),
    countIf(sentiment = 'negative')
FROM mentions
WHERE brand = %(brand)s AND in_earned_set AND minute >= toDateTime(%(from_s)s, 'UTC') AND minute <= toDateTime(%(to_s)s, 'UTC')
    AND created_at >= fromUnixTimestamp64Milli(%(from)s) AND created_at < fromUnixTimestamp64Milli(%(to)s)
GROUP BY area
"""
_ALERTS = f"SELECT severity, acknowledged_by FROM {LAST_ALERTS} WHERE brand = %(brand)s AND severity != 'none'"
BUCKETS = 14
_COURSE = """
SELECT toInt64(intDiv(toUnixTimestamp(minute) - %(from_s)s, %(step)s)) AS bucket, toInt64(countIf(sentiment = 'positive')),
    toInt64(countIf(sentiment NOT IN ('positive', 'negative'))), toInt64(countIf(sentiment = 'negative'))
FROM mentions
WHERE brand = %(brand)s AND in_earned_set AND minute >= toDateTime(%(from_s)s, 'UTC') AND minute < toDateTime(%(to_s)s, 'UTC')
GROUP BY bucket ORDER BY bucket
"""


def gather(store: Store, book: BrandBook, brand: str, start: int, end: int) -> tuple[Facts, list[tuple[int, int, int]]]:
    """Facts of a brand in [start, end) seconds, and its mentions (positive, neutral, negative) in 14 equal spans. Raises StoreError."""
    found = _values(store, book, brand, start, end)
    before = _values(store, book, brand, 2 * start - end, start)
    params: dict[str, Any] = {**parameters([brand], start * 1000, end * 1000), "brand": brand}
    open_by = {desk.category: desk for desk in open_items(store, book.get(brand), start * 1000, end * 1000)}
    said = {area: (posts, negative) for area, posts, negative in store.rows(_AREAS, params)}
    desks = [
        Desk(
            area,
            *said.get(area, (0, 0)),
            open_by[area].open,
            _age(open_by[area].oldest, end),
            owner_of(book, brand, area),
        )
        for area in (*CATEGORIES, UNROUTED)
    ]
    voice = found["share_of_voice"].parts.get("earned", {})
    total = sum(voice.values()) or 1
    backlog, rate = found["backlog_age"].parts, found["response_rate"].parts
    facts = Facts(
        brand=brand,
        start=start,
        end=end,
        now={name: _figure(value) for name, value in found.items()},
        before={name: _figure(value) for name, value in before.items()},
        rivals={name: 100 * count / total for name, count in voice.items()} if len(voice) > 1 else {},
        desks=tuple(
            sorted((d for d in desks if d.posts or d.open), key=lambda d: (d.area == UNROUTED, -d.negative, -d.posts))
        ),
        asked=int(rate.get("arrived") or 0),
        open=int(backlog.get("open") or 0),
        oldest=max((desk.oldest for desk in desks if desk.oldest is not None), default=None),
        unknown_paid=found["earned_share"].parts.get("unknown_share"),
        alerts=tuple((severity, who) for severity, who in store.rows(_ALERTS, params)),
        watched=any(name == brand and seconds <= UNWATCHED_SECONDS for name, _, seconds in store.rows(LOOKS)),
        model=", ".join(found["net_sentiment"].versions["model"]),
    )
    step = max(60, (end - start) // BUCKETS)
    course = [(0, 0, 0)] * BUCKETS
    for bucket, positive, neutral, negative in store.rows(_COURSE, {**params, "step": step}):
        if 0 <= bucket < BUCKETS:
            course[bucket] = (positive, neutral, negative)
    return facts, course


def _values(store: Store, book: BrandBook, brand: str, start: int, end: int) -> dict[str, Value]:
    request = Request(start=start * 1000, end=end * 1000, brand=brand, metrics=METRICS)
    return {value.id: value for value in compute(store, book, request)}


def _figure(value: Value) -> Figure:
    return Figure(value.value, value.low, value.high, value.n, (value.note_de or "", value.note or ""))


def _age(oldest: str | None, end: int) -> float | None:
    return None if oldest is None else max(0.0, end - moment(oldest, "oldest") / 1000)
