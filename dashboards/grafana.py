"""The Grafana rendering: dashboards as JSON, one of each language, built with grafana-foundation-sdk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders import prometheus as prom
from grafana_foundation_sdk.cog import variants
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as m

from dashboards.grafana_kinds import UNITS, drawn, steps
from dashboards.model import Dashboard, Language, Panel, Text
from dashboards.panels import DASHBOARDS
from dashboards.sql import BRANDS
from dashboards.variables import ONE_BRAND, VARIABLES
from schemas.brands import BrandBook

CLICKHOUSE_UID, PROMETHEUS_UID = "clickhouse", "prometheus"
CLICKHOUSE_PLUGIN = "grafana-clickhouse-datasource"
FOLDER_UID, FOLDER_TITLE = "resonanz", "Resonanz"
LANGUAGES: tuple[Language, ...] = ("de", "en")
_CLICKHOUSE = m.DataSourceRef(CLICKHOUSE_PLUGIN, CLICKHOUSE_UID)
_PROMETHEUS = m.DataSourceRef("prometheus", PROMETHEUS_UID)
_ALERTS_SQL = (
    "SELECT minute AS time, concat(toString(brand), ': ', toString(severity)) AS title, @text AS text, toString(brand) AS tags "
    f"FROM alerts FINAL WHERE $__timeFilter(minute) AND {BRANDS} ORDER BY minute"
)


class ClickHouseQuery(variants.Dataquery, Builder[variants.Dataquery]):
    """A query of the ClickHouse data source plugin. `format`: 0 time series, 1 table."""

    def __init__(self, sql: str, series: bool, ref: str = "A") -> None:
        self._sql, self._format, self._ref = sql, 0 if series else 1, ref

    def build(self) -> variants.Dataquery:
        """It is its own model."""
        return self

    def to_json(self) -> dict[str, object]:
        """As the plugin stores it."""
        return {
            "refId": self._ref,
            "datasource": {"type": CLICKHOUSE_PLUGIN, "uid": CLICKHOUSE_UID},
            "editorType": "sql",
            "rawSql": self._sql,
            "format": self._format,
        }


def uid_of(dashboard_id: str, language: Language) -> str:
    """The uid of a dashboard in a language."""
    return f"resonanz-{dashboard_id}-{language}"


def render_all(book: BrandBook | None = None) -> dict[str, dict[str, Any]]:
    """Every dashboard in every language: file name without ending → JSON. `book` names the competitor sets."""
    return {uid_of(board.id, language): render(board, language, book) for board in DASHBOARDS for language in LANGUAGES}


def render(board: Dashboard, language: Language, book: BrandBook | None = None) -> dict[str, Any]:
    """One dashboard as Grafana's JSON."""
    made = (
        build.Dashboard(f"Resonanz · {board.title[language]}")
        .uid(uid_of(board.id, language))
        .description(board.help[language])
        .tags(["resonanz", language])
        .time(board.range, "now")
        .refresh("30s")
        .timezone("browser")
        .tooltip(m.DashboardCursorSync.CROSSHAIR)
        .readonly()
        .links(_links(board, language))
        .variables([_variable(name, board, language, book) for name in board.variables])
    )
    for number, (panel, place) in enumerate(zip(board.panels, positions(board.panels), strict=True), start=1):
        # The SDK's `with_panel` moves panels; the place is set afterwards, on the JSON.
        made.with_panel(_panel(panel, language, board).id(number).grid_pos(place))
    found: dict[str, Any] = json.loads(json.dumps(made.build(), cls=JSONEncoder))
    for shown, place in zip(found["panels"], positions(board.panels), strict=True):
        shown["gridPos"] = json.loads(json.dumps(place, cls=JSONEncoder))
    if "brand" in board.variables:
        found["annotations"] = {"list": [_annotation(language)]}
    return found


def positions(panels: Sequence[Panel]) -> list[m.GridPos]:
    """Left to right, top to bottom in 24 columns; a row is as high as its highest panel."""
    places, x, y, height = [], 0, 0, 0
    for panel in panels:
        width, tall = panel.size
        if x + width > 24:
            x, y, height = 0, y + height, 0
        places.append(m.GridPos(h=tall, w=width, x=x, y=y))
        x, height = x + width, max(height, tall)
    return places


def _links(board: Dashboard, language: Language) -> list[Any]:
    links = [
        build.DashboardLink(other.title[language])
        .type(m.DashboardLinkType.LINK)
        .url(f"/d/{uid_of(other.id, language)}")
        .include_vars(True)
        .keep_time(True)
        for other in DASHBOARDS
        if other.id != board.id
    ]
    other: Language = "en" if language == "de" else "de"
    title = Text("English", "Deutsch")[language]
    links.append(
        build.DashboardLink(title)
        .type(m.DashboardLinkType.LINK)
        .url(f"/d/{uid_of(board.id, other)}")
        .include_vars(True)
        .keep_time(True)
    )
    return links


def _variable(name: str, board: Dashboard, language: Language, book: BrandBook | None) -> Any:
    variable = VARIABLES[name]
    if name == "set":
        sets: dict[str, list[str]] = {}
        for brand in book.brands if book else ():
            sets.setdefault(brand.set, []).append(brand.id)
        choices = ",".join(f"{_choice(title)} : {'|'.join(brands)}" for title, brands in sorted(sets.items()))
        return (
            build.CustomVariable(name)
            .label(variable.title[language])
            .values(choices)
            .include_all(True)
            .current(_all())
            .multi(False)
        )
    one = name == "brand" and board.id == ONE_BRAND
    made = (
        build.QueryVariable(name)
        .label(variable.title[language])
        .datasource(_CLICKHOUSE)
        .query({"refId": name, "rawSql": variable.sql, "editorType": "sql", "format": 1})
        .refresh(m.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(m.VariableSort.ALPHABETICAL_ASC)
        .multi(not one)
        .include_all(not one)
    )
    return made if one else made.current(_all())


def _choice(text: str) -> str:
    return "".join(c if c not in ",:\\" else " " for c in text)


def _all() -> m.VariableOption:
    return m.VariableOption(selected=True, text="All", value="$__all")


def _annotation(language: Language) -> dict[str, Any]:
    return {
        "name": Text("Alarme", "Alerts")[language],
        "enable": True,
        "hide": False,
        "iconColor": "red",
        "datasource": {"type": CLICKHOUSE_PLUGIN, "uid": CLICKHOUSE_UID},
        "target": {
            "refId": "Anno",
            "editorType": "sql",
            "format": 1,
            "rawSql": _ALERTS_SQL.replace("@text", f"explanation_{language}"),
            "datasource": {"type": CLICKHOUSE_PLUGIN, "uid": CLICKHOUSE_UID},
        },
    }


def _panel(panel: Panel, language: Language, board: Dashboard) -> Any:
    made = drawn(panel, language)
    made.title(panel.title[language]).description(panel.help[language])
    made.unit(UNITS[panel.unit])
    made.no_value((panel.empty or Text("Keine Daten", "No data"))[language])
    made.thresholds(build.ThresholdsConfig().mode(m.ThresholdsMode.ABSOLUTE).steps(steps(panel.thresholds)))
    if panel.promql:
        made.datasource(_PROMETHEUS)
        for number, (expression, legend) in enumerate(panel.promql):
            made.with_target(
                prom.Dataquery()
                .expr(expression)
                .legend_format(legend)
                .ref_id(chr(65 + number))
                .datasource(_PROMETHEUS)
                .range()
            )
    else:
        made.datasource(_CLICKHOUSE)
        made.with_target(ClickHouseQuery(panel.sql, series=panel.kind in ("lines", "bars")))
    known = {other.id: other for other in DASHBOARDS}
    made.links([_to(known[target], language) for target in panel.links if target != board.id])
    return made


def _to(board: Dashboard, language: Language) -> Any:
    url = f"/d/{uid_of(board.id, language)}?${{__url_time_range}}"
    if "brand" in board.variables and board.id != ONE_BRAND:
        url += "&${brand:queryparam}"
    return build.DashboardLink(board.title[language]).type(m.DashboardLinkType.LINK).url(url)
