"""Colours: the same in both renderings, and only where a number is good or bad whatever else happens."""

from __future__ import annotations

import math
import re
from itertools import combinations
from typing import Any

import pytest
from starlette.datastructures import QueryParams

from dashboards.grafana import render_all
from dashboards.model import Panel
from dashboards.panels import DASHBOARDS
from schemas.brands import parse_brands
from streams.console import charts, render
from streams.console.view import read_view
from streams.simulator import brands
from streams.store import Result

BOOK = parse_brands(brands(), "simulator")
GRAFANA = render_all(BOOK)
PANELS = {panel.id: (board, panel) for board in DASHBOARDS for panel in board.panels}
STATS = [panel for _, panel in PANELS.values() if panel.kind == "stat"]
LEVEL_OF = {"text": "", "green": "good", "orange": "watch", "red": "bad"}
SAMPLES = (-100, -31, -9, 0, 0.5, 1, 2, 3, 5, 12, 33, 41, 50, 61, 79, 80, 99, 301, 2000, 14_399, 14_400, 90_000)


def drawn(panel: Panel) -> dict[str, Any]:
    board, _ = PANELS[panel.id]
    panels = GRAFANA[f"resonanz-{board.id}-en"]["panels"]
    return next(p for p, definition in zip(panels, board.panels, strict=True) if definition is panel)


def by_grafana(panel: Panel, column: str, value: float) -> str:
    """The level by Grafana's own rule: the last step at or below the value; a field's override beats the panel's steps."""
    config = drawn(panel)["fieldConfig"]
    override = next(o["properties"] for o in config["overrides"] if o["matcher"]["options"] == column)
    own = next((p["value"] for p in override if p["id"] == "thresholds"), config["defaults"]["thresholds"])
    steps = [step for step in own["steps"] if step["value"] is None or value >= step["value"]]
    return LEVEL_OF[steps[-1]["color"]]


def shown(panel: Panel, **values: Any) -> str:
    """The console's HTML of a row with these values, and 1,000 in every other number."""
    names = tuple(column.name for column in panel.columns)
    row = tuple(values.get(c.name, "kauz" if c.role == "label" else 1000) for c in panel.columns)
    result = Result(names, ("Float64",) * len(names), [row])
    view = read_view("overview", QueryParams("lang=en"), {}, "en", BOOK)
    return str(render.stat(panel, result, view) if panel.kind == "stat" else render.table(panel, result, view, BOOK))


def level_in(html: str) -> str:
    found = set(re.findall(r"\b(good|watch|bad)\b", " ".join(re.findall(r'class="([^"]*)"', html))))
    assert len(found) <= 1, html
    return found.pop() if found else ""


@pytest.mark.parametrize("panel", STATS, ids=lambda panel: panel.id)
def test_big_number_has_the_same_colour_in_grafana_and_console(panel: Panel) -> None:
    first = panel.values()[0]
    for value in SAMPLES:
        big = re.search(r'class="big[^"]*"', shown(panel, **{first.name: value}))
        assert big is not None
        assert level_in(big.group()) == by_grafana(panel, first.name, value), value


@pytest.mark.parametrize(
    ("panel", "column"),
    [
        (panel, column.name)
        for _, panel in PANELS.values()
        for column in panel.columns
        if column.thresholds and panel.kind in ("stat", "table")
    ],
    ids=lambda what: what if isinstance(what, str) else what.id,
)
def test_coloured_column_has_the_same_colour_in_grafana_and_console(panel: Panel, column: str) -> None:
    for value in SAMPLES:
        if panel.kind == "stat":
            cells = re.findall(r"<span[^>]*>[^<]*</span>", shown(panel, **{column: value}))
            columns = panel.values()[1:]
        else:
            cells = re.findall(r"<td.*?</td>", shown(panel, **{column: value}))
            columns = tuple(c for c in panel.columns if c.role not in ("key", "link"))
        cell = cells[[c.name for c in columns].index(column)]
        assert level_in(cell) == by_grafana(panel, column, value), value


@pytest.mark.parametrize(
    ("panel", "value", "level"),
    [
        ("open_alerts", 0, "good"),
        ("open_alerts", 1, "bad"),
        ("negative_total", 33, ""),  # the average of all brands, while one of them burns
        ("negative_total", 45, "watch"),
        ("crisis_share", 74, "bad"),
        ("net_sentiment_total", -9, ""),
        ("net_sentiment_total", -67, "bad"),
        ("backlog_age", 420, ""),  # young, and perhaps seven thousand of them
        ("backlog_age", 90_000, "bad"),
        ("response_rate", 85, "good"),
        ("crisis_state", 3, "bad"),
    ],
)
def test_green_is_never_a_number_that_may_be_bad_news(panel: str, value: float, level: str) -> None:
    definition = PANELS[panel][1]
    assert level_in(re.sub(r"<span.*?</span>", "", shown(definition, value=value))) == level


@pytest.mark.parametrize(("panel", "column"), [("brands_compared", "alert"), ("alert_history", "severity")])
@pytest.mark.parametrize(
    ("code", "colour"), [("none", "text"), ("watch", "orange"), ("warning", "red"), ("critical", "red")]
)
def test_severity_in_a_table_is_coloured_in_both(panel: str, column: str, code: str, colour: str) -> None:
    definition = PANELS[panel][1]
    html = shown(definition, **{column: code, "at": None, "onset": None})
    cell = next(cell for cell in re.findall(r"<td.*?</td>", html) if "isolate" in cell and "kauz" not in cell.lower())
    assert level_in(cell) == LEVEL_OF[colour]
    override = next(
        o["properties"] for o in drawn(definition)["fieldConfig"]["overrides"] if o["matcher"]["options"] == column
    )
    properties = {p["id"]: p["value"] for p in override}
    assert properties["custom.cellOptions"] == {"type": "color-text"}
    assert properties["mappings"][0]["options"][code]["color"] == colour


def lab(colour: str) -> tuple[float, float, float]:
    """CIE L*a*b* of an sRGB colour (IEC 61966-2-1, white D65)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    x, y, z = (
        value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116
        for value in ((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047, 0.2126 * r + 0.7152 * g + 0.0722 * b,
                      (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883)
    )  # fmt: skip
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_two_series_look_alike(theme: str) -> None:
    palette = [charts._ON_DARK.get(colour, colour) if theme == "dark" else colour for colour in charts._SERIES]
    for one, other in combinations(palette, 2):
        assert math.dist(lab(one), lab(other)) > 20, (one, other)


def test_grafana_says_the_alert_level_in_words() -> None:
    config = drawn(PANELS["crisis_state"][1])["fieldConfig"]
    override = next(o["properties"] for o in config["overrides"] if o["matcher"]["options"] == "value")
    said = next(p["value"][0]["options"] for p in override if p["id"] == "mappings")
    assert [said[str(n)]["text"] for n in range(4)] == ["calm", "watch", "warning", "critical"]
