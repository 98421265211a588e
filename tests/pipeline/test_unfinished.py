"""A run with a broker of its own is killed in the middle of a batch: the next one brings the figures up to what is stored."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from streams.store import Store
from streams.unfinished import Unfinished, mend
from tests.pipeline.support import Feeder
from tests.pipeline.test_figures import story

TABLES = ("brand_minute", "conversations", "dialogues")
NAMES = ("events", "thread_index", "reply_links", "amendments", "count_snapshots", *TABLES)


class Killed(BaseException):
    """Stands for kill -9."""


def state(store: Store) -> list[Any]:
    tables = [store.query(f"SELECT * EXCEPT version FROM {t} FINAL WHERE posts > 0 ORDER BY ALL").rows for t in TABLES]
    posts = store.query("SELECT uri, text, deleted, brands FROM events FINAL ORDER BY uri").rows
    return [*tables, posts, *(store.query(f"SELECT * FROM {t} FINAL ORDER BY ALL").rows for t in NAMES[1:3])]


def begun(store: Store) -> tuple[Feeder, list[dict[str, Any]]]:
    """Everything but the last batch is stored; that one holds posts, replies, edits that change brands, and the post of a deletion
    that waits."""
    for name in NAMES:
        store.execute(f"TRUNCATE TABLE {name}")
    events = story()
    deletions = [event for event in events if event.get("action") == "delete"]
    others = [event for event in events if event.get("action") != "delete"]
    late = [event for event in others if event["uri"] in {deletion["uri"] for deletion in deletions[1:]}]
    early = [event for event in others[:40] if event not in late]
    feeder = Feeder(store)
    feeder.feed([*early, *deletions])
    return feeder, [event for event in others if event not in early]


def kill_at(monkeypatch: pytest.MonkeyPatch, store: Store, number: int) -> None:
    """Die instead of running the statement of this number that writes."""
    left = number
    for name in ("execute", "insert"):
        real: Callable[..., Any] = getattr(store, name)

        def dying(*given: Any, real: Callable[..., Any] = real) -> Any:
            nonlocal left
            if left == 0:
                raise Killed
            left -= 1
            return real(*given)

        monkeypatch.setattr(store, name, dying)


def test_wherever_a_batch_was_cut_off_the_figures_are_those_of_the_stored_posts(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feeder, last = begun(store)
    without = state(store)
    feeder.feed(last)
    whole, seen = state(store), set()
    for number in range(40):
        feeder, last = begun(store)
        unfinished = Unfinished(tmp_path / "unfinished")
        time.sleep(1.1)  # what was stored before shall not be stored again
        unfinished.begin()
        with monkeypatch.context() as patch:
            kill_at(patch, store, number)
            try:
                feeder.feed(last)
            except Killed:
                pass
            else:
                break
        since = unfinished.since_ms()
        assert since is not None
        again = Feeder(store)
        mended = mend(again.pipeline, since)
        found = state(store)
        assert found == (whole if mended else without), f"killed at statement {number}"
        assert not again.pipeline.unfinished
        seen.add(mended > 0)
    assert number > 8
    assert seen == {False, True}


def test_a_run_that_ended_in_an_orderly_way_leaves_nothing_to_mend(store: Store, tmp_path: Path) -> None:
    unfinished = Unfinished(tmp_path / "unfinished")
    assert unfinished.since_ms() is None
    feeder = Feeder(store)
    feeder.pipeline._begin = unfinished.begin
    feeder.feed(story()[:5])
    assert unfinished.since_ms() is not None
    assert not feeder.pipeline.unfinished
    unfinished.end()
    assert unfinished.since_ms() is None
    unfinished.end()
