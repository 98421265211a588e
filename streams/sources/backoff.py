"""How long to wait before a feed is opened again: exponential with jitter, but never sooner than the server asked.

Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015 (equal jitter). It keeps many clients of one
server apart.
"""

from __future__ import annotations

import random

from streams.sources.base import Denied, SourceFault


class Backoff:
    """`base` and `cap` in seconds. A session that lasted `stable` seconds starts the count again."""

    def __init__(
        self,
        base: float = 1.0,
        cap: float = 120.0,
        *,
        stable: float = 60.0,
        denied: float = 300.0,
        rng: random.Random | None = None,
    ) -> None:
        self._base, self._cap, self._stable, self._denied = base, cap, stable, denied
        self._random = rng or random.Random()
        self.attempt = 0

    def after(self, fault: SourceFault, lasted: float) -> float:
        """Seconds to wait after a session of `lasted` seconds ended with `fault`."""
        if lasted >= self._stable:
            self.attempt = 0
        ceiling = min(self._cap, self._base * 2.0 ** min(self.attempt, 30))
        self.attempt += 1
        if isinstance(fault, Denied):
            ceiling = self._denied  # a person has to act; asking often would only get the address blocked
        wait = self._random.uniform(ceiling / 2, ceiling)
        if fault.retry_after is not None:
            wait = max(wait, fault.retry_after + self._random.uniform(0, self._base))
        return wait
