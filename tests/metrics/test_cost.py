"""What a metric may cost: readings of the window's posts, as the engine's own estimate of rows counts them.

Times differ from machine to machine, and `benchmarks/metrics.py` measures them; a second reading of a million posts does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.metrics import BRANDS, START, WEEK, fill
from schemas.brands import Brand, BrandBook
from schemas.metrics import CATALOGUE
from streams.catalogue import Request, compute
from streams.store import Store, open_store
from streams.store.migrate import migrate
from streams.store.params import substitute

BOOK = BrandBook(tuple(Brand(id=name, name=name, accounts=(f"bluesky:{name}",)) for name in BRANDS))
FROM = START + WEEK
WITH_COUNTS = {"engagement_rate", "conversation_rate", "amplification_rate", "applause_rate", "relevance_index"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store(None, tmp_path_factory.mktemp("cost")) as store:
        migrate(store)
        fill(store, 200_000)
        store.execute("OPTIMIZE TABLE events FINAL")  # the estimate counts whole granules of each part
        yield store


def cost(store: Store, monkeypatch: pytest.MonkeyPatch, *metrics: str) -> tuple[int, Counter[str]]:
    """Number of questions, and rows read of each table, of one brand's week."""
    asked: list[str] = []
    with monkeypatch.context() as patched:
        query = store.query

        def recorded(sql: str, params: Any = None) -> Any:
            asked.append(substitute(sql, params))
            return query(sql, params)

        patched.setattr(store, "query", recorded)
        compute(store, BOOK, Request(start=FROM * 1000, end=(FROM + WEEK) * 1000, brand=BRANDS[0], metrics=metrics))
    rows: Counter[str] = Counter()
    for sql in asked:
        for _, table, _, read, _ in store.query(f"EXPLAIN ESTIMATE {sql}"):
            rows[table] += read
    return len(asked), rows


def readings(store: Store, rows: Counter[str]) -> float:
    """How often the posts of the week are read."""
    week = store.query(
        "SELECT count() FROM events WHERE minute >= %(a)s AND minute < %(b)s", {"a": FROM, "b": FROM + WEEK}
    ).scalar()
    return rows["events"] / week


@pytest.mark.parametrize("metric", [m.id for m in CATALOGUE if m.id not in ("dialogue_share", "dialogue_index")])
def test_a_metric_alone_reads_the_posts_once_and_counts_apart(
    store: Store, monkeypatch: pytest.MonkeyPatch, metric: str
) -> None:
    questions, rows = cost(store, monkeypatch, metric)
    times = readings(store, rows)
    assert questions <= 3
    assert times < (2 if metric in WITH_COUNTS else 1) * 1.4
    assert bool(rows["count_snapshots"]) == (metric in WITH_COUNTS)


def test_everything_reads_the_posts_three_times_and_the_brand_s_own_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions, rows = cost(store, monkeypatch)
    ever = store.query("SELECT count() FROM events").scalar()
    rows["events"] -= ever  # whether a reply answers the brand itself: its posts of all times
    assert questions <= 6
    assert readings(store, rows) < 3 * 1.4
    conversations = store.query("SELECT count() FROM dialogues WHERE brand = %(b)s", {"b": BRANDS[0]}).scalar()
    assert rows["dialogues"] < conversations + 2 * 8192  # whole granules
