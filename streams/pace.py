"""How much a worker takes on at once, so that what it has begun is soon done."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

TARGET_SECONDS = 5.0
_FIRST = 10
"""Full messages hold a hundred posts each, and a CPU reads some two hundred a second with the model: about five seconds."""


class Pace:
    """`size`: messages for the next portion, at most `limit`, such that it takes about `target` seconds by the last one's speed.

    A model makes a post a hundred times dearer, so a number of messages alone says nothing about time. It starts small
    and at most doubles at each step, because the first portions are slower than the rest.
    """

    def __init__(self, limit: int, target: float = TARGET_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self.size = min(limit, _FIRST)
        self._limit = limit
        self._target = target
        self._clock = clock

    @contextmanager
    def measure(self, messages: int) -> Iterator[None]:
        """Around the work on `messages` messages; learns from it when it ends well."""
        started = self._clock()
        yield
        seconds = max(self._clock() - started, 1e-6)
        possible = int(messages * self._target / seconds)
        if seconds > self._target:
            self.size = max(1, possible)
        elif (
            messages >= self.size
        ):  # what a small portion took says little about large ones: much of it is the same for all
            self.size = max(self.size, min(self._limit, possible, 2 * self.size))
