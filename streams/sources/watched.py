"""Files as a source: portable JSON Lines (plain, gzip, zstd) and CSV with a mapping, read once or watched for more.

The cursor says how far each file was read, and by its first line whether it is still the same file. A backfill goes in at its own pace (`rate`), in event time:
each post counts in the minute it was written, late minutes are marked `late`, and live feeds keep their own partition packs.
"""

from __future__ import annotations

import asyncio
import codecs
import csv
import io
import re
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import cast

import msgspec

from schemas.social_event import SocialEvent, hash64_bytes
from streams.sources.base import Batch, Denied, Finding, Source
from streams.sources.files import damage_named, lines, open_lines
from streams.sources.keys import KeyMap
from streams.sources.portable import PortableReader, portable_event

_BATCH = 1000
_PLACE = re.compile(r"\{([^{}]+)\}")
_encoder = msgspec.json.Encoder()


class CsvMapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a row becomes a post. `columns`: portable field → column, or a text with {column} in it.

    `time_format`: strptime's notation, where dates are not ISO 8601; `defaults`: portable fields every post gets.
    """

    columns: dict[str, str]
    delimiter: str = ","
    encoding: str = "utf-8-sig"
    time_format: str = ""
    defaults: dict[str, str] = {}

    def __post_init__(self) -> None:
        """Refuse what would only fail when the first file is opened."""
        if len(self.delimiter) != 1:
            raise ValueError("delimiter: must be one character")
        try:
            codecs.lookup(self.encoding)
        except LookupError:
            raise ValueError(f"encoding: {self.encoding!r} is none that is known") from None


class Place(msgspec.Struct, array_like=True):
    """How far a file was read: lines, the hash of its first line (another one: another file), bytes of a plain file."""

    lines: int = 0
    first: int = 0
    offset: int = 0


Rows = Iterator[tuple[int, bytes, int]]


class FileSource(Source):
    """`patterns`: globs. `watch`: seconds between two looks for more, None to end. `rate`: posts a second."""

    kind = "files"

    def __init__(
        self,
        name: str,
        patterns: Sequence[str],
        reader: PortableReader,
        *,
        mapping: CsvMapping | None = None,
        watch: float | None = None,
        rate: float | None = None,
        keys: KeyMap | None = None,
    ) -> None:
        super().__init__(name, keys)
        self.finite = watch is None
        self._patterns = list(patterns)
        self._reader = reader
        self._mapping = mapping
        self._watch = watch
        self._rate = rate
        self._size = min(_BATCH, max(1, int(rate))) if rate else _BATCH
        self._done: dict[str, Place] = {}
        self._looked: dict[str, tuple[int, int]] = {}

    def _files(self) -> list[Path]:
        return sorted({path for pattern in self._patterns for path in _glob(pattern)})

    async def connect(self, cursor: str) -> None:
        """Take up the places."""
        self._done = msgspec.json.decode(cursor, type=dict[str, Place]) if cursor else {}
        self._looked = {}
        if self.finite and not self._files():
            raise Denied(f"no file matches {', '.join(self._patterns)}")

    async def read(self) -> AsyncIterator[Batch]:
        """Every file from where it was left. A damaged one is a gap, and holds up no other."""
        while True:
            for path in self._files():
                try:
                    async for batch in self._file(path):
                        yield batch
                except OSError as error:
                    self.failed["file"] += 1
                    self.gap("file_damaged", f"{error}; read up to line {self._done.get(str(path), Place()).lines}")
            if self._watch is None:
                yield Batch([])  # the last word of a damaged file
                return
            yield Batch([])
            await asyncio.sleep(self._watch)

    async def _file(self, path: Path) -> AsyncIterator[Batch]:
        name, started, sent = str(path), time.monotonic(), 0
        state = path.stat()
        seen = (state.st_mtime_ns, state.st_size)
        if self._looked.get(name) == seen:
            return
        self._looked[name] = seen
        place = await asyncio.to_thread(self._place, path, state.st_size)
        rows = self._rows(path, place)
        # Files are read on another thread: skipping what is known of a large archive must not hold up live feeds.
        while items := await asyncio.to_thread(lambda: list(islice(rows, self._size))):
            number, _, offset = items[-1]
            self._done[name] = Place(number, place.first, offset if _is_plain(path) else 0)
            yield Batch([line for _, line, _ in items])
            sent += len(items)
            if self._rate:
                await asyncio.sleep(max(0.0, started + sent / self._rate - time.monotonic()))

    def _place(self, path: Path, size: int) -> Place:
        """Where to go on. A file that was replaced or cut back is another file, and read from its beginning."""
        with damage_named(path), open_lines(path) as stream:
            line = stream.readline(4096)
        first = hash64_bytes(line) if line.endswith(b"\n") or len(line) == 4096 or self.finite else 0
        known = self._done.get(str(path))
        if known is None or known.first != first or size < known.offset:
            return Place(0, first)
        return known

    def _rows(self, path: Path, place: Place) -> Rows:
        """Numbered items after the place. A CSV row that cannot be read goes on, to be a dead letter."""
        if not _is_csv(path):
            return lines(path, skip=place.lines, offset=place.offset, whole=not self.finite)
        if self._mapping is None:
            raise Denied(f"{path}: a CSV file needs a mapping of its columns")
        return ((number, row, 0) for number, row in csv_rows(path, self._mapping) if number > place.lines)

    def normalise(self, item: bytes, received_ms: int) -> SocialEvent | None:
        """A line as an event."""
        return portable_event(self._reader, self.keys, item, received_ms)

    def position(self) -> str:
        """Lines read of each file."""
        return _encoder.encode(self._done).decode() if self._done else ""

    async def check(self) -> list[Finding]:
        """Look at each file's first line."""
        files = self._files()
        if not files:
            return [Finding(self._watch is not None, f"no file matches {', '.join(self._patterns)}")]
        findings = []
        for path in files:
            try:
                first = next(self._rows(path, Place()), None)
                if first is not None:
                    self._reader.read(first[1], int(time.time() * 1000))
                findings.append(Finding(True, f"{path}: the first line can be read" if first else f"{path}: is empty"))
            except (Denied, OSError, ValueError) as error:
                findings.append(Finding(False, str(error) if str(path) in str(error) else f"{path}: {error}"))
        return findings


def _is_plain(path: Path) -> bool:
    return path.suffix not in (".gz", ".zst", ".csv")


def _is_csv(path: Path) -> bool:
    return path.name.removesuffix(".gz").removesuffix(".zst").endswith(".csv")


def _glob(pattern: str) -> list[Path]:
    import glob

    return [Path(name) for name in glob.glob(pattern, recursive=True) if Path(name).is_file()]


def csv_rows(path: Path, mapping: CsvMapping) -> Iterator[tuple[int, bytes]]:
    """Numbered rows of a CSV file as portable JSON. Raises Denied for a missing column, OSError for a damaged file."""
    with damage_named(path), open_lines(path) as raw:
        text = io.TextIOWrapper(cast(io.BufferedReader, raw), encoding=mapping.encoding, errors="replace", newline="")
        rows = csv.reader(text, delimiter=mapping.delimiter)
        header = next(rows, [])
        missing = [column for column in columns_used(mapping) if column not in header]
        if missing:
            raise Denied(f"{path}: has no column {missing[0]!r}; its columns are {', '.join(header)}")
        number = 0
        while True:
            number += 1
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                yield number, _encoder.encode({"broken": str(error), "row": number})
                continue
            if row:
                yield number, portable_row(mapping, header, row)


def columns_used(mapping: CsvMapping) -> list[str]:
    """The columns a mapping reads."""
    used = []
    for value in mapping.columns.values():
        used += _PLACE.findall(value) or [value]
    return used


def portable_row(mapping: CsvMapping, header: list[str], row: list[str]) -> bytes:
    """A row as a portable post."""
    cells = dict(zip(header, row, strict=False))
    post: dict[str, object] = dict(mapping.defaults)
    author: dict[str, object] = {}
    for field, column in mapping.columns.items():
        value = _filled(column, cells)
        if value == "":
            continue
        if field.startswith("author."):
            name = field.removeprefix("author.")
            author[name] = _number(value) if name == "followers" else value
        elif field.startswith("counts."):
            counts = cast(dict[str, object], post.setdefault("counts", {}))
            counts[field.removeprefix("counts.")] = _number(value) if value.isdecimal() else 0
        elif field in ("hashtags", "mentions", "links"):
            post[field] = [
                part.lstrip("#@") if field != "links" else part for part in re.split(r"[\s,;|]+", value) if part
            ]
        elif field in ("created_at", "counts_at", "deleted_at") and mapping.time_format:
            post[field] = _iso(value, mapping.time_format)
        else:
            post[field] = value
    if author:
        post["author"] = author
    return _encoder.encode(post)


def _number(value: str) -> int | str:
    """A number as such; anything else, and more digits than any number of people has, is refused later with the field's name."""
    return int(value) if value.isdecimal() and len(value) <= 18 else value


def _filled(column: str, cells: Mapping[str, str]) -> str:
    if "{" in column:
        return _PLACE.sub(lambda place: cells.get(place[1], ""), column)
    return cells.get(column, "").strip()


def _iso(value: str, time_format: str) -> str:
    try:
        moment = datetime.strptime(value, time_format)
    except ValueError:
        return value  # refused later, with the field's name
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()
