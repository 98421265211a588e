"""An embedded run dies between a batch's posts and their figures; the next run starts with the figures right."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

from streams.replay import replay_embedded
from streams.settings import load_settings
from streams.store import open_store
from tests.sources.support import BRANDS

DIE = """
import asyncio, os, sys
from pathlib import Path
from streams.replay import replay_embedded
from streams.settings import load_settings
from streams.store import derive, dialogues
from tests.sources.support import BRANDS

derive.new_minutes = derive.minutes = lambda *_: os._exit(9)
settings = load_settings(home=Path(sys.argv[1]), model="off", metrics_port=0)
asyncio.run(replay_embedded(settings, BRANDS, [Path(sys.argv[2])], None, None))
"""


def test_the_next_run_finishes_what_the_last_one_began(tmp_path: Path) -> None:
    home, file, none = tmp_path / "home", tmp_path / "posts.jsonl", tmp_path / "none.jsonl"
    posts = [
        {"uri": f"u{n}", "author": {"handle": f"p{n}"}, "text": "Acme geht", "created_at": f"2026-11-20T10:0{n % 10}:00Z"}
        for n in range(40)
    ]  # fmt: skip
    file.write_text("\n".join(map(json.dumps, posts)), encoding="utf-8")
    none.write_text("", encoding="utf-8")
    died = subprocess.run([sys.executable, "-c", DIE, str(home), str(file)], cwd=Path(__file__).parents[2], timeout=120)
    assert died.returncode == 9
    with open_store(None, home) as store:
        stored = store.query("SELECT count() FROM events FINAL").scalar()
        assert stored > 0
        assert store.query("SELECT sum(posts) FROM brand_minute FINAL").scalar() == 0
    settings = load_settings(home=home, model="off", metrics_port=0)
    asyncio.run(replay_embedded(settings, BRANDS, [none], None, None))
    assert not (home / "unfinished").exists()
    with open_store(None, home) as store:
        for table in ("brand_minute", "conversations", "dialogues"):
            assert store.query(f"SELECT sum(posts) FROM {table} FINAL").scalar() == stored
