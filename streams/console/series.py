"""Rows as the series of a chart: which, how far, with zeros or gaps where nobody wrote."""

from __future__ import annotations

import time
from datetime import datetime
from itertools import pairwise
from typing import Any

from dashboards.macros import Scope
from dashboards.model import Panel
from schemas.metrics import SMALL_N
from streams.console.view import View
from streams.store import Result

MAX_SERIES = 12
SETTLE_SECONDS = 10
"""So long, at most, the posts of an interval that is just over take to be stored: the steps of 5 s wait for it."""
CROWDED = 40
"""So many points need no circles: the line tells all."""


def grouped(panel: Panel, result: Result) -> dict[str, list[tuple[datetime, Any, int | None]]]:
    """Time series (time, value, what it rests on) by label, in the order of the labels, so that neither legend nor colours jump."""
    at = {name: place for place, name in enumerate(result.names)}
    label = panel.column("label")
    value = panel.values()[0].name
    basis = at.get("n")
    series: dict[str, list[tuple[datetime, Any, int | None]]] = {}
    for row in result.rows:
        code = str(row[at[label.name]]) if label else ""
        series.setdefault(code, []).append((row[at["time"]], row[at[value]], None if basis is None else row[basis]))
    return dict(sorted(series.items()))


def most(
    series: dict[str, list[tuple[datetime, Any, int | None]]],
) -> dict[str, list[tuple[datetime, Any, int | None]]]:
    """As many series as a chart can show: those with the most in them, in the order they had."""

    def amount(code: str) -> float:
        return sum(abs(float(value)) if n is None else n for _, value, n in series[code] if value is not None)

    kept = set(sorted(series, key=amount, reverse=True)[:MAX_SERIES])
    return {code: points for code, points in series.items() if code in kept}


def last(panel: Panel, scope: Scope, view: View) -> int:
    """When the last interval begins that is drawn. Of what is to come, nothing is known; the interval that still runs (the last one of
    a live range) would let every line plunge at its end, while a bar may grow."""
    over = scope.end + 1 if view.live else min(scope.end + 1, int(time.time()))
    if panel.kind == "bars":
        return over - 1
    return over - scope.step - (max(scope.step, SETTLE_SECONDS) if view.live else 0)


def with_gaps(points: list[tuple[datetime, Any, int | None]], step: int) -> list[Any]:
    """Points, pale where fewer than 30 posts are behind them, with a gap wherever an interval has none: a line drawn across would
    tell of posts that nobody wrote. A point without neighbours shows itself, as no line passes through it."""
    times = [int(moment.timestamp()) for moment, _, _ in points]
    ends = [True, *(later - earlier >= 2 * step for earlier, later in pairwise(times)), True]
    data: list[Any] = []
    for place, (_, number, n) in enumerate(points):
        value, few = [times[place] * 1000, plain(number)], n is not None and n < SMALL_N
        alone = ends[place] and ends[place + 1]
        shown = alone or len(points) < CROWDED
        data.append({"value": value, "itemStyle": {"opacity": 0.35 if few else 1}} if shown else value)
        if ends[place + 1] and place + 1 < len(points):
            data.append([(times[place] + step) * 1000, None])
    return data


def filled(points: list[tuple[datetime, Any, int | None]], scope: Scope, until: int) -> list[list[Any]]:
    """Points with a zero for each interval without posts, as far as intervals begin before or at `until`."""
    known = {int(t.timestamp()): float(v) for t, v, _ in points}
    first = scope.start // scope.step * scope.step
    wanted = range(first, until + 1, scope.step)
    if len(wanted) > 1000:
        return [[t * 1000, v] for t, v in sorted(known.items()) if t <= until]
    return [[t * 1000, known.get(t, 0.0)] for t in wanted]


def plain(number: Any) -> Any:
    return round(float(number), 3) if number is not None and number == number else None
