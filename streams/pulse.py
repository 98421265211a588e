"""News of the store: a count that grows with all that becomes visible in it, for whoever shows what is new."""

from __future__ import annotations

import threading
from typing import NamedTuple


class Beat(NamedTuple):
    """How often something was stored so far, and whether more comes in than the worker gets stored in time."""

    stored: int
    strained: bool


class Pulse:
    """Thread-safe. `strained` is set by the worker; the pipeline calls `beat`."""

    def __init__(self) -> None:
        self.strained = False
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
            return Beat(self._count, self.strained)
