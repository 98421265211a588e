"""`resonanz detect`: the crisis detector over past counts."""

from __future__ import annotations

import csv
import math
import os
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from itertools import chain, islice, pairwise
from pathlib import Path
from statistics import median_low
from typing import Annotated

import typer

from processors.crisis.counts import WARNING_SCORE, CountAlarm, CountDetector

HEADER = ("series", "timestamp", "severity", "score")
STEP_ROWS = 50
"""The time step is the usual distance of this many rows at the start, so that a gap among them does no harm."""
LARGEST = 1e15


def detect(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="CSV files with the columns timestamp,value (one series a file), or folders of such files."
        ),
    ],
    output: Annotated[Path | None, typer.Option(help="File for the alarms; default: standard output.")] = None,
    threshold: Annotated[
        float, typer.Option(help="Novelty score an alarm needs; lower finds more and errs more (docs/crisis.md).")
    ] = WARNING_SCORE,
) -> None:
    """Raise the alarms that past counts would have raised, one row each: series,timestamp,severity,score.

    Strictly causal: a row's alarm rests on that row and earlier ones. Timestamps are written exactly as they were read.

    Examples:

        resonanz detect counts/ --output alarms.csv

        resonanz detect acme.csv globex.csv
    """
    if not 0 < threshold < math.inf:
        _fail("--threshold: give a number above 0", 2)
    try:
        files = list(series_files(paths))
    except FileNotFoundError as error:
        _fail(f"{error}: no such file or folder", 2)
    except OSError as error:
        _fail(str(error), 1)
    if not files:
        _fail("no series found: give CSV files with the columns timestamp,value", 2)
    try:
        with output.open("w", newline="", encoding="utf-8") if output else nullcontext(sys.stdout) as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(HEADER)
            for number, path in enumerate(files, 1):
                rows = alarms = 0
                for stamp, alarm in alarms_of(path, threshold):
                    rows += 1
                    if alarm is not None:
                        alarms += 1
                        writer.writerow((path.stem, stamp, alarm.severity, f"{alarm.score:.3f}"))
                _note(f"[{number}/{len(files)}] {path.stem}: {rows} rows, {alarms} alarms")
    except BrokenPipeError:  # the reader of our output is gone (`… | head`): nothing to say
        _drop_output()
        raise typer.Exit(1) from None
    except (OSError, ValueError) as error:
        _fail(str(error), 1)


def series_files(paths: list[Path]) -> Iterator[Path]:
    """The files that hold a series, folders opened and sorted by name; what is not a series is noted on stderr.

    Raises FileNotFoundError for a path that does not exist.
    """
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(path)
        for file in sorted(path.iterdir()) if path.is_dir() else [path]:
            if file.is_dir():
                continue
            if _is_series(file):
                yield file
            else:
                _note(f"skipped {file}: not a CSV file with the columns timestamp,value")


def alarms_of(path: Path, threshold: float) -> Iterator[tuple[str, CountAlarm | None]]:
    """(timestamp as written, alarm or None) for each row of a series, in one pass.

    The time step is the median distance of the first 50 rows. A row that does not go forward in time is noted and left out.
    Raises ValueError with file and row for a timestamp or value that cannot be read.
    """
    rows = _rows(path)
    first = list(islice(rows, STEP_ROWS))
    gaps = [after - before for (_, before, _), (_, after, _) in pairwise(first)]
    detector = CountDetector(median_low(gaps) if gaps else 1, threshold)
    for stamp, at, value in chain(first, rows):
        yield stamp, detector.update(at, value)


def _rows(path: Path) -> Iterator[tuple[str, int, float]]:
    """(timestamp as written, epoch second, count), forward in time."""
    last: int | None = None
    number = 0
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            for number, row in enumerate(csv.DictReader(stream), 1):
                at, value = _read(path, number, row)
                if last is not None and at <= last:
                    _note(f"{path}, row {number}: {row['timestamp']} is not after the row before, left out")
                    continue
                last = at
                yield row["timestamp"], at, value
    except (csv.Error, UnicodeDecodeError) as error:
        raise ValueError(f"{path}, after row {number}: not a CSV file in UTF-8 ({error})") from None


def _read(path: Path, number: int, row: dict[str, str]) -> tuple[int, float]:
    try:
        at, value = _seconds(row["timestamp"]), float(row["value"])
        if not 0 <= value <= LARGEST:
            raise ValueError(f"a count is a number from 0 up to {LARGEST:g}")
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{path}, row {number}: cannot read {row} ({error})") from None
    return at, value


def _is_series(file: Path) -> bool:
    if file.suffix.lower() != ".csv":
        return False
    try:
        with file.open(newline="", encoding="utf-8-sig", errors="replace") as stream:
            return {"timestamp", "value"} <= set(next(csv.reader(stream), []))
    except csv.Error:
        return False


def _seconds(text: str) -> int:
    moment = datetime.fromisoformat(text)
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _drop_output() -> None:
    """Nobody reads what is still buffered; without this Python complains of it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _fail(text: str, code: int) -> None:
    _note(f"resonanz detect: {text}")
    raise typer.Exit(code)
