"""The contract every source keeps, and the words it uses to say what went wrong.

A source turns a feed into SocialEvents. `streams.sources.runner.SourceRunner` drives it:

1. `connect(cursor)`  open the feed at the cursor that was stored last ("" the first time). Raises SourceFault.
2. `read()`           yield batches of raw items until the feed ends or fails. It may wait, but never swallows a fault.
3. `normalise(item)`  one raw item → one SocialEvent, or None for what is not wanted. Pure but for the source's memory.
4. `position()`       the cursor after everything normalised so far. The runner stores it **only after Kafka confirmed
                      the batch**, and on an embedded broker only after the worker stored it: a crash, a broker failure or
                      a cut connection reads something twice, loses nothing.
5. `close()`          release the connection; `connect` may follow.

Delivery is at-least-once: `event_id` is the same for the same event, so what comes twice is one row downstream. Where a
feed cannot give back what was missed, the source says so with `gap`: gaps are counted, logged, stored and listed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Protocol

import msgspec

from schemas.dead_letter import DeadLetter
from schemas.social_event import SocialEvent
from streams.kafka.producer import Ends
from streams.sources.keys import KeyMap


class Refused(ValueError):
    """An item cannot be used; the message starts with the field at fault. It becomes a dead letter."""


class SourceFault(Exception):
    """The feed failed; trying again later may help.

    `reason` is a short label for metrics, `retry_after` the server's wish in seconds.
    """

    reason = "disconnected"

    def __init__(self, message: str, *, reason: str = "", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.reason = reason or type(self).reason
        self.retry_after = retry_after


class RateLimited(SourceFault):
    """The server asked to slow down (429, or a used-up quota)."""

    reason = "rate_limited"


class Denied(SourceFault):
    """The server refuses the credentials or the address: a person has to act. It is tried again, rarely."""

    reason = "denied"


class Gap(msgspec.Struct, frozen=True):
    """A stretch that the feed did not deliver. Times in ms since the epoch; 0 where unknown."""

    reason: str
    note: str
    from_ms: int = 0
    to_ms: int = 0


class Batch(msgspec.Struct):
    """Raw items read together. `done(None)` is called when Kafka confirmed them, `done(error)` when it did not.

    A batch without items is a sign of life: the feed was asked and had nothing new.
    """

    items: Sequence[bytes]
    done: Callable[[BaseException | None], None] | None = None


class Finding(msgspec.Struct, frozen=True):
    """One line of `resonanz sources check`."""

    ok: bool
    text: str


class Producer(Protocol):
    """What a runner needs of `streams.kafka.producer.EventProducer`."""

    def add(self, event: SocialEvent) -> None: ...
    def dead_letter(self, letter: DeadLetter) -> None: ...
    def flush(self) -> None: ...
    def ends(self) -> Ends: ...
    def close(self) -> None: ...


class Source(ABC):
    """One configured feed. `name` is unique in sources.yaml; `kind` names the class there.

    `dropped` counts what was left out, by reason; `failed` counts failures of a part of the feed that the rest outlives;
    `quota_left` is what remains of a budget, None where there is none; `finite` sources (files) end by themselves.
    """

    kind = ""
    finite = False

    def __init__(self, name: str, keys: KeyMap | None = None) -> None:
        self.name = name
        self.keys = keys if keys is not None else KeyMap()
        self.dropped: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.quota_left: int | None = None
        self._gaps: list[Gap] = []

    @abstractmethod
    async def connect(self, cursor: str) -> None:
        """Open the feed at the cursor ("" means: from now) and forget any later position. Raises SourceFault."""

    @abstractmethod
    def read(self) -> AsyncIterator[Batch]:
        """Yield batches. Returns when the feed ends in an orderly way; raises SourceFault when it fails."""

    @abstractmethod
    def normalise(self, item: bytes, received_ms: int) -> SocialEvent | None:
        """One item as an event, or None (then `dropped` says why). Raises Refused."""

    @abstractmethod
    def position(self) -> str:
        """The cursor after the items normalised so far, "" while there is none."""

    async def close(self) -> None:  # noqa: B027 - many sources hold nothing open
        """Release what `connect` opened. Harmless when nothing is open."""

    async def check(self) -> list[Finding]:
        """Try the configuration against the server; say in words what works and what does not."""
        return [Finding(True, "nothing to check")]

    def gap(self, reason: str, note: str, from_ms: int = 0, to_ms: int = 0) -> None:
        """Report what the feed did not deliver."""
        self._gaps.append(Gap(reason, note, from_ms, to_ms))

    def take_gaps(self) -> list[Gap]:
        """Gaps reported since the last call."""
        gaps, self._gaps = self._gaps, []
        return gaps
