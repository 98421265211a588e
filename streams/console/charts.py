"""ECharts options from a panel's rows. Labels are cleaned text; tooltips are drawn on the canvas, so nothing becomes HTML."""

from __future__ import annotations

import json
from typing import Any

from dashboards.macros import Scope
from dashboards.model import Column, Panel
from schemas.brands import BrandBook
from streams.console import show
from streams.console.clean import clean_line
from streams.console.series import CROWDED, MAX_SERIES, filled, grouped, last, most, plain, with_gaps
from streams.console.texts import T
from streams.console.view import View
from streams.store import Result

_SERIES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c6bb1", "#7f7f7f", "#b8a100", "#a05a2c")
"""Okabe and Ito's palette, readable with colour blindness; see https://jfly.uni-koeln.de/color/"""
_FIXED = {
    "negative": "#d55e00",
    "neutral": "#8a93a3",
    "positive": "#0072b2",
    "negative_people": "#d55e00",
    "negative_texts": "#e69f00",
    "unknown": "#8a93a3",
    "unrouted": "#8a93a3",
}
_ON_DARK = {
    "#0072b2": "#4da3dd",
    "#56b4e9": "#b8e4ff",
    "#d55e00": "#f0803c",
    "#8c6bb1": "#b49bd6",
    "#7f7f7f": "#a9a9a9",
    "#a05a2c": "#c98d62",
}
"""The same hues, light enough for a dark ground (3 : 1 and more)."""
_INK = {"light": ("#1c2430", "#d5dae2"), "dark": ("#e6e9ee", "#39414d")}
_HIDDEN = {"itemStyle": {"opacity": 0}, "emphasis": {"itemStyle": {"opacity": 1}}}
"""A point that is seen under the mouse only, unless it says otherwise."""


def colour(code: str, position: int, book: BrandBook, theme: str) -> str:
    """The colour of a series: a brand keeps its own on every page."""
    places = {brand.id: place for place, brand in enumerate(book.brands)}
    found = _FIXED.get(code) or _SERIES[places.get(code, position) % len(_SERIES)]
    return _ON_DARK.get(found, found) if theme == "dark" else found


def name_of(code: str, view: View, book: BrandBook) -> str:
    """What a series is called: a brand's name, a translated code, or the cleaned label."""
    for brand in book.brands:
        if brand.id == code:
            return clean_line(brand.name, 40)
    return show.label(code, view.lang)


def time_chart(panel: Panel, result: Result, scope: Scope, view: View, book: BrandBook) -> dict[str, Any]:
    """Lines or bars over time. Intervals without posts are zero for counts and gaps for everything else."""
    series: list[dict[str, Any]] = []
    # What is stacked is counted, too; without its zeros, ECharts would stack the first point of a series on the first of another.
    counts = panel.stacked or panel.unit in ("posts", "people")
    every = grouped(panel, result)
    until = last(panel, scope, view)
    for position, (code, points) in enumerate(most(every).items()):
        data = filled(points, scope, until) if counts else with_gaps(points, scope.step)
        series.append(
            {
                "name": name_of(code, view, book),
                "id": code,
                "type": "bar" if panel.kind == "bars" else "line",
                "stack": "all" if panel.stacked else None,
                "data": data,
                "showSymbol": not counts or len(data) < CROWDED,
                "symbolSize": 5,
                **({} if counts else _HIDDEN),
                "barMaxWidth": 18,
                "lineStyle": {"width": 2, "type": _dash(code, book)},
                "color": colour(code, position, book, view.theme),
                "cursor": "pointer" if panel.drill else "default",
            }
        )
    ink, grid = _INK[view.theme]
    return {
        **_common(view, [str(s["name"]) for s in series], _written(panel.unit, panel.values()[0].decimals, view)),
        "title": _left_out(len(every), ink, view),
        "grid": {
            "left": 8,
            "right": 16,
            "top": 46 if counts else 40,
            "bottom": 22 if len(every) > MAX_SERIES else 8,
            "containLabel": True,
        },
        "xAxis": {
            "type": "time",
            "min": scope.start_ms,
            "max": scope.end_ms + 1,
            "axisLabel": {
                "color": ink,
                "fontSize": 12,
                "hideOverlap": True,
                ":formatter": f"rzTime({scope.end - scope.start})",
            },
            "axisLine": {"lineStyle": {"color": grid}},
            "splitLine": {"show": False},
        },
        "yAxis": {
            "type": "value",
            "name": _per(scope.step, view) if counts else "",
            "nameGap": 8,
            "nameTextStyle": {"color": ink, "fontSize": 11, "align": "left"},
            "axisLabel": {"color": ink, "fontSize": 12, ":formatter": _written(panel.unit, 1, view)},
            "splitLine": {"lineStyle": {"color": grid}},
            "minInterval": 1 if counts else 0,
            **({"min": -100, "max": 100, "interval": 50} if panel.unit == "points" else {}),
        },
        "series": series,
    }


def _per(step: int, view: View) -> str:
    """What a count is per: the same posts are six times as high with points of a minute as with points of ten seconds."""
    return T["per_step"][view.lang].format(span=show.span(step, view.lang) if step >= 10 else f"{step} s")


def _dash(code: str, book: BrandBook) -> str:
    """There are ten colours: the brands after the tenth have broken lines."""
    place = next((place for place, brand in enumerate(book.brands) if brand.id == code), 0)
    return ("solid", "dashed", "dotted")[place // len(_SERIES) % 3]


def _left_out(series: int, ink: str, view: View) -> dict[str, Any]:
    """Says so where a chart shows a part only; the table has them all."""
    said = T["part"][view.lang].format(shown=MAX_SERIES, all=series)
    return {
        "show": series > MAX_SERIES,
        "text": said,
        "right": 12,
        "bottom": 0,
        "textStyle": {"color": ink, "fontSize": 11, "fontWeight": "normal"},
    }


def ranking_chart(panel: Panel, result: Result, view: View, book: BrandBook) -> dict[str, Any]:
    """Horizontal bars, the largest on top."""
    at = {name: place for place, name in enumerate(result.names)}
    label, first = panel.column("label"), panel.values()[0]
    assert label is not None
    rows = result.rows[:MAX_SERIES]
    codes = [str(row[at[label.name]]) for row in rows]
    names = [name_of(code, view, book) for code in codes]
    stacked = [c for c in panel.values() if c.name in ("negative", "positive")] if panel.id == "value_chain" else []
    ink, grid = _INK[view.theme]
    series: list[dict[str, Any]] = []
    if stacked:
        columns = {c.name: [float(row[at[c.name]]) for row in rows] for c in (*stacked, first)}
        rest = [
            n - a - b for n, a, b in zip(columns[first.name], columns["negative"], columns["positive"], strict=True)
        ]
        for code, data in (("negative", columns["negative"]), ("neutral", rest), ("positive", columns["positive"])):
            series.append(
                {
                    "name": show.label(code, view.lang),
                    "id": code,
                    "type": "bar",
                    "stack": "all",
                    "data": data,
                    "color": colour(code, 0, book, view.theme),
                }
            )
    else:
        bars = [
            _bar(
                row[at[first.name]],
                first,
                colour(first.name if first.name in _FIXED else code, 0, book, view.theme),
                view,
            )
            for row, code in zip(rows, codes, strict=True)
        ]
        series.append(
            {
                "name": first.title[view.lang],
                "id": "value",
                "type": "bar",
                "data": bars,
            }
        )
    for entry in series:
        entry["barMaxWidth"] = 22
        entry["cursor"] = "pointer" if panel.drill else "default"
    return {
        **_common(view, [s["name"] for s in series] if stacked else [], _written(first.unit, first.decimals, view)),
        "title": _left_out(len(result.rows), ink, view),
        "grid": {
            "left": 8,
            "right": 48,
            "top": 36 if stacked else 8,
            "bottom": 22 if len(result.rows) > MAX_SERIES else 8,
            "containLabel": True,
        },
        "xAxis": {
            "type": "value",
            "axisLabel": {
                "color": ink,
                "fontSize": 12,
                "hideOverlap": True,
                ":formatter": _written(first.unit, 0, view),
            },
            "splitLine": {"lineStyle": {"color": grid}},
        },
        "yAxis": {
            "type": "category",
            "data": names,
            "inverse": True,
            "axisLabel": {"color": ink, "fontSize": 12, "width": 170, "overflow": "truncate"},
            "axisLine": {"lineStyle": {"color": grid}},
        },
        "series": series,
    }


def _bar(raw: Any, column: Column, fill: str, view: View) -> dict[str, Any]:
    text = {"show": True, "position": "right", "color": _INK[view.theme][0], "formatter": show.value(raw, column, view)}
    return {"value": plain(raw), "itemStyle": {"color": fill}, "label": text}


def _written(unit: str, decimals: int, view: View) -> str:
    """JavaScript (see `style.HEAD`) that writes a value as the reader's language does."""
    percent = "\u202f%" if view.lang == "de" else "%"
    return f"rzNumber({json.dumps({'percent': percent, 'seconds': ' s'}.get(unit, ''))}, {decimals})"


def _common(view: View, legend: list[str], written: str) -> dict[str, Any]:
    ink, grid = _INK[view.theme]
    ground = "#ffffff" if view.theme == "light" else "#1d232c"
    return {
        "animation": False,
        "textStyle": {"color": ink, "fontFamily": "inherit", "fontSize": 12},
        "legend": {
            "show": len(legend) > 1,
            "data": legend,
            "top": 4,
            "left": 4,
            "type": "scroll",
            "textStyle": {"color": ink, "fontSize": 12},
            "itemHeight": 10,
        },
        "tooltip": {
            "trigger": "axis",
            "renderMode": "richText",
            ":valueFormatter": written,
            "confine": True,
            "axisPointer": {"type": "shadow"},
            "backgroundColor": ground,
            "borderColor": grid,
            "textStyle": {"color": ink},
        },
    }
