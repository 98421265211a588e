"""The crisis is one by volume, negativity and authors together; its look-alikes each lack something."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from streams.simulator import Incident, Outage, SimulatedPost, Simulator

Posts = list[SimulatedPost]


def _named(posts: Posts, brand: str, begin: float, end: float) -> Posts:
    """What others wrote about the brand in this span of stream time."""
    return [
        event
        for event in posts
        if begin <= event.at < end
        and event.post["action"] == "create"
        and event.truth.media_class == "earned"
        and brand in event.truth.brands
    ]


def _negative(posts: Posts) -> float:
    return sum(event.truth.sentiment == "negative" for event in posts) / len(posts)


def _authors(posts: Posts) -> int:
    return len({event.post["author"]["handle"] for event in posts})


def _incident(kind: str, **options: float) -> Posts:
    incident = Incident(kind, "kauz", after=60, seconds=60, posts_per_second=20, **options)  # type: ignore[arg-type]
    return [
        event
        for event in Simulator(seed=9, storm_after=None, incidents=(incident,)).until(120)
        if event.truth.incident == kind
    ]


def test_storm_raises_volume_negativity_and_authors_of_one_brand(stormy: Posts) -> None:
    before, after = _named(stormy, "talwerk", 0, 60), _named(stormy, "talwerk", 75, 135)
    assert len(after) > 3 * len(before)
    assert _negative(after) > 0.75 > 0.5 > _negative(before)
    assert _authors(after) > 0.7 * len(after)
    for other in ("kauz", "fjella"):
        calm, later = _named(stormy, other, 0, 60), _named(stormy, other, 75, 135)
        assert len(later) < 1.8 * len(calm)
        assert _negative(later) < 0.6


def test_storm_begins_when_asked_and_the_default_is_twenty_seconds() -> None:
    storm = [event.at for event in Simulator(seed=5).until(40) if event.truth.storm]
    assert 20.0 <= storm[0] < 22.0
    assert all(not event.truth.storm for event in Simulator(seed=5, storm_after=None).until(60))


@pytest.mark.parametrize(
    ("cause", "words", "category"),
    [
        ("battery", r"akku|batter|brand|brenn|rückruf|recall|fire|burn", "operations"),
        ("leak", r"daten|data|leak|passw|konto|account|lücke|mail|bank|anruf|calls|hole", "infrastructure"),
    ],
)
def test_storm_has_a_cause_one_can_read(cause: str, words: str, category: str) -> None:
    posts = Simulator(seed=5, storm_cause=cause, storm_brand="fjella").until(90)  # type: ignore[arg-type]
    storm = [event for event in posts if event.truth.storm and event.truth.value_chain and event.post.get("text")]
    readable = [event for event in storm if re.search(words, event.post["text"], re.IGNORECASE)]
    assert len(readable) / len(storm) > 0.6
    assert {event.truth.value_chain for event in storm} == {(category,)}


def test_storm_has_reposts_copies_quotes_press_and_a_statement(stormy: Posts) -> None:
    storm = [event for event in stormy if event.truth.storm]
    kinds = Counter(event.truth.kind for event in storm)
    assert min(kinds[kind] for kind in ("repost", "news", "coverage", "peer", "question", "reply")) >= 5
    assert kinds["statement"] >= 1
    assert sum("quote_uri" in event.post for event in storm) > 20
    assert sum(event.truth.duplicate_of is not None for event in storm) > 20
    first = next(event for event in storm if event.post["action"] == "create")
    assert first.post["source"] == "rss"


def test_one_author_flood_has_one_author() -> None:
    posts = _incident("one_author_flood")
    assert len(posts) > 500
    assert _authors(posts) == 1
    assert _negative(posts) == 1.0
    assert not any(event.truth.storm for event in posts)


def test_bot_swarm_repeats_one_text_from_many_accounts() -> None:
    posts = _incident("bot_swarm")
    assert len({event.post["text"] for event in posts}) == 1
    assert _authors(posts) == len(posts)
    assert all(event.truth.duplicate_of == posts[0].post["uri"] for event in posts[1:])


def test_viral_post_is_positive_and_campaign_is_paid() -> None:
    viral, campaign = _incident("viral_praise"), _incident("paid_campaign")
    assert {event.truth.sentiment for event in viral} == {"positive"}
    assert _authors(viral) > 0.8 * len(viral)
    assert {event.truth.media_class for event in campaign} == {"paid"}


def test_incident_fades_and_ends() -> None:
    incident = Incident("crisis", "kauz", after=30, seconds=40, posts_per_second=40)
    posts = Simulator(seed=9, rate=5, storm_after=None, incidents=(incident,)).until(400)
    per_second = [sum(e.truth.storm for e in posts if t <= e.at < t + 20) / 20 for t in (40, 75, 100, 200)]
    assert per_second[0] == pytest.approx(40, rel=0.2)
    assert per_second[0] > per_second[1] > per_second[2] > per_second[3] == 0


def test_outage_is_silent_and_then_backfilled() -> None:
    whole = Simulator(seed=6, storm_after=None).until(120)
    cut = Simulator(seed=6, storm_after=None, outage=Outage("mastodon", after=30, seconds=40)).until(120)
    assert not [event for event in cut if event.post["source"] == "mastodon" and 30 <= event.at < 70]
    assert sorted(str(event.post) for event in cut) == sorted(str(event.post) for event in whole)
    missed = [event for event in whole if event.post["source"] == "mastodon" and 30 <= event.at < 70]
    assert sum(event.at == 70 for event in cut) == len(missed) > 50


def test_day_night_swing_is_busy_in_the_evening() -> None:
    posts = Simulator(seed=6, rate=0.08, storm_after=None, day_night=0.8).until(48 * 3600)
    hours = Counter(int(8 + event.at / 3600) % 24 for event in posts)
    assert hours[18] > 4 * hours[6]
    assert len(posts) == pytest.approx(48 * 3600 * 0.08, rel=0.05)
