"""YouTube, Reddit and X: 100,000 items through errors, budgets that run out aloud, and what their items mean."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

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
    options = {"quota": 100_000, "interval": 0.01, "max_pages": 100, **options}
    key = options.pop("key", peer.key)
    return YouTubeSource("yt", ["vid1"], key, shaper("youtube"), api=peer.url, allow_private=True, **options)


def reddit(peer: RedditPeer, secret: str = "client-secret-1") -> RedditSource:
    return RedditSource(
        "reddit",
        ["test"],
        "client",
        secret,
        shaper("reddit"),
        site=peer.url,
        api=peer.url,
        interval=0.01,
        allow_private=True,
    )


def x(peer: XPeer, **options: Any) -> XSource:
    options = {"budget": 10_000_000, "backfill": 5, "token": peer.token, **options}
    token = options.pop("token")
    return XSource("x", token, ["acme lang:de"], shaper("x"), api=peer.url, allow_private=True, **options)


def test_youtube_loses_no_comment_through_errors_and_kafka_failures(tmp_path: Path) -> None:
    comments = [comment(n, START + n * 1000) for n in range(EVENTS)]
    comments[EVENTS // 2] = {"broken": True, "id": "x"}
    topic = Topic(fail_at={3, 8})
    step = max(100, EVENTS // 25)
    # The first visit takes the newest page: a source starts from now, not from the beginning.
    expected = {("create", f"{VIDEO}&lc=Ugx{n:08d}") for n in range(step - 100, EVENTS) if n != EVENTS // 2}

    async def run() -> Any:
        async with YouTubePeer(comments, step=step) as peer:
            feed = youtube(peer)
            peer.refusals.extend([(500, {}), (429, {"retry-after": "0"})])
            return await run_until(
                feed,
                topic,
                tmp_path,
                lambda: topic.complete(len(expected)) and expected <= topic.distinct(),
                seconds=250,
            )

    runner = asyncio.run(run())
    assert len(topic.distinct() - expected) < 300  # five minutes before the start are looked at again
    assert runner.gaps == 0
    assert len(topic.letters) == 1


def test_reddit_loses_no_comment_while_tokens_expire(tmp_path: Path) -> None:
    number = EVENTS // 2
    things = [reddit_comment(n, START // 1000 + n) for n in range(number)]
    topic = Topic(fail_at={4})
    expected = {("create", f"reddit://t1_{base36(n)}") for n in range(500, number)}

    async def run() -> Any:
        async with RedditPeer(things, step=450, token_uses=max(12, EVENTS // 1000)) as peer:
            peer.refusals.extend([(503, {})])
            runner = await run_until(
                reddit(peer),
                topic,
                tmp_path,
                lambda: topic.complete(len(expected)) and expected <= topic.distinct(),
                seconds=250,
            )
            return runner, peer.tokens

    runner, tokens = asyncio.run(run())
    assert runner.gaps == 0
    assert tokens > 1


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
            runner = await run_until(x(peer), topic, tmp_path, lambda: topic.complete(EVENTS), seconds=250)
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


def test_a_used_up_quota_is_a_gap_and_not_silence(tmp_path: Path) -> None:
    topic = Topic()
    comments = [comment(n, START + n * 1000) for n in range(500)]

    async def run() -> Any:
        async with YouTubePeer(comments, step=50) as peer:
            feed = youtube(peer, quota=3)
            runner = await run_until(
                feed, topic, tmp_path, lambda: feed.quota_left == 0 and bool(runner_gaps(tmp_path))
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
