"""Dead letters are sent again by whoever can read them: files, workers, and the sources that received them."""

from __future__ import annotations

import json
from typing import Any

from schemas.dead_letter import DeadLetter, dead_letter
from streams.kafka.producer import EventProducer
from streams.resend import _Resender
from streams.sources.jetstream import JetstreamSource
from streams.sources.portable import PortableReader
from tests.peers.jetstream import POST, commit, iso
from tests.sources.support import KEY, MATCHER, Topic, shaper

US = 1_790_000_000_000_000


def letter(payload: Any, origin: str, stage: str = "source") -> DeadLetter:
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return dead_letter("text: was refused once", raw, at=1, stage=stage, origin=origin)


def resent(letters: list[DeadLetter], *, sources: bool = True) -> tuple[_Resender, Topic]:
    topic = Topic()
    producer: EventProducer = topic.producer()  # type: ignore[assignment]
    feed = JetstreamSource("bluesky", ["ws://127.0.0.1:1"], shaper("bluesky", keep="brands"))
    resender = _Resender(PortableReader(KEY, MATCHER), {"bluesky": feed} if sources else {})
    resender.send(letters, producer)
    return resender, topic


FRAME = commit("did:plc:a", US, "create", POST, "3ka", {"text": "Acme!", "createdAt": iso(US)})
OTHER = commit("did:plc:a", US, "create", POST, "3kb", {"text": "schönes Wetter", "createdAt": iso(US)})
PORTABLE = {"uri": "https://a.example/1", "author": {"handle": "u"}, "text": "t", "created_at": "2026-01-01T00:00:00Z"}


def test_a_feeds_letter_is_read_by_its_source() -> None:
    resender, topic = resent([letter(FRAME, "bluesky:0123456789abcdef"), letter(OTHER, "bluesky:0123456789abcdee")])
    assert [event.uri for event in topic.events] == [f"at://did:plc:a/{POST}/3ka"]
    assert (len(resender.sent), len(resender.dropped), len(resender.again)) == (1, 1, 0)


def test_without_its_source_a_feeds_letter_is_left_as_it_is() -> None:
    resender, topic = resent([letter(FRAME, "bluesky:0123456789abcdef")], sources=False)
    assert not topic.events
    assert (len(resender.foreign), len(resender.again)) == (1, 0)


def test_a_files_letter_and_a_workers_letter_are_read_as_what_they_are() -> None:
    event = {"event_id": 5, "source": "x", "uri": "u", "created_at": US // 1000, "text": "t", "author_id": 1}
    broken = {**event, "created_at": 5}
    letters = [letter(PORTABLE, "posts.jsonl:7"), letter(event, "", "decode"), letter(broken, "", "decode")]
    resender, topic = resent([*letters, letter(b"{half", "posts.jsonl:8")])
    assert [event.uri for event in topic.events] == ["https://a.example/1", "u"]
    assert [refused.reason.partition(":")[0] for refused in resender.again] == ["created_at", "json"]
    assert resender.again[0].letter_id == letters[2].letter_id


def test_the_events_of_a_pack_are_sent_and_the_bad_one_stays_as_a_letter_of_its_own() -> None:
    event = {"event_id": 5, "source": "x", "uri": "u", "created_at": US // 1000, "text": "t", "author_id": 1}
    pack = letter([event, {**event, "uri": "v", "created_at": 5}, {**event, "uri": "w"}], "", "process")
    resender, topic = resent([pack])
    assert [event.uri for event in topic.events] == ["u", "w"]
    assert resender.sent == [pack]
    (bad,) = resender.again
    assert (bad.index, json.loads(bad.payload())["uri"]) == (1, "v")
    again, _ = resent([bad])
    assert (again.sent, [refused.letter_id for refused in again.again]) == ([], [bad.letter_id])
