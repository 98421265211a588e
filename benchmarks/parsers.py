"""Throughput of each source's parser: events per CPU-second, from the bytes of the feed to a SocialEvent.

Usage: python benchmarks/parsers.py [--events 20000]. CPU time, not wall time: it holds on a busy machine too. "all" builds
an event of everything, "brands" drops what concerns no brand, which is how live feeds are read.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import httpx

from streams.sources.feeds import parse as parse_feed
from streams.sources.jetstream_frames import decode_v1, decode_v2
from streams.sources.jetstream_records import RecordReader
from streams.sources.keys import KeyMap
from streams.sources.mastodon_records import StatusReader
from streams.sources.meta import ChangeReader, split
from streams.sources.net import Fetched
from streams.sources.portable import PortableReader, portable_event
from streams.sources.reddit import RedditSource
from streams.sources.x import XSource
from streams.sources.youtube import YouTubeSource
from tests.peers.jetstream import LIKE, POST, as_v2, commit, iso
from tests.peers.listings import comment, reddit_comment
from tests.peers.mastodon import status
from tests.peers.x import post as x_post
from tests.sources.support import KEY, MATCHER, shaper
from tests.sources.test_feeds import item as rss_item
from tests.sources.test_feeds import rss

START = 1_790_000_000_000
Parse = Callable[[bytes], Any]


def network(events: int) -> list[dict[str, Any]]:
    """The public network's mix: six likes to four posts, half of the posts answers, a tenth with mention, tag and emoji."""
    frames = []
    for n in range(events):
        us = START * 1000 + n * 500
        record: dict[str, Any] = {"createdAt": iso(us)}
        if n % 10 < 6:
            record["subject"] = {
                "cid": "bafyrei" + "a" * 52,
                "uri": f"at://did:plc:{n % 97:024d}/{POST}/3k{n % 97:011d}",
            }
            frames.append(commit(f"did:plc:{n % 997:024d}", us, "create", LIKE, f"3k{n:011d}", record))
            continue
        record |= {
            "langs": ["en"],
            "text": "A post about something else entirely, with a few more words in it than that.",
        }
        if n % 2:
            ref = {"cid": "bafyrei" + "a" * 52, "uri": f"at://did:plc:{n % 97:024d}/{POST}/3k{n % 97:011d}"}
            record["reply"] = {"root": ref, "parent": ref}
        if n % 10 == 9:
            text = record["text"] = "🎉 Acme hat geliefert, danke @acme.example! #Werbung"
            at = len(text[: text.index("@")].encode())
            record["facets"] = [
                {
                    "index": {"byteStart": at, "byteEnd": at + 13},
                    "features": [{"$type": "#mention", "did": "did:plc:acme"}],
                },
                {
                    "index": {"byteStart": at + 15, "byteEnd": at + 23},
                    "features": [{"$type": "#tag", "tag": "Werbung"}],
                },
            ]
        frames.append(commit(f"did:plc:{n % 997:024d}", us, "create", POST, f"3k{n:011d}", record))
    return frames


def encoded(values: list[Any]) -> list[bytes]:
    return [json.dumps(value, ensure_ascii=False).encode() for value in values]


def measure(name: str, items: list[bytes], parse: Parse) -> None:
    """Print one line. The first tenth warms up."""
    for item in items[: len(items) // 10]:
        parse(item)
    started = time.process_time()
    kept = sum(parse(item) is not None for item in items)
    spent = time.process_time() - started
    print(f"{name:32} {len(items) / spent:10,.0f} events per CPU-second   {kept:7} of {len(items)} kept")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    events = parser.parse_args().events
    now = START + 10**9
    frames = network(events)
    v1, v2 = encoded(frames), encoded([as_v2(frame, n) for n, frame in enumerate(frames)])
    for keep in ("all", "brands"):
        reader = RecordReader(shaper("bluesky", keep=keep), KeyMap(), Counter(), {})  # type: ignore[arg-type]
        measure(f"jetstream v1, keep {keep}", v1, lambda item, r=reader: r.read(decode_v1(item), now))  # type: ignore[misc]
        measure(f"jetstream v2, keep {keep}", v2, lambda item, r=reader: r.read(decode_v2(item), now))  # type: ignore[misc]
    posts = [item for item in v1 if b'"app.bsky.feed.post", "rkey"' in item]
    reader = RecordReader(shaper("bluesky"), KeyMap(), Counter(), {})
    measure("jetstream v1, posts only", posts, lambda item: reader.read(decode_v1(item), now))
    for keep in ("all", "brands"):
        statuses = StatusReader("social.example", shaper("mastodon", keep=keep), KeyMap(), Counter())  # type: ignore[arg-type]
        text = "<p>Ein Beitrag mit <a href='https://a.example'>https://a.example</a> und <b>mehr</b></p><p>#acme</p>"
        items = [b"update\n" + item for item in encoded([status(n, START + n, text) for n in range(events)])]
        measure(f"mastodon, keep {keep}", items, lambda item, s=statuses: s.read(item, now))  # type: ignore[misc]
    change = {
        "item": "comment",
        "verb": "add",
        "post_id": "1_5",
        "message": "Wo bleibt mein Paket?",
        "from": {"id": "7"},
    }
    body = json.dumps({"object": "page", "entry": [{"id": "1", "time": START // 1000, "changes": [
        {"field": "feed", "value": {**change, "comment_id": f"5_{n}"}} for n in range(events)]}]})  # fmt: skip
    changes = ChangeReader({"page": shaper("facebook")}, KeyMap(), Counter())
    measure("webhook, meta", split(body.encode(), START / 1000), lambda item: changes.read(item, now))
    portable, keys = PortableReader(KEY, MATCHER), KeyMap()
    lines = encoded([
        {"uri": f"u:{n}", "author": {"handle": f"u{n % 99}"}, "text": "Ein Text #acme", "created_at": "2026-01-01T00:00:00Z"}
        for n in range(events)
    ])  # fmt: skip
    measure("webhook events, JSON Lines", lines, lambda item: portable_event(portable, keys, item, now))
    forum = RedditSource("r", ["t"], "c", "s", shaper("reddit"))
    measure(
        "reddit", encoded([reddit_comment(n, START // 1000) for n in range(events)]), lambda i: forum.normalise(i, now)
    )
    stream = XSource("x", "t", ["acme"], shaper("x"), budget=1)
    measure("x", encoded([x_post(n, START + n) for n in range(events)]), lambda item: stream.normalise(item, now))
    body_rss = rss([rss_item(n) for n in range(50)]).encode()
    answer = Fetched(
        200, httpx.Headers({"content-type": "application/rss+xml"}), body_rss, "https://blog.example/feed.xml"
    )
    started = time.process_time()
    entries = sum(len(parse_feed("https://blog.example/feed.xml", answer)) for _ in range(max(1, events // 1000)))
    print(f"{'rss (feedparser)':32} {entries / (time.process_time() - started):10,.0f} events per CPU-second")
    video = YouTubeSource("y", ["v"], "k", shaper("youtube"))
    measure("youtube", encoded([comment(n, START + n) for n in range(events)]), lambda item: video.normalise(item, now))


if __name__ == "__main__":
    main()
