"""Live crisis detection: feeds the detector of each brand with closed minutes from the store and publishes what changes.

The detector itself is pure (`processors.crisis`); this module brings it minutes, a clock and a place to speak. A
minute counts as closed `GRACE_SECONDS` after its end. The open minute is looked at too: a count can only grow, so
an alarm it raises already is final; one it does not raise waits for the minute's end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
import structlog

from processors.crisis import AlertChange, CrisisDetector, MinutePoint, crisis_config, fill_gaps
from schemas.brands import Brand, BrandBook
from streams.store import Store

log = structlog.get_logger(__name__)

GRACE_SECONDS = 3
WARM_UP_DAYS = 28
LATE_SECONDS = 6 * 3600
"""Older minutes are history: they do not speak any more."""
MAX_KEYS = 32
_MINUTE = 60

_RECENT = f"""
SELECT
    brand, toInt64(toUnixTimestamp(minute)) AS at,
    countIf(mention) AS mentions,
    countIf(mention AND sentiment = 'negative') AS negative,
    countIf(mention AND sentiment = 'positive') AS positive,
    uniqExactIf(author_id, mention) AS authors,
    uniqExactIf(author_id, mention AND sentiment = 'negative') AS negative_authors,
    uniqExactIf(text_hash, mention AND sentiment = 'negative') AS negative_texts,
    sumIf(log1p(followers), mention) AS reach,
    sumMapIf(map(toString(source), 1::UInt64), mention) AS sources,
    countIf(paid = 'yes') AS paid,
    countIf(owner = brand) AS owned,
    arraySlice(arraySort(groupUniqArrayIf(author_id, mention AND sentiment = 'negative')), 1, {MAX_KEYS}) AS author_keys,
    arraySlice(arraySort(groupUniqArrayIf(text_hash, mention AND sentiment = 'negative')), 1, {MAX_KEYS}) AS text_keys
FROM
(
    SELECT minute, brand, sentiment, author_id, text_hash, followers, source, paid, owner,
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
    uniqExactMerge(authors) AS authors, uniqExactMerge(negative_authors) AS negative_authors,
    uniqExactMerge(negative_texts) AS negative_texts, sum(reach) AS reach, sumMap(sources) AS sources, sum(paid) AS paid, sum(owned) AS owned
FROM brand_minute FINAL
WHERE brand = %(brand)s AND minute >= toDateTime(%(start)s, 'UTC') AND minute < toDateTime(%(end)s, 'UTC')
GROUP BY brand, minute ORDER BY minute
"""


class Change(NamedTuple):
    """A change and the ids of the posts that a reader should see first."""

    alert: AlertChange
    at_ms: int


class CrisisMonitor:
    """Detectors of the brands this worker is responsible for. Not thread-safe: it runs on the pipeline's thread."""

    def __init__(self, store: Store, book: BrandBook) -> None:
        self._store = store
        self._brands: Mapping[str, Brand] = {brand.id: brand for brand in book.brands}
        self._detectors: dict[str, CrisisDetector] = {}
        self._fed: dict[str, int] = {}
        self._late: dict[str, set[int]] = {}

    def forget(self, brands: Iterable[str]) -> None:
        """Drop detectors of brands another worker now watches."""
        for brand in list(brands):
            self._detectors.pop(brand, None)
            self._fed.pop(brand, None)

    @property
    def watched(self) -> set[str]:
        """Brands with a running detector."""
        return set(self._detectors)

    def touch(self, brand: str, minutes: Iterable[int]) -> None:
        """Note that minutes of a brand have changed in the store."""
        self._late.setdefault(brand, set()).update(minutes)

    def evaluate(self, brands: Iterable[str], now_ms: int) -> list[Change]:
        """Bring the detectors of `brands` up to date; return what changed, in order of time. Raises StoreError.

        `now_ms` is the watermark: up to there every post is in the store. It may stand still, it must not go back far.
        """
        wanted = [brand for brand in brands if brand in self._brands]
        if not wanted:
            return []
        now = now_ms // 1000
        open_minute = now // _MINUTE * _MINUTE
        closed = (now - GRACE_SECONDS) // _MINUTE * _MINUTE - _MINUTE
        for brand in wanted:
            if brand not in self._detectors:
                self._start(brand, closed)
        oldest = min(self._fed[brand] for brand in wanted) + _MINUTE
        late = {brand: self._take_late(brand, now) for brand in wanted}
        start = min([oldest, *(min(minutes) for minutes in late.values() if minutes)])
        points = self._points(wanted, start, open_minute)
        changes: list[AlertChange] = []
        for brand in wanted:
            changes += self._advance(brand, points.get(brand, {}), late[brand], closed, open_minute)
        changes.sort(key=lambda change: change.minute)
        return [Change(change, now_ms) for change in changes]

    def _take_late(self, brand: str, now: int) -> set[int]:
        touched = {minute for minute in self._late.pop(brand, set()) if minute > now - LATE_SECONDS}
        fed = {minute for minute in touched if minute <= self._fed[brand]}
        if rest := touched - fed:
            self._late[brand] = rest  # not fed yet: they are read when their turn comes, and this is not "late"
        return fed

    def _advance(
        self, brand: str, points: dict[int, MinutePoint], late: set[int], closed: int, open_minute: int
    ) -> list[AlertChange]:
        detector, changes = self._detectors[brand], []
        for minute in sorted(late):
            detector.update(points.get(minute) or MinutePoint(brand, minute))
        for minute in range(self._fed[brand] + _MINUTE, closed + _MINUTE, _MINUTE):
            change = detector.update(points.get(minute) or MinutePoint(brand, minute))
            if change is not None:
                changes.append(change)
            self._fed[brand] = minute
        early = points.get(open_minute)
        if early is not None and self._fed[brand] == open_minute - _MINUTE and self._would_raise(detector, early):
            change = detector.update(early)
            self._fed[brand] = open_minute
            self.touch(brand, [open_minute])  # what is still to come in this minute amends it
            if change is not None:
                changes.append(change)
        elif self._fed[brand] == open_minute:
            self.touch(brand, [open_minute])
        return changes

    @staticmethod
    def _would_raise(detector: CrisisDetector, point: MinutePoint) -> bool:
        if not point.negative:
            return False
        trial = CrisisDetector(detector.brand, detector.config)
        trial.restore(detector.snapshot())
        change = trial.update(point)
        return change is not None and change.severity != "none"

    def _start(self, brand: str, closed: int) -> None:
        """Rebuild a detector from the store, an alert that is open included."""
        detector = CrisisDetector(brand, crisis_config(self._brands[brand].crisis))
        start = closed - WARM_UP_DAYS * 86_400
        rows = self._store.query(_PAST, {"brand": brand, "start": start, "end": closed + _MINUTE})
        past = [_point(row) for row in rows.dicts()]
        detector.warm_up(fill_gaps(past, until=closed), self._open_alert(brand))
        self._detectors[brand] = detector
        self._fed[brand] = closed
        log.info("crisis detector ready", brand=brand, minutes=len(past))

    def _open_alert(self, brand: str) -> AlertChange | None:
        result = self._store.query(
            "SELECT change FROM alerts FINAL WHERE brand = %(brand)s ORDER BY minute DESC, at DESC LIMIT 1",
            {"brand": brand},
        )
        if not result.rows:
            return None
        last = msgspec.json.decode(result.rows[0][0], type=AlertChange)
        return None if last.severity == "none" else last

    def _points(self, brands: list[str], start: int, end: int) -> dict[str, dict[int, MinutePoint]]:
        found: dict[str, dict[int, MinutePoint]] = {}
        for row in self._store.query(_RECENT, {"start": start, "end": end, "brands": tuple(brands)}).dicts():
            point = _point(row)
            found.setdefault(point.brand, {})[point.minute] = point
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


def store_changes(store: Store, changes: Iterable[Change]) -> None:
    """Write changes to the table `alerts`; the same change twice is one row."""
    rows = list(changes)
    if not rows:
        return
    store.insert(
        "alerts",
        [
            "alert_id",
            "brand",
            "severity",
            "previous",
            "minute",
            "onset",
            "at",
            "score",
            "explanation_de",
            "explanation_en",
            "change",
        ],
        [
            [c.alert.alert_id for c in rows],
            [c.alert.brand for c in rows],
            [c.alert.severity for c in rows],
            [c.alert.previous for c in rows],
            [c.alert.minute for c in rows],
            [c.alert.onset for c in rows],
            [c.at_ms for c in rows],
            [c.alert.score for c in rows],
            [c.alert.explanation_de for c in rows],
            [c.alert.explanation_en for c in rows],
            [msgspec.json.encode(c.alert).decode() for c in rows],
        ],
    )
