"""YouTube, Reddit and X: 100,000 items through errors, budgets that run out aloud, and what their items mean."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from streams.sources.cursors import CursorStore
from streams.sources.reddit import RedditSource
from streams.sources.x import XSource
from streams.sources.youtube import YouTubeSource
from tests.peers.listings import RedditPeer, YouTubePeer, base36, comment, reddit_comment
from tests.peers.x import XPeer, post
from tests.sources.support import EVENTS, Topic, run_until, shaper

START = 1_780_000_000_000
VIDEO = "https://www.youtube.com/watch?v=vid1"


def youtube(peer: YouTubePeer, **options: Any) -> YouTubeSource:
    options = {"quota": 100_000, "interval": 0.01, "max_pages": 2000, **options}
    key = options.pop("key", peer.key)
    return YouTubeSource("yt", ["vid1"], key, shaper("youtube"), api=peer.url, allow_private=True, **options)


def reddit(peer: RedditPeer, secret: str = "client-secret-1", **options: Any) -> RedditSource:
    return RedditSource(
        "reddit", options.pop("subreddits", ["test"]), "client", secret, shaper("reddit"), site=peer.url, api=peer.url,
        interval=0.01, allow_private=True, **options,
    )  # fmt: skip


def x(peer: XPeer, **options: Any) -> XSource:
    options = {"budget": 10_000_000, "backfill": 5, "token": peer.token, **options}
    token = options.pop("token")
    return XSource("x", token, ["acme lang:de"], shaper("x"), api=peer.url, allow_private=True, **options)


KINDS = ("duplicate", "reorder", "unknown", "drift")
BROKEN = ("cut", "garbage", "drip")


def test_youtube_loses_no_comment_through_a_hundred_thousand_and_every_fault(tmp_path: Path) -> None:
    comments = [comment(n, START + n * 1000) for n in range(EVENTS)]
    topic = Topic(fail_at={3, 8})
    step = max(100, EVENTS // 25)
    # The first visit takes the newest page: a source starts from now, not from the beginning.
    expected = {("create", f"{VIDEO}&lc=Ugx{n:08d}") for n in range(step - 100, EVENTS)}

    async def run() -> Any:
        async with YouTubePeer(comments, step=step) as peer:
            feed = youtube(peer)
            peer.refusals.extend([(500, {}), (429, {"retry-after": "0"}), (401, {})])
            peer.faults = {2 + max(3, EVENTS // 2500) * turn: KINDS[turn % 4] for turn in range(24)}
            peer.broken = {9 + max(5, EVENTS // 700) * turn: BROKEN[turn % 3] for turn in range(6)}
            return await run_until(
                feed, topic, tmp_path, lambda: topic.complete(len(expected)) and expected <= topic.distinct(), seconds=900
            )  # fmt: skip

    runner = asyncio.run(run())
    assert len(topic.distinct() - expected) < 300  # five minutes before the start are looked at again
    assert runner.gaps == 0
    assert {letter.reason.partition(":")[0] for letter in topic.letters.values()} <= {"id", "snippet"}
    assert 0 < len(topic.letters) <= 2  # what is always the same is one letter
    assert runner.sessions <= 1 + sum(runner.faults.values()) < 15


def test_reddit_loses_no_comment_through_a_hundred_thousand_and_every_fault(tmp_path: Path) -> None:
    things = [reddit_comment(n, START // 1000 + n) for n in range(EVENTS)]
    topic = Topic(fail_at={4, 9})
    expected = {("create", f"reddit://t1_{base36(n)}") for n in range(350, EVENTS)}

    async def run() -> Any:
        async with RedditPeer(things, step=300, token_uses=max(12, EVENTS // 1000)) as peer:
            peer.refusals.extend([(503, {}), (429, {"retry-after": "0"}), (401, {})])
            peer.faults = {3 + 5 * turn: (*KINDS, "stale")[turn % 5] for turn in range(10)}
            peer.broken = {11 + 7 * turn: BROKEN[turn % 3] for turn in range(6)}
            runner = await run_until(
                reddit(peer), topic, tmp_path, lambda: topic.complete(len(expected)) and expected <= topic.distinct(),
                seconds=900,
            )  # fmt: skip
            return runner, peer.tokens

    runner, tokens = asyncio.run(run())
    assert runner.gaps == 0
    assert tokens > 1
    assert 0 < len(topic.letters) <= 2
    assert runner.sessions <= 1 + sum(runner.faults.values()) < 20


def test_one_target_that_is_refused_does_not_hold_up_the_others(tmp_path: Path) -> None:
    topic = Topic()

    async def run() -> Any:
        async with RedditPeer([reddit_comment(n, START // 1000 + n) for n in range(5)], step=5) as peer:
            feed = reddit(peer, subreddits=["private", "test"])
            return await run_until(feed, topic, tmp_path, lambda: len(topic.events) >= 5), feed

    runner, feed = asyncio.run(run())
    assert runner.sessions == 1
    assert feed.failed["denied"] > 0


def test_what_is_deleted_later_is_found_by_asking_again(tmp_path: Path) -> None:
    """Reddit says [deleted] or nothing at all, YouTube nothing; both are asked again for what was kept."""
    reddits, youtubes, now = Topic(), Topic(), int(time.time())
    things = [reddit_comment(n, now - 40 + n) for n in range(4)]
    comments = [comment(n, (now - 40 + n) * 1000) for n in range(3)]

    async def run() -> None:
        async with RedditPeer(things, step=4) as rd, YouTubePeer(comments, step=3) as yt:
            forum, feed = reddit(rd, recheck=0.2), youtube(yt, recheck=0.2)
            await run_until(forum, reddits, tmp_path, lambda: len(reddits.events) >= 4)
            await run_until(feed, youtubes, tmp_path, lambda: len(youtubes.events) >= 3)
            rd.removed.add("t1_1")
            rd.things = rd.things[:0]  # the listing shows them no more; /api/info still knows one
            rd.things = [*things[:2], {**things[2], "author": "[deleted]", "body": "[deleted]"}, things[3]]
            rd.visible = 0
            rd.step = 0
            yt.removed.add("Ugx00000001")
            deleted = ("delete", "reddit://t1_1"), ("delete", "reddit://t1_2")
            again = reddit(rd, recheck=0.2)
            await run_until(again, reddits, tmp_path, lambda: set(deleted) <= reddits.distinct(), settle=0.5)
            gone = ("delete", f"{VIDEO}&lc=Ugx00000001")
            await run_until(
                youtube(yt, recheck=0.2), youtubes, tmp_path, lambda: gone in youtubes.distinct(), settle=0.5
            )

    asyncio.run(run())
    for topic, creates in ((reddits, 4), (youtubes, 3)):
        assert sum(event.action == "create" for event in topic.events) == creates
        deletes = [event for event in topic.events if event.action == "delete"]
        assert len(deletes) == len({event.uri for event in deletes})
        for event in deletes:
            assert topic.partition(event) == topic.partition(topic.one(event.uri))
    liked = [event for event in youtubes.events if event.action == "update"]
    assert {event.counts.like for event in liked if event.counts} == {7}  # asking again refreshes the counts


def test_an_empty_answer_to_asking_again_deletes_nothing(tmp_path: Path) -> None:
    topic, now = Topic(), int(time.time())

    async def run() -> Any:
        async with RedditPeer([reddit_comment(n, now - 40 + n) for n in range(4)], step=4) as peer:
            await run_until(reddit(peer, recheck=0.1), topic, tmp_path, lambda: len(topic.events) >= 4)
            peer.removed = {f"t1_{n}" for n in range(4)}
            store = CursorStore(tmp_path, "reddit")
            store.close()
            feed, done = reddit(peer, recheck=0.1), []
            return await run_until(feed, topic, tmp_path, lambda: bool(done) or done.append(1) or False, settle=0.8)

    runner = asyncio.run(run())
    assert runner.faults["recheck"] > 0
    assert {event.action for event in topic.events} == {"create"}


def test_a_listing_that_does_not_reach_back_is_a_gap(tmp_path: Path) -> None:
    things = [reddit_comment(n, START // 1000 + n) for n in range(4000)]
    topic = Topic()

    async def run() -> Any:
        async with RedditPeer(things, step=1500) as peer:
            return await run_until(reddit(peer), topic, tmp_path, lambda: len(topic.events) >= 2000)

    assert asyncio.run(run()).gaps >= 1


def test_x_loses_no_post_through_cuts_that_its_backfill_covers(tmp_path: Path) -> None:
    lines = [post(n, START + n) for n in range(EVENTS)]
    kinds = ("cut", "garbage", "error", "heartbeat")
    faults = {(5 + 9 * turn) * EVENTS // 100: kinds[turn % 4] for turn in range(10)}
    topic = Topic()

    async def run() -> Any:
        async with XPeer(lines, faults, backfill=5000) as peer:
            peer.refusals.extend([(429, {"retry-after": "0"}), (503, {})])
            runner = await run_until(x(peer), topic, tmp_path, lambda: topic.complete(EVENTS), seconds=900)
            return runner, peer

    runner, peer = asyncio.run(run())
    assert len(topic.distinct()) == EVENTS
    assert list(peer.rules.values()) == ["acme lang:de"]
    assert all("backfill_minutes" in query for query in peer.opened[1:])
    assert runner.sessions <= 1 + sum(runner.faults.values())


def test_x_thins_out_aloud_when_its_budget_runs_low(tmp_path: Path) -> None:
    lines = [post(n, START + n) for n in range(2000)]
    topic = Topic()

    async def run() -> Any:
        async with XPeer(lines, {1000: "heartbeat"}) as peer:
            feed = x(peer, budget=2100, thin_at=0.5)
            runner = await run_until(feed, topic, tmp_path, lambda: len(topic.distinct()) >= 2000, settle=0.3)
            return runner, list(peer.rules.values()), feed.quota_left

    runner, rules, left = asyncio.run(run())
    assert rules[0].startswith("(acme lang:de) sample:1")
    assert runner.gaps >= 1
    assert left < 1050
    store = CursorStore(tmp_path, "x")
    assert "budget_sampling" in {gap.reason for _, gap in store.gaps()}
    store.close()


def test_x_asks_for_everything_again_when_the_month_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    topic = Topic()

    async def run() -> dict[str, str]:
        async with XPeer([post(n, START + n) for n in range(400)], {200: "heartbeat"}, backfill=0) as peer:
            await run_until(
                x(peer, budget=150), topic, tmp_path, lambda: any("sample:1" in v for v in peer.rules.values())
            )
            monkeypatch.setattr("streams.sources.x.month", lambda: "2099-01")
            peer.lines += [json.dumps(post(n, START + n)).encode() for n in range(400, 450)]
            await run_until(x(peer, budget=5000), topic, tmp_path, lambda: "acme lang:de" in peer.rules.values())
            return peer.rules

    assert list(asyncio.run(run()).values()) == ["acme lang:de"]


def test_a_rule_that_x_does_not_understand_is_said(tmp_path: Path) -> None:
    async def run() -> tuple[str, int]:
        async with XPeer([]) as peer:
            peer.bad_rule = "acme lang:de"
            (finding,) = await x(peer).check()
            runner = await run_until(x(peer), Topic(), tmp_path, lambda: peer.requests > 6)
            return finding.text, runner.faults["rules"]

    words, faults = asyncio.run(run())
    assert "refuses the rule 'acme lang:de': Reference to invalid operator" in words
    assert faults > 0


def test_a_long_post_of_x_is_read_to_its_end(tmp_path: Path) -> None:
    async def run() -> Any:
        async with XPeer([]) as peer:
            whole = "lang " * 100 + "#Werbung"
            note = {"text": whole, "entities": {"hashtags": [{"tag": "Werbung"}]}}
            return x(peer).normalise(
                json.dumps(post(1, START, whole[:277] + "…", note_tweet=note)).encode(), START
            ), whole

    event, whole = asyncio.run(run())
    assert (event.text, event.hashtags, event.paid) == (whole, ("Werbung",), "yes")


def test_a_used_up_quota_is_a_gap_and_not_silence(tmp_path: Path) -> None:
    topic = Topic()
    comments = [comment(n, START + n * 1000) for n in range(500)]

    async def run() -> Any:
        async with YouTubePeer(comments, step=50) as peer:
            feed = youtube(peer, quota=3)
            runner = await run_until(
                feed,
                topic,
                tmp_path,
                lambda: feed.quota_left == 0 and bool(runner_gaps(tmp_path)),
                settle=0.5,  # the gap is written down first, the fault counted after it
            )
            return runner, peer.requests

    runner, requests = asyncio.run(run())
    assert requests == 3
    assert runner.faults["quota"] == 1


def runner_gaps(folder: Path) -> int:
    store = CursorStore(folder, "yt")
    try:
        return store.gap_count()
    finally:
        store.close()


def test_wrong_credentials_are_explained_in_words_without_being_shown() -> None:
    async def run() -> list[str]:
        async with YouTubePeer([]) as yt, RedditPeer([]) as rd, XPeer([]) as xp:
            feeds = [
                youtube(yt, key="wrong-key-987654"),
                reddit(rd, "wrong-secret-987654"),
                x(xp, token="wrong-token-987654"),
            ]
            return [finding.text for feed in feeds for finding in await feed.check() if not finding.ok]

    words = asyncio.run(run())
    assert len(words) == 4
    assert "API key is refused" in words[0]
    assert all("token is wrong or has expired" in text for text in words[1:])
    assert "987654" not in json.dumps(words)


def test_answers_edits_and_deletions_are_read() -> None:
    async def run() -> list[Any]:
        async with YouTubePeer([]) as yt, RedditPeer([]) as rd, XPeer([]) as xp:
            now = int(time.time() * 1000)
            feed, forum, stream = youtube(yt), reddit(rd), x(xp)
            reply = comment(2, START, parentId="Ugx00000001")
            reply["video"] = "vid1"
            things = [
                reddit_comment(1, START // 1000),
                reddit_comment(2, START // 1000, parent_id="t1_1"),
                reddit_comment(1, START // 1000, "neu", edited=START / 1000 + 9),
                reddit_comment(2, START // 1000, "[deleted]", author="[deleted]", author_fullname=""),
            ]
            first = "1900000000000000001"
            lines = [
                post(1, START),
                post(2, START, "besser", edit_history_tweet_ids=[first, "1900000000000000002"]),
                post(3, START, "ja", conversation_id=first, referenced_tweets=[{"type": "replied_to", "id": first}]),
                post(4, START, "RT", referenced_tweets=[{"type": "retweeted", "id": first}]),
            ]
            return [
                feed.normalise(json.dumps(reply).encode(), now),
                *(forum.normalise(json.dumps(thing).encode(), now) for thing in things),
                *(stream.normalise(json.dumps(line).encode(), now) for line in lines),
            ]

    answer, one, two, edited, gone, tweet, changed, replied, shared = asyncio.run(run())
    assert (answer.parent_uri, answer.root_uri) == (f"{VIDEO}&lc=Ugx00000001", VIDEO)
    assert (two.parent_uri, two.root_uri) == ("reddit://t1_1", "reddit://t3_post1")
    assert (edited.action, edited.uri, edited.text) == ("update", one.uri, "neu")
    assert (gone.action, gone.uri, gone.root_uri) == ("delete", two.uri, two.root_uri)
    assert (changed.action, changed.uri, changed.text) == ("update", tweet.uri, "besser")
    assert (replied.parent_uri, replied.root_uri) == (tweet.uri, tweet.uri)
    assert (shared.action, shared.repost_uri) == ("repost", tweet.uri)


def test_an_edit_of_a_post_that_no_rule_matched_before_is_the_post_and_outlives_the_older_text() -> None:
    """As an edit it would wait for a post that X never sends."""

    async def run() -> list[Any]:
        async with XPeer([]) as xp:
            now, stream = int(time.time() * 1000), x(xp)
            first = "1900000000000000001"
            lines = [
                post(2, START + 60_000, "jetzt mit acme", edit_history_tweet_ids=[first, "1900000000000000002"]),
                post(3, START + 90_000, "acme, besser", edit_history_tweet_ids=[first, "1900000000000000002", "1900000000000000003"]),
            ]  # fmt: skip
            return [stream.normalise(json.dumps(line).encode(), now) for line in lines]

    appeared, again = asyncio.run(run())
    assert (appeared.action, appeared.uri[-1], appeared.text) == ("create", "1", "jetzt mit acme")
    assert (again.action, again.uri, again.revision > appeared.revision > 0) == ("update", appeared.uri, True)
