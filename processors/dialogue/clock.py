"""A brand's business clock: how much opening time lies between two moments.

Opening hours are local: on the day a clock goes forward or back, a shop that opens from 0 to 24 o'clock is open for 23
or 25 hours. Holidays have no opening time. Hours that pass midnight ("22:00-06:00") belong to the day they begin.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from schemas.brands import Brand, BrandError

Array = npt.NDArray[np.float64]
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MINUTES_A_DAY = 24 * 60


class BusinessClock:
    """Maps moments (ms since the epoch) to opening time (ms). `None` hours mean always open."""

    def __init__(self, zone: str, hours: Sequence[Sequence[tuple[int, int]]] | None, holidays: frozenset[date]) -> None:
        """`hours`: for Monday to Sunday the intervals of opening in minutes after midnight."""
        self._zone = ZoneInfo(zone)
        self._hours = hours
        self._holidays = holidays

    @property
    def always_open(self) -> bool:
        """Whether the brand states no opening hours: the business clock is then the wall clock."""
        return self._hours is None

    def elapsed(self, start: Array, end: Array) -> Array:
        """Opening time in ms from each start to each end, elementwise."""
        if self._hours is None or not len(start):
            return end - start
        xs, ys = self._scale(float(min(start.min(), end.min())), float(max(start.max(), end.max())))
        return np.asarray(np.interp(end, xs, ys) - np.interp(start, xs, ys), dtype=np.float64)

    def _scale(self, first: float, last: float) -> tuple[Array, Array]:
        """Corners of the piecewise linear function from the wall clock to opening time."""
        assert self._hours is not None
        day = datetime.fromtimestamp(first / 1000, self._zone).date() - timedelta(days=1)
        until = datetime.fromtimestamp(last / 1000, self._zone).date() + timedelta(days=1)
        spans: list[tuple[float, float]] = []
        while day <= until:
            if day not in self._holidays:
                spans += [(self._at(day, a), self._at(day, b)) for a, b in self._hours[day.weekday()]]
            day += timedelta(days=1)
        xs, ys, total = [first - 1.0], [0.0], 0.0
        for begin, end in _merged(spans):
            begin, end = max(begin, first - 1.0), min(end, last + 1.0)
            if end > begin:
                xs += [begin, end]
                ys += [total, total + end - begin]
                total += end - begin
        return np.array([*xs, last + 1.0]), np.array([*ys, total])

    def _at(self, day: date, minutes: int) -> float:
        day += timedelta(days=minutes // _MINUTES_A_DAY)
        local = datetime(day.year, day.month, day.day, tzinfo=self._zone) + timedelta(minutes=minutes % _MINUTES_A_DAY)
        # Adding to a zoned time moves its wall clock; the conversion then applies the offset of that day.
        return local.astimezone(UTC).timestamp() * 1000


def _merged(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    merged: list[tuple[float, float]] = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((begin, end))
    return merged


def business_clock(brand: Brand) -> BusinessClock:
    """The clock of a brand's `time_zone`, `business_hours` and `holidays`. Raises BrandError naming what cannot be read."""
    try:
        holidays = frozenset(date.fromisoformat(day) for day in brand.holidays)
    except ValueError as error:
        raise BrandError(f"brand {brand.id}: holidays must be dates such as 2026-12-25: {error}") from error
    hours = brand.business_hours
    if not hours:
        return BusinessClock(brand.time_zone, None, holidays)
    if isinstance(hours, str):
        return BusinessClock(brand.time_zone, [_intervals(brand.id, hours)] * 7, holidays)
    unknown = sorted(set(hours) - set(_DAYS))
    if unknown:
        raise BrandError(f"brand {brand.id}: business_hours: unknown day {unknown[0]!r}; use {' '.join(_DAYS)}")
    return BusinessClock(brand.time_zone, [_intervals(brand.id, hours.get(day)) for day in _DAYS], holidays)


def _intervals(brand: str, value: Any) -> list[tuple[int, int]]:
    if not value:
        return []
    if isinstance(value, (list, tuple)):
        return [interval for item in value for interval in _intervals(brand, item)]
    spans = []
    for part in str(value).split(","):
        try:
            begin, end = (_minutes(side) for side in part.strip().split("-"))
        except ValueError:
            raise BrandError(f"brand {brand}: business_hours: {value!r} must look like 09:00-17:00") from None
        spans.append((begin, end if end > begin else end + _MINUTES_A_DAY))
    return spans


def _minutes(text: str) -> int:
    hour, _, minute = text.strip().partition(":")
    value = int(hour) * 60 + int(minute or 0)
    if not 0 <= value <= _MINUTES_A_DAY:
        raise ValueError(text)
    return value
