"""A message holds one event or a pack; a bad event never hides its neighbours and names the field at fault."""

from __future__ import annotations

import msgspec
import pytest

from schemas.social_event import SocialEvent
from schemas.topics import EVENTS
from streams.decode import Message, decode
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


def test_a_letter_written_twice_has_one_id() -> None:
    first, second = (decode([message(b"garbage")], NOW + n).refused[0] for n in (0, 1))
    assert first.letter_id == second.letter_id
    assert decode([message(b"garbage", offset=8)], NOW).refused[0].letter_id != first.letter_id
