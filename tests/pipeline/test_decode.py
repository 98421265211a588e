"""A message holds one event or a pack; a bad event never hides its neighbours and names the field at fault."""

from __future__ import annotations

import time

import msgspec
import pytest

from schemas.social_event import Counts, SocialEvent
from schemas.topics import EVENTS
from streams.decode import Message, decode, halves
from tests.pipeline.support import NOW


def event(number: int, **changes: object) -> SocialEvent:
    values = {
        "event_id": number,
        "source": "x",
        "uri": f"u{number}",
        "created_at": NOW,
        "author_id": 1,
        "text": "hello",
        **changes,
    }
    return SocialEvent(**values)  # type: ignore[arg-type]


def message(value: bytes, offset: int = 7) -> Message:
    return Message(EVENTS, 2, offset, value)


def test_single_object_and_pack_are_both_read() -> None:
    one, pack = msgspec.json.encode(event(1)), msgspec.json.encode([event(2), event(3)])
    decoded = decode([message(one, 7), message(pack, 8)], NOW)
    assert [(p.event.event_id, p.offset, p.index) for p in decoded.events] == [(1, 7, 0), (2, 8, 0), (3, 8, 1)]
    assert not decoded.refused


def test_bad_event_in_a_pack_leaves_its_neighbours_alone() -> None:
    good = msgspec.json.encode(event(1)), msgspec.json.encode(event(2))
    bad = b'{"event_id": 3, "source": "x", "uri": 5, "created_at": 1}'
    decoded = decode([message(b"[" + b",".join([good[0], bad, good[1]]) + b"]")], NOW)
    assert [p.event.event_id for p in decoded.events] == [1, 2]
    assert [p.index for p in decoded.events] == [0, 2]
    (letter,) = decoded.refused
    assert letter.reason.startswith("uri:")
    assert letter.payload() == bad
    assert (letter.topic, letter.partition, letter.offset, letter.index) == (EVENTS, 2, 7, 1)


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (b"", "json"),
        (b"garbage", "json"),
        (b"\xff\xfe", "json"),
        (b"[" * 1_000_000, "event"),
        (b"{}", "event_id"),
        (b"[1]", "event"),
        (msgspec.json.encode(event(1, uri="")), "uri"),
        (msgspec.json.encode(event(1, created_at=0)), "created_at"),
        (msgspec.json.encode(event(1, created_at=4_070_908_800_000)), "created_at"),
        (msgspec.json.encode(event(1, text="a\x00b")), "text"),
        (msgspec.json.encode(event(1, text="x" * 100_001)), "text"),
        (msgspec.json.encode(event(1, author_id=0)), "author_id"),
        (msgspec.json.encode(event(1, parent_uri="u1")), "parent_uri"),
        (msgspec.json.encode(event(1, action="like")), "parent_uri"),
        (msgspec.json.encode(event(1, received_at=1)), "received_at"),
        (msgspec.json.encode(event(1, received_at=4_070_908_800_000, created_at=4_070_908_800_000)), "created_at"),
        (msgspec.json.encode(event(1, observed_at=-5)), "observed_at"),
        (msgspec.json.encode(event(1, counts_at=1 << 60)), "counts_at"),
        (msgspec.json.encode(event(1, deleted_at=4_070_908_800_000)), "deleted_at"),
        (msgspec.json.encode(event(1, action="like", parent_uri="u", counts=Counts(like=-1))), "counts.like"),
        (msgspec.json.encode(event(1, followers=-1)), "followers"),
        (msgspec.json.encode(event(1, source="s" * 300)), "source"),
        (msgspec.json.encode(event(1, root_uri="u" * 3000)), "root_uri"),
        (msgspec.json.encode(event(1, url="a\x00b")), "url"),
        (msgspec.json.encode(event(1, hashtags=("t" * 3000,))), "hashtags"),
        (msgspec.json.encode(event(1, links=("l",) * 300)), "links"),
        (msgspec.json.encode(event(1)).replace(b'"hello"', b'"\\ud800"'), "json"),
        (msgspec.json.encode(event(1)).replace(b'"author_id":1', b'"author_id":-4'), "author_id"),
    ],
)  # fmt: skip
def test_garbage_names_the_field_and_keeps_the_bytes(value: bytes, field: str) -> None:
    decoded = decode([message(value)], NOW)
    assert not decoded.events
    (letter,) = decoded.refused
    assert letter.reason.partition(":")[0] == field
    assert letter.payload() in (value, value[1:-1])


def test_long_but_possible_fields_are_read() -> None:
    long = event(1, links=tuple("https://x.example/" + "l" * 300 for _ in range(50)), url="https://x/" + "u" * 1500)
    decoded = decode([message(msgspec.json.encode(long))], NOW)
    assert len(decoded.events) == 1


def test_a_pack_behind_white_space_is_a_pack() -> None:
    assert len(decode([message(b"\n " + msgspec.json.encode([event(1), event(2)]))], NOW).events) == 2


@pytest.mark.parametrize(
    "bad",
    [
        b'"\\ud800"',
        b'"a\x01b"',
        b"NaN",
        b"1e999",
        b'"\xff"',
        b"[" * 5000 + b"]" * 5000,
        b'"],{[\\"\\ud800"',
        b'{"a":[1,{"b":"\\udc00"}]}',
    ],
)
def test_an_event_that_is_no_json_hides_none_of_its_pack(bad: bytes) -> None:
    """Programs in other languages escape half surrogates, and then the pack as a whole is no JSON."""
    broken = msgspec.json.encode(event(2)).replace(b'"hello"', bad)
    pack = b"[" + b",".join([msgspec.json.encode(event(1)), broken, msgspec.json.encode(event(3))]) + b" ]\n"
    decoded = decode([message(pack)], NOW)
    assert [(placed.event.uri, placed.index) for placed in decoded.events] == [("u1", 0), ("u3", 2)]
    (letter,) = decoded.refused
    assert (letter.index, letter.payload()) == (1, broken)


@pytest.mark.parametrize("end", [b"", b",", b',{"uri":"u', b"] x", b"]]"])
def test_a_pack_that_was_cut_off_gives_what_is_whole(end: bytes) -> None:
    pack = b"[" + msgspec.json.encode(event(1)) + b"," + msgspec.json.encode(event(2)) + end
    decoded = decode([message(pack)], NOW)
    assert [placed.event.uri for placed in decoded.events] == ["u1", "u2"]


def test_a_pack_of_nothing_but_bad_events_is_refused_in_time() -> None:
    """Cutting the pack anew for each of its events would take hours here."""
    pack = msgspec.json.encode([event(n, uri="") for n in range(60_000)])
    started = time.process_time()
    decoded = decode([message(pack)], NOW)
    assert len(decoded.refused) == 60_000
    assert decoded.refused[4711].payload() == msgspec.json.encode(event(4711, uri=""))
    assert time.process_time() - started < 20


def test_a_letter_written_twice_has_one_id() -> None:
    first, second = (decode([message(b"garbage")], NOW + n).refused[0] for n in (0, 1))
    assert first.letter_id == second.letter_id
    assert decode([message(b"garbage", offset=8)], NOW).refused[0].letter_id != first.letter_id


def test_halving_a_pack_ends_with_each_event_alone_and_in_its_place() -> None:
    events = [event(n) if n % 3 else event(n, uri="") for n in range(7)]
    waiting, alone = [message(msgspec.json.encode(events))], []
    while waiting:
        parts = halves(waiting.pop())
        (waiting if len(parts) > 1 else alone).extend(parts)
    decoded = decode(sorted(alone, key=lambda part: part.first), NOW)
    assert [(placed.event.event_id, placed.index) for placed in decoded.events] == [(n, n) for n in range(7) if n % 3]
    assert [refused.index for refused in decoded.refused] == [0, 3, 6]
    assert len({refused.letter_id for refused in decoded.refused}) == 3
