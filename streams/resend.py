"""Sending dead letters again, after a defect was mended or a limit was changed."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import msgspec

from schemas.brands import BrandBook
from schemas.dead_letter import DeadLetter, dead_letter
from schemas.social_event import SocialEvent
from streams.decode import explain
from streams.kafka.producer import EventProducer
from streams.letters import load_letters, mark_replayed, store_letters
from streams.runtime import Runtime
from streams.secret import author_key
from streams.settings import Settings
from streams.sources.base import Refused
from streams.sources.portable import PortableReader

_event = msgspec.json.Decoder(SocialEvent)


async def resend(settings: Settings, book: BrandBook, letter_ids: list[int]) -> dict[str, Any]:
    """Send letters again through a worker of this process; return how many were sent and how many refused again."""
    async with Runtime(settings, book) as runtime:
        letters = await asyncio.to_thread(load_letters, runtime.store, letter_ids)
        reader = PortableReader(
            author_key(settings), runtime.matcher, keep_handles=settings.keep_handles, collector="deadletters"
        )
        producer = EventProducer(settings, runtime.bootstrap, runtime.partitions)
        try:
            sent, again = await asyncio.to_thread(_send, letters, reader, producer)
        finally:
            producer.close()
        await runtime.reached(producer.ends())
        await asyncio.to_thread(mark_replayed, runtime.store, sent, int(time.time() * 1000))
        await asyncio.to_thread(store_letters, runtime.store, again)
    return {"letters": len(letters), "sent": len(sent), "refused_again": len(again)}


def _send(
    letters: list[DeadLetter], reader: PortableReader, producer: EventProducer
) -> tuple[list[DeadLetter], list[DeadLetter]]:
    sent, again = [], []
    now = int(time.time() * 1000)
    for letter in letters:
        try:
            producer.add(_read(letter, reader, now))
            sent.append(letter)
        except (Refused, msgspec.DecodeError, ValueError, RecursionError) as error:
            reason = str(error) if isinstance(error, Refused) else explain(error)
            again.append(
                dead_letter(
                    reason, letter.payload(), at=now, stage=letter.stage, topic=letter.topic,
                    partition=letter.partition, offset=letter.offset, index=letter.index, origin=letter.origin,
                )
            )  # fmt: skip
    producer.flush()
    return sent, again


def _read(letter: DeadLetter, reader: PortableReader, now: int) -> SocialEvent:
    """A source's letter holds what the feed sent; a worker's letter holds an event as it crossed Kafka."""
    if letter.stage == "source":
        return reader.read(letter.payload(), now)
    return _event.decode(letter.payload())
