"""Any order of arrival, any duplication and any deletion of the same posts gives the same numbers."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.brands import BrandBook, parse_brands
from streams.catalogue import Request, compute
from streams.catalogue.rebuild import rebuild, state
from streams.store import Store
from tests.metrics.oracle import Oracle, ms
from tests.metrics.support import feed, for_oracle, stored_asks

BRANDS = {
    "brands": [
        {
            "id": "acme",
            "name": "Acme",
            "terms": ["Acme"],
            "accounts": ["mastodon:acme"],
            "business_hours": {"mon": "09:00-17:00", "sun": "00:00-24:00"},
        },
        {"id": "globex", "name": "Globex", "terms": ["Globex"], "accounts": ["mastodon:globex"]},
    ]
}
BOOK: BrandBook = parse_brands(BRANDS)
ENTRIES = {b["id"]: {"terms": b["terms"], "accounts": b["accounts"]} for b in BRANDS["brands"]}  # type: ignore[attr-defined]
# Across 29 February and the night in which clocks go forward.
MOMENTS = ["2024-02-28T23:59:59.500Z", "2024-02-29T12:00:00Z", "2024-03-30T23:00:00Z", "2024-03-31T00:59:00Z",
           "2024-03-31T01:01:00Z", "2024-03-31T09:30:00Z"]  # fmt: skip
TEXTS = [
    "Acme, warum geht die App nicht?",
    "Danke!",
    "@acme bitte helfen",
    "Globex ist toll",
    "@globex @acme kaputt",
    "ok",
]
WINDOW = (ms("2024-02-01T00:00:00Z"), ms("2024-04-15T00:00:00Z"))


@st.composite
def threads(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Posts that answer earlier ones, or ones that never arrive; some feeds state the root, some only the parent."""
    posts: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 9))):
        post: dict[str, Any] = {
            "uri": f"https://x.example/{number}",
            "source": "mastodon",
            "author": {"handle": draw(st.sampled_from(["ann", "bob", "acme", "globex"]))},
            "text": draw(st.sampled_from(TEXTS)),
            "created_at": draw(st.sampled_from(MOMENTS))[:-1].split(".")[0] + f".{number:03d}Z",
        }
        target = draw(st.integers(-1, number))
        if target >= 0:
            known = target < number
            parent = posts[target] if known else {"uri": "https://x.example/never"}
            post["parent_uri"] = parent["uri"]
            if draw(st.booleans()):
                post["root_uri"] = top(posts, parent["uri"])
        posts.append(post)
    return posts


def top(posts: list[dict[str, Any]], uri: str) -> str:
    by_uri = {p["uri"]: p for p in posts}
    while uri in by_uri and by_uri[uri].get("parent_uri"):
        uri = by_uri[uri].get("root_uri") or by_uri[uri]["parent_uri"]
    return uri


def empty(store: Store) -> None:
    for (name,) in store.query(
        "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND name != 'schema_migrations'"
    ):
        store.execute(f"TRUNCATE TABLE {name}")


def numbers(store: Store) -> list[Any]:
    return [
        (v.id, v.brand, v.value, v.low, v.high, v.n, msgspec.to_builtins(v.parts))
        for v in compute(store, BOOK, Request(start=WINDOW[0], end=WINDOW[1]))
    ]


@pytest.mark.slow
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_order_duplication_and_deletion(store: Store, data: st.DataObject) -> None:
    posts = data.draw(threads())
    gone = data.draw(st.lists(st.sampled_from(posts), max_size=2, unique_by=lambda p: p["uri"]))
    lines = posts + [
        # It names the post alone, so it lands on another partition than a reply did, and perhaps before it.
        {"source": "mastodon", "action": "delete", "deleted_at": "2024-04-01T00:00:00Z", "uri": p["uri"]}
        for p in gone
    ]
    empty(store)
    feed(store, BOOK, lines)
    plain = numbers(store)
    shuffled = data.draw(st.permutations(lines + data.draw(st.lists(st.sampled_from(lines), max_size=4))))
    empty(store)
    feed(store, BOOK, shuffled, batch=data.draw(st.integers(3, 6)))
    assert numbers(store) == plain
    live = state(store)["dialogues"]
    rebuild(store, *WINDOW)
    assert state(store)["dialogues"] == live
    assert numbers(store) == plain
    oracle = Oracle(for_oracle(lines, ENTRIES, stored_asks(store)), ENTRIES, *WINDOW)
    for post in oracle.posts.values():
        if post.deleted:
            post.deleted_at = ms("2024-04-01T00:00:00Z")
    found = {(v[0], v[1]): v[2] for v in plain}
    for brand in ENTRIES:
        for metric, value in oracle.dialogue(brand).items():
            assert found[metric, brand] == (None if value is None else pytest.approx(value, abs=1e-6)), (metric, brand)
