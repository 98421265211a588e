"""A run with fewer partitions than the one before: edits and deletions still reach the posts of the partitions that are gone."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from streams.replay import replay_embedded
from streams.settings import load_settings
from streams.store import open_store
from tests.sources.support import BRANDS


def test_a_deletion_reaches_a_post_of_a_partition_that_is_no_more(tmp_path: Path) -> None:
    def run(partitions: int, posts: list[dict[str, Any]]) -> None:
        file = tmp_path / "posts.jsonl"
        file.write_text("\n".join(map(json.dumps, posts)), encoding="utf-8")
        settings = load_settings(home=tmp_path / "home", model="off", metrics_port=0, partitions=partitions)
        asyncio.run(asyncio.wait_for(replay_embedded(settings, BRANDS, [file], None, None), 100))

    uris = [f"https://social.example/{n}" for n in range(20)]
    at = "2026-11-20T10:00:00Z"
    run(
        8,
        [
            {"uri": uri, "source": "mastodon", "author": {"handle": uri}, "text": "Acme", "created_at": at}
            for uri in uris
        ],
    )
    run(
        2,
        [{"uri": uri, "source": "mastodon", "action": "delete", "created_at": "2026-11-20T11:00:00Z"} for uri in uris],
    )
    with open_store(None, tmp_path / "home") as store:
        assert store.query("SELECT count(), sum(deleted), max(shard) > 1 FROM events FINAL").rows == [(20, 20, 1)]
        assert store.query("SELECT sum(posts) FROM brand_minute FINAL").scalar() == 0
