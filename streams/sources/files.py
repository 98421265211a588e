"""Files of portable JSON Lines, plain, gzip or zstd, as a source."""

from __future__ import annotations

import gzip
import io
import time
import zlib
from codecs import BOM_UTF8
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

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
        return io.BufferedReader(_Zstd(path.open("rb")))
    return path.open("rb")


class _Zstd(io.RawIOBase):
    """Frames of a zstd file. The library's own reader takes a file that was cut off for one that is complete."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._frame: Any = None
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            chunk = self._raw.read(65_536)
            if not chunk:
                if self._frame is not None:
                    raise EOFError("the archive ends too early")
                return 0
            self._ready = memoryview(self._unpacked(chunk))
        part, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)

    def _unpacked(self, chunk: bytes) -> bytes:
        import zstandard

        parts = []
        while chunk:
            if self._frame is None:
                self._frame = zstandard.ZstdDecompressor().decompressobj()
            parts.append(self._frame.decompress(chunk))
            chunk = b""
            if self._frame.eof:
                chunk, self._frame = self._frame.unused_data, None
        return b"".join(parts)

    def close(self) -> None:
        self._raw.close()
        super().close()


@contextmanager
def damage_named(path: Path) -> Iterator[None]:
    """What decompression raises, as an OSError that names the file."""
    import zstandard

    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError) as error:
        raise OSError(f"{path}: is damaged or not complete: {error}") from error


def lines(
    path: Path, *, skip: int = 0, offset: int = 0, whole: bool = False
) -> Generator[tuple[int, bytes, int], None, None]:
    """(number, line without its end, bytes read up to its end); empty lines are left out.

    `skip`: lines not to be given; `offset`: bytes of a plain file that hold them, so that they need not be read. `whole`: a
    last line without an end is still being written, and left for later. Over-long lines come cut at MAX_LINE. Raises
    OSError, also for a damaged archive.
    """
    with damage_named(path), open_lines(path) as stream:
        number = place = 0
        if offset:
            stream.seek(offset)
            number, place = skip, offset
        while line := stream.readline(MAX_LINE):
            place += len(line)
            if len(line) == MAX_LINE and not line.endswith(b"\n"):
                while (rest := stream.readline(MAX_LINE)) and not rest.endswith(b"\n"):
                    place += len(rest)
                place += len(rest)
            elif whole and not line.endswith(b"\n"):
                return
            number += 1
            # Windows programs put a byte order mark before the first line.
            text = (line.removeprefix(BOM_UTF8) if number == 1 else line).strip()
            if text and number > skip:
                yield number, text, place


def feed(
    paths: list[Path],
    reader: PortableReader,
    producer: EventProducer,
    *,
    speed: float | None = None,
    progress: Callable[[int], None] | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> Tally:
    """Read the files into Kafka and wait for Kafka's confirmation.

    `speed`: None for as fast as possible, 1.0 for the pace at which the posts were written, 60 for a minute a second.
    `progress` is called with the bytes of each line; once `stopped` says so, nothing more is read. Raises OSError for a
    file that cannot be read and KafkaError.
    """
    tally = Tally()
    pace = _Pace(speed)
    for path in paths:
        for number, line, _ in lines(path):
            if stopped():
                break
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
                pace.wait(event.created_at, producer.tick, stopped)
                if stopped():
                    break
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

    def wait(self, created_ms: int, idle: Callable[[], None], stopped: Callable[[], bool]) -> None:
        if not self._speed:
            return
        if not self._first:
            self._first, self._started = created_ms, time.monotonic()
        due = self._started + (created_ms - self._first) / 1000 / self._speed
        while (left := due - time.monotonic()) > 0 and not stopped():
            idle()
            time.sleep(min(left, 0.02))
