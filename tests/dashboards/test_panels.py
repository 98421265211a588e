"""Every panel's SQL on the real engine over replayed posts: promised columns, equal roads, and numbers that equal their posts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dashboards.macros import Scope, expand, used_variables
from dashboards.model import Panel
from dashboards.panels import DASHBOARDS, all_panels
from dashboards.sql import lean
from dashboards.variables import VARIABLES
from streams.console.evidence import behind, count_query
from streams.store import Store
from tests.dashboards.feeding import Feeder

MAY_BE_EMPTY = {"alert_history", "dead_letters"}
"""Tables of things that calm, sound posts do not bring."""
SQL_PANELS = [panel for panel in all_panels() if panel.sql]
EXACT = [panel for panel in SQL_PANELS if panel.drill is not None and panel.drill.exact]


@pytest.mark.parametrize("panel", SQL_PANELS, ids=lambda panel: panel.id)
@pytest.mark.parametrize("step", [60, 10], ids=["minutes", "seconds"])
def test_panel_returns_rows_with_the_promised_columns(fed: tuple[Store, Scope], panel: Panel, step: int) -> None:
    store, scope = fed
    if panel.id in ("stored_over_time", "age_over_time"):  # they go by the time of storing, which is now
        scope = scope._replace(end_ms=scope.end_ms + 3_600_000)
    result = store.query(expand(panel.sql, scope._replace(step=step)))
    missing = {column.name for column in panel.columns} - set(result.names)
    assert not missing
    assert result.rows or panel.id in MAY_BE_EMPTY
    kinds = dict(zip(result.names, result.types, strict=True))
    for column in panel.columns:
        if column.role in ("time", "moment"):
            assert kinds[column.name].startswith("DateTime"), f"{column.name} is {kinds[column.name]}"
        if column.role == "value":
            assert "String" not in kinds[column.name]


@pytest.mark.parametrize("panel", SQL_PANELS, ids=lambda panel: panel.id)
def test_panel_accepts_every_choice(fed: tuple[Store, Scope], panel: Panel) -> None:
    store, scope = fed
    chosen = {"brand": ["talwerk", "kauz"], "set": ["talwerk|fjella"], "source": ["bluesky"], "language": ["de"]}
    for step, names in ((60, chosen), (10, chosen), (60, ["brand"])):
        variables = {name: chosen[name] if name in names else [] for name in chosen}
        store.query(expand(panel.sql, scope._replace(step=step, variables=variables)))


@pytest.mark.parametrize("panel", EXACT, ids=lambda panel: panel.id)
@pytest.mark.parametrize("step", [60, 10], ids=["minutes", "seconds"])
def test_number_equals_the_count_of_the_posts_behind_it(fed: tuple[Store, Scope], panel: Panel, step: int) -> None:
    store, scope = fed
    scope = scope._replace(step=step)
    rows = store.query(expand(panel.sql, scope)).dicts()
    label, value = panel.column("label"), panel.values()[0]
    for row in rows[:: max(1, len(rows) // 6)]:
        code = str(row[label.name]) if label else None
        bucket = int(row["time"].timestamp()) if "time" in row else None
        condition, params = behind(panel, scope, code, bucket)
        posts = store.query(count_query(condition), params).rows[0][0]
        assert posts == row[value.name], row


def test_choosing_a_source_counts_that_source_only(fed: tuple[Store, Scope]) -> None:
    store, scope = fed
    panel = next(p for p in SQL_PANELS if p.id == "mentions_total")
    by_source = [
        store.query(expand(panel.sql, scope._replace(variables={**scope.variables, "source": [source]}))).rows[0][0]
        for source in ("bluesky", "mastodon", "webhook", "rss")
    ]
    assert sum(by_source) == store.query(expand(panel.sql, scope)).rows[0][0]
    assert by_source[0] > 0


def test_negative_share_names_the_worst_brand_which_the_average_hides(fed: tuple[Store, Scope]) -> None:
    store, scope = fed
    panel = next(p for p in SQL_PANELS if p.id == "negative_total")
    (all_brands,) = store.query(expand(panel.sql, scope)).dicts()
    single = {}
    for brand in ("talwerk", "kauz", "fjella"):
        (row,) = store.query(expand(panel.sql, scope._replace(variables={**scope.variables, "brand": [brand]}))).dicts()
        assert row["n"] >= 30
        assert row["worst"] == row["value"]
        single[brand] = row["value"]
    assert all_brands["worst"] == max(single.values()) == single["talwerk"] > all_brands["value"] + 5


def test_evidence_shows_a_brand_that_its_widest_post_names(engine: Store) -> None:
    feeder, at = Feeder(engine), datetime.now(UTC) - timedelta(days=40)
    for followers, brands in ((10, "Kauz"), (99_000, "Talwerk"), (20, "Fjella")):
        text = f"Zum dritten Mal liegen geblieben, niemand geht ans Telefon, das war es mit {brands}."
        author = {"handle": f"reader{followers}", "followers": followers}
        feeder.post(text=text, author=author, created_at=at.isoformat())
    # The same words about three brands: near-duplicates, of which the panel shows one.
    engine.execute("INSERT INTO events SELECT * REPLACE (4711 AS text_hash, version + 1 AS version) FROM events FINAL "
                   "WHERE startsWith(text, 'Zum dritten Mal')")  # fmt: skip
    panel = next(p for p in SQL_PANELS if p.id == "crisis_evidence")
    first = int(at.timestamp()) * 1000
    scope = Scope(first - 60_000, first + 60_000, 60, {name: [] for name in VARIABLES})
    (row,) = engine.query(expand(panel.sql, scope)).dicts()
    assert (row["brand"], row["reach"], row["copies"], row["people"]) == ("talwerk", 99_000, 3, 3)


def test_every_dashboard_offers_the_variables_its_panels_use() -> None:
    for board in DASHBOARDS:
        for panel in board.panels:
            assert used_variables(panel.sql) <= set(board.variables), (board.id, panel.id)


def test_every_panel_is_explained_in_both_languages() -> None:
    for panel in all_panels():
        assert len(panel.help.de) > 15
        assert len(panel.help.en) > 15
        assert panel.title.de
        assert panel.title.en


@pytest.mark.parametrize("panel", SQL_PANELS, ids=lambda panel: panel.id)
def test_lean_sql_of_the_console_gives_the_same_rows(fed: tuple[Store, Scope], panel: Panel) -> None:
    store, scope = fed
    chosen = {"brand": ["talwerk", "kauz"], "set": [], "source": ["bluesky"], "language": ["de"]}
    for step, variables in ((60, scope.variables), (10, scope.variables), (60, chosen)):
        sql = expand(panel.sql, scope._replace(step=step, variables=variables))
        assert ">= 60 AND" not in lean(sql)
        if "now" not in sql:  # the clock moves between the two
            assert store.query(lean(sql)).rows == store.query(sql).rows
