"""The detector core on plain counts: one number per time step and nothing else is known."""

from __future__ import annotations

from typing import Literal

import msgspec

from processors.crisis.config import BUDGET_SCORE, CRITICAL_FACTOR
from processors.crisis.signal import CountSignal, new_signal

WARNING_SCORE = BUDGET_SCORE
WORSE = 2.0
SILENCE_SECONDS = 3_600
HISTORY_SECONDS = 43_200


class CountAlarm(msgspec.Struct, frozen=True):
    """One alarm as a user gets it: `at` is the epoch second of the count that raised it, `score` its novelty score."""

    at: int
    severity: Literal["warning", "critical"]
    score: float


class CountDetector:
    """Alarms over one series of counts, strictly causal: what `update` returns rests on this and earlier counts only.

    An alarm needs a novelty score of at least `threshold` and a surprise above the decaying record of the series.
    After it there is silence until an hour has passed without a new record, unless the score doubles the one
    last alarmed.
    """

    def __init__(self, bucket_seconds: int, threshold: float = WARNING_SCORE) -> None:
        """`bucket_seconds`: usual distance of two counts. Raises ValueError when it is not positive."""
        if bucket_seconds <= 0:
            raise ValueError("bucket_seconds must be positive")
        self.signal: CountSignal = new_signal(bucket_seconds)
        self._bucket = bucket_seconds
        self._threshold = threshold
        self._critical = threshold * CRITICAL_FACTOR
        self._first: int | None = None
        self._last = 0
        self._last_novel: int | None = None
        self._alarmed = 0.0
        self.score = 0.0

    def update(self, at: int, count: float) -> CountAlarm | None:
        """Take in the count of the step that starts at epoch second `at`; steps must not go back in time.

        Raises ValueError when `at` is not after the step before, or `count` is negative.
        """
        if count < 0:
            raise ValueError("a count cannot be negative")
        if self._first is None:
            self._first = at
        elif at <= self._last:
            raise ValueError("time steps must increase")
        else:
            missed = round((at - self._last) / self._bucket) - 1
            if missed > 0:
                self.signal.surprise.skip(missed)
        self._last = at
        score, fresh = self._score(at, count)
        self.score = score
        if at - self._first < HISTORY_SECONDS or score < self._threshold or not fresh:
            return None
        silent = self._last_novel is not None and at - self._last_novel <= SILENCE_SECONDS
        self._last_novel = at
        if silent and score <= WORSE * self._alarmed:
            return None
        self._alarmed = score
        return CountAlarm(at, "critical" if score >= self._critical else "warning", score)

    def _score(self, at: int, count: float) -> tuple[float, bool]:
        """Novelty score of the step, and whether it beats the record."""
        return self.signal.update(at, count), self.signal.novelty.fresh
