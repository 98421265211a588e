"""The truth holds: it agrees with what can be read off the posts, by rules written here and by the pipeline's own."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import datetime

import msgspec
import pytest

from processors.enrich import INDEX, enrich
from processors.language import identify
from processors.matching import BrandMatcher
from schemas.brands import parse_brands
from schemas.social_event import post_id
from streams.simulator import SimulatedPost, Simulator, brands
from streams.sources.portable import PortableReader

Posts = list[SimulatedPost]
_NOW = 1_790_000_000_000
_NAMES = {
    "talwerk": re.compile(r"\btalwerk|@talwerk", re.IGNORECASE),
    "kauz": re.compile(r"\bkauz(bikes)?\b", re.IGNORECASE),
    "fjella": re.compile(r"\bfjella", re.IGNORECASE),
}
_BIRD = re.compile(r"\b(vogel|eule|komischer kauz|bird|owl)\b", re.IGNORECASE)


def _creates(posts: Posts) -> Posts:
    return [event for event in posts if event.post["action"] == "create"]


def test_brands_are_those_that_can_be_read_in_the_post(stormy: Posts) -> None:
    owners = {account: brand["id"] for brand in brands()["brands"] for account in brand["accounts"]}
    for event in _creates(stormy):
        post = event.post
        said = " ".join([post["text"], *("@" + name for name in post.get("mentions", ()))])
        expected = {brand for brand, pattern in _NAMES.items() if pattern.search(said)}
        if _BIRD.search(said):
            expected.discard("kauz")
        own = owners.get(f"{post['source']}:{post['author']['handle']}")
        if own:
            expected.add(own)
        assert set(event.truth.brands) == expected, post


def test_pipeline_reads_every_post_and_agrees_on_brand_media_class_and_direction(stormy: Posts) -> None:
    matcher = BrandMatcher(parse_brands(brands()))
    reader = PortableReader(b"k" * 32, matcher)
    owners: dict[int, str] = {}
    for event in _creates(stormy):
        post = event.post
        owners[post_id(post["source"], post["uri"])] = matcher.owner(post["source"], post["author"]["handle"])
    for event in stormy:
        read = reader.read(msgspec.json.encode(event.post), _NOW)
        if event.post["action"] != "create":
            continue
        row = enrich(read, matcher, lambda parent: owners.get(parent, ""), now_ms=_NOW)
        truth = event.truth
        assert tuple(sorted(row[INDEX["brands"]])) == truth.brands, event.post
        assert row[INDEX["media_class"]] == truth.media_class, event.post
        assert row[INDEX["direction"]] == truth.direction, event.post


def test_brand_file_is_accepted_and_tells_the_owl_from_the_bicycle() -> None:
    matcher = BrandMatcher(parse_brands(brands()))
    assert matcher.match("Mein Kauz K4 Lang fährt prima") == ("kauz",)
    assert matcher.match("Der Kauz ist der Vogel des Jahres") == ()
    assert all(len(brand["accounts"]) >= 2 for brand in brands()["brands"])


def test_a_bird_post_says_kauz_and_names_no_brand(calm: Posts) -> None:
    birds = [event for event in _creates(calm) if event.truth.kind == "bird"]
    assert len(birds) > 20
    assert all("kauz" in event.post["text"].lower() and event.truth.brands == () for event in birds)


def test_texts_are_in_the_language_the_truth_states(calm: Posts) -> None:
    posts = [event for event in _creates(calm) if len(event.post["text"]) > 60 and event.truth.kind != "bird"][:2000]
    guessed = identify([event.post["text"] for event in posts])
    agree = sum(guess == event.truth.language for guess, event in zip(guessed, posts, strict=True))
    assert agree / len(posts) > 0.97
    german = [event.post["text"] for event in posts if event.truth.language == "de"]
    assert len(german) / len(posts) == pytest.approx(0.66, abs=0.08)
    assert sum(bool(re.search("[äöüß]", text)) for text in german) / len(german) > 0.5


def test_disclosed_and_stated_advertising_is_paid_and_nothing_else_is(calm: Posts) -> None:
    for event in _creates(calm):
        disclosed = bool(re.search(r"#(Werbung|Anzeige|ad)\b", event.post["text"]))
        assert (event.truth.media_class == "paid") == (disclosed or event.post.get("paid") == "yes")
    kinds = Counter(event.truth.media_class for event in _creates(calm))
    assert min(kinds.values()) > 50


def test_only_inbound_questions_and_complaints_need_an_answer(calm: Posts) -> None:
    needy = [event for event in _creates(calm) if event.truth.needs_answer]
    assert len(needy) > 500
    for event in needy:
        assert event.truth.direction == "inbound"
        assert event.truth.sentiment == "negative" or "?" in event.post["text"]
        assert event.truth.kind not in ("praise", "news", "paid", "bot", "offtopic")
    addressed = sum("?" in event.post["text"] for event in needy)
    assert 0.2 < addressed / len(needy) < 0.8


def test_threads_hang_together(calm: Posts) -> None:
    posts = {event.post["uri"]: event for event in _creates(calm)}
    turns: dict[str, list[str]] = defaultdict(list)
    for event in sorted(posts.values(), key=lambda event: event.post["created_at"]):
        post = event.post
        parent = posts.get(post.get("parent_uri", ""))
        if parent is not None:
            assert post["root_uri"] == parent.post.get("root_uri", parent.post["uri"])
            assert post["created_at"] > parent.post["created_at"]
            assert post["source"] == parent.post["source"]
        turns[post.get("root_uri", post["uri"])].append(event.truth.direction)
    assert max(turn.count("reply") for turn in turns.values()) >= 3
    assert sum("reply" in turn and "peer" in turn for turn in turns.values()) > 10


@pytest.mark.parametrize("share", [0.9, 0.55, 0.3])
def test_answered_share_and_median_delay_are_as_asked(share: float) -> None:
    stream = Simulator(seed=4, rate=2.0, storm_after=None, answered=share, reply_median=60.0).until(6000)
    first: dict[str, float] = {}
    asked: dict[str, float] = {}
    pace = {"talwerk": 1.2, "kauz": 0.5, "fjella": 2.0}
    for event in _creates(stream):
        post, truth = event.post, event.truth
        when = datetime.fromisoformat(post["created_at"]).timestamp()
        if (
            truth.needs_answer
            and "parent_uri" not in post
            and event.at < 4000
            and truth.kind in ("complaint", "question")
        ):
            asked[post["uri"]] = when
        if truth.direction == "reply" and post["parent_uri"] in asked:
            first.setdefault(post["parent_uri"], (when - asked[post["parent_uri"]]) / pace[truth.brands[0]])
    assert len(first) / len(asked) == pytest.approx(share * 0.93, abs=0.07)  # Kauz cannot answer in the forum
    delays = sorted(first.values())
    assert delays[len(delays) // 2] == pytest.approx(60.0, rel=0.25)
