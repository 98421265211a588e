"""`resonanz detect`: the crisis detector over past counts."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from processors.crisis.counts import WARNING_SCORE, CountAlarm, CountDetector

HEADER = ("series", "timestamp", "severity", "score")


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
    try:
        files = list(series_files(paths))
    except FileNotFoundError as error:
        _fail(f"{error}: no such file or folder", 2)
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

    The time step is the distance of the first two rows. A row that does not go forward in time is noted and left out.
    Raises ValueError with file and row for a timestamp or value that cannot be read.
    """
    detector: CountDetector | None = None
    first: tuple[str, int, float] | None = None
    last = 0
    with path.open(newline="", encoding="utf-8-sig") as stream:
        for number, row in enumerate(csv.DictReader(stream), 1):
            try:
                at, value = _seconds(row["timestamp"]), float(row["value"])
                if not 0 <= value < float("inf"):
                    raise ValueError("a count is a number from 0 up")
            except (KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{path}, row {number}: cannot read {row} ({error})") from None
            if first is None:
                first, last = (row["timestamp"], at, value), at
                yield row["timestamp"], None
                continue
            if at <= last:
                _note(f"{path}, row {number}: {row['timestamp']} is not after the row before, left out")
                continue
            if detector is None:
                detector = CountDetector(at - last, threshold)
                detector.update(first[1], first[2])
            last = at
            yield row["timestamp"], detector.update(at, value)


def _is_series(file: Path) -> bool:
    if file.suffix.lower() != ".csv":
        return False
    with file.open(newline="", encoding="utf-8-sig", errors="replace") as stream:
        return {"timestamp", "value"} <= set(next(csv.reader(stream), []))


def _seconds(text: str) -> int:
    moment = datetime.fromisoformat(text)
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _fail(text: str, code: int) -> None:
    _note(f"resonanz detect: {text}")
    raise typer.Exit(code)
