"""A replay's bar shows what takes time: storing, not reading."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from rich.progress import Progress

from schemas.brands import BrandBook
from streams import replay
from streams.settings import Settings


def test_storing_has_a_bar_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    post = {"author": {"handle": "jo"}, "text": "Acme", "created_at": "2026-02-03T10:00:00Z"}
    file = tmp_path / "posts.jsonl"
    file.write_text("".join(json.dumps({**post, "uri": f"https://a.example/{n}"}) + "\n" for n in range(3)))
    bar: Progress = replay._progress()
    monkeypatch.setattr(replay, "_progress", lambda: bar)
    settings = Settings(home=tmp_path / "home", model="off")
    asyncio.run(replay.replay_embedded(settings, BrandBook(), [file], None, 60))
    assert {task.description: (task.completed, task.total) for task in bar.tasks} == {
        "read": (file.stat().st_size, file.stat().st_size),
        "store": (3, 3),
    }


def test_where_there_is_no_terminal_a_line_is_written_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    post = {
        "author": {"handle": "jo"},
        "text": "Acme",
        "uri": "https://a.example/1",
        "created_at": "2026-02-03T10:00:00Z",
    }
    file = tmp_path / "posts.jsonl"
    file.write_text(json.dumps(post) + "\n")
    monkeypatch.setattr(replay, "SAY_SECONDS", 0.05)
    asyncio.run(replay.replay_embedded(Settings(home=tmp_path / "home", model="off"), BrandBook(), [file], None, 60))
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("resonanz: ")]
    assert "resonanz: read 100 %, stored 0 of 1" in said  # joining the consumer group takes a second
