"""The shared answers: each question once for all browsers, in rounds when something was stored, within a budget."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from typing import Any

import pytest

from dashboards.panels import all_panels
from schemas.brands import BrandBook
from streams.console.feed import BUDGET, FRESH_SECONDS, LATE_BUDGET, Feed
from streams.console.news import follow
from streams.console.news import look as look_at
from streams.console.view import View
from streams.pulse import Beat, Pulse
from streams.store import Result, Store, StoreRefused, StoreUnavailable


class SlowStore(Store):
    """Answers after a while, counts questions, fails when told to."""

    def __init__(self, delay: float = 0.1) -> None:
        self.asked = 0
        self.error: Exception | None = None
        self.delay = delay
        self._lock = threading.Lock()

    def query(self, sql: str, params: Any = None) -> Result:
        with self._lock:
            self.asked += 1
        time.sleep(self.delay)
        if self.error:
            raise self.error
        return Result(("n",), ("UInt8",), [(1,)])

    def execute(self, sql: str, params: Any = None) -> None: ...
    def insert(self, table: str, names: Any, columns: Any) -> int:
        return 0

    def stage(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError

    def close(self) -> None: ...


def test_twenty_browsers_ask_the_store_once() -> None:
    store = SlowStore()
    feed = Feed(store)

    async def ask() -> None:
        answers = await asyncio.gather(*(feed.ask("p", "SELECT 1") for _ in range(20)))
        assert len({answer.serial for answer in answers}) == 1
        await feed.ask("p", "SELECT 1")

    asyncio.run(ask())
    feed.close()
    assert store.asked == 1


def test_serial_changes_only_with_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.console.feed.FRESH_SECONDS", 0.0)
    monkeypatch.setattr("streams.console.feed.BUDGET", 1e9)
    store = SlowStore(delay=0.0)
    feed = Feed(store)

    async def ask() -> tuple[int, int]:
        return (await feed.ask("p", "SELECT 1")).serial, (await feed.ask("p", "SELECT 1")).serial

    first, second = asyncio.run(ask())
    feed.close()
    assert first == second
    assert store.asked == 2


@pytest.mark.parametrize(
    ("error", "kind"), [(StoreUnavailable("down"), "unavailable"), (StoreRefused("bad"), "refused")]
)
def test_failing_store_is_an_answer_not_an_exception(error: Exception, kind: str) -> None:
    store = SlowStore()
    store.error = error
    feed = Feed(store)
    answer = asyncio.run(feed.ask("p", "SELECT 1"))
    feed.close()
    assert answer.result is None
    assert answer.error.startswith(kind)


def test_heavy_questions_are_asked_less_often_and_within_the_budget() -> None:
    store = SlowStore(delay=0.5)
    feed = Feed(store, threads=4)
    assert feed.keep_seconds == FRESH_SECONDS

    async def ask() -> None:
        await asyncio.gather(*(feed.ask("p", f"SELECT {n}", same=n % 2) for n in range(4)))

    asyncio.run(ask())
    feed.close()
    # Two kinds of questions of half a second each: all else is the same question a little later.
    assert 1.0 / BUDGET <= feed.keep_seconds < 1.7 / BUDGET
    feed.late = True
    assert 1.0 / LATE_BUDGET <= feed.keep_seconds < 1.7 / LATE_BUDGET


def test_question_that_had_to_wait_once_does_not_count_as_dear() -> None:
    store = SlowStore()
    feed = Feed(store)

    async def ask() -> None:
        for number, store.delay in enumerate((0.01, 1.0)):
            await feed.ask("p", f"SELECT {number}", same="p")

    asyncio.run(ask())
    feed.close()
    assert feed.keep_seconds == FRESH_SECONDS


def test_what_only_a_closed_page_asked_slows_nobody_down() -> None:
    feed = Feed(SlowStore(delay=0.5))

    async def visit() -> None:
        leave = feed.listen(lambda: None)
        await feed.ask("p", "SELECT 1")
        assert feed.keep_seconds > FRESH_SECONDS
        leave()

    asyncio.run(visit())
    feed.close()
    assert feed.keep_seconds == FRESH_SECONDS


async def _round(feed: Feed, count: int) -> None:
    feed.heard(Beat(count, 0.0), new=True)
    await asyncio.sleep(0.05)


def test_something_stored_begins_a_round_and_without_it_answers_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.console.feed.FRESH_SECONDS", 0.2)
    store = SlowStore(delay=0.0)

    async def look() -> list[int]:
        feed, began, asked = Feed(store), [], []
        rounds = asyncio.create_task(feed.rounds())
        stop_listening = feed.listen(lambda: began.append(time.monotonic()))
        await _round(feed, 1)
        for _ in range(3):
            await feed.ask("p", "SELECT 1")
            await asyncio.sleep(0.1)
        asked.append(store.asked)  # longer ago than an answer is fresh, but nothing was stored
        await _round(feed, 2)
        answer = await feed.ask("p", "SELECT 1")
        asked.append(store.asked)
        assert abs(feed.as_of(answer) - time.time()) < 0.1
        for count in range(3, 9):
            await _round(feed, count)
        assert 0.15 < began[2] - began[1] < 0.4  # much news, few rounds
        await feed.ask("p", "SELECT 1", patient=True)
        asked.append(store.asked)
        stop_listening()
        heard = len(began)
        await _round(feed, 99)
        await asyncio.sleep(0.3)
        assert len(began) == heard
        rounds.cancel()
        feed.close()
        return asked

    assert asyncio.run(look()) == [1, 2, 2]


def test_answers_are_asked_again_by_the_clock_when_nobody_tells_of_news(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.console.feed._SILENCE", 0.3)
    monkeypatch.setattr("streams.console.feed.FRESH_SECONDS", 0.1)
    store = SlowStore(delay=0.0)
    feed = Feed(store)

    async def look() -> None:
        feed.heard(Beat(1, 0.0), new=True)
        await feed.ask("p", "SELECT 1")
        await asyncio.sleep(0.15)
        await feed.ask("p", "SELECT 1")
        assert store.asked == 1
        await asyncio.sleep(0.3)
        await feed.ask("p", "SELECT 1")
        assert store.asked == 2

    asyncio.run(look())
    feed.close()


def test_worker_that_lags_is_asked_less_the_more_it_lags() -> None:
    store = SlowStore(delay=0.3)
    feed = Feed(store)
    asyncio.run(feed.ask("p", "SELECT 1"))
    kept = []
    for behind in (0.4, 2.0, 3.0, 30.0, math.inf, 0.4):
        feed.heard(Beat(1, behind), new=True)
        kept.append(feed.keep_seconds)
    feed.close()
    assert kept[0] < kept[1] < kept[2] < kept[3] == kept[4]
    assert kept[3] == pytest.approx(kept[0] * BUDGET / LATE_BUDGET, rel=0.01)
    assert kept[5] == kept[0]


class GrowingStore(SlowStore):
    """Its newest post is as new as `newest` says."""

    newest = 1
    gone = False

    def query(self, sql: str, params: Any = None) -> Result:
        if self.gone:
            raise StoreUnavailable("away")
        return Result(("n",), ("Int64",), [(self.newest,)])


def test_store_that_others_write_is_watched_while_pages_are_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.console.news.LOOK_SECONDS", 0.02)
    monkeypatch.setattr("streams.console.news._AGAIN_SECONDS", 0.02)
    monkeypatch.setattr("streams.console.feed.FRESH_SECONDS", 0.02)
    store = GrowingStore()

    async def look() -> list[int]:
        feed, began, seen = Feed(store), [], []
        tasks = [asyncio.create_task(feed.rounds()), asyncio.create_task(follow(feed, look_at(feed)))]
        feed.listen(lambda: began.append(1))
        for store.newest, store.gone in ((1, False), (1, False), (1, True), (2, False), (2, False)):
            await asyncio.sleep(0.3)
            seen.append(len(began))
        for task in tasks:
            task.cancel()
        feed.close()
        return seen

    assert asyncio.run(look()) == [1, 1, 1, 2, 2]


def test_pulse_wakes_whoever_waits_and_lets_nobody_wait_for_ever() -> None:
    pulse = Pulse()
    began = time.monotonic()
    assert pulse.wait(0, 0.05) == (0, 0.0)
    threading.Timer(0.1, pulse.beat).start()
    assert pulse.wait(0, 30).stored == 1
    assert time.monotonic() - began < 10
    assert pulse.wait(0, 30).stored == 1  # missed meanwhile: told at once


def test_moving_range_asks_no_more_than_the_budget_allows() -> None:
    """Every few seconds a live range moves on by a step, which makes each panel's question another one."""
    store = SlowStore()
    panel = next(panel for panel in all_panels() if panel.id == "mentions_total")
    first = View(range="15m").scope(BrandBook(brands=()), now=1_000_000_000)
    then = first._replace(start_ms=first.start_ms + 10_000, end_ms=first.end_ms + 10_000)

    other = first._replace(start_ms=first.start_ms - 10**9, end_ms=first.end_ms - 10**9)  # a range of the past, as long

    async def ask(behind: float) -> list[Any]:
        feed = Feed(store)
        store.delay = 0.3
        feed.heard(Beat(1, behind), new=True)
        scopes = [(await feed.panel(panel, scope)).scope for scope in (first, then, other)]
        feed.close()
        return scopes

    assert asyncio.run(ask(0.0)) == [first, then, other]
    assert asyncio.run(ask(math.inf)) == [first, first, other]  # and says for which range its numbers are
    assert store.asked == 5
