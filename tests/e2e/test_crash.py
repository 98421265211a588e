"""Promise 1 and 2: no accepted event is lost, a re-delivery changes no number, whatever dies."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.crash import run


@pytest.mark.slow
def test_killed_worker_and_refusing_store_lose_nothing_and_count_nothing_twice(tmp_path: Path) -> None:
    # `python -m tests.e2e.crash` runs the long form: 100,000 posts, 5 kills, the store away for 20 s twice.
    result = run(tmp_path, posts=15_000, kills=2, refusals=1, refuse_seconds=3)
    truth = result["truth"]
    assert result["stored"] == truth["posts"]
    assert result["brands"] == truth["brands"]
    assert result["in_conversations"] == truth["posts"]
    assert (result["lag"], result["dead_letters"], result["kills"]) == (0, 0, 2)
    assert result["worker_exit"] == 0
