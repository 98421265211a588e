"""One count series, judged bucket by bucket: baseline, surprise, novelty."""

from __future__ import annotations

import msgspec

from processors.crisis.baseline import Baseline, new_baseline
from processors.crisis.novelty import Novelty, new_novelty
from processors.crisis.surprise import Surprise, new_surprise

STORM_SIGMAS = 1.5
STORM_SHARE = 0.1
SETTLING = 2 * 86_400


class CountSignal(msgspec.Struct):
    """Causal score of one series; its whole state is these fields (about 2 kB as MessagePack).

    While the surprise is above 1.5 sigmas the baseline learns a tenth of what is beyond the expected count: a storm
    stays out of its own baseline, and a lasting change of level is still accepted in the end.
    """

    baseline: Baseline
    surprise: Surprise
    novelty: Novelty
    expected: float = 0.0
    sigmas: float = 0.0
    score: float = 0.0

    def update(self, at: int, count: float) -> float:
        """Judge and then learn the bucket that starts at epoch second `at`; returns the novelty score."""
        baseline = self.baseline
        self.expected = expected = baseline.expect(at)
        self.sigmas = self.surprise.add(count, expected)
        self.score = self.novelty.score(at, self.sigmas)
        if self.sigmas > STORM_SIGMAS and baseline.age > SETTLING:
            count = expected + STORM_SHARE * (count - expected)
        baseline.learn(count, expected, self.surprise.dispersion[0])
        return self.score

    def amend(self, at: int, delta: float, buckets_ago: int) -> None:
        """Correct the count of a past bucket by `delta`."""
        self.surprise.amend(delta, buckets_ago)
        if self.sigmas > STORM_SIGMAS:
            delta *= STORM_SHARE
        self.baseline.amend(at, delta)


def new_signal(bucket: int) -> CountSignal:
    """A signal without history for buckets of `bucket` seconds."""
    return CountSignal(new_baseline(bucket), new_surprise(bucket), new_novelty(bucket))
