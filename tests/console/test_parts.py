"""Cleaning, addresses, numbers and the shared answers, without a browser."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest
from starlette.datastructures import QueryParams

from schemas.brands import BrandBook, parse_brands
from streams.console import show
from streams.console.clean import clean_text, safe_link
from streams.console.feed import Feed
from streams.console.markup import tag
from streams.console.view import View, read_view
from streams.simulator import brands
from streams.store import Result, Store, StoreRefused, StoreUnavailable

BOOK: BrandBook = parse_brands(brands(), "simulator")


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\u202eb\u2066c\u200fd", "abcd"),
        ("a\x00b\x1b[31m", "a b [31m"),
        ("zwei\nZeilen", "zwei\nZeilen"),
        ("e" + "\u0301" * 50, "e\u0301\u0301"),
        ("👩‍🚒 ok", "👩‍🚒 ok"),
        ("שלום עולם", "שלום עולם"),
        ("x" * 500, "x" * 120 + "…"),
    ],
)
def test_text_is_cleaned_of_what_misleads_only(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", " https://a.example", "https://a.example\n", "data:text/html,x", "//a.example", "https://", "ftp://a.example",
     "https://user:pw@a.example/", "https://a.example/\"x", "https://a.example/\u202egnp", "http://[::1", "x" * 5000, "at://did:plc:x/post/1", ""],
)  # fmt: skip
def test_dangerous_or_odd_links_are_no_links(url: str) -> None:
    assert safe_link(url) is None


def test_look_alike_host_shows_its_true_letters() -> None:
    assert safe_link("https://раypal.com/a?b=1") == "https://xn--ypal-43d9g.com/a?b=1"
    assert safe_link("https://ok.example:8443/ä") == "https://ok.example:8443/ä"


def _view(text: str, **cookies: str) -> View:
    return read_view("overview", QueryParams(text), cookies, "de-DE", BOOK)


def test_address_and_view_are_the_same_thing() -> None:
    view = _view("brand=kauz&brand=talwerk&range=1h&source=bluesky&lang=en&theme=dark")
    assert view == _view(view.url().partition("?")[2])
    assert view.brands == ("kauz", "talwerk")


@pytest.mark.parametrize(
    "text",
    ["brand=nobody", "range=9y", "source=<script>", "from=9&to=3", "from=-1&to=x", "lang=xx&theme=pink", "set=nope"],
)
def test_nonsense_in_an_address_is_dropped(text: str) -> None:
    view = _view(text)
    assert (view.brands, view.period, view.source, view.start, view.set, view.theme) == ((), "15m", "", 0, "", "light")


def test_live_range_ends_after_now_and_lies_on_its_step() -> None:
    scope = _view("range=1h").scope(BOOK, now=1_000_000_005.5)
    assert (scope.end_ms + 1) % 60_000 == 0
    assert scope.start_ms % 60_000 == 0
    assert scope.start_ms < 1_000_000_005_500 <= scope.end_ms


def test_dense_stream_is_looked_at_by_the_minute() -> None:
    assert _view("range=15m").scope(BOOK).step == 10
    assert _view("range=15m").scope(BOOK, coarse=True).step == 60
    assert _view("range=7d").scope(BOOK, coarse=True).step == 7200


def test_page_without_a_range_has_its_own() -> None:
    assert _view("").period == "15m"
    assert read_view("dialogue", QueryParams(""), {}, "de", BOOK).period == "24h"
    assert "range" not in read_view("dialogue", QueryParams(""), {}, "de", BOOK).url(page="overview")


def test_text_becomes_markup_nowhere() -> None:
    made = tag("p", "<b>", ["&", tag("i", "x")], None, title='"><script>', hidden=False, data_go=True)
    assert made == '<p title="&#34;&gt;&lt;script&gt;" data-go>&lt;b&gt;&amp;<i>x</i></p>'


def test_unknown_time_zone_of_a_browser_is_utc() -> None:
    assert _view("", rz_tz="../../etc/passwd").zone == "UTC"
    assert _view("", rz_tz="Europe%2FBerlin").zone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("value", "german", "english"),
    [(1234567, "1.234.567", "1,234,567"), (0.5, "0", "0"), (-0.2, "0", "0"), (None, "—", "—")],
)
def test_numbers_are_written_as_each_language_does(value: float | None, german: str, english: str) -> None:
    assert (show.number(value, "de"), show.number(value, "en")) == (german, english)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(4, "4.0 s"), (59, "59 s"), (3600, "1 h"), (3700, "1 h 1 min"), (200_000, "2 d 7 h"), (None, "—")],
)
def test_spans_have_two_units_at_most(seconds: float | None, text: str) -> None:
    assert show.span(seconds, "en") == text


class SlowStore(Store):
    """Answers after a while, counts questions, fails when told to."""

    def __init__(self) -> None:
        self.asked = 0
        self.error: Exception | None = None
        self.delay = 0.1
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
    store = SlowStore()
    store.delay = 0.0
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


def test_heavy_questions_are_asked_less_often() -> None:
    store = SlowStore()
    store.delay = 0.5
    feed = Feed(store, threads=8)
    fresh = feed.keep_seconds

    async def ask() -> None:
        await asyncio.gather(*(feed.ask("p", f"SELECT {n}") for n in range(16)))

    asyncio.run(ask())
    feed.close()
    kept = feed.keep_seconds
    assert kept > fresh * 2
    feed.late = True
    assert feed.keep_seconds > kept
