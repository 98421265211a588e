"""Live crisis detection: feeds the detector of each brand with closed minutes from the store and publishes what changes.

The detector itself is pure (`processors.crisis`); this module brings it minutes, a clock and a place to speak. A
minute counts as closed `GRACE_SECONDS` after its end. The open minute is looked at too: a count can only grow, so
an alarm it raises already is final; one it does not raise waits for the minute's end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec
import structlog

from processors.crisis import AlertChange, CrisisDetector, MinutePoint, crisis_config
from processors.crisis.alert import LEVELS
from processors.crisis.explain import explain_de, explain_en
from processors.value_chain import UNROUTED, owner
from schemas.brands import Brand, BrandBook
from streams.alertmanager import Crisis, crisis_of
from streams.points import past, recent
from streams.store import Store

log = structlog.get_logger(__name__)

GRACE_SECONDS = 3
WARM_UP_DAYS = 28
WITH_KEYS_SECONDS = 12 * 3600
"""Of the last hours the authors are read one by one, so that an author counts once an hour; before, once a minute."""
LATE_SECONDS = 6 * 3600
"""Older minutes are history: they do not speak any more."""
BACK_SECONDS = 15 * 60
"""A clock that falls back by more makes the detector start anew: else it would be deaf until its old time comes again."""
_MINUTE = 60


_LAST = """
SELECT change, severity, toInt64(toUnixTimestamp(minute)), alert_id FROM alerts FINAL
WHERE brand = %(brand)s ORDER BY minute DESC, at DESC LIMIT 1
"""
_DECLARED_OVER = """
SELECT change FROM
(
    SELECT change, severity FROM alerts FINAL
    WHERE brand IN %(brands)s AND at >= fromUnixTimestamp64Milli(%(since)s)
    ORDER BY minute DESC, at DESC LIMIT 1 BY alert_id
)
WHERE severity = 'none' AND JSONExtractString(change, 'by') != ''
"""
_RECENT_ALERTS = """
SELECT change FROM alerts FINAL WHERE brand IN %(brands)s AND alert_id IN
(
    SELECT alert_id FROM alerts FINAL WHERE brand IN %(brands)s
    GROUP BY alert_id HAVING max(minute) >= toDateTime(%(since)s, 'UTC') OR argMax(severity, (minute, at)) != 'none'
)
ORDER BY alert_id, minute, at
"""


class Change(NamedTuple):
    """A change, and when it was found (ms)."""

    alert: AlertChange
    at_ms: int


class CrisisMonitor:
    """Detectors of the brands this worker is responsible for. Not thread-safe: it runs on a thread of its own."""

    def __init__(self, store: Store, book: BrandBook) -> None:
        self._store = store
        self._brands: Mapping[str, Brand] = {brand.id: brand for brand in book.brands}
        self._detectors: dict[str, CrisisDetector] = {}
        self._fed: dict[str, int] = {}
        self._late: dict[str, set[int]] = {}
        self._touched: set[str] = set()
        # Found, not returned yet: the detectors have moved on, so a store that fails meanwhile must not lose them.
        self._found: list[AlertChange] = []
        self._owners: dict[str, str] = {}
        self._concerned: dict[str, dict[int, Counter[str]]] = {}
        # Alerts a person has declared over, by brand, and the level they then had: silent unless it gets worse.
        self._over: dict[str, tuple[str, int]] = {}

    def forget(self, brands: Iterable[str]) -> None:
        """Drop detectors of brands another worker now watches."""
        for brand in list(brands):
            self._detectors.pop(brand, None)
            self._fed.pop(brand, None)
            self._late.pop(brand, None)
            self._over.pop(brand, None)
            self._concerned.pop(brand, None)

    @property
    def watched(self) -> set[str]:
        """Brands with a running detector."""
        return set(self._detectors)

    def levels(self) -> dict[str, tuple[int, dict[str, float]]]:
        """Of each watched brand: its level as told (0..3) and what it rests on."""
        return {
            brand: (0 if brand in self._over else detector.level, detector.parts())
            for brand, detector in self._detectors.items()
        }

    def touch(self, brand: str, minutes: Iterable[int]) -> None:
        """Note that minutes of a brand have changed in the store. Only then, and at a minute's end, is it read again."""
        if brand in self._brands:
            self._late.setdefault(brand, set()).update(minutes)
            self._touched.add(brand)

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
        self.forget(brand for brand in wanted if self._fed.get(brand, 0) > open_minute + BACK_SECONDS)
        started = [brand for brand in wanted if brand not in self._detectors]
        for brand in started:
            self._found += self._start(brand, closed)
        self._found += self._declared_over(wanted, now_ms)
        late = {brand: self._late_minutes(brand, now) for brand in wanted}
        due = [b for b in wanted if b in self._touched or b in started or late[b] or self._fed[b] < closed]
        if due:
            oldest = min(self._fed[brand] for brand in due) + _MINUTE
            start = min([oldest, *(min(late[brand]) for brand in due if late[brand])])
            read = recent(self._store, tuple(due), start, open_minute)
            self._touched.difference_update(due)
            for brand in due:
                self._late[brand] -= late[brand]
                self._note_concerns(brand, read.concerned.get(brand, {}))
                found = self._advance(brand, read.points.get(brand, {}), read.unseen, late[brand], closed, open_minute)
                self._found += [change for change in map(self._as_told, found) if change is not None]
        told = [Change(self._owned(change), now_ms) for change in sorted(self._found, key=lambda change: change.minute)]
        self._found = []
        return told

    def _late_minutes(self, brand: str, now: int) -> set[int]:
        """Changed minutes that the detector has had already; those still to come are read in their turn."""
        waiting = self._late.setdefault(brand, set())
        waiting -= {minute for minute in waiting if minute <= now - LATE_SECONDS}
        return {minute for minute in waiting if minute <= self._fed[brand]}

    def _advance(
        self,
        brand: str,
        points: dict[int, MinutePoint],
        unseen: set[tuple[str, int]],
        late: set[int],
        closed: int,
        open_minute: int,
    ) -> list[AlertChange]:
        detector, changes = self._detectors[brand], []
        for minute in sorted(late):
            if (brand, minute) not in unseen:
                detector.update(points.get(minute) or MinutePoint(brand, minute))
        for minute in range(self._fed[brand] + _MINUTE, closed + _MINUTE, _MINUTE):
            self._fed[brand] = minute
            self._late[brand].discard(minute)
            if (brand, minute) in unseen:
                continue
            change = detector.update(points.get(minute) or MinutePoint(brand, minute))
            if change is not None:
                changes.append(change)
        early = points.get(open_minute)
        if early is not None and self._fed[brand] == open_minute - _MINUTE and detector.would_raise(early):
            change = detector.update(early)
            self._fed[brand] = open_minute
            self.touch(brand, [open_minute])  # what is still to come in this minute amends it
            if change is not None:
                changes.append(change)
        return changes

    def _start(self, brand: str, closed: int) -> list[AlertChange]:
        """Rebuild a detector from the store, an alert that is open included; return what nobody may have been told yet."""
        detector = CrisisDetector(brand, crisis_config(self._brands[brand].crisis))
        start = closed - WARM_UP_DAYS * 86_400
        before = past(self._store, brand, start, closed + _MINUTE)
        now = recent(self._store, (brand,), closed - WITH_KEYS_SECONDS, closed)
        points = {**before.points.get(brand, {}), **now.points.get(brand, {})}
        unseen = before.unseen | now.unseen
        minutes = range(min(points, default=closed), closed + _MINUTE, _MINUTE)
        last = self._store.query(_LAST, {"brand": brand}).rows
        told = msgspec.json.decode(last[0][0], type=AlertChange) if last else None
        untold = detector.warm_up(
            (points.get(minute) or MinutePoint(brand, minute) for minute in minutes if (brand, minute) not in unseen),
            told if told is not None and told.severity != "none" else None,
        )
        self._detectors[brand], self._fed[brand] = detector, closed
        self._note_concerns(brand, now.concerned.get(brand, {}))
        if told is not None:
            self._owners[told.alert_id] = told.owner
        log.info("crisis detector ready", brand=brand, minutes=len(points), level=LEVELS[detector.level])
        if untold is None:
            return []
        if told is not None and told.severity == "none" and told.minute >= untold.minute:
            # It was told, and told to be over: the shorter memory of a rebuilt detector must not contradict that.
            self._over[brand] = (untold.alert_id, detector.level)
            return []
        return [untold]

    def _declared_over(self, brands: list[str], now_ms: int) -> list[AlertChange]:
        """What people have declared over since, of crises that are open."""
        open_now = tuple(b for b in brands if self._detectors[b].level and b not in self._over)
        if not open_now:
            return []
        since = now_ms - LATE_SECONDS * 1000
        found = []
        for (text,) in self._store.query(_DECLARED_OVER, {"brands": open_now, "since": since}).rows:
            change = msgspec.json.decode(text, type=AlertChange)
            if change.alert_id == self._detectors[change.brand].alert_id:
                self._over[change.brand] = (change.alert_id, self._detectors[change.brand].level)
                found.append(change)
        return found

    def _as_told(self, change: AlertChange) -> AlertChange | None:
        """The change as it is told; None while its alert was declared over and has not got worse."""
        over = self._over.get(change.brand)
        if over is None:
            return change
        if change.alert_id == over[0] and 0 < LEVELS.index(change.severity) <= over[1]:
            return None
        del self._over[change.brand]
        if change.severity == "none":
            return None
        return msgspec.structs.replace(change, previous="none")

    def _note_concerns(self, brand: str, concerned: Mapping[int, Counter[str]]) -> None:
        """What the negative mentions of the minutes now read concern; the hours that an onset can lie back are kept."""
        known = self._concerned.setdefault(brand, {})
        known.update(concerned)
        for minute in [minute for minute in known if minute < max(known) - WITH_KEYS_SECONDS]:
            del known[minute]

    def _owned(self, change: AlertChange) -> AlertChange:
        """With the department first named for this alert: that of the category most negative posts of the storm concern."""
        if change.alert_id not in self._owners and change.severity != "none":
            total: Counter[str] = Counter()
            for minute, concerned in self._concerned.get(change.brand, {}).items():
                if change.onset <= minute <= change.minute:
                    total.update(concerned)
            leading = min(total, key=lambda category: (-total[category], category), default=UNROUTED)
            self._owners[change.alert_id] = owner(self._brands[change.brand], leading).department
        change = msgspec.structs.replace(change, owner=self._owners.get(change.alert_id, change.owner))
        return change if change.by else self._named(change)

    def _named(self, change: AlertChange) -> AlertChange:
        """With the brand's name in the sentences: a reader may not know its id."""
        facts = (self._brands[change.brand].name, change.severity, change.previous, change.onset, change.evidence)
        return msgspec.structs.replace(change, explanation_de=explain_de(*facts), explanation_en=explain_en(*facts))

    def known(self, brands: Iterable[str], now_ms: int) -> list[Crisis]:
        """Alerts of these brands that are open or ended within six hours, as the store has them. Raises StoreError."""
        since = now_ms // 1000 - LATE_SECONDS
        rows = self._store.query(_RECENT_ALERTS, {"brands": tuple(brands), "since": since}).rows
        changes: dict[str, list[AlertChange]] = {}
        for (text,) in rows:
            change = msgspec.json.decode(text, type=AlertChange)
            changes.setdefault(change.alert_id, []).append(change)
        crises = [crisis_of(found) for found in changes.values()]
        for crisis in crises:
            crisis.known = True
        return crises


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
