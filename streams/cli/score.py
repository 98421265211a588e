"""`resonanz score`: sentiment and value chain for JSON Lines, as a filter."""

from __future__ import annotations

import sys
import time
from codecs import BOM_UTF8
from collections.abc import Iterator
from queue import Empty, Queue
from threading import Thread
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from streams.cli import common

if TYPE_CHECKING:
    from processors.sentiment import Model

FIRST_CHUNK, CHUNK = 64, 2_048
MAX_LINE = 4 << 20
"""Bytes of a line; a longer one is answered with an error, so that one line cannot fill the memory."""


def score(
    model: Annotated[
        str | None, typer.Option(help="model folder or hub name; default: the setting, else the shipped model")
    ] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, max=256, help="batches read at once; default: one for each CPU")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="no progress on stderr")] = False,
) -> None:
    """Read JSON Lines with `text` on stdin; write each object with `lang`, `sentiment`, `score`, `value_chain` added.

    Order is kept, a `lang` that is already there too. A line that is no object with a `text` is answered with `error`.

    \b
    Examples:
      resonanz score < posts.jsonl > scored.jsonl
      echo '{"text": "Der Zug war pünktlich und sauber!"}' | resonanz score -q
    """
    config = common.settings()
    from processors.sentiment import ModelError, open_model

    name = model if model is not None else config.model
    if name == "off":
        common.fail("the sentiment model is switched off (RESONANZ_MODEL=off): unset it, or give --model", common.USAGE)
    try:
        opened = open_model(name, threads=threads or config.threads or None, label_map=config.model_labels or None)
    except ModelError as error:
        common.fail(str(error))
    # Not sys.stdin: a thread waits in it when Ctrl-C comes, and Python could then not take it down, and would crash.
    source = open(sys.stdin.fileno(), "rb", closefd=False)  # noqa: SIM115  never closed, for the same reason
    try:
        run(opened, source, sys.stdout.buffer, None if quiet else sys.stderr)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output is gone (`… | head`): nothing to say, and nobody to say it to
        raise typer.Exit(common.FAILURE) from None


def run(model: Model, source: IO[bytes], sink: IO[bytes], progress: IO[str] | None = None) -> None:
    """Score `source` into `sink`, a chunk at a time: what has arrived is answered without waiting for a full chunk."""
    from msgspec.json import Encoder

    encoder = Encoder()
    started = shown = time.monotonic()
    done = bad = 0
    for chunk in _chunks(source):
        rows = [_parse(line, done + i) for i, line in enumerate(chunk, 1)]
        good = [row for row, sound in rows if sound]
        _answer(model, good)
        done += len(rows)
        bad += len(rows) - len(good)
        sink.write(encoder.encode_lines([row for row, _ in rows]))
        sink.flush()
        now = time.monotonic()
        if progress and now - shown > (1 if progress.isatty() else 10):
            shown = now
            _show(progress, done, bad, now - started, "\r" if progress.isatty() else "\n")
    if progress:
        _show(progress, done, bad, time.monotonic() - started, "\n")


def _chunks(source: IO[bytes]) -> Iterator[list[bytes]]:
    """Lines in groups: a small one first, for an early first answer, then whatever has arrived, up to `CHUNK`."""
    lines: Queue[bytes | None] = Queue(2 * CHUNK)
    Thread(target=_feed, args=(source, lines), name="stdin", daemon=True).start()
    size = FIRST_CHUNK
    open_ = True
    while open_:
        line = lines.get()
        chunk: list[bytes] = []
        while line is not None:
            chunk.append(line)
            if len(chunk) == size:
                break
            try:
                line = lines.get(timeout=0.02)
            except Empty:
                break
        open_ = line is not None
        size = CHUNK
        if chunk:
            yield chunk


def _feed(source: IO[bytes], lines: Queue[bytes | None]) -> None:
    mark = BOM_UTF8  # Windows programs put it before the first line
    try:
        while line := source.readline(MAX_LINE + 1):
            line, mark = line.removeprefix(mark), b""
            if len(line) > MAX_LINE:
                while (rest := source.readline(MAX_LINE)) and not rest.endswith(b"\n"):
                    pass
            lines.put(line)
    finally:
        lines.put(None)


def _parse(line: bytes, number: int) -> tuple[dict[str, Any], bool]:
    """The object of a line and True, or the answer to a bad line and False."""
    from msgspec import DecodeError
    from msgspec.json import decode

    if len(line) > MAX_LINE:
        return {"line": number, "error": f"longer than {MAX_LINE} bytes"}, False
    try:
        row = decode(line)
    except (DecodeError, UnicodeDecodeError, RecursionError) as error:
        return {"line": number, "error": f"not JSON: {error}"}, False
    if not isinstance(row, dict):
        return {"line": number, "error": "not a JSON object"}, False
    if not isinstance(row.get("text"), str):
        return {**row, "line": number, "error": "no text: the field `text` must be a string"}, False
    return row, True


def _answer(model: Model, rows: list[dict[str, Any]]) -> None:
    """Add the model's answers to `rows`."""
    from processors.language import identify
    from processors.sentiment import CLASSES

    texts = [row["text"] for row in rows]
    for row, found in zip(rows, identify(texts), strict=True):
        if not (isinstance(row.get("lang"), str) and row["lang"]):
            row["lang"] = found
    for row, answer in zip(rows, model.predict(texts, [row["lang"] for row in rows]), strict=True):
        row["sentiment"] = answer.label
        row["score"] = dict(zip(CLASSES, answer.probabilities, strict=True))
        row["value_chain"] = answer.value_chain


def _show(progress: IO[str], done: int, bad: int, seconds: float, end: str) -> None:
    rate = done / seconds if seconds > 0 else 0.0
    bad_part = f", {bad} bad lines" if bad else ""
    print(f"resonanz score: {done} lines{bad_part}, {rate:.0f} lines/s", end=end, file=progress, flush=True)
