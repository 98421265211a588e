"""Files as a source: portable JSON Lines (plain, gzip, zstd) and CSV with a mapping, read once or watched for more.

The cursor is the number of lines (rows) read of each file. A backfill goes in at its own pace (`rate`), in event time:
each post counts in the minute it was written, late minutes are marked `late`, and live feeds keep their own partition packs.
"""

from __future__ import annotations

import asyncio
import csv
import io
import re
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import msgspec

from schemas.social_event import SocialEvent
from streams.sources.base import Batch, Denied, Finding, Source
from streams.sources.files import lines, open_lines
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
        self._done: dict[str, int] = {}

    def _files(self) -> list[Path]:
        return sorted({path for pattern in self._patterns for path in _glob(pattern)})

    async def connect(self, cursor: str) -> None:
        """Take up the counts."""
        self._done = msgspec.json.decode(cursor, type=dict[str, int]) if cursor else {}
        if self.finite and not self._files():
            raise Denied(f"no file matches {', '.join(self._patterns)}")

    async def read(self) -> AsyncIterator[Batch]:
        """Every file from where it was left."""
        while True:
            for path in self._files():
                async for batch in self._file(path):
                    yield batch
            if self._watch is None:
                return
            await asyncio.sleep(self._watch)

    async def _file(self, path: Path) -> AsyncIterator[Batch]:
        name, items, started, sent = str(path), list[bytes](), time.monotonic(), 0
        rows = self._rows(path) if path.name.removesuffix(".gz").removesuffix(".zst").endswith(".csv") else lines(path)
        skip = self._done.get(name, 0)
        number = skip
        for number, line in rows:
            if number <= skip:
                continue
            items.append(line)
            if len(items) >= _BATCH:
                self._done[name] = number
                yield Batch(items)
                sent, items = sent + len(items), []
                if self._rate:
                    await asyncio.sleep(max(0.0, started + sent / self._rate - time.monotonic()))
        if items:
            self._done[name] = number
            yield Batch(items)

    def _rows(self, path: Path) -> Iterator[tuple[int, bytes]]:
        """Numbered rows of a CSV file as portable JSON. A row that cannot be read goes on, to be a dead letter."""
        mapping = self._mapping
        if mapping is None:
            raise Denied(f"{path}: a CSV file needs a mapping of its columns")
        with open_lines(path) as raw:
            text = io.TextIOWrapper(
                cast(io.BufferedReader, raw), encoding=mapping.encoding, errors="replace", newline=""
            )
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
                rows = self._rows(path) if path.name.removesuffix(".gz").endswith(".csv") else lines(path)
                first = next(iter(rows), None)
                if first is not None:
                    self._reader.read(first[1], int(time.time() * 1000))
                findings.append(Finding(True, f"{path}: the first line can be read"))
            except (Denied, OSError, ValueError) as error:
                findings.append(Finding(False, f"{path}: {error}"))
        return findings


def _glob(pattern: str) -> list[Path]:
    import glob

    return [Path(name) for name in glob.glob(pattern, recursive=True) if Path(name).is_file()]


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
            author[name] = int(value) if name == "followers" and value.isdigit() else value
        elif field.startswith("counts."):
            counts = cast(dict[str, int], post.setdefault("counts", {}))
            counts[field.removeprefix("counts.")] = int(value) if value.isdigit() else 0
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
