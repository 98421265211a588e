"""What the panels read of the posts, and that the column they read stands for what the view of mentions says."""

from __future__ import annotations

import re
from itertools import product

from benchmarks.metrics import START, WEEK, fill
from benchmarks.panels import VIEWS
from dashboards.macros import expand
from dashboards.panels import all_panels
from dashboards.sql import MINUTES
from streams.store import Store
from streams.store.embedded import EmbeddedStore

POSTS = 60_000
READERS = [
    panel
    for panel in all_panels()
    if set(re.findall(r"FROM (\w+)", panel.sql)) in ({"events"}, {"mentions"}) and MINUTES in panel.sql
]
"""Panels that read posts and nothing else, of a range of time."""


def test_column_of_the_earned_set_says_what_the_view_of_mentions_says(store: Store) -> None:
    kinds = list(product([0, 1], ["create", "update", "delete", "like"], ["yes", "no", "unknown"], [0, 1], ["", "a", "b"],
                         [[], ["a"], ["a", "b"]]))  # fmt: skip
    names = ["deleted", "action", "paid", "bot", "owner", "brands"]
    ids = list(range(1, len(kinds) + 1))
    for version, rows in ((1, kinds), (2, kinds[::-1])):  # a later version of each post says something else
        columns = [list(column) for column in zip(*rows, strict=True)]
        store.insert("events", ["post_id", "version", *names], [ids, [version] * len(ids), *columns])
    by_column = store.rows(
        "SELECT post_id, arrayJoin(earned_brands) AS brand FROM events FINAL ORDER BY post_id, brand"
    )
    by_view = store.rows("SELECT post_id, brand FROM mentions WHERE in_earned_set ORDER BY post_id, brand")
    assert by_column == by_view
    assert 0 < len({post for post, _ in by_column}) < len(kinds) / 2


def cost(store: Store, sql: str) -> tuple[float, float]:
    """Rows and bytes of values read from the tables, for each post there is."""
    assert isinstance(store, EmbeddedStore)
    answer = store._connection().query(sql, "Native")
    return answer.storage_rows_read() / POSTS, answer.storage_bytes_read() / POSTS


def test_a_month_reads_each_post_once_and_few_of_its_columns_and_a_day_reads_a_day(store: Store) -> None:
    fill(store, POSTS)
    store.execute("OPTIMIZE TABLE events FINAL")
    whole = VIEWS["everything"]
    day = whole._replace(start_ms=(START + WEEK) * 1000, end_ms=(START + WEEK + 86_400) * 1000 - 1)
    assert len(READERS) >= 15
    for panel in READERS:
        rows, size = cost(store, expand(panel.sql, whole))
        with_texts = panel.kind == "posts"  # of thirty posts; in a store as small as this they lie everywhere
        assert rows <= (2.1 if with_texts else 1), (panel.id, rows)
        assert size <= (150 if with_texts else 48), (panel.id, size)
        rows, _ = cost(store, expand(panel.sql, day))
        assert rows <= (0.6 if with_texts else 0.3), (panel.id, rows)
