"""A backfill in event time, beside a live stream: old minutes get their counts, and the live watch stays calm."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from streams.crisis import CrisisMonitor
from streams.demo import RATE, demo_brands
from streams.demo_past import invent_past
from streams.simulator import Simulator
from streams.store import Store
from tests.pipeline.support import Feeder
from tests.watch.test_monitor import Scored, Truth

OLD = "Talwerk ist eine Katastrophe, nie wieder"


class Labels(Truth):
    """The simulator's labels; what the backfill brings is negative."""

    def predict(self, texts: Any, languages: Any = None) -> list[Any]:
        return [Scored("negative") if text.startswith(OLD) else Scored(self._labels[text]) for text in texts]


@pytest.mark.parametrize("hours", [2])  # older than six hours the watch does not even look
def test_a_backfill_of_old_complaints_raises_no_alarm_today(hours: int, store: Store) -> None:
    start, seconds = time.time() // 60 * 60 + 7, 75
    invent_past(store, demo_brands(), RATE, start)
    posts = Simulator(seed=7, start=datetime.fromtimestamp(start, UTC), rate=4.0, storm_after=None).until(seconds)
    feeder = Feeder(store, model=Labels(posts), brands=demo_brands())
    book = demo_brands()
    monitor = CrisisMonitor(store, book)
    names, told = [brand.id for brand in book.brands], []
    old = start - hours * 3600
    backfill = [
        {
            "uri": f"https://forum.example/{number}",
            "author": {"handle": f"kunde{number}"},
            "text": f"{OLD} {number}",
            "created_at": datetime.fromtimestamp(old + number // 100 * 60, UTC).isoformat(),
            "source": "forum",
        }
        for number in range(400)
    ]
    for step in range(0, seconds, 15):
        feeder.now = int((start + step + 15) * 1000)
        items = [post.post for post in posts if step <= post.at < step + 15]
        if step >= 20 and backfill:
            items, backfill = [*items, *backfill[:200]], backfill[200:]
        batch = feeder.feed(items, pack=50)
        for brand in batch.brands:
            monitor.touch(brand, batch.minutes)
        told += monitor.evaluate(names, feeder.now)
    assert told == []
    query = "SELECT sum(negative) FROM brand_minute FINAL WHERE brand = 'talwerk' AND minute < toDateTime(%(end)s, 'UTC') AND late > 0"
    assert store.query(query, {"end": int(old + 3600)}).scalar() >= 400
