"""From Kafka messages to validated events: a message holds one event or a pack; a bad event never hides its neighbours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from processors.validate import reason_to_refuse
from schemas.dead_letter import DeadLetter, dead_letter
from schemas.social_event import SocialEvent


class Message(NamedTuple):
    """A Kafka message's value and position. `first`: the index in the pack of the first event of `value`, if that is a part of it."""

    topic: str
    partition: int
    offset: int
    value: bytes
    first: int = 0


class Placed(msgspec.Struct, frozen=True, gc=False):
    """An event and where it came from. `index` counts inside the pack."""

    event: SocialEvent
    partition: int
    offset: int
    index: int

    @property
    def position(self) -> int:
        """One number that orders events of a partition."""
        return self.offset << 16 | min(self.index, 0xFFFF)


class Decoded(NamedTuple):
    """What a batch of messages held."""

    events: list[Placed]
    refused: list[DeadLetter]


_pack = msgspec.json.Decoder(list[SocialEvent])
_one = msgspec.json.Decoder(SocialEvent)
_raw = msgspec.json.Decoder(list[msgspec.Raw])
_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError)


def decode(messages: Iterable[Message], now_ms: int) -> Decoded:
    """Decode and validate. Never raises: what cannot be used is a dead letter that names the field and keeps the bytes."""
    events: list[Placed] = []
    refused: list[DeadLetter] = []
    for message in messages:
        try:
            decoded: Sequence[SocialEvent] = (
                _pack.decode(message.value) if _is_pack(message.value) else (_one.decode(message.value),)
            )
        except _ERRORS:
            _one_by_one(message, now_ms, events, refused)
            continue
        parts: list[bytes] = []
        bounded = b"\\u0000" not in message.value
        for index, event in enumerate(decoded):
            reason = reason_to_refuse(event, now_ms, bounded=bounded)
            if reason is None:
                events.append(Placed(event, message.partition, message.offset, message.first + index))
            else:
                parts = parts or _parts(message.value)
                refused.append(_refusal(message, index, reason, parts[index], now_ms))
    return Decoded(events, refused)


def _is_pack(value: bytes) -> bool:
    return value[:1] == b"[" or value.lstrip()[:1] == b"["


def _one_by_one(message: Message, now_ms: int, events: list[Placed], refused: list[DeadLetter]) -> None:
    """The slow road: find the bad events of a pack and keep the good ones."""
    for index, part in enumerate(_parts(message.value)):
        try:
            event = _one.decode(part)
        except _ERRORS as error:
            refused.append(_refusal(message, index, explain(error), part, now_ms))
            continue
        reason = reason_to_refuse(event, now_ms)
        if reason is None:
            events.append(Placed(event, message.partition, message.offset, message.first + index))
        else:
            refused.append(_refusal(message, index, reason, part, now_ms))


def _parts(value: bytes) -> list[bytes]:
    if not _is_pack(value):
        return [value]
    try:
        return [bytes(raw) for raw in _raw.decode(value)]
    except _ERRORS:
        return _cut(value)


_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{},]', re.DOTALL)


def _cut(value: bytes) -> list[bytes]:
    """The elements of an array that is not JSON as a whole: one holds half a surrogate, a control character, NaN, or the end is missing.

    By brackets, commas and quotation marks alone, so that the other elements are found whatever is wrong inside one.
    """
    parts: list[bytes] = []
    depth = start = 0
    for token in _TOKEN.finditer(value):
        at = token.start()
        match value[at : at + 1]:
            case b"[" | b"{":
                depth += 1
                start = at + 1 if depth == 1 else start
            case b"," if depth == 1:
                parts.append(value[start:at].strip())
                start = at + 1
            case b"]" | b"}":
                depth -= 1
                if depth == 0:
                    parts.append(value[start:at].strip())
                    start = at + 1
                    break
    rest = value[start:].strip()
    return [*parts, *([rest] if rest else [])] if parts else [value]


def _refusal(message: Message, index: int, reason: str, original: bytes, now_ms: int) -> DeadLetter:
    return dead_letter(
        reason,
        original,
        at=now_ms,
        stage="decode",
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        index=message.first + index,
    )


def halves(message: Message) -> tuple[Message, ...]:
    """The message's pack as two messages; the message alone where it holds one event."""
    parts = _parts(message.value)
    if len(parts) == 1:
        return (message._replace(value=parts[0]),)
    middle = len(parts) // 2
    return tuple(
        message._replace(value=b"[" + b",".join(parts[begin:end]) + b"]", first=message.first + begin)
        for begin, end in ((0, middle), (middle, len(parts)))
    )


def explain(error: Exception) -> str:
    """A decoding error as "field: reason". msgspec names the field as a path: "… - at `$.counts.like`"."""
    text = str(error)
    if isinstance(error, msgspec.ValidationError):
        problem, _, path = text.partition(" - at `$")
        field = path.rstrip("`").lstrip(".").partition("[")[0] if path else ""
        if problem.startswith("Object missing required field"):
            field = ".".join(filter(None, (field, problem.split("`")[1])))
        return f"{field or 'event'}: {problem}"
    if isinstance(error, RecursionError):
        return "json: nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return f"json: is not valid UTF-8 at byte {error.start}"
    return f"json: {text}"
