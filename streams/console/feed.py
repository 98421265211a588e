"""Answers for browsers: each question is asked of the store once, whoever asks, off the event loop, within a budget."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, TypeVar, cast

import msgspec
import structlog

from dashboards.macros import Scope, expand
from dashboards.model import Panel
from streams.store import Result, Store, StoreError, StoreUnavailable

log = structlog.get_logger(__name__)

FRESH_SECONDS = 0.9
BUDGET = 0.35
"""Share of one CPU that questions may take before answers are kept longer: the pipeline comes first."""
LATE_BUDGET = 0.07
"""The same while the pipeline lags behind: what it cannot spare is not asked of it."""
_LONGEST, _LONGEST_LATE = 5.0, 10.0
_WINDOW = 10.0
_KEEP = 400


Drawn = TypeVar("Drawn")


class Answer(msgspec.Struct, frozen=True):
    """Rows, or why there are none. `serial` changes when the rows do. `at` is when they were read (epoch seconds)."""

    result: Result | None
    error: str
    serial: int
    at: float
    seconds: float


class Feed:
    """Shared by all browsers. Use from one event loop."""

    def __init__(self, store: Store, threads: int = 2) -> None:
        self.store = store
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="console")
        self._answers: dict[tuple[str, str], Answer] = {}
        self._asked: dict[tuple[str, str], float] = {}
        self._running: dict[tuple[str, str], asyncio.Task[Answer]] = {}
        self._spent: deque[tuple[float, float]] = deque()
        self._serial = 0
        self._drawn: dict[tuple[Any, ...], Any] = {}
        self._shared: dict[tuple[Any, ...], asyncio.Task[Any]] = {}
        self.late = False
        """The pipeline lags behind."""
        self.dense = False
        """So many posts come in that points of seconds would have to be counted from too many: minutes must do."""

    def close(self) -> None:
        """Wait for running questions; ask no more."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    @property
    def load(self) -> float:
        """Share of one CPU spent on questions in the last ten seconds."""
        now = time.monotonic()
        while self._spent and self._spent[0][0] < now - _WINDOW:
            self._spent.popleft()
        return sum(seconds for _, seconds in self._spent) / _WINDOW

    @property
    def keep_seconds(self) -> float:
        """How long an answer counts as fresh now."""
        budget, longest = (LATE_BUDGET, _LONGEST_LATE) if self.late else (BUDGET, _LONGEST)
        return min(longest, FRESH_SECONDS * max(1.0, self.load / budget))

    async def panel(self, panel: Panel, scope: Scope) -> Answer:
        """A panel's rows. Never raises for the store's sake: the answer says what went wrong."""
        chosen = tuple((name, tuple(values)) for name, values in scope.variables.items())
        return await self.ask(panel.id, _expanded(panel.sql, scope.start_ms, scope.end_ms, scope.step, chosen))

    def drawn(self, key: tuple[Any, ...], draw: Callable[[], Drawn]) -> Drawn:
        """What `draw` gives, made once for all browsers that see the same (`key` says what that is)."""
        found = self._drawn.pop(key, None)
        if found is None:
            found = draw()
            while len(self._drawn) >= _KEEP:
                del self._drawn[next(iter(self._drawn))]
        self._drawn[key] = found
        return cast(Drawn, found)

    def latest(self, name: str) -> Result | None:
        """The last answer to a question, however old; None without one."""
        found = [answer for (asked, _), answer in self._answers.items() if asked == name and answer.result is not None]
        return found[-1].result if found else None

    async def ask(
        self, name: str, sql: str, params: Mapping[str, Any] | None = None, *, urgent: bool = False
    ) -> Answer:
        """Rows of a query, from a fresh answer if there is one. `urgent`: fresh whatever the load."""
        key = (name, sql + repr(sorted((params or {}).items())))
        known = self._answers.get(key)
        keep = FRESH_SECONDS if urgent else self.keep_seconds
        if known is not None and time.monotonic() - self._asked[key] < keep:
            return known
        task = self._running.get(key)
        if task is None:
            task = self._running[key] = asyncio.create_task(self._ask(key, sql, params))
            task.add_done_callback(lambda _: self._running.pop(key, None))
        return await asyncio.shield(task)

    async def _ask(self, key: tuple[str, str], sql: str, params: Mapping[str, Any] | None) -> Answer:
        started = time.monotonic()
        result, error = None, ""
        try:
            result = await asyncio.get_running_loop().run_in_executor(self._pool, self.store.query, sql, params)
        except StoreUnavailable as problem:
            error = f"unavailable: {problem}"
        except StoreError as problem:
            error = f"refused: {problem}"
            log.error("a panel's query was refused", panel=key[0], reason=str(problem)[:500])
        now = time.monotonic()
        self._spent.append((now, now - started))
        before = self._answers.get(key)
        if before is not None and before.error == error and _same(before.result, result):
            serial = before.serial
        else:
            self._serial += 1
            serial = self._serial
        answer = Answer(result, error, serial, time.time(), now - started)
        self._answers.pop(key, None)
        self._answers[key], self._asked[key] = answer, started
        while len(self._answers) > _KEEP:
            oldest = next(iter(self._answers))
            del self._answers[oldest], self._asked[oldest]
        return answer

    async def shared(self, key: tuple[Any, ...], work: Callable[[], Drawn]) -> Drawn:
        """Run a long computation off the loop, once for all that ask at the same time, and keep what it gave. Raises what it raises."""
        known = self._drawn.get(key)
        if known is not None:
            return cast(Drawn, known)
        task = self._shared.get(key)
        if task is None:
            task = self._shared[key] = asyncio.create_task(self.run(work))
            task.add_done_callback(lambda _: self._shared.pop(key, None))
        found = cast(Drawn, await asyncio.shield(task))
        return self.drawn(key, lambda: found)

    async def run(self, function: Any, *args: Any) -> Any:
        """Run a blocking function of the store off the loop."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, function, *args)


@lru_cache(maxsize=_KEEP)
def _expanded(sql: str, start_ms: int, end_ms: int, step: int, chosen: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    return expand(sql, Scope(start_ms, end_ms, step, {name: list(values) for name, values in chosen}))


def _same(one: Result | None, other: Result | None) -> bool:
    return one is not None and other is not None and one.rows == other.rows
