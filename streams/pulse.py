"""News of the store: a count that grows with all that becomes visible in it, for whoever shows what is new."""

from __future__ import annotations

import threading
from typing import NamedTuple


class Beat(NamedTuple):
    """How often something was stored so far, and how long the newest post of the last batch waited for it (seconds; infinite while
    more comes in than the worker may take at once)."""

    stored: int
    behind: float


class Pulse:
    """Thread-safe. `behind` is set by the worker; the pipeline calls `beat`."""

    def __init__(self) -> None:
        self.behind = 0.0
        self._count = 0
        self._condition = threading.Condition()

    def beat(self) -> None:
        """Something new can be read from the store."""
        with self._condition:
            self._count += 1
            self._condition.notify_all()

    def wait(self, after: int, seconds: float) -> Beat:
        """Return as soon as the count differs from `after`, at the latest after `seconds`."""
        with self._condition:
            self._condition.wait_for(lambda: self._count != after, seconds)
            return Beat(self._count, self.behind)
