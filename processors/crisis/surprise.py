"""How unlikely the last quarter of an hour, hour, hours and day are, on count data."""

from __future__ import annotations

from math import log, sqrt

import msgspec

SPANS = (900, 3_600, 10_800, 43_200, 86_400)
HOUR_SPAN = 1
DISPERSION_HALF_LIFE = 7 * 86_400
DISPERSION_START = 0.3
DISPERSION_MIN = 0.02
DISPERSION_MAX = 5.0


class Surprise(msgspec.Struct):
    """Negative-binomial deviance residuals over several time spans at once; a fall below what is expected counts as 0.

    Each span keeps two exponentially decaying sums, of the counts and of what was expected. Scaled by (1 + decay)
    such a sum has, for Poisson counts, a variance equal to its mean, so it can be judged like a plain count of a window
    of that span. The dispersion of each span is learnt with a cap, so a storm does not widen what is taken as normal.

    Deviance residual of the negative binomial (variance m + d m^2, k = 1/d): McCullagh and Nelder, Generalized Linear
    Models, 1989, chapter 2:  sign(x - m) * sqrt(2 [x ln(x/m) - (x + k) ln((x + k)/(m + k))]), about N(0, 1).
    """

    decay: list[float]
    counts: list[float]
    expected: list[float]
    dispersion: list[float]
    residuals: list[float]
    learn_rate: float

    def add(self, count: float, expected: float) -> float:
        """Take in one bucket; returns the mean of the spans' residuals (in sigmas)."""
        total = 0.0
        rate = self.learn_rate
        counts, expectations, dispersions = self.counts, self.expected, self.dispersion
        for i, decay in enumerate(self.decay):
            counts[i] = raw = counts[i] * decay + count
            expectations[i] = mean = expectations[i] * decay + expected
            scale = 1.0 + decay
            x, m, d = raw * scale, mean * scale, dispersions[i]
            residual = 0.0
            if x > m:
                k = 1.0 / d
                deviance = 2.0 * (x * log(x / m) - (x + k) * log((x + k) / (m + k)))
                if deviance > 0.0:
                    residual = sqrt(deviance)
                    total += residual
            self.residuals[i] = residual
            square, squared_mean = (x - m) * (x - m), m * m
            limit = 9.0 * (m + d * squared_mean)
            if square > limit:
                square = limit
            d += rate * ((square - m) / (squared_mean + 1.0) - d)
            dispersions[i] = DISPERSION_MIN if d < DISPERSION_MIN else d if d < DISPERSION_MAX else DISPERSION_MAX
        return total / len(self.decay)

    def beyond(self, span: int) -> tuple[float, float]:
        """(count, expected) of the last span of `SPANS`, by number; both fade with age."""
        scale = 1.0 + self.decay[span]
        return self.counts[span] * scale, self.expected[span] * scale

    def amend(self, delta: float, buckets_ago: int) -> None:
        """Correct the count of a past bucket by `delta`."""
        for i, decay in enumerate(self.decay):
            self.counts[i] = max(self.counts[i] + delta * decay**buckets_ago, 0.0)

    def skip(self, buckets: int) -> None:
        """Let time pass over buckets that were never observed: they say nothing, neither for nor against."""
        for i, decay in enumerate(self.decay):
            fade = decay**buckets
            self.counts[i] *= fade
            self.expected[i] *= fade


def new_surprise(bucket: int) -> Surprise:
    """An empty meter for buckets of `bucket` seconds; a span is never shorter than three buckets."""
    widths = [max(span / bucket, 3.0) for span in SPANS]
    return Surprise(
        decay=[(width - 1.0) / (width + 1.0) for width in widths],
        counts=[0.0] * len(SPANS),
        expected=[0.0] * len(SPANS),
        dispersion=[DISPERSION_START] * len(SPANS),
        residuals=[0.0] * len(SPANS),
        learn_rate=1.0 - 0.5 ** (bucket / DISPERSION_HALF_LIFE),
    )
