"""What `resonanz deadletters` says of letters that were not sent again, and of letters that are not there."""

from __future__ import annotations

import json
from pathlib import Path

from schemas.dead_letter import dead_letter
from streams.letters import mark_replayed, store_letters
from streams.store import open_store
from streams.store.migrate import migrate
from tests.command import resonanz

LETTERS = [dead_letter("text: is empty", b"{}", at=at, stage="source", origin=f"posts.jsonl:{at}") for at in (1, 2)]


def test_a_letter_that_was_not_sent_again_has_no_time_for_it(tmp_path: Path) -> None:
    with open_store(None, tmp_path) as store:
        migrate(store)
        store_letters(store, LETTERS)
        mark_replayed(store, LETTERS[1:], 1_770_000_000_000)
    listed = resonanz("deadletters", "list", "--all", "--format", "json", RESONANZ_HOME=str(tmp_path))
    times = {row["place"]: row["replayed_at"] for row in map(json.loads, listed.stdout.splitlines())}
    assert times == {"posts.jsonl:1": None, "posts.jsonl:2": "2026-02-02T02:40:00Z"}
    shown = resonanz("deadletters", "list", "--all", RESONANZ_HOME=str(tmp_path)).stdout
    assert "2026-02-02" in shown
    assert "None" not in shown


def test_a_letter_that_is_not_there_is_said(tmp_path: Path) -> None:
    done = resonanz("deadletters", "replay", "7", RESONANZ_HOME=str(tmp_path))
    assert (done.returncode, json.loads(done.stdout)["letters"]) == (1, 0)
    assert done.stderr.splitlines()[-1].startswith("resonanz: 1 of the letters named are not there")
