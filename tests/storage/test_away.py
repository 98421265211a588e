"""A store that cannot be reached: every command says so in one line, without a traceback."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.command import resonanz


def asked(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return resonanz(*words, RESONANZ_CLICKHOUSE="clickhouse://127.0.0.1:1/x", RESONANZ_HOME=str(home))


@pytest.mark.parametrize(
    "words",
    [
        "alerts list",
        "deadletters list",
        "metrics --brand x",
        "migrate",
        "query SELECT",
        "recompute --from 2026-01-01 --to 2026-01-02",
        "routing --brand x",
        "why share_of_voice --brand x",
    ],
)
def test_it_is_named_in_one_line(words: str, tmp_path: Path) -> None:
    done = asked(tmp_path / "home", *words.split())
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert "ClickHouse at 127.0.0.1:1 cannot be reached" in done.stderr


def test_the_doctor_tells_it_among_what_is_well(tmp_path: Path) -> None:
    done = asked(tmp_path / "home", "doctor")
    assert done.returncode == 1
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["ok", "ok", "ok", "ok", "ok", "FAIL", "ok"]
    assert done.stderr == "1 of 7 checks failed\n"
