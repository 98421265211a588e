"""Polled listings, newest first (YouTube comment threads, Reddit): read back to what is known, hand on oldest first.

The cursor holds, for each target, the newest time seen and the ids near it, so that equal times and late items are not
lost. A listing that ends, or is cut by a limit, before anything known appears leaves a gap. A budget (`quota`) that is
used up stops the polling until it is filled again, and that is a gap too: never silence.
"""

from __future__ import annotations

import asyncio
import time
from abc import abstractmethod
from collections.abc import AsyncIterator, Sequence

import httpx
import msgspec

from streams.sources.base import Batch, RateLimited, Source, SourceFault
from streams.sources.keys import KeyMap
from streams.sources.net import open_client

_SEEN = 5000


class Item(msgspec.Struct):
    """An item of a listing: its id, when it was written and changed (ms; 0: never), and the item itself."""

    id: str
    created: int
    changed: int
    data: bytes


class Page(msgspec.Struct):
    """A page, newest item first. `following` is the token of the next one, "" on the last."""

    items: list[Item]
    following: str = ""


class TargetState(msgspec.Struct):
    """The newest time read of a target, and id → time of change of the newest items."""

    newest: int = 0
    seen: dict[str, int] = {}


class Budget(msgspec.Struct):
    """Units used in the current period; `period` names it."""

    period: str = ""
    used: int = 0


class Cursor(msgspec.Struct):
    """All that is stored."""

    targets: dict[str, TargetState] = {}
    budget: Budget = msgspec.field(default_factory=Budget)


class ListingSource(Source):
    """`interval`: seconds between two rounds. `overlap`: how long an item may appear after its time. `limit`: units."""

    def __init__(
        self,
        name: str,
        targets: Sequence[str],
        *,
        interval: float,
        max_pages: int,
        limit: int | None = None,
        overlap: float = 300.0,
        allow_private: bool = False,
        keys: KeyMap | None = None,
    ) -> None:
        super().__init__(name, keys)
        self._targets = list(targets)
        self._interval = interval
        self._max_pages = max_pages
        self._limit = limit
        self._overlap_ms = int(overlap * 1000)
        self._allow_private = allow_private
        self._cursor = Cursor()
        self._budget = Budget()
        self._client: httpx.AsyncClient | None = None

    @abstractmethod
    async def page(self, client: httpx.AsyncClient, target: str, token: str) -> Page:
        """Ask for a page. Raises SourceFault."""

    def period(self) -> str:
        """The budget's current period: a day in UTC."""
        return time.strftime("%Y-%m-%d", time.gmtime())

    async def connect(self, cursor: str) -> None:
        """Take up the states."""
        self._cursor = msgspec.json.decode(cursor, type=Cursor) if cursor else Cursor()
        if self._cursor.budget.period == self._budget.period:
            self._budget.used = max(self._budget.used, self._cursor.budget.used)
        elif not self._budget.period:
            self._budget = self._cursor.budget
        self._client = open_client(allow_private=self._allow_private)

    def spend(self, units: int = 1) -> None:
        """Take units from the budget. Raises RateLimited when none are left."""
        if self._limit is None:
            return
        if self._budget.period != self.period():
            self._budget = Budget(self.period(), 0)
        if self._budget.used + units > self._limit:
            now = time.time()
            until = 86_400 - now % 86_400
            self.gap(
                "quota",
                f"the budget of {self._limit} units is used up; nothing is read until it is filled again",
                int(now * 1000),
            )
            raise RateLimited(f"the budget of {self._limit} units a day is used up", reason="quota", retry_after=until)
        self._budget.used += units
        self.quota_left = self._limit - self._budget.used

    async def read(self) -> AsyncIterator[Batch]:
        """Rounds over all targets."""
        while True:
            for target in self._targets:
                items = await self._news(target)
                for start in range(0, len(items), 1000):
                    part = items[start : start + 1000]
                    self._advance(target, part)
                    yield Batch([item.data for item in part])
            await asyncio.sleep(self._interval)

    async def _news(self, target: str) -> list[Item]:
        """New and changed items, oldest first."""
        if self._client is None:
            raise SourceFault("not connected")
        state = self._cursor.targets.get(target, TargetState())
        found: list[Item] = []
        token, met = "", not state.newest
        for _ in range(self._max_pages if state.newest else 1):  # the first visit starts from now
            page = await self.page(self._client, target, token)
            found += [item for item in page.items if state.seen.get(item.id) != max(item.created, item.changed)]
            times = [item.created for item in page.items if item.created]  # none: an item of an unknown shape
            met = met or any(created <= state.newest for created in times)
            oldest = min(times, default=state.newest)
            token = page.following
            if not token or (state.newest and oldest < state.newest - self._overlap_ms):
                break
        if not met and found:
            oldest = min((item.created for item in found if item.created), default=0)
            note = f"{target}: the listing does not reach back to what was read last; what lay between is lost"
            self.gap("listing_limit", note, state.newest, oldest)
        if state.newest:
            found = [item for item in found if item.created >= state.newest - self._overlap_ms or item.changed]
        unique = {item.id: item for item in reversed(found)}
        return sorted(unique.values(), key=lambda item: item.created)

    def _advance(self, target: str, items: list[Item]) -> None:
        """The position after these items; it is stored once Kafka confirmed them."""
        old = self._cursor.targets.get(target, TargetState())
        seen = {**old.seen, **{item.id: max(item.created, item.changed) for item in items}}
        newest = max([old.newest, *(item.created for item in items)])
        kept = dict(list(seen.items())[-_SEEN:])
        self._cursor = Cursor({**self._cursor.targets, target: TargetState(newest, kept)}, self._budget)

    def position(self) -> str:
        """The states of all targets and the budget."""
        return msgspec.json.encode(self._cursor).decode() if self._cursor.targets else ""

    async def close(self) -> None:
        """Close the client."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()
