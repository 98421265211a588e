"""`DeadLetter`: what could not be used, with everything needed to look at it, mend it and send it again."""

from __future__ import annotations

import base64

import msgspec

from schemas.social_event import hash64


class DeadLetter(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One refused event.

    `reason` starts with the field at fault where there is one (`created_at: lies in the future`). `original` holds the
    bytes as they came, base64 (they need not be text). Position: topic, partition, offset and the index inside the pack for
    Kafka; `origin` (file and line, feed and cursor) for what a source refused before Kafka. `letter_id` is a hash
    of the position: the same letter written twice after a crash is listed once.
    """

    letter_id: int
    reason: str
    original: str
    at: int
    stage: str
    topic: str = ""
    partition: int = -1
    offset: int = -1
    index: int = 0
    origin: str = ""

    def payload(self) -> bytes:
        """The original bytes."""
        return base64.b64decode(self.original)


def dead_letter(
    reason: str,
    original: bytes,
    *,
    at: int,
    stage: str,
    topic: str = "",
    partition: int = -1,
    offset: int = -1,
    index: int = 0,
    origin: str = "",
) -> DeadLetter:
    """Build a dead letter. `at` is in ms since the epoch."""
    place = (topic, str(partition), str(offset), str(index), origin)
    return DeadLetter(
        letter_id=hash64(*place),
        reason=reason,
        original=base64.b64encode(original).decode(),
        at=at,
        stage=stage,
        topic=topic,
        partition=partition,
        offset=offset,
        index=index,
        origin=origin,
    )
