"""`resonanz score` as a filter."""

from __future__ import annotations

import io
import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from processors.sentiment import CLASSES, Prediction, Stats
from streams.cli.score import MAX_LINE, run


class _Stub:
    """A model that answers at once, for what has nothing to do with the model."""

    version = "stub"

    def __init__(self) -> None:
        self.stats = Stats()
        self.largest = 0

    def predict(
        self, texts: Sequence[str], languages: Sequence[str] | None = None, *, deadline: float | None = None
    ) -> list[Prediction]:
        self.largest = max(self.largest, len(texts))
        return [Prediction("neutral", (0.0, 1.0, 0.0), ("service",), "stub") for _ in texts]


def _score(lines: bytes) -> list[dict[str, object]]:
    out = io.BytesIO()
    run(_Stub(), io.BytesIO(lines), out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_fields_are_added_and_others_kept() -> None:
    [row] = _score('{"id": 7, "text": "Der Zug war schon wieder zu spät"}\n'.encode())
    assert row == {
        "id": 7,
        "text": "Der Zug war schon wieder zu spät",
        "lang": "de",
        "sentiment": "neutral",
        "score": {"negative": 0.0, "neutral": 1.0, "positive": 0.0},
        "value_chain": ["service"],
    }


def test_a_declared_language_is_kept() -> None:
    assert _score(b'{"text": "hello there my friend", "lang": "nl"}')[0]["lang"] == "nl"


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense",
        b"[1, 2]",
        b'"text"',
        b"{}",
        b'{"text": 3}',
        b'{"text": null}',
        b'{"text": "a',
        b"\xff\xfe",
        b"",
        b"[" * 9_999,
    ],
)
def test_a_bad_line_is_answered_in_its_place(line: bytes) -> None:
    rows = _score(b'{"text": "eins"}\n' + line + b'\n{"text": "drei"}\n')
    assert [row.get("text") for row in (rows[0], rows[2])] == ["eins", "drei"]
    assert "error" in rows[1]
    assert rows[1]["line"] == 2
    assert "sentiment" not in rows[1]


def test_a_line_too_long_is_answered_and_the_next_is_read() -> None:
    rows = _score(b'{"text": "' + b"a" * (2 * MAX_LINE + 5) + b'"}\n{"text": "danach"}\n')
    assert "longer than" in str(rows[0]["error"])
    assert rows[1]["text"] == "danach"
    assert len(rows) == 2


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    (row,) = _score('\ufeff{"text": "gut"}\n'.encode())
    assert row["sentiment"] == "neutral"


def test_order_is_kept_over_many_chunks() -> None:
    lines = b"".join(b'{"text": "a", "n": %d}\n' % n for n in range(10_000))
    assert [row["n"] for row in _score(lines)] == list(range(10_000))


class _Endless(io.RawIOBase):
    """Lines made as they are read."""

    def __init__(self, count: int) -> None:
        self._lines: Iterator[bytes] = (b'{"text": "Beitrag Nummer %d"}\n' % n for n in range(count))

    def readline(self, size: int | None = -1) -> bytes:  # type: ignore[override]
        return next(self._lines, b"")


class _Counter(io.RawIOBase):
    lines = 0

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.lines += data.count(b"\n")
        return len(data)


def test_memory_does_not_grow_with_the_input() -> None:
    import tracemalloc

    def peak(count: int) -> int:
        tracemalloc.start()
        sink = _Counter()
        run(_Stub(), _Endless(count), sink)  # type: ignore[arg-type]
        assert sink.lines == count
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(5_000)
    assert peak(60_000) < 2 * peak(10_000)


def _command(folder: Path) -> subprocess.Popen[bytes]:
    code = "import sys; from streams.cli.score import score; score(sys.argv[1], 2, True)"
    return subprocess.Popen(
        [sys.executable, "-c", code, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "RESONANZ_MODEL": ""},
    )


def test_the_first_answer_comes_before_the_input_ends_and_soon(folder: Path) -> None:
    started = time.monotonic()
    with _command(folder) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write('{"text": "Ich liebe das, großartig!"}\n'.encode())
        process.stdin.flush()
        row = json.loads(process.stdout.readline())
        seconds = time.monotonic() - started
        process.stdin.close()
        assert process.wait(30) == 0
    assert row["sentiment"] == "positive"
    assert set(row["score"]) == set(CLASSES)
    assert math.isclose(sum(row["score"].values()), 1, abs_tol=1e-9)
    assert seconds < 3 * float(os.environ.get("RESONANZ_SLOW", "1"))


def test_a_closed_pipe_ends_it_quietly(folder: Path) -> None:
    with _command(folder) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        try:
            for _ in range(300):
                process.stdin.write(b'{"text": "Beitrag"}\n' * 100)
        except BrokenPipeError:
            pass
        finally:
            try:
                process.stdin.close()
            except BrokenPipeError:
                pass
        process.wait(30)
        assert b"Traceback" not in process.stderr.read()


def test_ctrl_c_while_it_waits_for_input_is_no_crash(folder: Path) -> None:
    with _command(folder) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.write(b'{"text": "Beitrag"}\n')
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        status = process.wait(30)
        said = process.stderr.read().decode()
    assert status != -signal.SIGABRT
    assert "Fatal" not in said
