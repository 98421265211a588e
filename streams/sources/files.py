"""Files of portable JSON Lines, plain, gzip or zstd, as a source."""

from __future__ import annotations

import gzip
import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, cast

import msgspec

from schemas.dead_letter import dead_letter
from streams.kafka.producer import EventProducer
from streams.metrics import DEAD_LETTERS, PRODUCED, field_of
from streams.sources.base import Refused
from streams.sources.portable import PortableReader

MAX_LINE = 16 * 1024 * 1024
"""Bytes. The rest of a longer line is skipped; the dead letter holds its beginning."""


class Tally(msgspec.Struct):
    """What reading the files came to. `distinct` counts different events; it is exact."""

    read: int = 0
    accepted: int = 0
    refused: int = 0
    first_ms: int = 0
    last_ms: int = 0
    ids: set[int] = msgspec.field(default_factory=set)

    @property
    def distinct(self) -> int:
        return len(self.ids)


def open_lines(path: Path) -> IO[bytes]:
    """Open a file for reading bytes, decompressing by its ending (.gz, .zst)."""
    if path.suffix == ".gz":
        return cast(IO[bytes], gzip.open(path, "rb"))
    if path.suffix == ".zst":
        import zstandard

        return io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(path.open("rb"), closefd=True))
    return path.open("rb")


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Numbered lines, without the line end; empty ones are left out. Over-long lines come cut at MAX_LINE."""
    with open_lines(path) as stream:
        number = 0
        while line := stream.readline(MAX_LINE):
            number += 1
            if len(line) == MAX_LINE and not line.endswith(b"\n"):
                while (rest := stream.readline(MAX_LINE)) and not rest.endswith(b"\n"):
                    pass
            text = line.strip()
            if text:
                yield number, text


def feed(
    paths: list[Path],
    reader: PortableReader,
    producer: EventProducer,
    *,
    speed: float | None = None,
    progress: Callable[[int], None] | None = None,
) -> Tally:
    """Read the files into Kafka and wait for Kafka's confirmation.

    `speed`: None for as fast as possible, 1.0 for the pace at which the posts were written, 60 for a minute a second.
    `progress` is called with the bytes of each line. Raises OSError for a file that cannot be read and KafkaError.
    """
    tally = Tally()
    pace = _Pace(speed)
    for path in paths:
        for number, line in lines(path):
            tally.read += 1
            now = int(time.time() * 1000)
            try:
                event = reader.read(line, now)
            except Refused as refusal:
                tally.refused += 1
                reason = str(refusal)
                PRODUCED.labels("file", "refused").inc()
                DEAD_LETTERS.labels("source", field_of(reason)).inc()
                producer.dead_letter(dead_letter(reason, line, at=now, stage="source", origin=f"{path.name}:{number}"))
            else:
                pace.wait(event.created_at, producer.tick)
                event.received_at = int(time.time() * 1000) if speed else now
                tally.accepted += 1
                tally.ids.add(event.event_id)
                tally.first_ms = min(tally.first_ms or event.created_at, event.created_at)
                tally.last_ms = max(tally.last_ms, event.created_at)
                producer.add(event)
                PRODUCED.labels("file", "sent").inc()
            if progress is not None:
                progress(len(line) + 1)
    producer.flush()
    return tally


class _Pace:
    """Keeps the distance between posts, divided by the speed."""

    def __init__(self, speed: float | None) -> None:
        self._speed = speed
        self._first = 0
        self._started = 0.0

    def wait(self, created_ms: int, idle: Callable[[], None]) -> None:
        if not self._speed:
            return
        if not self._first:
            self._first, self._started = created_ms, time.monotonic()
        due = self._started + (created_ms - self._first) / 1000 / self._speed
        while (left := due - time.monotonic()) > 0:
            idle()
            time.sleep(min(left, 0.02))
