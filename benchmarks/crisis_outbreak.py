"""When a storm of the airline week began: one definition, chosen before its answer was known, that shares nothing with the detector.

The first hour of the first three in a row whose negative tweets are above the upper 95 % prediction limit of their like: the
same hour of day, an hour either side, on all days before. The limit is that of Farrington, Andrews, Beale and Catchpole, "A
statistical algorithm for the early detection of outbreaks of infectious disease", J. R. Statist. Soc. A 159 (1996), the
method of public-health surveillance: quasi-Poisson, on the 2/3-power scale, and as there no outbreak below five cases in the
last four units of time. It looks three hours ahead; a detector has to do without.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

START = 1_424_131_200  # 17 February 2015, 00:00 UTC
DAYS = 8
FIRST, LAST = 12, 188
"""Hours that the data cover."""
SEARCHED = 5 * 24
"""Onsets are looked for from 22 February on: the storms began that day."""


def hourly(tweets: list[dict[str, Any]], people: bool) -> NDArray[np.float64]:
    """Negative tweets, or the people behind them, by hour of the week; nan where there are no data."""
    seen: list[list[str]] = [[] for _ in range(24 * DAYS)]
    for tweet in tweets:
        if tweet["label"] == "negative":
            seen[(tweet["at"] - START) // 3_600].append(tweet["author"])
    counts = np.array([len(set(names)) if people else len(names) for names in seen], float)
    counts[:FIRST] = counts[LAST:] = np.nan
    return counts


def outbreaks(counts: NDArray[np.float64], first: int = 2 * 24) -> list[tuple[int, int]]:
    """(first hour, hours) of each run of at least three hours above the limit, from hour `first` on; two days at least are known then."""
    above = [hour >= first and above_limit(counts, hour) for hour in range(LAST)]
    found, start = [], None
    for hour, is_above in enumerate([*above, False]):
        if is_above and start is None:
            start = hour
        elif not is_above and start is not None:
            if hour - start >= 3:
                found.append((start, hour - start))
            start = None
    return found


def above_limit(counts: NDArray[np.float64], hour: int) -> bool:
    """Whether the hour is above the upper 95 % prediction limit of its like (equation 3 of the paper, without a trend)."""
    near = [hour - 24 * day + side for day in range(1, hour // 24 + 1) for side in (-1, 0, 1)]
    known = np.array([counts[h] for h in near if FIRST <= h < hour])
    mean = max(float(known.mean()), 0.1)
    scale = max(1.0, float(((known - mean) ** 2).sum()) / mean / (len(known) - 1))
    error = scale / mean * (1.0 + 1.0 / len(known))
    limit = mean * (1.0 + 2.0 / 3.0 * 1.645 * np.sqrt(error)) ** 1.5
    return bool(counts[hour] > limit and np.nansum(counts[max(hour - 3, 0) : hour + 1]) >= 5)


def outbreak_onset(tweets: list[dict[str, Any]]) -> int | None:
    """Epoch second of the first outbreak from 22 February on; None without one."""
    return next((START + hour * 3_600 for hour, _ in outbreaks(hourly(tweets, people=False)) if hour >= SEARCHED), None)
