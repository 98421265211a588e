"""Bluesky: 100,000 events through every fault, what a server may do with a cursor, and every kind of frame."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from streams.sources.jetstream import JetstreamSource
from tests.peers.jetstream import LIKE, POST, JetstreamPeer, commit, iso
from tests.sources.support import EVENTS, Topic, run_until, shaper

START = 1_790_000_000_000_000


def post(number: int, text: str = "", **record: Any) -> dict[str, Any]:
    us = START + number * 500
    body = {"text": text or f"post number {number}", "createdAt": iso(us - 2_000_000), "langs": ["en"], **record}
    return commit(f"did:plc:author{number % 1000}", us, "create", POST, f"3k{number:011d}", body)


def uri(number: int) -> str:
    return f"at://did:plc:author{number % 1000}/{POST}/3k{number:011d}"


def source(peer: JetstreamPeer, **options: Any) -> JetstreamSource:
    options.setdefault("rewind", 0.05)
    keep = options.pop("keep", "all")
    return JetstreamSource(
        "bluesky", [peer.url], shaper("bluesky", keep=keep), version=peer.version, allow_private=True, **options
    )


FAULTS = ("cut", "close", "garbage", "truncated", "unknown", "drift", "duplicate", "reorder", "pause")


@pytest.mark.parametrize("version", [1, 2])
def test_no_event_is_lost_through_a_hundred_thousand_and_every_fault(version: int, tmp_path: Path) -> None:
    number = EVENTS
    faults = {(3 + 4 * turn) * number // 100 + 1: FAULTS[turn % len(FAULTS)] for turn in range(24)}
    if version == 2:
        faults = {at: "pause" if fault == "reorder" else fault for at, fault in faults.items()}  # v2 promises the order
    bad = sum(fault in ("garbage", "truncated", "drift") for fault in faults.values())
    cuts = sum(fault in ("cut", "close") for fault in faults.values())
    topic = Topic(fail_at={3, 6})

    async def run() -> Any:
        async with JetstreamPeer([post(n) for n in range(number)], version=version, faults=faults) as peer:
            peer.refusals.extend([(429, {"retry-after": "0"}), (500, {}), (401, {})])
            feed = source(peer)
            return await run_until(
                feed,
                topic,
                tmp_path,
                lambda: len(topic.events) >= number and len(topic.distinct()) >= number,
                settle=0.3,
                seconds=120,
            ), feed

    runner, feed = asyncio.run(run())
    expected = {("create", uri(n)) for n in range(number)}
    assert topic.distinct() == expected
    assert len({event.event_id for event in topic.events}) == number
    assert (
        0 < len(topic.letters) <= bad
    )  # a letter may be lost with the batch that Kafka refused: it is not in the history
    assert runner.gaps == 0
    assert (
        runner.sessions == 1 + sum(runner.faults.values()) <= 1 + cuts + 3 + 2
    )  # a cut, a refusal, a Kafka failure each
    assert len(topic.events) - number < 20_000  # repeats are bounded, and one row downstream
    assert feed.dropped["unknown_kind"] == sum(fault == "unknown" for fault in faults.values())
