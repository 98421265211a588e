"""What the posts of a storm say, added to changes that were told already: reading two thousand posts must delay no alert.

A change is stored and told without it. Then, on a thread of its own, its posts are read, and the same row of `alerts` is
written again with them. A worker that dies in between leaves a change without; the next one finds and describes it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import msgspec
import structlog

from processors.crisis import AlertChange
from schemas.brands import Brand, BrandBook
from streams import metrics
from streams.store import Store, StoreError, StoreRefused
from streams.storm import storm_content

log = structlog.get_logger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0

_ROW = """
SELECT * FROM alerts FINAL
WHERE alert_id = %(alert)s AND severity = %(severity)s AND minute = toDateTime(%(minute)s, 'UTC')
"""
_BARE = """
SELECT change FROM alerts FINAL
WHERE brand IN %(brands)s AND minute >= toDateTime(%(since)s, 'UTC') AND severity != 'none' AND JSONType(change, 'content') = 'Null'
ORDER BY minute, at
"""


def undescribed(store: Store, brands: Sequence[str], since: int) -> list[AlertChange]:
    """Changes since then (epoch seconds) that were told, and whose posts nobody has read yet. Raises StoreError."""
    rows = store.query(_BARE, {"brands": tuple(brands), "since": since}).rows if brands else []
    return [msgspec.json.decode(text, type=AlertChange) for (text,) in rows]


def describe(store: Store, brand: Brand, change: AlertChange) -> AlertChange | None:
    """The change with what the posts say, as it now stands in the store; None when the store has it so already, or has no
    such change. Raises StoreError; doing it again is harmless.

    The row is written with a time one millisecond later than it had: it replaces that row, keeps its place among the
    changes of its minute, and loses against whoever acknowledges the alert meanwhile.
    """
    key = {"alert": change.alert_id, "severity": change.severity, "minute": change.minute}
    found = store.query(_ROW, key)
    if not found.rows:
        return None
    row = dict(zip(found.names, found.rows[0], strict=True))
    stored = msgspec.json.decode(row["change"], type=AlertChange)
    if stored.content is not None:
        return None
    described = msgspec.structs.replace(stored, content=storm_content(store, brand, stored.onset, stored.minute))
    row["change"] = msgspec.json.encode(described).decode()
    at: datetime = row["at"]
    row["at"] = round(at.timestamp() * 1000) + 1
    store.insert("alerts", list(row), [[value] for value in row.values()])
    return described


class Describer:
    """Describes changes one after the other, newest first: the latest word on a storm is the one that is read."""

    def __init__(self, store: Store, book: BrandBook, done: Callable[[AlertChange], Awaitable[None]]) -> None:
        """`done` gets each described change, on the event loop."""
        self._store = store
        self._brands = {brand.id: brand for brand in book.brands}
        self._done = done
        self._waiting: deque[AlertChange] = deque()
        self._news = asyncio.Event()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="evidence")

    def add(self, changes: Iterable[AlertChange]) -> None:
        """Describe these, as far as they raise or keep a level. Returns at once; from the event loop only."""
        self._waiting.extend(c for c in changes if c.severity != "none" and c.brand in self._brands)
        if self._waiting:
            self._news.set()

    async def run(self) -> None:
        """Describe what waits, for ever. While the store is away it waits; what can never be described is left as it is."""
        pause = 0.0
        while True:
            if not self._waiting:
                self._news.clear()
                await self._news.wait()
            change = self._waiting.pop()
            try:
                with metrics.DESCRIBE_SECONDS.time():
                    described = await asyncio.get_running_loop().run_in_executor(
                        self._thread, describe, self._store, self._brands[change.brand], change
                    )
                pause = 0.0
                if described is not None:
                    await self._done(described)
            except StoreRefused as error:
                log.error("the posts of a crisis cannot be read", brand=change.brand, reason=str(error)[:300])
            except StoreError as error:
                self._waiting.append(change)
                pause = min(max(FIRST_PAUSE, pause * 2), LONGEST_PAUSE)
                log.warning("describing a crisis waits for the store", reason=str(error)[:200], pause=pause)
                await asyncio.sleep(pause)
            except Exception:  # a defect of ours must not leave the next crisis undescribed
                log.exception("a crisis could not be described", brand=change.brand)

    def close(self) -> None:
        """End the thread, after what it has at hand; what still waits is described after the next start."""
        self._thread.shutdown(wait=True, cancel_futures=True)
