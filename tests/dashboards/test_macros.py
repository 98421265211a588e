"""Grafana's macros and variables, against the expansions its plugin documents (written out by hand)."""

from __future__ import annotations

import pytest

from dashboards.macros import MacroError, Scope, expand

SCOPE = Scope(1_700_000_000_123, 1_700_003_600_456, 60, {"brand": ["acme", "o'neil"], "set": [], "source": ["$__all"]})


@pytest.mark.parametrize(
    ("sql", "expanded"),
    [
        ("$__timeFilter(minute)", "minute >= toDateTime(1700000000) AND minute <= toDateTime(1700003600)"),
        (
            "$__timeFilter_ms(at)",
            "at >= fromUnixTimestamp64Milli(1700000000123) AND at <= fromUnixTimestamp64Milli(1700003600456)",
        ),
        ("$__dateFilter(d)", "d >= toDate(toDateTime(1700000000)) AND d <= toDate(toDateTime(1700003600))"),
        ("$__timeFrom(c) AND $__timeTo(c)", "c >= toDateTime(1700000000) AND c <= toDateTime(1700003600)"),
        ("$__fromTime, $__toTime", "toDateTime(1700000000), toDateTime(1700003600)"),
        ("$__timeInterval(c)", "toStartOfInterval(toDateTime(c), INTERVAL 60 second)"),
        ("$__timeInterval_ms(c)", "toStartOfInterval(toDateTime64(c, 3), INTERVAL 60000 millisecond)"),
        ("$__timeGroup(c,5m)", "toStartOfInterval(toDateTime(c), INTERVAL 300 second)"),
        ("$__timeInterval(f(a, b))", "toStartOfInterval(toDateTime(f(a, b)), INTERVAL 60 second)"),
        ("x / $__interval_s", "x / 60"),
        ("${brand:singlequote}", "'acme','o\\'neil'"),
        ("$__conditionalAll(brand IN (${brand:singlequote}), $brand)", "brand IN ('acme','o\\'neil')"),
        ("$__conditionalAll(has(splitByChar('|', ${set:singlequote}), b), $set)", "1=1"),
        ("$__conditionalAll(source IN (${source:singlequote}), $source)", "1=1"),
        ("$__conditionalAll(a = 1, $set) AND $__conditionalAll(b = 2, $brand)", "1=1 AND b = 2"),
    ],
)
def test_macro_expands_as_documented(sql: str, expanded: str) -> None:
    assert expand(sql, SCOPE) == expanded


@pytest.mark.parametrize(
    ("sql", "word"),
    [
        ("$__timeFilte(minute)", "timeFilte"),
        ("$__timeFilter", "argument"),
        ("$__timeFilter(minute", "closed"),
        ("$__timeGroup(c, five)", "interval"),
        ("${nope:singlequote}", "nope"),
        ("${brand}", "singlequote"),
        ("$__conditionalAll(a = 1, 2)", "variable"),
    ],
)
def test_unknown_or_misused_macro_is_an_error(sql: str, word: str) -> None:
    with pytest.raises(MacroError, match=word):
        expand(sql, SCOPE)


@pytest.mark.parametrize("value", ["a\\", "a\n", "a\x00b"])
def test_value_that_could_leave_its_quotes_is_refused(value: str) -> None:
    with pytest.raises(MacroError, match="refused"):
        expand("${brand:singlequote}", SCOPE._replace(variables={"brand": [value]}))


def test_interval_is_at_least_a_second() -> None:
    assert expand("$__interval_s", SCOPE._replace(step=0)) == "1"
