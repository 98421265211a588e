"""Polled listings, newest first (YouTube comment threads, Reddit): read back to what is known, hand on oldest first.

The cursor holds, for each target, the newest time seen and the ids near it, so that equal times and late items are not
lost. A listing that ends, or is cut by a limit, before anything known appears leaves a gap. A budget (`quota`) that is
used up stops the polling until it is filled again, and that is a gap too: never silence.

Listings do not tell what was deleted later. So the posts that were kept are asked for again, once every `recheck` seconds
for thirty days; one that is gone is deleted here too.
"""

from __future__ import annotations

import asyncio
import time
from abc import abstractmethod
from collections.abc import AsyncIterator, Iterable, Sequence
from itertools import islice

import httpx
import msgspec
import structlog

from streams.sources.base import Batch, Denied, RateLimited, Source, SourceFault
from streams.sources.keys import KeyMap
from streams.sources.net import open_client

log = structlog.get_logger(__name__)

_SEEN = 5000
_KEPT = 20_000
_RECHECK_MS = 30 * 86_400_000
_ROUND = 10
"""Requests for kept posts in one round, at most."""


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


class Kept(msgspec.Struct, array_like=True):
    """A post that was kept: its uri, when it was written and when it was last asked for (ms)."""

    uri: str
    created: int
    asked: int


class Cursor(msgspec.Struct):
    """All that is stored. `kept` by native id, oldest first."""

    targets: dict[str, TargetState] = {}
    budget: Budget = msgspec.field(default_factory=Budget)
    kept: dict[str, Kept] = {}


class Gone(msgspec.Struct, tag_field="resonanz", tag="gone"):
    """An item of our own making: a kept post that is no longer there."""

    id: str
    uri: str


_gone = msgspec.json.Decoder(Gone)


class ListingSource(Source):
    """`interval`: seconds between two rounds. `overlap`: how long an item may appear after its time. `limit`: units.

    `recheck`: seconds between two looks at a kept post, 0 for none; `chunk`: how many a request may name.
    """

    chunk = 100

    def __init__(
        self,
        name: str,
        targets: Sequence[str],
        *,
        interval: float,
        max_pages: int,
        limit: int | None = None,
        overlap: float = 300.0,
        recheck: float = 86_400.0,
        allow_private: bool = False,
        keys: KeyMap | None = None,
    ) -> None:
        super().__init__(name, keys)
        self._targets = list(targets)
        self._interval = interval
        self._max_pages = max_pages
        self._limit = limit
        self._overlap_ms = int(overlap * 1000)
        self._recheck_ms = int(recheck * 1000)
        self._allow_private = allow_private
        self._cursor = Cursor()
        self._budget = Budget()
        self._client: httpx.AsyncClient | None = None

    @abstractmethod
    async def page(self, client: httpx.AsyncClient, target: str, token: str) -> Page:
        """Ask for a page. Raises SourceFault."""

    @abstractmethod
    async def present(self, client: httpx.AsyncClient, ids: Sequence[str]) -> dict[str, bytes]:
        """Which of these posts are still there, and as what. Raises SourceFault."""

    day_begins = 0
    """Seconds after midnight UTC at which the budget is filled."""

    def period(self) -> str:
        """The budget's current period: a day."""
        return time.strftime("%Y-%m-%d", time.gmtime(time.time() - self.day_begins))

    async def connect(self, cursor: str) -> None:
        """Take up the states."""
        self._cursor = msgspec.json.decode(cursor, type=Cursor) if cursor else Cursor()
        if self._cursor.budget.period == self._budget.period:
            self._budget.used = max(self._budget.used, self._cursor.budget.used)
        elif not self._budget.period:
            self._budget = self._cursor.budget
        self._client = open_client(allow_private=self._allow_private, redirects=False)

    def spend(self, units: int = 1) -> None:
        """Take units from the budget. Raises RateLimited when none are left."""
        if self._limit is None:
            return
        if self._budget.period != self.period():
            self._budget = Budget(self.period(), 0)
        if self._budget.used + units > self._limit:
            now = time.time()
            until = 86_400 - (now - self.day_begins) % 86_400
            self.gap(
                "quota",
                f"the budget of {self._limit} units is used up; nothing is read until it is filled again",
                int(now * 1000),
            )
            raise RateLimited(f"the budget of {self._limit} units a day is used up", reason="quota", retry_after=until)
        self._budget.used += units
        self.quota_left = self._limit - self._budget.used

    async def read(self) -> AsyncIterator[Batch]:
        """Rounds over all targets. One that is refused holds up no other; when all are, that is a fault."""
        while True:
            refused: list[Denied] = []
            for target in self._targets:
                try:
                    items = await self._news(target)
                except Denied as fault:
                    refused.append(fault)
                    self.failed[fault.reason] += 1
                    log.warning("target refused", source=self.name, target=target, problem=str(fault)[:300])
                    continue
                for start in range(0, len(items), 1000):
                    part = items[start : start + 1000]
                    self._advance(target, part)
                    yield Batch([item.data for item in part])
            if len(refused) == len(self._targets):
                raise refused[0]
            yield Batch(await self._look_again())
            await asyncio.sleep(self._interval)

    def keep(self, native: str, uri: str, created_ms: int, now_ms: int) -> None:
        """A post was kept: ask for it again some day."""
        kept = self._cursor.kept
        if self._recheck_ms and native not in kept:
            kept[native] = Kept(uri, created_ms, now_ms)
            for old in list(islice(kept, max(0, len(kept) - _KEPT))):
                del kept[old]

    def gone(self, item: bytes) -> Gone | None:
        """The item, if it is one of `_look_again`'s."""
        if not item.startswith(b'{"resonanz":'):
            return None
        found = _gone.decode(item)
        self._cursor.kept.pop(found.id, None)
        return found

    async def _look_again(self) -> list[bytes]:
        """Items for kept posts that are gone or changed. Their time is noted with the batch."""
        assert self._client is not None
        now = int(time.time() * 1000)
        kept = self._cursor.kept
        for old in [native for native, post in kept.items() if now - post.created > _RECHECK_MS]:
            del kept[old]
        due = [native for native, post in kept.items() if now - post.asked > self._recheck_ms]
        items: list[bytes] = []
        for ids in _chunks(due[: _ROUND * self.chunk], self.chunk):
            found = await self.present(self._client, ids)
            if not found and len(ids) > 1:
                raise SourceFault(
                    "none of the kept posts was found: an answer like that is not believed", reason="recheck"
                )
            for native in ids:
                kept[native].asked = now
                gone = Gone(native, kept[native].uri)
                items.append(found[native] if native in found else msgspec.json.encode(gone))
        return items

    async def _news(self, target: str) -> list[Item]:
        """New and changed items, oldest first."""
        if self._client is None:
            raise SourceFault("not connected")
        state = self._cursor.targets.get(target, TargetState())
        found: list[Item] = []
        token, met = "", not state.newest
        for number in range(self._max_pages if state.newest else 1):  # the first visit starts from now
            page = await self.page(self._client, target, token)
            if number and not page.items and not met:
                # The item that a page was to follow is gone; from the top again the listing is whole.
                raise SourceFault(f"{target}: the listing broke off after {number} pages", reason="listing_broken")
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
        targets = {**self._cursor.targets, target: TargetState(newest, kept)}
        self._cursor = msgspec.structs.replace(self._cursor, targets=targets)

    def position(self) -> str:
        """The states of all targets, the budget, and what is kept."""
        if not self._cursor.targets and not self._budget.used:
            return ""
        return msgspec.json.encode(msgspec.structs.replace(self._cursor, budget=self._budget)).decode()

    async def close(self) -> None:
        """Close the client."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()


def _chunks(ids: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))
