"""The commands of the catalogue over a store of their own, as a person calls them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from streams.cli import app
from streams.store import open_store
from streams.store.migrate import migrate
from tests.metrics.support import feed
from tests.metrics.test_catalogue import BOOK, post


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RESONANZ_HOME", str(tmp_path))
    monkeypatch.delenv("RESONANZ_BRANDS", raising=False)
    monkeypatch.chdir(tmp_path)
    with open_store(None, tmp_path) as store:
        migrate(store)
        feed(store, BOOK, [post(1, "@acme Acme, why is it late?")])
    (tmp_path / "brands.yaml").write_text(
        "brands: [{id: acme, name: Acme, terms: [Acme], accounts: ['mastodon:acme']}]"
    )
    return tmp_path


def run(*arguments: str) -> tuple[Any, str]:
    """The JSON on stdout, and what a person is told on stderr."""
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    return msgspec.json.decode(done.stdout), done.stderr


@pytest.mark.parametrize(
    "command", [("metrics",), ("why", "net_sentiment", "--brand", "acme"), ("routing", "--brand", "acme")]
)
def test_a_wrong_folder_is_not_mistaken_for_missing_brands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Sequence[str]
) -> None:
    monkeypatch.setenv("RESONANZ_HOME", str(tmp_path / "elsewhere"))
    monkeypatch.delenv("RESONANZ_BRANDS", raising=False)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 2
    assert "no brands.yaml is given" in done.stderr
    assert "RESONANZ_HOME" in done.stderr
    assert "are taken as one competitor set" not in done.stderr


def test_recomputing_everything_reaches_minutes_that_hold_no_more_than_deleted_posts(home: Path) -> None:
    """Neither is the last post of the store one that names a brand, nor one that is still there."""
    last = post(2, "Acme, gone", created_at="2026-02-03T09:00:00Z")
    with open_store(None, home) as store:
        feed(store, BOOK, [last, {"uri": last["uri"], "source": last["source"], "action": "delete"}])
        for table in ("brand_minute", "conversations"):  # as a defect, or a worker of another version, may leave them
            store.execute(f"INSERT INTO {table} SELECT * REPLACE (posts + 1 AS posts, 5 AS version) FROM {table} FINAL")
            store.execute(f"ALTER TABLE {table} DELETE WHERE version != 5 SETTINGS mutations_sync = 2")
        assert store.query("SELECT sum(posts) FROM brand_minute FINAL").scalar() == 3
    found, _ = run("recompute")
    assert found["unchanged"] == {"brand_minute": False, "conversations": False, "dialogues": True}
    with open_store(None, home) as store:
        assert store.query("SELECT sum(posts) FROM brand_minute FINAL").scalar() == 1
        assert store.query("SELECT sum(posts) FROM conversations FINAL").scalar() == 1


def test_commands_answer_in_json_and_say_apart_what_a_person_should_know(home: Path) -> None:
    (value,), said = run("metrics", "--brand", "acme", "--metric", "share_of_voice")
    assert (value["n"], said) == (1, "")
    found, said = run("why", "share_of_voice", "--brand", "acme", "--at", "2026-02-03")
    assert found["events"][0]["created_at"] == "2026-02-03T01:00:00Z"
    assert said == ""
    found, said = run("routing", "--brand", "acme")
    assert sum(desk["open"] for desk in found["owners"]) == 1
    assert "acme names no owners" in said
    (home / "brands.yaml").unlink()
    commands: Sequence[Sequence[str]] = (
        ("metrics",),
        ("why", "net_sentiment", "--brand", "acme"),
        ("routing", "--brand", "acme"),
    )
    for command in commands:
        assert "no brands.yaml" in run(*command)[1]
