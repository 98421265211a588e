"""One count series, judged bucket by bucket: baseline, surprise, novelty."""

from __future__ import annotations

import msgspec

from processors.crisis.baseline import Baseline, new_baseline
from processors.crisis.novelty import Novelty, new_novelty
from processors.crisis.surprise import Surprise, new_surprise


class CountSignal(msgspec.Struct):
    """Causal score of one series; its whole state is these fields (about 2 kB as MessagePack)."""

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
        baseline.learn(count, expected, self.surprise.dispersion[0])
        return self.score


def new_signal(bucket: int) -> CountSignal:
    """A signal without history for buckets of `bucket` seconds."""
    return CountSignal(new_baseline(bucket), new_surprise(bucket), new_novelty(bucket))
