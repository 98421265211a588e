"""`resonanz alerts` as a person uses it: right, wrong, and in a container whose user has no name."""

from __future__ import annotations

import getpass
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from streams.alerts import changes, note_look
from streams.cli import alerts, common
from streams.store import Store
from tests.command import resonanz as run
from tests.watch.test_life import Life


@pytest.fixture
def life(store: Store, monkeypatch: pytest.MonkeyPatch) -> Life:
    @contextmanager
    def opened() -> Iterator[Store]:
        yield store

    monkeypatch.setattr(common, "store", opened)
    life = Life(store)
    for _ in range(3):
        life.minute(40)
    return life


def resonanz(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(alerts.app, list(arguments))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def test_an_empty_list_says_when_nobody_watches(life: Life) -> None:
    assert "watched" not in resonanz("list")[2]
    now = int(time.time() * 1000)
    note_look(life.store, ["acme"], now - 3_600_000, now - 3_600_000)
    since = datetime.fromtimestamp(now / 1000 - 3600, UTC)
    assert f"nobody has watched for crises since {since:%Y-%m-%d %H:%M} UTC" in resonanz("list")[2]
    note_look(life.store, ["acme"], now, now)
    assert "watched" not in resonanz("list")[2]


def test_an_alert_is_listed_shown_acknowledged_decided_again_and_resolved(life: Life) -> None:
    alert = life.told[-1].alert
    code, out, _ = resonanz("list", "--format", "json")
    assert code == 0
    assert json.loads(out.splitlines()[0])["alert_id"] == alert.alert_id
    code, out, _ = resonanz("show", alert.alert_id)
    assert '"severity"' in out
    assert '"inputs"' not in out
    assert resonanz("acknowledge", alert.alert_id, "--by", "Kim")[0] == 0
    code, out, _ = resonanz("rerun", alert.alert_id)
    assert code == 0
    assert out.startswith("2026-02-03 12:0")
    assert "(same)" in out
    assert "DIFFERENT" not in out
    assert resonanz("resolve", alert.alert_id, "--by", "Kim")[0] == 0
    assert changes(life.store, alert.alert_id)[-1].by == "Kim"
    code, _, err = resonanz("resolve", alert.alert_id, "--by", "Kim")
    assert code == 1
    assert "no open alert" in err


@pytest.mark.parametrize("command", ["show", "acknowledge", "resolve", "rerun"])
def test_an_alert_that_is_not_there_is_named_with_a_way_to_find_the_right_one(life: Life, command: str) -> None:
    name = () if command in ("show", "rerun") else ("--by", "Kim")
    code, out, err = resonanz(command, "' OR 1=1 --", *name)
    assert (code, out) == (1, "")
    assert "see resonanz alerts list" in err


@pytest.mark.parametrize("name", [" ", "\x1b[31mKim", "K" * 81])
def test_a_name_that_cannot_be_shown_is_refused(life: Life, name: str) -> None:
    code, _, err = resonanz("resolve", life.told[-1].alert.alert_id, "--by", name)
    assert code == 2
    assert "printable" in err
    assert changes(life.store, life.told[-1].alert.alert_id)[-1].severity != "none"


def test_a_user_without_a_name_is_asked_for_one(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 1234")

    monkeypatch.setattr(getpass, "getuser", nobody)
    code, _, err = resonanz("acknowledge", life.told[-1].alert.alert_id)
    assert code == 2
    assert "--by" in err


def test_standard_output_holds_the_answer_and_nothing_else(tmp_path: Path) -> None:
    """On a new store, whose tables are made on the way."""
    done = run("alerts", "list", "--format", "json", RESONANZ_HOME=str(tmp_path / "home"))
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
