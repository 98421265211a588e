"""Answers for browsers: each question is asked of the store once, whoever asks, off the event loop, within a budget."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, TypeVar, cast

import msgspec
import structlog

from dashboards.macros import Scope, expand
from dashboards.model import Panel
from dashboards.sql import lean
from streams.pulse import Beat
from streams.store import Result, Store, StoreError, StoreUnavailable

log = structlog.get_logger(__name__)

FRESH_SECONDS = 0.5
"""Pages are refreshed no more often than this, however much is stored."""
URGENT_SECONDS = 0.9
QUIET_SECONDS = 5.0
"""Nothing was stored, as far as is known: asked again after this time all the same (the clock moves, sales and reports come in)."""
BUDGET = 0.35
"""Share of one CPU that questions may take before answers are kept longer: the pipeline comes first."""
LATE_BUDGET = 0.04
"""The same while the pipeline lags behind: what it cannot spare is not asked of it."""
_BEHIND = (1.5, 4.0)
"""From the first of these seconds on, that posts waited, the budget shrinks; at the second only LATE_BUDGET is left."""
_LONGEST, _LONGEST_LATE = 5.0, 60.0
_WINDOW = 15.0
_TRIES = 5
_SILENCE = 3.0
_KEEP = 400


Drawn = TypeVar("Drawn")


class Answer(msgspec.Struct, frozen=True):
    """Rows, or why there are none. `serial` changes when the rows do. `at` is when they were read (epoch seconds), `round` in
    which round of the feed, `scope` the range they are for."""

    result: Result | None
    error: str
    serial: int
    at: float
    seconds: float
    round: int = 0
    scope: Scope | None = None


class _Cost:
    """What a question costs. The shortest of the last times counts: the others have waited for a processor, or for another
    question, and that is no reason to ask less."""

    def __init__(self) -> None:
        self.asked = time.monotonic()
        self._took: deque[float] = deque(maxlen=_TRIES)

    def add(self, seconds: float) -> None:
        """One more."""
        self._took.append(seconds)

    @property
    def seconds(self) -> float:
        """About the time of one processor."""
        return min(self._took, default=0.0)


class Feed:
    """Shared by all browsers. Use from one event loop.

    Questions go in rounds: while somebody tells of news (`heard`), an answer holds until the next round, which begins when
    something was stored and the budget allows it. All pages ask one after the other then, so that they share the answers.
    """

    def __init__(self, store: Store, threads: int = 2) -> None:
        self.store = store
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="console")
        self._answers: dict[tuple[str, str], Answer] = {}
        self._asked: dict[tuple[str, str], float] = {}
        self._running: dict[tuple[str, str], asyncio.Task[Answer]] = {}
        self._costs: dict[Any, _Cost] = {}
        self._held: dict[Hashable, Answer] = {}
        self._serial = 0
        self._round = 0
        self._news = asyncio.Event()
        self._heard = -_SILENCE
        self._listeners: list[Callable[[], None]] = []
        self._drawn: dict[tuple[Any, ...], Any] = {}
        self._shared: dict[tuple[Any, ...], asyncio.Task[Any]] = {}
        self.late = False
        """The pipeline lags behind, as the store shows."""
        self._behind = 0.0
        self.dense = False
        """So many posts come in that points of seconds would have to be counted from too many: minutes must do."""

    def close(self) -> None:
        """Wait for running questions; ask no more."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    @property
    def cost(self) -> float:
        """CPU seconds of one round: all that was asked of late, once."""
        since = time.monotonic() - _WINDOW
        for name in [name for name, cost in self._costs.items() if cost.asked < since]:
            del self._costs[name]
        return sum(cost.seconds for cost in self._costs.values())

    @property
    def keep_seconds(self) -> float:
        """How long an answer counts as fresh now: as long as a round has to last to stay within the budget."""
        first, last = _BEHIND
        late = 1.0 if self.late else min(1.0, max(0.0, (self._behind - first) / (last - first)))
        budget, longest = (
            least + (most - least) * late for most, least in ((LATE_BUDGET, BUDGET), (_LONGEST_LATE, _LONGEST))
        )
        return min(longest, max(FRESH_SECONDS, self.cost / budget))

    @property
    def watched(self) -> bool:
        """Whether any page is open."""
        return bool(self._listeners)

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` at the begin of each round; returns what ends that."""
        self._listeners.append(listener)

        def end() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)
                self._costs.clear()  # what only that page asked is no part of the next round

        return end

    def heard(self, beat: Beat, *, new: bool) -> None:
        """The worker, or whoever watches the store, is alive; `new`: something was stored since."""
        self._heard = time.monotonic()
        self._behind = beat.behind
        if new:
            self._news.set()

    async def rounds(self) -> None:
        """Begin a round whenever there is news and the last one is long enough ago; until cancelled."""
        while True:
            await self._news.wait()
            began = time.monotonic()
            self._news.clear()
            self._round += 1
            for listener in list(self._listeners):
                listener()
                # page by page: none waits for the questions of all the others
                await self._until_running(2 * self._threads)
            await self._until_running(0)
            await asyncio.sleep(max(0.0, began + self.keep_seconds - time.monotonic()))

    async def _until_running(self, few: int) -> None:
        await asyncio.sleep(0)  # what was asked is running now
        until = time.monotonic() + _LONGEST
        while len(self._running) > few and time.monotonic() < until:
            await asyncio.wait(set(self._running.values()), timeout=_LONGEST, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(0)

    @property
    def told(self) -> bool:
        """Whether somebody tells of news."""
        return time.monotonic() - self._heard < _SILENCE

    def as_of(self, answer: Answer) -> float:
        """Up to when an answer is known to hold (epoch seconds)."""
        return time.time() if self.told and answer.round == self._round and not self._news.is_set() else answer.at

    async def panel(self, panel: Panel, scope: Scope, *, patient: bool = False) -> Answer:
        """A panel's rows. Never raises for the store's sake: the answer says what went wrong. `patient`: see `ask`."""
        chosen = tuple((name, tuple(values)) for name, values in scope.variables.items())
        sql = _expanded(panel.sql, scope.start_ms, scope.end_ms, scope.step, chosen)
        same = (panel.id, scope.step, scope.end_ms - scope.start_ms, chosen)
        held, keep = self._held.get(same), self.keep_seconds
        moved = (scope.end_ms - held.scope.end_ms) / 1000 if held is not None and held.scope is not None else 0.0
        if (
            held is not None
            and 0 < moved <= keep + scope.step
            and keep > QUIET_SECONDS
            and time.time() - held.at < keep
        ):
            return held  # the range has moved on, but what cannot be spared is not asked for that either
        answer = await self.ask(panel.id, sql, same=same, patient=patient, scope=scope)
        if answer.result is not None:
            self._held.pop(same, None)
            self._held[same] = answer
            while len(self._held) > _KEEP:
                del self._held[next(iter(self._held))]
        return answer

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
        self,
        name: str,
        sql: str,
        params: Mapping[str, Any] | None = None,
        *,
        same: Hashable = None,
        urgent: bool = False,
        patient: bool = False,
        scope: Scope | None = None,
    ) -> Answer:
        """Rows of a query, from a fresh answer if there is one. `urgent`: whatever the budget and the news. `patient`: some seconds
        old will do. `same`: what this question has in common with the one that asks the like a little later."""
        key = (name, sql + repr(sorted((params or {}).items())))
        known = self._answers.get(key)
        if known is not None and self._fresh(known, time.monotonic() - self._asked[key], urgent, patient):
            return known
        task = self._running.get(key)
        if task is None:
            cost = self._costs.setdefault(same or key, _Cost())
            cost.asked = time.monotonic()
            task = self._running[key] = asyncio.create_task(self._ask(key, sql, params, cost, scope))
            task.add_done_callback(lambda _: self._running.pop(key, None))
        return await asyncio.shield(task)

    def _fresh(self, answer: Answer, age: float, urgent: bool, patient: bool) -> bool:
        if urgent:
            return age < URGENT_SECONDS
        if patient:
            return age < max(QUIET_SECONDS, self.keep_seconds)
        if not self.told:
            return age < self.keep_seconds
        return answer.round == self._round and age < max(QUIET_SECONDS, self.keep_seconds)

    async def _ask(
        self, key: tuple[str, str], sql: str, params: Mapping[str, Any] | None, cost: _Cost, scope: Scope | None
    ) -> Answer:
        started, in_round = time.monotonic(), self._round
        result, error = None, ""
        try:
            result, seconds = await self.run(self._timed, sql, params)
            cost.add(seconds)
        except StoreUnavailable as problem:
            error = f"unavailable: {problem}"
        except StoreError as problem:
            error = f"refused: {problem}"
            log.error("a panel's query was refused", panel=key[0], reason=str(problem)[:500])
        before = self._answers.get(key)
        if before is not None and before.error == error and _same(before.result, result):
            serial = before.serial
        else:
            self._serial += 1
            serial = self._serial
        answer = Answer(result, error, serial, time.time(), time.monotonic() - started, in_round, scope)
        self._answers.pop(key, None)
        self._answers[key], self._asked[key] = answer, started
        while len(self._answers) > _KEEP:
            oldest = next(iter(self._answers))
            del self._answers[oldest], self._asked[oldest]
        return answer

    def _timed(self, sql: str, params: Mapping[str, Any] | None) -> tuple[Result, float]:
        """On a thread of the pool: the wait for a free one is no cost."""
        started = time.monotonic()
        return self.store.query(sql, params), time.monotonic() - started

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
    return lean(expand(sql, Scope(start_ms, end_ms, step, {name: list(values) for name, values in chosen})))


def _same(one: Result | None, other: Result | None) -> bool:
    return one is not None and other is not None and one.rows == other.rows
