"""Cleaning, addresses and numbers, without a browser."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.datastructures import QueryParams

from dashboards.board import Facts
from dashboards.macros import Scope
from dashboards.model import Panel
from dashboards.panels import DASHBOARDS
from schemas.brands import BrandBook, parse_brands
from streams.console import charts, render, show
from streams.console.board_words import dialogue_sentences
from streams.console.clean import clean_text, safe_link
from streams.console.markup import tag
from streams.console.posts import how_many
from streams.console.view import View, read_view
from streams.simulator import brands
from streams.store import Result

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
        ("می\u200cخواهم", "می\u200cخواهم"),  # Persian: the non-joiner is part of the word
        ("neu: \U0001fae9", "neu: \U0001fae9"),  # an emoji that Python does not know yet
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


def _panel(name: str) -> Panel:
    return next(panel for board in DASHBOARDS for panel in board.panels if panel.id == name)


def _drawn(name: str, rows: list[tuple[object, ...]], lang: str = "en", more: str = "") -> dict[str, Any]:
    panel = _panel(name)
    names = tuple(column.name for column in panel.columns)
    scope = Scope(1_000_000_000_000, 1_000_000_099_999, 10, {})
    return charts.time_chart(panel, Result(names, (), rows), scope, _view(f"lang={lang}{more}"), BOOK)


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(1_000_000_000 + seconds, UTC)


def test_stacked_bars_stand_on_one_another_where_a_series_has_no_row() -> None:
    rows = [(_at(0), "bluesky", 2), (_at(0), "mastodon", 1), (_at(30), "mastodon", 4)]
    series = _drawn("social_visits_over_time", rows)["series"]
    times = [[moment for moment, _ in one["data"]] for one in series]
    assert times[0] == times[1]
    assert [value for _, value in series[0]["data"]] == [2.0, *[0.0] * 9]


def test_line_of_an_average_is_not_drawn_across_a_time_without_posts() -> None:
    rows = [(_at(second), "kauz", 10.0, 40) for second in (0, 10, 50, 90)]
    data = _drawn("net_sentiment_over_time", rows)["series"][0]["data"]
    values = [point["value"] if isinstance(point, dict) else point for point in data]
    assert [((at - 1_000_000_000_000) // 1000, value) for at, value in values] == [
        (0, 10.0), (10, 10.0), (20, None), (50, 10.0), (60, None), (90, 10.0),
    ]  # fmt: skip


def test_point_without_a_line_shows_itself_among_many() -> None:
    rows = [(_at(10 * n), "kauz", 10.0, 5) for n in range(50) if n != 47]
    data = _drawn("net_sentiment_over_time", [*rows, (_at(520), "kauz", 1.0, 5)])["series"][0]["data"]
    assert [point["value"][0] for point in data if isinstance(point, dict)] == [1_000_000_520_000]


@pytest.mark.parametrize(("lang", "per", "percent"), [("de", "je 10 s", "\u202f%"), ("en", "per 10 s", "%")])
def test_axis_says_what_its_numbers_are_per_in_the_language_of_the_reader(lang: str, per: str, percent: str) -> None:
    options = _drawn("mentions_over_time", [(_at(0), "kauz", 3)], lang)
    assert options["yAxis"]["name"] == per
    assert _drawn("net_sentiment_over_time", [(_at(0), "kauz", 3.0, 40)], lang)["yAxis"]["name"] == ""
    shares = charts.ranking_chart(
        _panel("share_of_voice"), Result(("brand", "share_of_voice", "mentions"), (), []), _view(f"lang={lang}"), BOOK
    )
    assert json.dumps(percent) in shares["xAxis"]["axisLabel"][":formatter"]


def test_chart_of_many_brands_shows_the_largest_and_says_that_it_is_a_part() -> None:
    rows = [(_at(0), f"brand{number:02}", number) for number in range(15)]
    options = _drawn("mentions_over_time", rows)
    assert [series["id"] for series in options["series"]] == [f"brand{number:02}" for number in range(3, 15)]
    assert options["title"]["show"]
    assert options["title"]["text"].startswith("The largest 12 of 15")
    assert not _drawn("mentions_over_time", rows[:12])["title"]["show"]


def test_brands_of_the_same_colour_have_different_lines() -> None:
    book = parse_brands(
        {"brands": [{"id": f"b{n}", "name": f"B {n}", "terms": {"any": [f"b{n}"]}} for n in range(14)]}, "test"
    )
    panel = _panel("mentions_over_time")
    rows: list[tuple[object, ...]] = [(_at(0), f"b{number}", 1) for number in (1, 11, 5, 12)]
    scope = Scope(1_000_000_000_000, 1_000_000_099_999, 10, {})
    result = Result(tuple(column.name for column in panel.columns), (), rows)
    series = charts.time_chart(panel, result, scope, _view("lang=en"), book)["series"]
    assert len({(one["color"], one["lineStyle"]["type"]) for one in series}) == 4


def test_one_of_something_is_said_in_the_singular() -> None:
    german, english = _view("lang=de"), _view("lang=en")
    assert how_many(1, 1, 1, german) == "1 Beitrag."
    assert how_many(2, 1, 2, english) == "2 posts by one person."
    assert how_many(1234, 900, 50, german) == "1.234 Beiträge von 900 Personen; die neuesten 50 stehen hier."
    panel = _panel("net_sentiment_total")
    names = tuple(column.name for column in panel.columns)
    for n, said in ((1, "aus 1 Beitrag<"), (2, "aus 2 Beiträgen<")):
        values = tuple(n if name == "n" else 5 for name in names)
        assert said in render.stat(panel, Result(names, (), [values]), german)
    facts = Facts(brand="kauz", start=0, end=86_400, now={}, before={}, open=1, oldest=7200.0)
    assert dialogue_sentences(facts, "Kauz", "de") == ["1 Anliegen ist offen, seit 2 Std."]
    assert dialogue_sentences(facts, "Kauz", "en") == ["1 request is open, for 2 h."]


def test_line_ends_with_the_last_finished_interval_and_bars_with_the_running_one() -> None:
    rows = [(_at(second), "kauz", 5) for second in range(0, 100, 10)]
    assert _drawn("mentions_over_time", rows)["series"][0]["data"][-1] == [
        1_000_000_080_000,
        5.0,
    ]  # live: 90 to 100 runs
    fine = Scope(1_000_000_000_000, 1_000_000_099_999, 5, {})
    names = tuple(column.name for column in _panel("mentions_over_time").columns)
    drawn = charts.time_chart(_panel("mentions_over_time"), Result(names, (), rows), fine, _view("range=5m"), BOOK)
    assert drawn["series"][0]["data"][-1] == [1_000_000_085_000, 0.0]  # 90 to 95 is over, but may not be stored yet
    bars = _drawn("sentiment_mix", rows)["series"][0]["data"]
    assert bars[-1] == [1_000_000_090_000, 5.0]
    past = _drawn("mentions_over_time", rows, more="&from=1000000000&to=1000000100")["series"][0]["data"]
    assert past[-1] == [1_000_000_090_000, 5.0]  # finished long ago


def test_chart_of_a_range_that_is_not_over_draws_no_zeros_for_the_time_to_come() -> None:
    now = int(time.time()) // 60 * 60
    scope = Scope((now - 600) * 1000, (now + 600) * 1000 - 1, 60, {})
    view = _view(f"from={now - 600}&to={now + 600}&lang=en")
    for name in ("mentions_over_time", "sentiment_mix"):
        names = tuple(column.name for column in _panel(name).columns)
        result = Result(names, (), [(datetime.fromtimestamp(now - 300, UTC), "kauz", 3)])
        drawn = charts.time_chart(_panel(name), result, scope, view, BOOK)["series"][0]["data"]
        assert now - 300 < drawn[-1][0] / 1000 <= time.time()
