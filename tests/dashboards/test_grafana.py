"""The Grafana rendering, and what the build refuses."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from dashboards.checks import BuildError, check, definition_problems
from dashboards.grafana import render_all
from dashboards.panels import DASHBOARDS, all_panels
from schemas.brands import parse_brands
from streams.cli.dashboards import app
from streams.dashboards import series_names
from streams.simulator import brands

SERIES = series_names()


@pytest.fixture(scope="module")
def rendered() -> dict[str, dict[str, Any]]:
    return render_all(parse_brands(brands(), "simulator"))


def test_every_dashboard_comes_in_both_languages_and_passes_the_checks(rendered: dict[str, dict[str, Any]]) -> None:
    check(rendered, SERIES)
    assert set(rendered) == {f"resonanz-{board.id}-{lang}" for board in DASHBOARDS for lang in ("de", "en")}
    assert rendered["resonanz-overview-de"]["title"] == "Resonanz · Überblick"


def test_grafana_asks_the_very_sql_of_the_definitions(rendered: dict[str, dict[str, Any]]) -> None:
    for board in DASHBOARDS:
        for language in ("de", "en"):
            drawn = rendered[f"resonanz-{board.id}-{language}"]["panels"]
            assert [p["title"] for p in drawn] == [p.title[language] for p in board.panels]
            for panel, definition in zip(drawn, board.panels, strict=True):
                if definition.sql:
                    assert [t["rawSql"] for t in panel["targets"]] == [definition.sql]
                    assert panel["targets"][0]["format"] == (0 if definition.kind in ("lines", "bars") else 1)


def test_competitor_sets_become_choices_that_name_their_brands(rendered: dict[str, dict[str, Any]]) -> None:
    variables = {v["name"]: v for v in rendered["resonanz-overview-en"]["templating"]["list"]}
    assert variables["set"]["query"] == "e-bikes : talwerk|kauz|fjella"
    crisis = {v["name"]: v for v in rendered["resonanz-crisis-en"]["templating"]["list"]}
    assert (crisis["brand"]["includeAll"], crisis["brand"]["multi"]) == (False, False)


def test_net_sentiment_is_drawn_on_its_whole_scale_in_grafana_too(rendered: dict[str, dict[str, Any]]) -> None:
    drawn = [p for p in rendered["resonanz-relevance-en"]["panels"] if p["title"] == "Net sentiment by brand"]
    assert [(p["fieldConfig"]["defaults"]["min"], p["fieldConfig"]["defaults"]["max"]) for p in drawn] == [(-100, 100)]


def _duplicate_id(d: dict[str, Any]) -> None:
    d["panels"][1]["id"] = d["panels"][0]["id"]


def _overlap(d: dict[str, Any]) -> None:
    d["panels"][1]["gridPos"] = d["panels"][0]["gridPos"]


def _too_wide(d: dict[str, Any]) -> None:
    d["panels"][0]["gridPos"]["w"] = 30


def _other_source(d: dict[str, Any]) -> None:
    d["panels"][0]["targets"][0]["datasource"]["uid"] = "mysql"


def _no_variable(d: dict[str, Any]) -> None:
    d["templating"]["list"] = [v for v in d["templating"]["list"] if v["name"] != "brand"]


def _bad_macro(d: dict[str, Any]) -> None:
    d["panels"][0]["targets"][0]["rawSql"] += " AND $__timeFlter(minute)"


def _annotation_source(d: dict[str, Any]) -> None:
    d["annotations"]["list"][0]["target"]["datasource"]["uid"] = "elsewhere"


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_duplicate_id, "used 2 times"),
        (_overlap, "overlaps"),
        (_too_wide, "24 columns"),
        (_other_source, "unknown data source 'mysql'"),
        (_no_variable, r"unknown variable \$brand"),
        (_bad_macro, r"unknown macro \$__timeFlter"),
        (_annotation_source, "unknown data source 'elsewhere'"),
    ],
)
def test_build_fails_on(
    rendered: dict[str, dict[str, Any]], damage: Callable[[dict[str, Any]], None], words: str
) -> None:
    broken = copy.deepcopy(rendered)
    damage(broken["resonanz-overview-en"])
    with pytest.raises(BuildError, match=words):
        check(broken, SERIES)


def test_build_fails_on_a_series_that_nobody_exposes(rendered: dict[str, dict[str, Any]]) -> None:
    with pytest.raises(BuildError, match="unknown series resonanz_lag_messages"):
        check(rendered, SERIES - {"resonanz_lag_messages"})


def test_build_fails_on_an_unknown_metric_id_and_a_panel_id_used_twice() -> None:
    first = all_panels()[0]
    panels = [first, msgspec.structs.replace(first, metrics=("share_of_voyce",))]
    assert list(definition_problems(panels)) == [
        f"panel id {first.id!r} is used 2 times",
        f"panel {first.id}: unknown metric id share_of_voyce",
    ]


def test_export_writes_files_once_and_leaves_equal_ones_alone(tmp_path: Path) -> None:
    run = CliRunner()
    first = run.invoke(app, ["export", "--out", str(tmp_path)])
    assert first.exit_code == 0, first.output
    files = sorted(tmp_path.glob("*.json"))
    assert len(files) == 2 * len(DASHBOARDS)
    assert json.loads(files[0].read_text())["uid"] == files[0].stem
    again = run.invoke(app, ["export", "--out", str(tmp_path)])
    assert (again.exit_code, again.output) == (0, "")
