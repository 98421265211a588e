"""`resonanz detect` and the detector on plain counts."""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from processors.crisis.counts import CountAlarm, CountDetector
from streams.cli.detect import detect

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("RESONANZ_SHARED", ROOT.parent / "shared"))
START = 1_700_006_400

app = typer.Typer()
app.command()(detect)


def write_series(path: Path, values: list[int], first: str = "2024-03-04 21:42:53") -> None:
    moment = datetime.fromisoformat(first)
    with path.open("w", encoding="utf-8") as stream:
        print("timestamp,value", file=stream)
        for value in values:
            print(f"{moment},{value}", file=stream)
            moment += timedelta(minutes=5)


def spiky(days: int = 5, burst_at: int = 1_200, height: int = 400, seed: int = 1) -> list[int]:
    rng = random.Random(seed)
    values = [rng.randrange(5, 15) for _ in range(days * 288)]
    for i in range(8):
        values[burst_at + i] += height
    return values


def alarms(values: list[int]) -> list[CountAlarm]:
    detector = CountDetector(300)
    return [alarm for i, value in enumerate(values) if (alarm := detector.update(START + 300 * i, value))]


def test_a_burst_is_found_within_two_steps_and_told_once() -> None:
    found = alarms(spiky())
    assert START + 300 * 1_200 <= found[0].at <= START + 300 * 1_201
    assert len(found) == 1


def test_noise_alone_raises_nothing() -> None:
    rng = random.Random(3)
    assert alarms([rng.randrange(5, 15) for _ in range(14 * 288)]) == []


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    cut=st.integers(200, 1_400),
    bursts=st.lists(st.tuples(st.integers(150, 1_390), st.integers(1, 900)), max_size=4),
)
def test_the_future_changes_nothing(seed: int, cut: int, bursts: list[tuple[int, int]]) -> None:
    rng = random.Random(seed)
    values = [rng.randrange(0, 20) for _ in range(1_400)]
    for at, height in bursts:
        values[at] += height
    whole = alarms(values)
    assert alarms(values[:cut]) == [alarm for alarm in whole if alarm.at < START + 300 * cut]


def test_time_must_go_forward() -> None:
    detector = CountDetector(300)
    detector.update(START, 1)
    with pytest.raises(ValueError, match="increase"):
        detector.update(START, 1)
    with pytest.raises(ValueError, match="negative"):
        detector.update(START + 300, -1)
    with pytest.raises(ValueError, match="positive"):
        CountDetector(0)


def test_rows_carry_the_timestamps_exactly_as_they_were(tmp_path: Path) -> None:
    write_series(tmp_path / "acme.csv", spiky())
    (tmp_path / "labels.json").write_text("{}")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    output = tmp_path / "out" / "alarms.csv"
    output.parent.mkdir()
    result = CliRunner().invoke(app, [str(tmp_path), "--output", str(output)])
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader(output.open()))
    stamps = {row["timestamp"] for row in csv.DictReader((tmp_path / "acme.csv").open())}
    assert rows
    assert set(rows[0]) == {"series", "timestamp", "severity", "score"}
    assert {row["series"] for row in rows} == {"acme"}
    assert {row["timestamp"] for row in rows} <= stamps
    assert "skipped" in result.stderr
    assert "labels.json" in result.stderr
    assert "other.csv" in result.stderr
    assert "acme: 1440 rows" in result.stderr


def test_cutting_the_file_off_keeps_the_rows_before(tmp_path: Path) -> None:
    values = spiky()
    write_series(tmp_path / "acme.csv", values)
    whole = CliRunner().invoke(app, [str(tmp_path / "acme.csv")]).stdout.splitlines()
    write_series(tmp_path / "acme.csv", values[:1_203])
    part = CliRunner().invoke(app, [str(tmp_path / "acme.csv")]).stdout.splitlines()
    assert len(part) > 1
    assert part == whole[: len(part)]


def test_a_row_that_repeats_or_goes_back_is_left_out_with_a_note(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "timestamp,value\n2024-01-01 00:00:00,1\n2024-01-01 00:05:00,2\n2024-01-01 00:05:00,9\n"
    )
    result = CliRunner().invoke(app, [str(tmp_path / "a.csv")])
    assert result.exit_code == 0
    assert "row 3" in result.stderr


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("timestamp,value\nyesterday,1\n", "row 1"),
        ("timestamp,value\n2024-01-01 00:00:00,-3\n", "from 0 up"),
        ("timestamp,value\n2024-01-01 00:00:00,nan\n", "from 0 up"),
        ("timestamp,value\n2024-01-01 00:00:00,1e308\n", "from 0 up"),
        ("timestamp,value\n2024-01-01 00:00:00\n", "row 1"),
        ("timestamp,value\n2024-01-01 00:00:00,1\n2024-01-01 00:05:00,\xff\n", "UTF-8"),
        (f"timestamp,value\n2024-01-01 00:00:00,1\n2024-01-01 00:05:00,{'9' * 200_000}\n", "row 1"),
    ],
)
def test_a_row_that_cannot_be_read_names_itself(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "a.csv").write_text(content, encoding="latin-1")
    result = CliRunner().invoke(app, [str(tmp_path / "a.csv")])
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert says in result.stderr
    assert "a.csv" in result.stderr


@pytest.mark.parametrize("threshold", ["0", "-1", "nan", "inf"])
def test_a_threshold_without_sense_is_a_usage_error(tmp_path: Path, threshold: str) -> None:
    write_series(tmp_path / "acme.csv", spiky())
    result = CliRunner().invoke(app, [str(tmp_path), "--threshold", threshold])
    assert result.exit_code == 2
    assert "--threshold" in result.stderr


def test_a_gap_right_after_the_first_row_does_not_pass_for_the_time_step(tmp_path: Path) -> None:
    write_series(tmp_path / "acme.csv", spiky())
    lines = (tmp_path / "acme.csv").read_text().splitlines(keepends=True)
    whole = CliRunner().invoke(app, [str(tmp_path / "acme.csv")]).stdout
    (tmp_path / "acme.csv").write_text("".join([*lines[:2], *lines[14:]]))
    gap = CliRunner().invoke(app, [str(tmp_path / "acme.csv")]).stdout
    assert [line.split(",")[1] for line in gap.splitlines()] == [line.split(",")[1] for line in whole.splitlines()]


def test_a_file_that_only_looks_like_csv_is_left_out_with_a_note(tmp_path: Path) -> None:
    write_series(tmp_path / "acme.csv", spiky())
    (tmp_path / "broken.csv").write_text("x" * 200_000 + "\n")
    result = CliRunner().invoke(app, [str(tmp_path)])
    assert result.exit_code == 0
    assert "broken.csv" in result.stderr


def test_an_output_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    write_series(tmp_path / "acme.csv", spiky())
    result = CliRunner().invoke(app, [str(tmp_path), "--output", str(tmp_path / "nowhere" / "alarms.csv")])
    assert result.exit_code == 1
    assert "nowhere" in result.stderr


def test_a_missing_path_is_a_usage_error(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [str(tmp_path / "nothing")])
    assert result.exit_code == 2
    assert "no such file" in result.stderr


@pytest.mark.skipif(not (SHARED / "tools/score_mentions.py").exists(), reason="no labelled series beside the project")
def test_the_labelled_series_are_found_with_few_false_alarms(tmp_path: Path) -> None:
    data = SHARED / "data" / "mentions"
    result = CliRunner().invoke(app, [str(data), "--output", str(tmp_path / "alarms.csv")])
    assert result.exit_code == 0, result.output
    scorer = [
        sys.executable,
        str(SHARED / "tools/score_mentions.py"),
        "--data",
        str(data),
        str(tmp_path / "alarms.csv"),
    ]
    score = json.loads(subprocess.run(scorer, check=True, capture_output=True, text=True).stdout)
    assert score["nab"] >= 85
    assert score["near"] >= 14
    assert score["fp_per_day"] <= 0.05
