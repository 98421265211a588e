"""Any order of arrival, any duplication and any deletion of the same posts gives the same numbers."""

from __future__ import annotations

from datetime import datetime, timedelta
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
from tests.metrics.support import KnownModel, assert_equal, feed, for_oracle, hours_of, stored_asks

BRANDS = {
    "brands": [
        {
            "id": "acme",
            "name": "Acme",
            "terms": ["Acme"],
            "accounts": ["mastodon:acme"],
            "time_zone": "Europe/Berlin",
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
GONE = "2024-04-01T00:00:00Z"
EDITS = ["Acme, danke, es geht wieder", "Globex und Acme: beide kaputt und seit Tagen keine Antwort"]
MODEL = KnownModel(
    {
        TEXTS[0]: ("negative", ("technology",)),
        TEXTS[2]: ("negative", ("service", "marketing_sales")),
        TEXTS[3]: ("positive", ("marketing_sales",)),
        TEXTS[4]: ("negative", ("operations",)),
        EDITS[0]: ("positive", ("service",)),
        EDITS[1]: ("negative", ("service", "operations")),
    }
)


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
            "paid": draw(st.sampled_from([True, False, None])),
        }
        post["author"]["followers"] = draw(st.integers(0, 5000))
        target = draw(st.integers(-1, number))
        if target >= 0:
            known = target < number
            parent = posts[target] if known else {"uri": "https://x.example/never"}
            post["parent_uri"] = parent["uri"]
            if draw(st.booleans()):
                post["root_uri"] = top(posts, parent["uri"])
        posts.append(post)
    return posts


@st.composite
def later_on(draw: st.DrawFn, posts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Edits, snapshots of interaction counts, and deletions of some of the posts."""
    lines: list[dict[str, Any]] = []
    for post in draw(st.lists(st.sampled_from(posts), max_size=2, unique_by=lambda p: p["uri"])):
        revisions = draw(st.lists(st.integers(1, 3), max_size=2, unique=True))
        lines += [{**post, "action": "update", "text": EDITS[n % 2], "revision": n} for n in revisions]
    for post in draw(st.lists(st.sampled_from(posts), max_size=3, unique_by=lambda p: p["uri"])):
        for hours in draw(st.lists(st.sampled_from([1, 20, 30]), max_size=2, unique=True)):
            at = datetime.fromisoformat(post["created_at"]) + timedelta(hours=hours)
            counts = {"like": hours, "reply": hours % 7, "repost": hours % 3}
            lines.append({**post, "action": "update", "text": "", "counts": counts, "counts_at": at.isoformat()})
    gone = draw(st.lists(st.sampled_from(posts), max_size=2, unique_by=lambda p: p["uri"]))
    # A deletion names the post alone, so it lands on another partition than a reply did, and perhaps before it.
    return lines + [{"source": "mastodon", "action": "delete", "deleted_at": GONE, "uri": post["uri"]} for post in gone]


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
    lines = posts + data.draw(later_on(posts))
    shuffled = data.draw(st.permutations(lines + data.draw(st.lists(st.sampled_from(lines), max_size=4))))
    size = data.draw(st.integers(3, 6))
    empty(store)
    feed(store, BOOK, lines, MODEL)
    plain = numbers(store)
    empty(store)
    feed(store, BOOK, shuffled, MODEL, batch=size)
    assert numbers(store) == plain
    live = state(store)["dialogues"]
    rebuild(store, *WINDOW)
    assert state(store)["dialogues"] == live
    assert numbers(store) == plain
    oracle = Oracle(for_oracle(lines, ENTRIES, stored_asks(store), MODEL), ENTRIES, *WINDOW, hours_of(BOOK))
    for post in oracle.posts.values():
        if post.deleted:
            post.deleted_at = ms(GONE)
    assert_equal(store, BOOK, oracle)
