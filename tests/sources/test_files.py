"""Files: JSON Lines and CSV, resumed where they were left, bad rows kept as dead letters."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from pathlib import Path
from typing import Any

import pytest
import zstandard

from streams.sources.base import Denied
from streams.sources.config import SourcesError, parse_sources
from streams.sources.files import lines
from streams.sources.portable import PortableReader
from streams.sources.watched import CsvMapping, FileSource, csv_rows
from tests.sources.support import EVENTS, KEY, MATCHER, Topic, run_until

MAPPING = CsvMapping(
    columns={
        "uri": "https://forum.example/{id}", "author.handle": "user", "author.followers": "fans", "text": "message",
        "created_at": "date", "parent_uri": "reply_to", "hashtags": "tags", "counts.like": "likes",
    },
    delimiter=";",
    time_format="%d.%m.%Y %H:%M",
    defaults={"lang": "de"},
)  # fmt: skip
HEADER = "id;user;fans;message;date;reply_to;tags;likes\n"


def files(pattern: str, **options: Any) -> FileSource:
    reader = PortableReader(KEY, MATCHER, collector="files", source="forum")
    return FileSource("backfill", [pattern], reader, **options)


def line(number: int) -> bytes:
    post = {
        "uri": f"https://a.example/{number}",
        "author": {"handle": "u"},
        "text": f"t {number}",
        "created_at": "2026-01-01T00:00:00Z",
    }
    return json.dumps(post).encode()


def test_a_hundred_thousand_lines_arrive_although_kafka_fails(tmp_path: Path) -> None:
    path = tmp_path / "old.jsonl.gz"
    path.write_bytes(gzip.compress(b"\n".join(line(n) if n % 10_000 else b"{broken %d" % n for n in range(EVENTS)), 1))
    topic = Topic(fail_at={7, 30})
    runner = asyncio.run(run_until(files(str(path)), topic, tmp_path / "c", lambda: False, seconds=900))
    assert runner.finished
    assert topic.distinct() == {("create", f"https://a.example/{n}") for n in range(EVENTS) if n % 10_000}
    assert len(topic.letters) == -(-EVENTS // 10_000)


def test_a_watched_file_is_read_on_from_where_it_was_left(tmp_path: Path) -> None:
    path = tmp_path / "live.jsonl"
    path.write_bytes(line(1) + b"\n" + line(2) + b"\n")
    topic = Topic()
    asyncio.run(run_until(files(str(path), watch=0.02), topic, tmp_path / "c", lambda: len(topic.events) >= 2))
    with path.open("ab") as file:
        file.write(line(3) + b"\n")
    asyncio.run(
        run_until(files(str(path), watch=0.02), topic, tmp_path / "c", lambda: len(topic.events) >= 3, settle=0.1)
    )
    assert [event.uri[-1] for event in topic.events] == ["1", "2", "3"]


def test_a_line_that_is_still_being_written_is_left_until_it_is_whole(tmp_path: Path) -> None:
    path, topic = tmp_path / "live.jsonl", Topic()
    path.write_bytes(line(1) + b"\n" + line(2)[:30])

    async def run() -> None:
        def grow() -> bool:
            if topic.events and path.stat().st_size < 300:
                path.write_bytes(line(1) + b"\n" + line(2) + b"\n" + line(3) + b"\n" + b" " * 300)
            return len(topic.events) >= 3

        await run_until(files(str(path), watch=0.05), topic, tmp_path / "c", grow, settle=0.2)

    asyncio.run(run())
    assert [event.uri[-1] for event in topic.events] == ["1", "2", "3"]
    assert not topic.letters


@pytest.mark.parametrize("later", [[7, 8, 9], [8]], ids=["as long as before", "shorter"])
def test_a_file_that_was_rotated_is_read_from_its_beginning(later: list[int], tmp_path: Path) -> None:
    """Counting lines alone would skip the first lines of the new file without a word."""
    path, topic = tmp_path / "live.jsonl", Topic()
    path.write_bytes(b"".join(line(n) + b"\n" for n in (1, 2, 3)))
    asyncio.run(run_until(files(str(path), watch=0.02), topic, tmp_path / "c", lambda: len(topic.events) >= 3))
    path.write_bytes(b"".join(line(n) + b"\n" for n in later))
    wanted = 3 + len(later)
    asyncio.run(run_until(files(str(path), watch=0.02), topic, tmp_path / "c", lambda: len(topic.events) >= wanted))
    assert [int(event.uri[-1]) for event in topic.events] == [1, 2, 3, *later]


@pytest.mark.parametrize("ending", ["gz", "zst"])
def test_a_damaged_archive_is_a_gap_and_the_next_file_is_read(ending: str, tmp_path: Path) -> None:
    plain = b"".join(line(n) + b"\n" for n in range(3000))
    packed = gzip.compress(plain) if ending == "gz" else zstandard.compress(plain)
    (tmp_path / f"a.jsonl.{ending}").write_bytes(packed[: len(packed) // 2])
    (tmp_path / "b.jsonl").write_bytes(line(9999))
    topic = Topic()
    runner = asyncio.run(run_until(files(str(tmp_path / "*.jsonl*")), topic, tmp_path / "c", lambda: False))
    assert runner.finished
    assert runner.gaps == 1
    assert topic.events[-1].uri.endswith("/9999")
    assert not topic.letters
    findings = asyncio.run(files(str(tmp_path / "*.jsonl*")).check())
    assert [finding.ok for finding in findings][-1]


def test_a_backfill_keeps_to_its_rate(tmp_path: Path) -> None:
    path, topic = tmp_path / "old.jsonl", Topic()
    path.write_bytes(b"\n".join(line(n) for n in range(40)))
    started = time.monotonic()
    asyncio.run(run_until(files(str(path), rate=20), topic, tmp_path / "c", lambda: False))
    assert time.monotonic() - started > 1.5
    assert len(topic.events) == 40


@pytest.mark.parametrize(("key", "value"), [("delimiter", ""), ("delimiter", ";;"), ("encoding", "latin-17")])
def test_a_mapping_that_cannot_work_is_refused_by_its_key(key: str, value: str) -> None:
    entry = {"name": "f", "kind": "files", "paths": ["x.csv"], "csv": {"columns": {"uri": "id"}, key: value}}
    with pytest.raises(SourcesError, match=key):
        parse_sources({"sources": [entry]}, "sources.yaml", {})


def test_a_csv_row_becomes_a_post_by_its_mapping(tmp_path: Path) -> None:
    path = tmp_path / "forum.csv"
    rows = [
        '7;erika;120;"Zwei\nZeilen; und ein ""Zitat"" #Anzeige";03.02.2026 09:30;;Werbung acme;4',
        "8;acmecare;;Danke;03.02.2026 09:31;https://forum.example/7;;",
        "9;max;;ohne Datum;gestern;;;",
        "10;max;;kurz",
    ]
    path.write_text(HEADER + "\n".join(rows), encoding="utf-8-sig")
    topic = Topic()
    asyncio.run(run_until(files(str(path), mapping=MAPPING), topic, tmp_path / "c", lambda: False))
    one, two = topic.events
    assert (one.uri, one.source, one.created_at) == ("https://forum.example/7", "forum", 1_770_111_000_000)
    assert one.text == 'Zwei\nZeilen; und ein "Zitat" #Anzeige'
    assert (one.followers, one.hashtags, one.lang_declared, one.handle) == (120, ("Werbung", "acme"), ("de",), "")
    assert one.counts is not None
    assert one.counts.like == 4
    assert one.paid == "yes"
    assert (two.handle, two.role, two.parent_uri) == ("acmecare", "owned", one.uri)
    assert sorted(letter.reason.split(":")[0] for letter in topic.letters.values()) == ["created_at", "created_at"]


def test_a_row_with_a_number_of_five_thousand_digits_holds_up_no_other(tmp_path: Path) -> None:
    """Python refuses to read such a number: the file would be tried again for ever, and stop at the same row."""
    digits = "9" * 5000
    rows = [
        f"7;erika;{digits};eins;03.02.2026 09:30;;;",
        f"8;max;5;zwei;03.02.2026 09:31;;;{digits}",
        "9;max;5;drei;03.02.2026 09:32;;;1",
    ]
    path = tmp_path / "forum.csv"
    path.write_text(HEADER + "\n".join(rows), encoding="utf-8")
    topic = Topic()
    asyncio.run(
        run_until(files(str(path), mapping=MAPPING), topic, tmp_path / "c", lambda: len(topic.events) > 0, settle=0.1)
    )
    assert [event.uri[-1] for event in topic.events] == ["9"]
    assert sorted(letter.reason.split(":")[0] for letter in topic.letters.values()) == [
        "author.followers",
        "counts.like",
    ]


def test_a_mapping_that_names_a_missing_column_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "forum.csv"
    path.write_text("id;user\n1;x\n")
    with pytest.raises(Denied, match="has no column 'fans'"):
        list(csv_rows(path, MAPPING))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    findings = asyncio.run(files(str(tmp_path / "none*.jsonl")).check())
    assert not findings[0].ok


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_a_byte_order_mark_is_no_part_of_the_first_line(ending: str, tmp_path: Path) -> None:
    content = "\ufeff".encode() + line(1) + b"\r\n" + line(2) + b"\n"
    path = tmp_path / f"from-windows.jsonl{ending}"
    path.write_bytes(gzip.compress(content) if ending else content)
    assert [text for _, text, _ in lines(path)] == [line(1), line(2)]
