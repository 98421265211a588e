"""A number that cannot be meant is refused with a usage message, before anything starts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from streams.cli import app
from tests.command import RESONANZ
from tests.conftest import ROOT


@pytest.mark.parametrize(
    "command",
    [
        ("metrics", "--hours", "inf"),
        ("why", "net_sentiment", "--brand", "acme", "--age", "inf"),
        ("replay", "LICENSE", "--speed", "nan"),
        ("replay", "LICENSE", "--timeout", "-1"),
    ],
)
def test_a_number_that_cannot_be_meant_is_refused(command: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 2
    assert command[-2] in done.stderr


@pytest.mark.parametrize("address", ["clickhouse://server:abc/db", "clickhouse://[server", "http://server"])
def test_an_address_that_cannot_be_one_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESONANZ_GRAFANA_TOKEN", "token")
    done = CliRunner().invoke(app, ("dashboards", "publish", "--url", "http://127.0.0.1:1", "--clickhouse", address))
    assert done.exit_code == 2
    assert "--clickhouse must look like" in done.stderr


def test_detect_says_nothing_when_its_reader_is_gone(tmp_path: Path) -> None:
    series = tmp_path / "series.csv"
    series.write_text("timestamp,value\n2026-01-01T00:00:00,1\n")
    done = subprocess.run(
        f"{sys.executable} -u {RESONANZ[0]} '{RESONANZ[1]}' detect {series} | sleep 0",
        shell=True, capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert "pipe" not in done.stderr.casefold()
