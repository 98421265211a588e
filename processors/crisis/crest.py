"""Swells: more different negative people in an hour than in the brand's own loudest hours, whatever the time of day."""

from __future__ import annotations

from math import asinh, sqrt

import msgspec

from processors.crisis.novelty import HOUR, DailyPeaks, shrink

SETTLING_HOURS = 12
LEAST_DAYS = 3.0
PRIOR_SPREAD = 1.0
PRIOR_SPREAD_DAYS = 5.0
DISPERSION = 0.02


class Crest(msgspec.Struct):
    """Compares the negative voices of the last hour with the daily peak hours of the last 28 days.

    A slow storm that two or three times as many people join over half a day hardly surprises in any quarter of an
    hour; yet its hours are louder than the loudest hours of other days. Needs no model of the day, so it works after
    three days of history. Counts are compared as 2 / sqrt(d) asinh(sqrt(d (x + 3/8))), whose variance is about 1 for
    negative-binomial counts of any size with dispersion d (Anscombe, "The transformation of Poisson, binomial and
    negative-binomial data", Biometrika 35, 1948).
    """

    daily: DailyPeaks
    first: int = -1
    usual: float = 0.0
    spread: float = PRIOR_SPREAD
    score: float = 0.0

    def update(self, at: int, voices: int) -> float:
        """Score of the voices of the hour that ends with the bucket at second `at`; 0 is a usual daily peak hour."""
        if self.first < 0:
            self.first = at
        height = 2.0 / sqrt(DISPERSION) * asinh(sqrt(DISPERSION * (voices + 0.375)))
        if at - self.first >= SETTLING_HOURS * HOUR and self.daily.add(at, height):
            self.usual, spread = self.daily.middle_and_spread()
            self.spread = shrink(spread, self.daily.days, PRIOR_SPREAD, PRIOR_SPREAD_DAYS)
        self.score = (height - self.usual) / self.spread if self.daily.days >= LEAST_DAYS else 0.0
        return self.score


def new_crest() -> Crest:
    """A crest meter without history."""
    return Crest(DailyPeaks([], []))
