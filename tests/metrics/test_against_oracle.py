"""Every metric equals an independent computation, on real conversations, on a real storm and on invented posts."""

from __future__ import annotations

import io
import json
import math
from datetime import UTC, datetime

from examples.convert_airlines import convert as convert_airlines
from examples.convert_dialogues import brands as care_brands
from examples.convert_dialogues import posts as care_posts
from schemas.brands import parse_brands
from streams.brandfile import load_brands
from streams.catalogue import Request, compute, stored_window
from streams.simulator import Simulator
from streams.simulator import brands as simulated_brands
from streams.store import Store
from tests.conftest import ROOT, shared
from tests.metrics.oracle import Oracle
from tests.metrics.support import (
    NAMES,
    KnownModel,
    assert_equal,
    entries,
    feed,
    for_oracle,
    hours_of,
    lines_of,
    stored_asks,
)

SLOW = {
    "first_response_time.p90", "first_response_time.business_p90", "next_response_time.p50", "next_response_time.p90",
}  # fmt: skip
"""Shares that the real conversations reach, and the invented posts do not."""
START = datetime(2026, 1, 26, 7, tzinfo=UTC)


def test_525_care_conversations(store: Store) -> None:
    conversations = lines_of(shared("data/dialogues/customer_care_dev.jsonl"))
    posts = [post for conversation in conversations for post in care_posts(conversation)]
    # A turn that two conversations share belongs to the first one: a post has one place.
    posts = list({post["uri"]: post for post in reversed(posts)}.values())[::-1]
    brands = care_brands({c["company"] for c in conversations})
    for brand in brands["brands"]:
        brand["business_hours"] = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "08:30-18:00")
    book = parse_brands(brands)
    feed(store, book, posts)
    window = stored_window(store)
    assert window is not None
    oracle = Oracle(
        for_oracle(posts, entries(book), stored_asks(store)), [b.id for b in book.brands], *window, hours_of(book)
    )
    found = assert_equal(store, book, oracle)
    assert found.total() > 200
    assert set(found) >= SLOW


def test_six_airlines_in_a_storm(store: Store) -> None:
    tweets = lines_of(shared("data/airlines/tweets.jsonl"))
    out = io.StringIO()
    with open(shared("data/airlines/tweets.jsonl"), encoding="utf-8") as file:
        convert_airlines(file, out)
    posts = [json.loads(line) for line in out.getvalue().splitlines()]
    model = KnownModel(
        {t["text"]: (t["label"], ("service",) if "Service" in t["negative_reason"] else ()) for t in tweets}
    )
    book = load_brands(ROOT / "examples" / "airlines.brands.yaml")
    feed(store, book, posts, model)
    window = stored_window(store)
    assert window is not None
    oracle = Oracle(
        for_oracle(posts, entries(book), stored_asks(store), model),
        [b.id for b in book.brands],
        *window,
        hours_of(book),
    )
    assert assert_equal(store, book, oracle).total() > 40


def test_simulated_posts_with_known_truth(store: Store) -> None:
    events = Simulator(21, START, 0.015, None, reply_median=3600.0).take(5000)
    posts = [event.post for event in events]
    model = KnownModel({e.post["text"]: (e.truth.sentiment, e.truth.value_chain) for e in events if e.post.get("text")})
    book = parse_brands(simulated_brands())
    feed(store, book, posts, model)
    window = stored_window(store)
    assert window is not None
    ours = for_oracle(posts, entries(book), stored_asks(store), model)
    named = {e.post["uri"]: e.truth for e in events if e.post.get("action", "create") == "create"}
    for post in ours:
        # Who paid is the simulator's truth, not a second reading of tags.
        media = named[post.uri].media_class
        post.paid = {"paid": "yes", "earned": "no"}.get(media, "no" if post.paid == "no" else "unknown")
    oracle = Oracle(ours, [b.id for b in book.brands], *window, hours_of(book))
    found = assert_equal(store, book, oracle)
    assert NAMES - set(found) <= SLOW
    for table in (
        "events",
        "dialogues",
        "count_snapshots",
    ):  # merged, columns of mostly equal values are stored otherwise
        store.execute(f"OPTIMIZE TABLE {table} FINAL")
    assert_equal(store, book, oracle)


def test_a_value_is_never_nan(store: Store) -> None:
    book = parse_brands(simulated_brands())
    feed(store, book, [event.post for event in Simulator(3, START).take(200)])
    window = stored_window(store)
    assert window is not None
    for value in compute(store, book, Request(start=window[0], end=window[1])):
        assert value.value is None or math.isfinite(value.value), value
        assert value.value is not None or value.note
