"""How long until the answer, when some still wait: the cumulative incidence of being answered.

Aalen–Johansen estimator with one competing event (the post was deleted before it was answered) and right censoring (open
when observation ends). Without competing events it equals one minus Kaplan–Meier. Variance: Marubini and Valsecchi,
"Analysing Survival Data from Clinical Trials and Observational Studies", 1995, p. 341, which without competing events
is Greenwood's formula. Interval: on the log(−log) scale, as Kalbfleisch and Prentice give it for Kaplan–Meier.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

OPEN, ANSWERED, WITHDRAWN = 0, 1, 2
Z95 = 1.959963984540054


class Quantile(msgspec.Struct, frozen=True):
    """A quantile and its 95 % interval; None where the curve does not reach it."""

    value: float | None
    low: float | None
    high: float | None


class Incidence(msgspec.Struct, frozen=True):
    """A step function: at `times` (ascending) the share answered is `share`, with a 95 % interval."""

    times: Array
    share: Array
    low: Array
    high: Array
    n: int

    def at(self, time: float) -> Quantile:
        """Share answered by `time`."""
        step = int(np.searchsorted(self.times, time, side="right")) - 1
        if step < 0:
            return Quantile(0.0, None, None)
        return Quantile(float(self.share[step]), float(self.low[step]), float(self.high[step]))

    def quantile(self, q: float) -> Quantile:
        """First time at which the share answered reaches `q`; the interval by inverting the curve's interval."""
        return Quantile(self._first(self.share, q), self._first(self.high, q), self._first(self.low, q))

    def _first(self, curve: Array, q: float) -> float | None:
        reached = np.flatnonzero(curve >= q - 1e-12)
        return float(self.times[reached[0]]) if len(reached) else None


def incidence(durations: Array, kinds: npt.NDArray[np.int64]) -> Incidence:
    """Estimate from one duration and one kind (OPEN, ANSWERED, WITHDRAWN) a conversation.

    Of things at the same time, events come before censorings.
    """
    n = len(durations)
    times, inverse = np.unique(durations, return_inverse=True)
    answered = np.asarray(np.bincount(inverse, weights=kinds == ANSWERED, minlength=len(times)), dtype=np.float64)
    withdrawn = np.asarray(np.bincount(inverse, weights=kinds == WITHDRAWN, minlength=len(times)), dtype=np.float64)
    gone = np.bincount(inverse, minlength=len(times)).astype(np.float64)
    at_risk = n - np.concatenate(([0.0], np.cumsum(gone)[:-1])) if n else np.empty(0)
    events = answered + withdrawn
    survival = np.cumprod(1 - events / at_risk) if n else np.empty(0)
    before = np.concatenate(([1.0], survival[:-1])) if n else np.empty(0)
    share = np.cumsum(before * answered / at_risk) if n else np.empty(0)
    variance = _variance(share, before, at_risk, answered, events)
    keep = answered > 0
    share, variance = share[keep], variance[keep]
    low, high = _interval(share, variance)
    return Incidence(times[keep], share, low, high, n)


def _variance(share: Array, before: Array, at_risk: Array, answered: Array, events: Array) -> Array:
    """Var F(t) = Σ (F(t) − F(s))² d/(r(r−d)) + Σ S² d₁(r−d₁)/r³ − 2 Σ (F(t) − F(s)) S d₁/r², sums over s ≤ t.

    The squares are multiplied out, so that running sums suffice.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        a = np.where(at_risk > events, events / (at_risk * (at_risk - events)), 0.0)
    b = before**2 * answered * (at_risk - answered) / at_risk**3
    c = before * answered / at_risk**2
    first = share**2 * np.cumsum(a) - 2 * share * np.cumsum(share * a) + np.cumsum(share**2 * a)
    third = share * np.cumsum(c) - np.cumsum(share * c)
    return np.asarray(np.maximum(first + np.cumsum(b) - 2 * third, 0.0), dtype=np.float64)


def _interval(share: Array, variance: Array) -> tuple[Array, Array]:
    survival = 1 - share
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        spread = Z95 * np.sqrt(variance) / (survival * np.log(survival))
        low = 1 - survival ** np.exp(-np.abs(spread))
        high = 1 - survival ** np.exp(np.abs(spread))
    certain = ~np.isfinite(spread)
    return np.where(certain, share, low), np.where(certain, share, high)


def wilson(successes: float, n: float) -> tuple[float | None, float | None]:
    """Wilson's 95 % interval of a proportion (JASA 22, 1927); (None, None) for n = 0."""
    if n <= 0:
        return None, None
    p, z2 = successes / n, Z95 * Z95
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return max(middle - half, 0.0), min(middle + half, 1.0)
