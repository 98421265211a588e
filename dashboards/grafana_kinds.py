"""How each kind of panel is drawn in Grafana."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grafana_foundation_sdk.builders import barchart, common, stat, table, timeseries
from grafana_foundation_sdk.models import common as m_common
from grafana_foundation_sdk.models import dashboard as m

from dashboards.model import Column, Language, Panel, Threshold
from dashboards.words import LABELS, SEVERITIES, SEVERITY_LEVELS

UNITS = {
    "percent": "percent",
    "seconds": "s",
    "per_second": "suffix:/s",
    "posts": "short",
    "people": "short",
    "alerts": "short",
    "points": "none",
    "score": "none",
    "per_post": "none",
    "ratio": "none",
    "turns": "none",
    "level": "none",
    "": "none",
}
_COLOURS = {"plain": "text", "good": "green", "watch": "orange", "bad": "red"}


def drawn(panel: Panel, language: Language) -> Any:
    """A builder of the panel's kind, without title and query."""
    return {"stat": _stat, "lines": _series, "bars": _series, "ranking": _ranking, "table": _table, "posts": _table}[
        panel.kind
    ](panel, language)


def steps(thresholds: Sequence[Threshold]) -> list[m.Threshold]:
    """Grafana's steps; below the first one the colour of text."""
    found = [m.Threshold(value=None, color="text")]
    return found + [m.Threshold(value=step.value, color=_COLOURS[step.level]) for step in thresholds]


def _own(thresholds: Sequence[Threshold]) -> m.DynamicConfigValue:
    found = [{"color": step.color, "value": step.value} for step in steps(thresholds)]
    return m.DynamicConfigValue(id_val="thresholds", value={"mode": "absolute", "steps": found})


def _reduce(field: str = "", rows: bool = False) -> Any:
    made = common.ReduceDataOptions().calcs(["lastNotNull"]).values(rows)
    return made.fields(f"/^{field}$/") if field else made


def _stat(panel: Panel, language: Language) -> Any:
    first = panel.values()[0]
    coloured = panel.thresholds or any(column.thresholds for column in panel.values())
    made = (
        stat.Panel()
        .reduce_options(_reduce("", rows=False))
        .graph_mode(m_common.BigValueGraphMode.NONE)
        .color_mode(m_common.BigValueColorMode.VALUE if coloured else m_common.BigValueColorMode.NONE)
        .text_mode(m_common.BigValueTextMode.VALUE_AND_NAME)
        .decimals(first.decimals)
    )
    for column in panel.values():
        properties = _named(column, language)
        if column is not first:
            properties.append(_own(column.thresholds))
        made.override_by_name(column.name, properties)
    return made


def _named(column: Column, language: Language) -> list[m.DynamicConfigValue]:
    properties = [m.DynamicConfigValue(id_val="displayName", value=column.title[language])]
    if column.role == "value":
        properties.append(m.DynamicConfigValue(id_val="unit", value=UNITS[column.unit]))
        properties.append(m.DynamicConfigValue(id_val="decimals", value=column.decimals))
        if column.unit == "level":
            said = {str(n): {"index": n, "text": LABELS[code][language]} for n, code in enumerate(SEVERITIES)}
            properties.append(m.DynamicConfigValue(id_val="mappings", value=[{"type": "value", "options": said}]))
    return properties


def _legend(*, shown: bool) -> Any:
    made = common.VizLegendOptions().show_legend(shown).placement(m_common.LegendPlacement.BOTTOM)
    return made.display_mode(m_common.LegendDisplayMode.LIST)


def _tooltip(sort: m_common.SortOrder) -> Any:
    return common.VizTooltipOptions().mode(m_common.TooltipDisplayMode.MULTI).sort(sort)


def _series(panel: Panel, language: Language) -> Any:
    del language
    bars = panel.kind == "bars"
    made = (
        timeseries.Panel()
        .draw_style(m_common.GraphDrawStyle.BARS if bars else m_common.GraphDrawStyle.LINE)
        .fill_opacity(80 if bars else 8)
        .line_width(0 if bars else 2)
        .show_points(m_common.VisibilityMode.AUTO)
        .legend(_legend(shown=True))
        .tooltip(_tooltip(m_common.SortOrder.DESCENDING))
    )
    if panel.unit == "points":  # the whole scale, as in the console: cut to what occurs, chance would look like a turn
        made.min(-100).max(100)
    if panel.stacked:
        made.stacking(common.StackingConfig().mode(m_common.StackingMode.NORMAL).group("A"))
    for code, colour in (("negative", "orange"), ("neutral", "gray"), ("positive", "blue")):
        fixed = m.DynamicConfigValue(id_val="color", value={"mode": "fixed", "fixedColor": colour})
        made.override_by_regexp(f'/(^|[ ="]){code}"?}}?$/', [fixed])
    return made


def _ranking(panel: Panel, language: Language) -> Any:
    label, first = panel.column("label"), panel.values()[0]
    assert label is not None
    made = (
        barchart.Panel()
        .orientation(m_common.VizOrientation.HORIZONTAL)
        .x_field(label.name)
        .show_value(m_common.VisibilityMode.ALWAYS)
        .legend(_legend(shown=False))
        .tooltip(_tooltip(m_common.SortOrder.NONE))
    )
    for column in panel.values():
        properties = _named(column, language)
        if column is not first:
            hidden = {"viz": True, "legend": True, "tooltip": False}
            properties.append(m.DynamicConfigValue(id_val="custom.hideFrom", value=hidden))
        made.override_by_name(column.name, properties)
    return made


def _table(panel: Panel, language: Language) -> Any:
    made = table.Panel().show_header(True).filterable(True)
    for column in panel.columns:
        properties = _named(column, language)
        if column.role == "key":
            properties.append(m.DynamicConfigValue(id_val="custom.hidden", value=True))
        if column.role == "text":
            properties += [
                m.DynamicConfigValue(id_val="custom.width", value=620),
                m.DynamicConfigValue(id_val="custom.cellOptions", value={"type": "auto", "wrapText": True}),
            ]
        if column.role == "label":
            properties.append(m.DynamicConfigValue(id_val="mappings", value=_mappings(column, language)))
            properties.append(m.DynamicConfigValue(id_val="unit", value="string"))
        if column.thresholds:
            properties.append(_own(column.thresholds))
        if column.thresholds or column.unit == "level":
            properties.append(m.DynamicConfigValue(id_val="custom.cellOptions", value={"type": "color-text"}))
        made.override_by_name(column.name, properties)
    return made


def _mappings(column: Column, language: Language) -> list[dict[str, Any]]:
    options: dict[str, dict[str, Any]] = {}
    for number, (code, words) in enumerate(LABELS.items()):
        options[code] = {"index": number, "text": words[language]}
        if column.unit == "level":
            options[code]["color"] = _COLOURS[SEVERITY_LEVELS.get(code, "plain")]
    return [{"type": "value", "options": options}]
