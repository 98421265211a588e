"""Sending dead letters again, after a defect was mended or a limit was changed."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from processors.validate import reason_to_refuse
from schemas.brands import BrandBook
from schemas.dead_letter import DeadLetter, dead_letter
from schemas.social_event import SocialEvent
from streams.decode import Message, decode, explain
from streams.delivery import delivery
from streams.kafka.producer import EventProducer
from streams.letters import load_letters, mark_replayed, store_letters
from streams.secret import author_key
from streams.settings import Settings
from streams.sources.base import Refused, Source
from streams.sources.portable import PortableReader

_FEED = re.compile(r"[a-z0-9][a-z0-9_@.-]*:[0-9a-f]{16}")
"""Where a feed's letter says it is from: the source's name and a hash (see `SourceRunner`)."""


async def resend(
    settings: Settings, book: BrandBook, letter_ids: list[int], sources: Sequence[Source] = ()
) -> dict[str, Any]:
    """Send letters again; return how many were sent, refused again, left out by their source, or not understood.

    `sources`: of sources.yaml; what a feed sent can only be read by the source that received it.
    """
    async with delivery(settings, book) as channel:
        letters = await asyncio.to_thread(load_letters, channel.store, letter_ids)
        portable = PortableReader(
            author_key(settings), channel.matcher, keep_handles=settings.keep_handles, collector="deadletters"
        )
        resender = _Resender(portable, {source.name: source for source in sources})
        producer = await asyncio.to_thread(channel.producer)
        try:
            await asyncio.to_thread(resender.send, letters, producer)
        finally:
            await asyncio.to_thread(producer.close)
        await channel.stored(producer.ends())
        now = int(time.time() * 1000)
        await asyncio.to_thread(mark_replayed, channel.store, [*resender.sent, *resender.dropped], now)
        await asyncio.to_thread(store_letters, channel.store, resender.again)
    return {
        "letters": len(letters),
        "sent": len(resender.sent),
        "refused_again": len(resender.again),
        "dropped": len(resender.dropped),
        "needs_sources": len(resender.foreign),
    }


class _Foreign(Exception):
    """The letter holds what a feed sent, and that feed's source is not at hand."""


class _Resender:
    """Sorts letters into `sent`, `again` (refused again), `dropped` (not wanted by their source) and `foreign`."""

    def __init__(self, portable: PortableReader, sources: Mapping[str, Source]) -> None:
        self.sent: list[DeadLetter] = []
        self.again: list[DeadLetter] = []
        self.dropped: list[DeadLetter] = []
        self.foreign: list[DeadLetter] = []
        self._portable = portable
        self._sources = sources

    def send(self, letters: list[DeadLetter], producer: EventProducer) -> None:
        """Read each letter as it would be read today and send what comes of it."""
        now = int(time.time() * 1000)
        for letter in letters:
            if letter.stage != "source":
                self._send_workers(letter, producer, now)
                continue
            try:
                event = self._read(letter, now)
                reason = reason_to_refuse(event, now) if event is not None else None
            except _Foreign:
                self.foreign.append(letter)
                continue
            except (Refused, msgspec.DecodeError, ValueError, RecursionError) as error:
                reason = str(error) if isinstance(error, Refused) else explain(error)
            if reason is not None:
                self.again.append(_renewed(letter, reason, now))
            elif event is None:
                self.dropped.append(letter)
            else:
                producer.add(event)
                self.sent.append(letter)
        producer.flush()

    def _send_workers(self, letter: DeadLetter, producer: EventProducer, now: int) -> None:
        """A worker's letter holds an event as it crossed Kafka, or a whole pack: then what is refused again becomes a letter of its own."""
        place = Message(letter.topic, letter.partition, letter.offset, letter.payload(), letter.index)
        decoded = decode([place], now)
        for placed in decoded.events:
            producer.add(placed.event)
        self.again += decoded.refused
        if letter.letter_id not in {refused.letter_id for refused in decoded.refused}:
            self.sent.append(letter)

    def _read(self, letter: DeadLetter, now: int) -> SocialEvent | None:
        """What the feed or the file sent, read anew."""
        source = self._sources.get(letter.origin.rpartition(":")[0])
        if source is not None:
            return source.normalise(letter.payload(), now)
        try:
            return self._portable.read(letter.payload(), now)
        except Refused:
            if _FEED.fullmatch(letter.origin):
                raise _Foreign from None
            raise


def _renewed(letter: DeadLetter, reason: str, now: int) -> DeadLetter:
    return dead_letter(
        reason, letter.payload(), at=now, stage=letter.stage, topic=letter.topic,
        partition=letter.partition, offset=letter.offset, index=letter.index, origin=letter.origin,
    )  # fmt: skip
