"""The novelty gate: surprise counts only as far as it beats what the brand's own past days have shown."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import msgspec

HOUR = 3_600
PEAK_HOURS = 24
SAMPLE_HOURS = 6
REMEMBERED_DAYS = 28
MIDDLE, LOW, HIGH = 0.50, 0.25, 0.85
PRIOR_PEAK = 2.5
PRIOR_SPREAD = 1.0
PRIOR_PEAK_DAYS = 1.5
PRIOR_SPREAD_DAYS = 5.0
RECORD_HALF_LIFE = 86_400

_SAMPLES_PER_DAY = 24 // SAMPLE_HOURS
_SIGMAS_APART = NormalDist().inv_cdf(HIGH) - NormalDist().inv_cdf(LOW)


class DailyPeaks(msgspec.Struct):
    """Every six hours the highest value of the past 24 hours; remembers 28 days of them."""

    peaks: list[float]
    hours: list[float]
    hour: int = -1
    peak: float = 0.0

    @property
    def days(self) -> float:
        """How many days the remembered peaks stand for."""
        return len(self.peaks) / _SAMPLES_PER_DAY

    def add(self, at: int, value: float) -> bool:
        """Take in the value of second `at`; True when a peak was added just before it."""
        hour = at // HOUR
        closed = hour != self.hour and self.hour >= 0 and self._close_hour(hour)
        if hour != self.hour:
            self.hour, self.peak = hour, 0.0
        if value > self.peak:
            self.peak = value
        return closed

    def _close_hour(self, hour: int) -> bool:
        self.hours.append(self.peak)
        del self.hours[:-PEAK_HOURS]
        if hour % SAMPLE_HOURS or len(self.hours) < PEAK_HOURS // 2:
            return False
        self.peaks.append(max(self.hours))
        del self.peaks[: -REMEMBERED_DAYS * _SAMPLES_PER_DAY]
        return True

    def middle_and_spread(self) -> tuple[float, float]:
        """Median of the peaks, and their spread in standard deviations, from quantiles (25 to 85 %)."""
        ordered = sorted(self.peaks)
        return _quantile(ordered, MIDDLE), (_quantile(ordered, HIGH) - _quantile(ordered, LOW)) / _SIGMAS_APART


class Novelty(msgspec.Struct):
    """Ranks surprise against the daily peaks of the last 28 days of the same series.

    The score is (surprise - usual peak) / spread of the peaks, from quantiles, so one past storm does not deafen the
    detector, while a brand with restless days needs a larger surprise than a quiet one. This calibrates the alarms per
    day for each brand on its own history. A young series leans on a prior. `record` is the decaying maximum of the
    surprise: what does not beat it is more of the same, not news.
    """

    daily: DailyPeaks
    keep_record: float
    usual: float = PRIOR_PEAK
    spread: float = PRIOR_SPREAD
    record: float = 0.0
    fresh: bool = False

    def score(self, at: int, surprise: float) -> float:
        """Score of `surprise` (sigmas) at second `at`; 0 is a usual daily peak. Sets `fresh`: beats the record."""
        if self.daily.add(at, surprise):
            middle, spread = self.daily.middle_and_spread()
            days = self.daily.days
            self.usual = shrink(middle, days, PRIOR_PEAK, PRIOR_PEAK_DAYS)
            self.spread = shrink(spread, days, PRIOR_SPREAD, PRIOR_SPREAD_DAYS)
        self.fresh = surprise > self.record
        self.record = surprise if self.fresh else self.record * self.keep_record
        return (surprise - self.usual) / self.spread


def new_novelty(bucket: int) -> Novelty:
    """A gate without history for buckets of `bucket` seconds."""
    return Novelty(DailyPeaks([], []), keep_record=0.5 ** (bucket / RECORD_HALF_LIFE))


def shrink(value: float, weight: float, prior: float, prior_weight: float) -> float:
    """Weighted mean of what was seen and what is believed before anything was seen."""
    return (value * weight + prior * prior_weight) / (weight + prior_weight)


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
