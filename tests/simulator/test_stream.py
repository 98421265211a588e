"""The stream as a source delivers it: the same again for a seed, valid, varied, in the promised numbers."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from itertools import islice, pairwise
from pathlib import Path

import pytest

from streams.simulator import SimulatedPost, Simulator
from streams.simulator.phrases import TEXTS
from streams.simulator.topics import KINDS, TOPIC_WEIGHTS

Posts = list[SimulatedPost]
_ROOT = Path(__file__).parents[2]


def _when(post: SimulatedPost) -> datetime:
    return datetime.fromisoformat(post.post["created_at"])


def _write(folder: Path, hash_seed: str, *options: str) -> tuple[bytes, bytes]:
    out, truth = folder / f"posts{hash_seed}", folder / f"truth{hash_seed}"
    command = [sys.executable, "-m", "streams.simulator", "--posts", "2000", "--out", str(out), "--truth", str(truth)]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    subprocess.run([*command, *options], check=True, cwd=_ROOT, env=environment, timeout=60)
    return out.read_bytes(), truth.read_bytes()


def test_same_seed_writes_the_same_bytes_in_any_process(tmp_path: Path) -> None:
    first = _write(tmp_path, "0", "--seed", "5")
    assert first == _write(tmp_path, "1", "--seed", "5")
    assert first[0] != _write(tmp_path, "2", "--seed", "6")[0]


def test_written_lines_pair_posts_with_their_truth(tmp_path: Path) -> None:
    posts, truth = _write(tmp_path, "0")
    pairs = list(zip(posts.splitlines(), truth.splitlines(), strict=True))
    assert len(pairs) == 2000
    assert all(json.loads(post)["uri"] == json.loads(known)["uri"] for post, known in pairs)


def test_every_call_of_events_begins_anew() -> None:
    simulator = Simulator(seed=3)
    assert list(islice(simulator.events(), 300)) == simulator.take(300)


def test_start_moves_every_date_and_nothing_else() -> None:
    early = Simulator(seed=3, start=datetime(2026, 1, 1, tzinfo=UTC)).take(200)
    late = Simulator(seed=3, start=datetime(2026, 1, 2, tzinfo=UTC)).take(200)
    assert [post.post.get("text") for post in early] == [post.post.get("text") for post in late]
    assert {(_when(b) - _when(a)).total_seconds() for a, b in zip(early, late, strict=True)} == {86_400.0}


@pytest.mark.parametrize("rate", [0.5, 20.0, 300.0])
def test_calm_rate_is_what_was_asked_for(rate: float) -> None:
    seconds = 4000 / rate
    posts = Simulator(seed=2, rate=rate, storm_after=None).until(seconds)
    assert len(posts) == pytest.approx(4000, rel=0.06)  # four standard deviations of a Poisson count


def test_delivery_never_goes_back_in_time(stormy: Posts) -> None:
    assert all(a.at <= b.at for a, b in pairwise(stormy))


def test_every_line_has_the_required_fields_and_is_json(stormy: Posts) -> None:
    for event in stormy:
        post = json.loads(json.dumps(event.post))
        assert post["uri"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", post["created_at"])
        assert post["source"] in ("bluesky", "mastodon", "webhook", "rss")
        if post["action"] == "delete":
            assert set(post) == {"uri", "action", "source", "created_at"}
        else:
            assert post["author"]["handle"]
            assert post["text"] or post["action"] in ("like", "repost")


def test_every_kind_source_action_and_category_occurs(calm: Posts) -> None:
    kinds = {event.truth.kind for event in calm}
    assert set(KINDS) - {"copy", "redelivery", "edit", "delete", "snapshot"} <= kinds
    assert {"reply", "reply_canned", "back_better", "back_worse", "back_info", "back_nudge", "peer"} <= kinds
    assert {event.post["action"] for event in calm} == {"create", "update", "delete", "like", "repost"}
    assert {event.post["source"] for event in calm} == {"bluesky", "mastodon", "webhook", "rss"}
    assert set(TOPIC_WEIGHTS) <= {event.truth.topic for event in calm}
    assert len({category for event in calm for category in event.truth.value_chain}) == 9
    assert {event.truth.media_class for event in calm} == {"owned", "earned", "paid", "unknown"}
    assert {event.truth.direction for event in calm} == {"inbound", "outbound", "reply", "peer", ""}
    assert {event.truth.sentiment for event in calm} == {"negative", "neutral", "positive"}
    assert {len(event.truth.brands) for event in calm} == {0, 1, 2}
    assert any(event.post.get("author", {}).get("declared_bot") for event in calm)


def test_no_text_comes_twice_unless_it_is_meant_to() -> None:
    posts = Simulator(seed=21, rate=100).take(12_000)
    texts = Counter(
        event.post["text"] for event in posts if event.post["action"] == "create" and not event.truth.duplicate_of
    )
    canned = {text for text in texts if "Serviceportal" in text or "service portal" in text}
    assert [text for text, times in texts.items() if times > 1 and text not in canned] == []


def test_repeats_name_what_they_repeat(stormy: Posts) -> None:
    first: dict[str, str] = {}
    copies = redelivered = 0
    for event in stormy:
        uri, text, original = event.post["uri"], event.post.get("text"), event.truth.duplicate_of
        if event.post["action"] == "create" and original and original != uri:
            copies += 1
            assert text == first[original]
        elif original == uri:
            redelivered += 1
            assert text == first[uri]
        if text:
            first[uri] = text
    assert copies > 20
    assert redelivered > 3


def test_at_least_three_hundred_sentence_frames_a_language() -> None:
    for language, texts in TEXTS.items():
        lines = {line for text in texts[1:] for line in text.splitlines() if line and not line.startswith("[")}
        assert len(lines) > 300, language


def test_some_posts_arrive_late_and_some_replies_before_their_parent(calm: Posts) -> None:
    start = Simulator().start
    late = [
        event for event in calm if event.at - (_when(event) - start).total_seconds() > 60 and event.truth.kind != "news"
    ]
    assert len([event for event in late if event.post["action"] == "create"]) > 10
    seen: set[str] = set()
    early = 0
    for event in calm:
        seen.add(event.post["uri"])
        early += event.post["action"] == "create" and event.post.get("parent_uri", event.post["uri"]) not in seen
    assert early > 0


def test_counts_only_grow_and_edits_raise_the_revision(stormy: Posts) -> None:
    last: dict[str, SimulatedPost] = {}
    snapshots = edits = 0
    for event in stormy:
        if event.post["action"] not in ("create", "update"):
            continue
        before = last.get(event.post["uri"])
        if event.post["action"] == "update" and before and event.truth.duplicate_of != event.post["uri"]:
            assert event.post["revision"] > before.post.get("revision", 0)
            assert event.post["created_at"] == before.post["created_at"]
            for name, value in before.post.get("counts", {}).items():
                assert event.post["counts"][name] >= value
            snapshots += "counts" in event.post
            edits += event.post["text"] != before.post["text"]
        last[event.post["uri"]] = event
    assert snapshots > 50
    assert edits > 5


def test_nothing_is_said_about_a_post_after_its_deletion(stormy: Posts) -> None:
    deleted: set[str] = set()
    for event in stormy:
        assert event.post["uri"] not in deleted
        assert event.truth.deleted == (event.post["action"] == "delete")
        if event.truth.deleted:
            deleted.add(event.post["uri"])
    assert len(deleted) > 5


def test_a_replay_of_twenty_thousand_posts_is_quick_to_make() -> None:
    began = time.process_time()
    Simulator(seed=1, rate=500).take(20_000)
    assert time.process_time() - began < 5.0  # 20,000 posts a second on an idle core; generous for a busy machine


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"rate": 0.0}, "rate must be above 0"),
        ({"start": datetime(2026, 1, 1)}, "time zone"),
        ({"storm_brand": "acme"}, "unknown brand 'acme'; known: fjella, kauz, talwerk"),
        ({"day_night": 2.0}, "between 0 and 1"),
    ],
)
def test_wrong_options_are_refused_with_the_reason(wrong: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        Simulator(**wrong)  # type: ignore[arg-type]
