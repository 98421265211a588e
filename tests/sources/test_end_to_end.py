"""From a feed to the store: what comes twice is one row, and a conversation comes out right whatever happens to it."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from schemas.social_event import conversation_key
from schemas.topics import EVENTS as TOPIC
from streams.decode import Message
from streams.kafka.producer import EventProducer, partition_of
from streams.pipeline import Pipeline
from streams.runtime import Runtime
from streams.settings import load_settings
from streams.sources.build import build_sources, run_sources
from streams.sources.config import parse_sources
from streams.sources.jetstream_frames import decode_v1
from streams.sources.jetstream_records import RecordReader
from streams.sources.keys import KeyMap
from streams.store import Store
from tests.peers.jetstream import LIKE, POST, JetstreamPeer, commit, iso
from tests.sources.support import BRANDS, EVENTS, MATCHER, shaper
from tests.sources.test_jetstream import post

US = 1_790_000_000_000_000


def test_what_a_feed_repeats_after_its_faults_is_one_row_in_the_store(tmp_path: Path) -> None:
    """A real broker and a real worker, wired as `resonanz up` does it."""
    number = min(EVENTS, 20_000)
    faults = {
        number * place // 10: kind for place, kind in ((2, "cut"), (4, "duplicate"), (6, "close"), (8, "reorder"))
    }
    settings = load_settings(home=tmp_path, model="off", author_key="k" * 32, metrics_port=0)

    async def run() -> tuple[int, int, int]:
        async with (
            Runtime(settings, BRANDS) as runtime,
            JetstreamPeer([post(n) for n in range(number)], faults=faults) as peer,
        ):
            entry = {
                "name": "bluesky",
                "kind": "jetstream",
                "urls": [peer.url],
                "keep": "all",
                "allow_private": True,
                "resolver": "",
                "rewind": 1.0,
            }
            sources = build_sources(parse_sources({"sources": [entry]}, "test", {}), settings, runtime.matcher)
            stop = asyncio.Event()
            producers: list[EventProducer] = []

            def producer() -> EventProducer:
                producers.append(EventProducer(settings, runtime.bootstrap, runtime.partitions))
                return producers[-1]

            task = asyncio.create_task(run_sources(sources, producer, stop))
            query = "SELECT count() FROM events FINAL"
            while (await asyncio.to_thread(runtime.store.query, query)).rows[0][0] < number:
                runtime.check()
                await asyncio.sleep(0.2)
            await asyncio.sleep(1)
            stop.set()
            (runner,) = await task
            for made in producers:
                await runtime.reached(made.ends())
            rows = (await asyncio.to_thread(runtime.store.query, query)).rows[0][0]
            return rows, runner.sent, runner.gaps

    rows, sent, gaps = asyncio.run(asyncio.wait_for(run(), 250))
    assert rows == number
    assert sent >= number
    assert gaps == 0


def conversation_frames() -> dict[str, dict[str, Any]]:
    root = f"at://did:plc:anna/{POST}/3kroot"
    reply = f"at://did:plc:acme/{POST}/3kreply"
    to_root = {"root": {"uri": root, "cid": "x"}, "parent": {"uri": root, "cid": "x"}}
    to_reply = {"root": {"uri": root, "cid": "x"}, "parent": {"uri": reply, "cid": "x"}}
    quoted = {"$type": "app.bsky.embed.record", "record": {"uri": root, "cid": "x"}}

    def frame(second: int, who: str, operation: str, rkey: str, text: str = "", **record: Any) -> dict[str, Any]:
        us = US + second * 1_000_000
        body = None if operation == "delete" else {"text": text, "createdAt": iso(us), **record}
        return commit(f"did:plc:{who}", us, operation, POST, rkey, body)

    return {
        "root": frame(0, "anna", "create", "3kroot", "Acme, wo bleibt mein Paket?"),
        "reply": frame(60, "acme", "create", "3kreply", "Wir sehen nach.", reply=to_root),
        "edited": frame(70, "acme", "update", "3kreply", "Es kommt morgen.", reply=to_root),
        "noise": frame(80, "troll", "create", "3ktroll", "acme lügt", reply=to_root),
        "thanks": frame(90, "anna", "create", "3kthanks", "Danke!", reply=to_reply),
        "removed": frame(95, "troll", "delete", "3ktroll"),
        "quote": frame(99, "ben", "create", "3kquote", "So geht Acme mit Kunden um", embed=quoted),
        "like": commit(
            "did:plc:ben", US + 99, "create", LIKE, "3kl", {"createdAt": iso(US), "subject": {"uri": root, "cid": "x"}}
        ),
    }


def play(store: Store, order: list[str]) -> None:
    """Run the frames in this order through parser and pipeline, each in a batch of its own."""
    reader = RecordReader(shaper("bluesky"), KeyMap(), Counter(), {"did:plc:acme": "acme.example"})
    now = US // 1000 + 120_000
    pipeline = Pipeline(store, MATCHER, None, clock=lambda: now)
    frames, offsets = conversation_frames(), [0] * 3

    def run(partition: int, event: Any) -> None:
        value = msgspec.json.encode(event)
        batch = pipeline.prepare([Message(TOPIC, partition, offsets[partition], value)])
        pipeline.store(batch)
        offsets[partition] += 1
        for target, forwarded in batch.forwards:
            run(target, forwarded)

    for name in order:
        event = reader.read(decode_v1(msgspec.json.encode(frames[name])), now)
        assert event is not None
        run(partition_of(conversation_key(event), 3), event)


def test_a_conversation_with_edit_delete_late_parent_and_quote_comes_out_right(store: Store) -> None:
    for order in (
        ["root", "reply", "edited", "noise", "thanks", "removed", "quote", "like"],
        [
            "thanks",
            "noise",
            "reply",
            "quote",
            "removed",
            "root",
            "edited",
            "like",
        ],  # the answers come before the question
    ):
        for table in ("events", "conversations", "brand_minute", "amendments"):
            store.execute(f"TRUNCATE TABLE {table}")
        play(store, order)
        talks = store.query(
            "SELECT root_uri, posts, deleted, brand_posts, customer_posts, authors, root_known, last_by, "
            "toUnixTimestamp64Milli(first_reply_at) - toUnixTimestamp64Milli(first_asked_at) "
            "FROM conversations FINAL WHERE posts > 0 ORDER BY started_at"
        ).rows
        root = f"at://did:plc:anna/{POST}/3kroot"
        by_root = {row[0]: tuple(row[1:]) for row in talks}
        assert set(by_root) == {root, f"at://did:plc:ben/{POST}/3kquote"}
        posts, deleted, brand, customers, authors, known, last, waited = by_root[root]
        assert (posts, deleted, brand, customers, known, waited) == (3, 1, 1, 2, 1, 60_000), by_root[root]
        assert (authors, last) == (2, "public")
        text = store.query("SELECT text FROM events FINAL WHERE uri LIKE '%3kreply' AND NOT deleted").rows
        assert text == [("Es kommt morgen.",)] or [tuple(row) for row in text] == [("Es kommt morgen.",)]
        gone = store.query("SELECT text, deleted FROM events FINAL WHERE uri LIKE '%3ktroll'").rows
        assert [tuple(row) for row in gone] == [("", 1)]
        quoting = store.query("SELECT quote_uri FROM events FINAL WHERE uri LIKE '%3kquote'").rows
        assert quoting[0][0] == root
