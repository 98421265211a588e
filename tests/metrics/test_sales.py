"""Orders that social visits brought, against a count in plain Python; and what is refused, not stored, or not stated."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from processors.sales import Order, last_touch, position_based
from schemas.brands import parse_brands
from streams.catalogue import Request, compute
from streams.catalogue.value import Value
from streams.sales import Report, read
from streams.store import Store
from tests.metrics.oracle import ms

BOOK = parse_brands(
    {"brands": [{"id": "acme", "name": "Acme", "terms": ["Acme"]}, {"id": "b", "name": "B", "terms": ["B"]}]}
)
BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
WINDOW = (ms("2026-03-02T00:00:00Z"), ms("2026-03-09T00:00:00Z"))


def report(store: Store, *lines: dict[str, Any]) -> Report:
    return read(store, BOOK, [json.dumps(line).encode() for line in lines], b"key")


def visit(click: str, hours: float, source: str = "bluesky", **more: Any) -> dict[str, Any]:
    at = (BEGIN + timedelta(hours=hours)).isoformat()
    return {"kind": "visit", "brand": "acme", "at": at, "consent": True, "click_id": click, "source": source, **more}


def order(number: str, click: str, hours: float, value: float, **more: Any) -> dict[str, Any]:
    at = (BEGIN + timedelta(hours=hours)).isoformat()
    return {"kind": "order", "brand": "acme", "at": at, "consent": bool(click), "click_id": click, "order_id": number,
            "value": value, "currency": "EUR", **more}  # fmt: skip


def found(store: Store, brand: str = "acme") -> dict[str, Value]:
    request = Request(start=WINDOW[0], end=WINDOW[1], brand=brand, metrics=("social_conversion", "economic_value"))
    return {value.id: value for value in compute(store, BOOK, request)}


def test_sales_equal_a_count_in_plain_python_whatever_the_order_of_the_reports(store: Store) -> None:
    chance = random.Random(4)
    visits = [
        visit(f"c{chance.randrange(60)}", chance.uniform(-900, 168), chance.choice(["bluesky", "mastodon", ""]))
        for _ in range(300)
    ]
    orders = [
        order(
            f"o{n}", chance.choice(["", f"c{chance.randrange(70)}"]), chance.uniform(0, 168), chance.randrange(1, 200)
        )
        for n in range(80)
    ]
    lines = visits + orders
    report(store, *lines)
    report(store, *chance.sample(lines, 200))

    last = places = value_last = value_places = social = without = 0.0
    for line in visits:
        social += bool(line["source"]) and BEGIN.isoformat() <= line["at"]
    for line in orders:
        at = datetime.fromisoformat(line["at"])
        touches = sorted(
            (datetime.fromisoformat(v["at"]), bool(v["source"]))
            for v in visits
            if line["click_id"] == v["click_id"] and at - timedelta(days=30) <= datetime.fromisoformat(v["at"]) <= at
        )
        flags = [flag for _, flag in touches]
        without += not flags
        if flags:
            n = len(flags)
            weights = [1.0] if n == 1 else [0.5, 0.5] if n == 2 else [0.4, *[0.2 / (n - 2)] * (n - 2), 0.4]
            share = sum(w for w, flag in zip(weights, flags, strict=True) if flag)
            last, value_last = last + flags[-1], value_last + flags[-1] * line["value"]
            places, value_places = places + share, value_places + share * line["value"]
    conversion, worth = found(store)["social_conversion"], found(store)["economic_value"]
    assert conversion.n == worth.n == social
    assert conversion.value == pytest.approx(100 * last / social)
    assert conversion.parts["position_based"] == pytest.approx(100 * places / social)
    assert conversion.parts["unattributed_share"] == pytest.approx(100 * without / 80)
    assert worth.value == pytest.approx(value_last / social)
    assert worth.parts["position_based"] == pytest.approx(value_places / social)
    assert worth.parts["currency"] == "EUR"
    assert worth.low is not None
    assert worth.low < worth.value < (worth.high or 0)


def test_a_visit_without_consent_is_not_stored_and_its_order_is_not_attributed(store: Store) -> None:
    told = report(store, visit("c", 1, consent=False), visit("d", 1), {**order("1", "c", 2, 10.0), "consent": False})
    assert (told.visits, told.orders, told.without_consent) == (1, 1, 2)
    assert store.query("SELECT count() FROM visits").scalar() == 1
    assert store.query("SELECT click FROM orders").rows == [(0,)]
    assert found(store)["social_conversion"].parts["unattributed_orders"] == 1


def test_click_ids_and_order_numbers_are_stored_as_keyed_hashes(store: Store) -> None:
    report(store, visit("anna@example.org", 1), order("4711", "anna@example.org", 2, 10.0))
    stored = str(store.query("SELECT * FROM visits").rows + store.query("SELECT * FROM orders").rows)
    assert "anna" not in stored
    assert "4711" not in stored


def test_a_cancelled_order_no_longer_counts(store: Store) -> None:
    report(store, visit("c", 1), order("1", "c", 2, 10.0), order("1", "c", 2, 0.0, revision=1))
    assert found(store)["social_conversion"].value == 0


def test_nothing_reported_and_two_currencies_are_said_and_no_zero(store: Store) -> None:
    report(store, visit("c", 1), order("1", "c", 2, 10.0), order("2", "c", 3, 10.0, currency="CHF"))
    assert found(store)["economic_value"].value is None
    assert "currencies" in (found(store)["economic_value"].note or "")
    assert "reported no visits" in (found(store, "b")["social_conversion"].note or "")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({**visit("c", 1), "brand": "nobody"}, "not in brands.yaml"),
        ({**visit("c", 1), "email": "x@example.org"}, "unknown field"),
        (visit("", 1), "click_id"),
        ({**order("1", "c", 1, -5.0)}, "value"),
        ({**order("", "c", 1, 5.0)}, "order_id"),
        ({**order("1", "c", 1, 5.0), "currency": "euro"}, "currency"),
    ],
)
def test_a_line_that_cannot_be_used_is_named_and_the_others_are_stored(
    store: Store, line: dict[str, Any], words: str
) -> None:
    told = report(store, visit("z", 1), line)
    assert (told.visits, told.refused_lines, told.refused[0][0]) == (1, 1, 2)
    assert words in told.refused[0][1]


def test_a_byte_order_mark_is_no_part_of_the_first_line(store: Store) -> None:
    told = read(store, BOOK, ["\ufeff".encode() + json.dumps(visit("c", 1)).encode()], b"key")
    assert (told.visits, told.refused_lines) == (1, 0)


def test_credits_of_an_order() -> None:
    assert [last_touch(Order(1, t)) for t in ([], [True], [True, False])] == [0, 1, 0]
    assert position_based(Order(1, [True, False, False, True, False])) == pytest.approx(0.4 + 0.2 / 3)
