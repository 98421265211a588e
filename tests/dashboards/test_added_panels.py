"""Panels that compute in SQL what Python states elsewhere: both must say the same."""

from __future__ import annotations

from typing import Any

import pytest

from dashboards.macros import Scope, expand
from dashboards.panels import all_panels
from dashboards.panels.emerging import WORDS
from processors.crisis.evidence import normalise
from schemas.brands import parse_brands
from streams.catalogue import Request, compute
from streams.catalogue.routing import emerging_terms
from streams.console.evidence import behind, posts_query
from streams.simulator import brands
from streams.store import Store
from tests.dashboards.conftest import SECONDS

BOOK = parse_brands(brands(), "simulator")
PANELS = {panel.id: panel for panel in all_panels()}


def rows(fed: tuple[Store, Scope], panel: str, **chosen: list[str]) -> list[dict[str, Any]]:
    store, scope = fed
    return store.query(expand(PANELS[panel].sql, scope._replace(variables={**scope.variables, **chosen}))).dicts()


@pytest.mark.parametrize("brand", ["talwerk", "kauz"])
def test_sales_panels_equal_the_metrics(fed: tuple[Store, Scope], brand: str) -> None:
    store, scope = fed
    request = Request(
        start=scope.start_ms, end=scope.end_ms + 1, brand=brand, metrics=("social_conversion", "economic_value")
    )
    conversion, worth = compute(store, BOOK, request)
    assert conversion.parts["last_touch_orders"] > 3
    assert conversion.parts["position_based_orders"] != conversion.parts["last_touch_orders"]
    (row,) = rows(fed, "sales_by_brand", brand=[brand])
    assert (row["visits_n"], row["currency"]) == (conversion.parts["social_visits"], "EUR")
    assert row["last_n"] == conversion.parts["last_touch_orders"]
    assert row["conversion"] == pytest.approx(conversion.value, abs=1e-9)
    assert row["conversion_positions"] == pytest.approx(conversion.parts["position_based"], abs=1e-9)
    assert row["worth"] == pytest.approx(worth.value, abs=1e-9)
    assert row["worth_positions"] == pytest.approx(worth.parts["position_based"], abs=1e-9)
    (visits,) = rows(fed, "social_visits", brand=[brand])
    assert visits["value"] == conversion.parts["social_visits"]
    (orders,) = rows(fed, "social_orders", brand=[brand])
    assert orders["orders"] == conversion.parts["orders"]
    assert orders["positions"] == pytest.approx(conversion.parts["position_based_orders"], abs=1e-9)
    (share,) = rows(fed, "unattributed_orders", brand=[brand])
    assert share["value"] == pytest.approx(conversion.parts["unattributed_share"], abs=1e-9)


def test_sums_over_time_and_over_posts_are_the_totals(fed: tuple[Store, Scope]) -> None:
    store, _ = fed
    assert sum(row["visits"] for row in rows(fed, "social_visits_over_time")) == rows(fed, "social_visits")[0]["value"]
    by_road: dict[str, int] = {}
    for row in rows(fed, "orders_over_time"):
        by_road[row["label"]] = by_road.get(row["label"], 0) + row["orders"]
    assert set(by_road) == {"social", "elsewhere", "unattributed"}
    assert by_road["social"] == rows(fed, "social_orders")[0]["value"]
    assert sum(by_road.values()) == rows(fed, "social_orders")[0]["orders"]
    posts = rows(fed, "posts_that_brought_visits")
    assert sum(row["orders"] for row in posts) > 0
    for row in posts:
        said = store.query("SELECT text FROM events FINAL WHERE uri = %(uri)s", {"uri": row["url"]}).scalar()
        assert row["text"] == said
        counted = store.query(
            "SELECT count() FROM visits FINAL WHERE post_uri = %(uri)s AND brand = %(brand)s AND source != ''",
            {"uri": row["url"], "brand": row["brand"]},
        )
        assert row["visits"] == counted.scalar()


def test_emerging_terms_are_those_of_the_routing_answer(fed: tuple[Store, Scope]) -> None:
    """The last third is a storm: against the two before it, its words stand out."""
    store, scope = fed
    begin = scope.start_ms + SECONDS * 1000 // 2
    late = (store, scope._replace(start_ms=begin))
    shown = {(r["category"], r["term"]): (r["posts"], r["z"]) for r in rows(late, "emerging_terms", brand=["talwerk"])}
    stated = emerging_terms(store, BOOK.get("talwerk"), begin, scope.end_ms + 1)
    assert shown == {(t.category, t.term): (t.posts, pytest.approx(t.z, abs=0.011)) for t in stated}
    assert len(shown) >= 5


def test_an_emerging_term_opens_the_posts_that_hold_it(fed: tuple[Store, Scope]) -> None:
    store, scope = fed
    late = scope._replace(start_ms=scope.start_ms + SECONDS * 1000 // 2)
    for row in rows((store, late), "emerging_terms")[:5]:
        condition, params = behind(PANELS["emerging_terms"], late, row["term"], None)
        texts = [post["text"] for post in store.query(posts_query(condition), params).dicts()]
        assert row["text"] in texts or len(texts) == 50
        assert all(f" {row['term']} " in f" {normalise(text)} " for text in texts)


@pytest.mark.parametrize(
    "text",
    [
        "Don't buy THIS: https://x.example/a?b=1 @acme.social you're 100% wrong &amp; ÄRGER straße",
        "mail jo@mail.example now, #wow_das_ist l’amour 3x geht's noch",
        "ünï_cödé_wort WWW.EXAMPLE.ORG don’t ' '' naïve-schön",
        "",
    ],
)
def test_words_are_found_as_in_python(store: Store, text: str) -> None:
    found = store.query(f"SELECT {WORDS} FROM (SELECT %(text)s AS text)", {"text": text}).scalar()
    assert " ".join(found) == normalise(text)
