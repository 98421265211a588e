"""When to look again: as soon as something was stored, as the worker tells it, or as a glance at the store shows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from streams.console.feed import Feed
from streams.pulse import Beat
from streams.store import StoreError

LOOK_SECONDS = 0.5
_AGAIN_SECONDS = 1.0
_AT_MOST = 1.0
_NEWEST = (
    "SELECT toInt64(toUnixTimestamp64Milli(max(stored_at))) FROM events WHERE minute >= now() - INTERVAL 15 MINUTE"
)
"""Posts about older minutes, sales and dead letters are missed: answers are asked again after `feed.QUIET_SECONDS` all the same."""


async def follow(feed: Feed, news: Callable[[int], Awaitable[Beat]]) -> None:
    """Tell `feed` of each beat, until cancelled. `news(count)` returns when the count is another one, or after a second."""
    count = -1
    while True:
        try:
            beat = await news(count)
        except StoreError:  # the store is away, or its owner is ending; the panels say so
            await asyncio.sleep(_AGAIN_SECONDS)
            continue
        feed.heard(beat, new=beat.stored != count)
        count = beat.stored


def look(feed: Feed) -> Callable[[int], Awaitable[Beat]]:
    """News of a store that somebody else writes: its newest post, looked up twice a second while pages are open."""

    async def news(after: int) -> Beat:
        waited, newest = 0.0, after
        while newest == after and waited < _AT_MOST:
            await asyncio.sleep(LOOK_SECONDS)
            waited += LOOK_SECONDS
            if feed.watched:
                newest = (await feed.run(feed.store.query, _NEWEST)).scalar()
        return Beat(newest, 0.0)

    return news
