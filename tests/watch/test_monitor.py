"""The live crisis watch over the real store: a simulated storm is told once, early, and the same after a restart."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest

from streams.alerts import acknowledge, changes, decide_again, list_alerts
from streams.crisis import Change, CrisisMonitor, store_changes
from streams.demo import RATE, WEIGHTS, demo_brands, demo_stream
from streams.demo_past import invent_past
from streams.simulator import SimulatedPost
from streams.store import Store
from tests.pipeline.support import Feeder

STEP = 5


class Scored(NamedTuple):
    label: str
    probabilities: tuple[float, float, float] = (0.0, 1.0, 0.0)
    value_chain: tuple[str, ...] = ()
    model_version: str = "truth"


class Truth:
    """The simulator's own labels in the place of the model: here the watch is tested, not the model."""

    version = "truth"

    def __init__(self, posts: Sequence[SimulatedPost]) -> None:
        self._labels = {post.post.get("text", ""): post.truth.sentiment for post in posts}

    def predict(self, texts: Sequence[str], languages: Sequence[str] | None = None) -> list[Any]:
        return [Scored(self._labels[text]) for text in texts]


def run(store: Store, *, storm_after: float | None, seconds: int, restart_at: int = -1) -> tuple[list[Change], float]:
    """Stream simulated posts in steps, looking after each step; return the changes and the start, in epoch seconds."""
    start = time.time() // 60 * 60 + 7
    invent_past(store, demo_brands(), RATE, start, weights=WEIGHTS)
    posts = demo_stream(start, storm_after).until(seconds)
    feeder = Feeder(store, model=Truth(posts), brands=demo_brands())
    book, told = demo_brands(), []
    monitor = CrisisMonitor(store, book)
    names = [brand.id for brand in book.brands]
    for step in range(0, seconds, STEP):
        feeder.now = int((start + step + STEP) * 1000)
        batch = feeder.feed([post.post for post in posts if step <= post.at < step + STEP], pack=50)
        if step == restart_at:
            monitor = CrisisMonitor(store, book)
        for brand in batch.brands:
            monitor.touch(brand, batch.minutes)
        found = monitor.evaluate(names, feeder.now)
        store_changes(store, found)
        told += found
    return told, start


@pytest.mark.slow
def test_storm_is_told_early_and_only_for_its_brand(store: Store) -> None:
    told, start = run(store, storm_after=20, seconds=150)
    assert {change.alert.brand for change in told} == {"talwerk"}
    first = told[0]
    assert 20 < first.at_ms / 1000 - start <= 80
    keys = [(change.alert.alert_id, change.alert.severity) for change in told]
    assert len({key[0] for key in keys}) == 1
    assert any(severity in ("warning", "critical") for _, severity in keys)
    levels = ["none", "watch", "warning", "critical"]
    assert all(levels.index(c.alert.severity) >= levels.index(c.alert.previous) for c in told)
    for change in told:
        same, _ = decide_again(change.alert)
        assert same


@pytest.mark.slow
def test_restart_in_the_storm_repeats_and_contradicts_nothing(store: Store) -> None:
    told, _ = run(store, storm_after=20, seconds=150, restart_at=90)
    assert len({change.alert.alert_id for change in told}) == 1
    # The same level again is news only when the detector says that it got worse (previous == severity).
    levels = [c.alert.severity for c in told if c.alert.previous != c.alert.severity]
    assert levels == sorted(set(levels), key=["none", "watch", "warning", "critical"].index)


@pytest.mark.slow
def test_calm_stream_tells_nothing(store: Store) -> None:
    told, _ = run(store, storm_after=None, seconds=130)
    assert told == []


def test_alert_is_listed_acknowledged_and_kept(store: Store) -> None:
    told, _ = run(store, storm_after=5, seconds=60)
    assert told
    (row,) = list_alerts(store)
    assert (row["brand"], row["acknowledged_by"]) == ("talwerk", "")
    assert acknowledge(store, row["alert_id"], "Jo", int(time.time() * 1000)) == len(told)
    (row,) = list_alerts(store)
    assert row["acknowledged_by"] == "Jo"
    assert [c.severity for c in changes(store, row["alert_id"])] == [c.alert.severity for c in told]
    assert acknowledge(store, "no such alert", "Jo", 0) == 0
