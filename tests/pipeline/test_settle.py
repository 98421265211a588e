"""A post that is read twice and names another time the second time is one post, in the minute it had first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from streams.store import Store
from tests.pipeline.support import Feeder, post
from tests.pipeline.test_figures import figures, talks

EARLY, LATER = "2026-02-03T10:00:00Z", "2026-02-03T10:07:00Z"
URI = "https://social.example/1"


def minute(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def times(store: Store) -> list[tuple[Any, ...]]:
    return store.query("SELECT minute, created_at, late FROM events FINAL").rows


@pytest.mark.parametrize("together", [False, True])
def test_a_post_that_comes_again_with_another_time_counts_once(store: Store, together: bool) -> None:
    """Feeds without dates say the time of the visit; a source that lost its cursor visits again."""
    feeder, twice = Feeder(store), [post(1, created_at=EARLY), post(1, created_at=LATER)]
    for part in [twice] if together else [twice[:1], twice[1:]]:
        feeder.feed(part)
    assert figures(store) == {("acme", minute(EARLY)): (1, 1)}
    assert [row[:2] for row in times(store)] == [(minute(EARLY), minute(EARLY))]
    assert talks(store) == {URI: {"posts": 1, "deleted": 0, "authors": 1}}


def test_a_post_from_the_future_that_is_delivered_again_later_stays_where_it_was(store: Store) -> None:
    feeder = Feeder(store)
    feeder.feed([post(1, created_at="2026-02-03T20:00:00Z")])
    feeder.now += 180_000
    feeder.feed([post(1, created_at="2026-02-03T20:00:00Z")])
    assert figures(store) == {("acme", minute("2026-02-03T12:05:00Z")): (1, 1)}


@pytest.mark.parametrize("minutes", [[1, 61], [61, 62], [61, 1]])
def test_reading_a_post_again_makes_it_no_later_than_it_was(store: Store, minutes: list[int]) -> None:
    """Received after one minute it was on time; received after an hour it was late. A copy read later changes neither."""
    late = []
    for received in minutes:
        feeder = Feeder(store, now=int(minute(EARLY).timestamp() * 1000) + received * 60_000)
        feeder.feed([post(1, created_at=EARLY)])
        late.append(store.query("SELECT sum(late) FROM brand_minute FINAL").scalar())
    assert late == ([0, 0] if minutes[0] == 1 else [1, 1] if minutes[1] > 1 else [1, 0])


def test_newer_counts_edits_and_deletions_reach_a_post_whose_time_has_changed(store: Store) -> None:
    feeder = Feeder(store)
    feeder.feed([post(1, created_at=EARLY)])
    again = post(1, created_at=LATER, counts={"like": 4}, counts_at="2026-02-03T11:00:00Z")
    feeder.feed([again, post(1, "Globex ist auch dabei", action="update", revision=3, created_at=LATER)])
    assert figures(store) == {("globex", minute(EARLY)): (1, 1)}
    assert store.query("SELECT like_count, text FROM events FINAL").rows == [(4, "Globex ist auch dabei")]
    feeder.feed([again, {"uri": URI, "source": "mastodon", "action": "delete"}])
    assert figures(store) == {}
    assert store.query("SELECT count(), sum(deleted) FROM events FINAL").rows == [(1, 1)]


def test_a_reply_whose_time_has_changed_is_still_one_turn(store: Store) -> None:
    feeder = Feeder(store)
    reply = post(2, "@acme_official ja?", parent_uri=URI, root_uri=URI, created_at=EARLY)
    feeder.feed([post(1, created_at="2026-02-03T09:00:00Z"), reply])
    feeder.feed([{**reply, "created_at": LATER}, post(3)])
    assert talks(store)[URI] == {"posts": 2, "deleted": 0, "authors": 2}
    assert store.query("SELECT customer_posts FROM dialogues FINAL WHERE posts > 0 AND customer_posts > 1").rows == [
        (2,)
    ]
