"""Checks of the build: what Grafana would accept in silence and show as an empty or wrong panel."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from dashboards.grafana import CLICKHOUSE_UID, PROMETHEUS_UID
from dashboards.macros import KNOWN_MACROS, used_macros, used_variables
from dashboards.model import Panel
from dashboards.panels import all_panels
from schemas.metrics import CATALOGUE

_DATA_SOURCES = frozenset({CLICKHOUSE_UID, PROMETHEUS_UID, "-- Grafana --"})
_PROMETHEUS_MACROS = frozenset({"$__rate_interval", "$__interval", "$__range"})
_METRIC = re.compile(r"resonanz_\w+")


class BuildError(ValueError):
    """The dashboards must not be published; the message lists every problem."""


def check(rendered: Mapping[str, dict[str, Any]], prometheus: Collection[str]) -> None:
    """Raise BuildError if anything is wrong. `prometheus`: the names of all series that Resonanz exposes."""
    problems = [*definition_problems(all_panels())]
    for name, dashboard in rendered.items():
        problems += [f"{name}: {problem}" for problem in dashboard_problems(dashboard, prometheus)]
    problems += _twice((dashboard.get("uid") for dashboard in rendered.values()), "uid")
    if problems:
        raise BuildError("\n".join(problems))


def definition_problems(panels: Collection[Panel]) -> Iterator[str]:
    """Duplicate panel ids, and metric ids that the catalogue does not know."""
    yield from _twice((panel.id for panel in panels), "panel id")
    known = {metric.id for metric in CATALOGUE} | {name for metric in CATALOGUE for name in metric.ids()}
    for panel in panels:
        for name in panel.metrics:
            if name not in known:
                yield f"panel {panel.id}: unknown metric id {name}"


def dashboard_problems(dashboard: Mapping[str, Any], prometheus: Collection[str]) -> Iterator[str]:
    """Problems of one rendered dashboard."""
    panels = dashboard.get("panels", [])
    yield from _twice((panel.get("id") for panel in panels), "panel id")
    yield from _overlaps(panels)
    variables = {variable["name"] for variable in dashboard.get("templating", {}).get("list", [])}
    asked = [(f"panel {p.get('title')}", p, t) for p in panels for t in p.get("targets", [])]
    asked += [(f"annotation {a.get('name')}", a, a["target"]) for a in dashboard.get("annotations", {}).get("list", [])]
    for where, holder, target in asked:
        for part in (holder, target):
            uid = (part.get("datasource") or {}).get("uid")
            if uid not in _DATA_SOURCES:
                yield f"{where}: unknown data source {uid!r}"
        yield from (f"{where}: {problem}" for problem in _query_problems(target, variables, prometheus))


def _query_problems(
    target: Mapping[str, Any], variables: Collection[str], prometheus: Collection[str]
) -> Iterator[str]:
    sql, promql = target.get("rawSql", ""), target.get("expr", "")
    for name in sorted(used_variables(sql + promql) - set(variables)):
        yield f"unknown variable ${name}"
    for name in sorted(used_macros(sql) - KNOWN_MACROS):
        yield f"unknown macro {name}"
    for name in sorted(used_macros(promql) - _PROMETHEUS_MACROS):
        yield f"unknown macro {name}"
    for name in sorted(set(_METRIC.findall(promql)) - set(prometheus)):
        yield f"unknown series {name}"
    if not sql and not promql:
        yield "asks nothing"


def _twice(names: Any, what: str) -> list[str]:
    return [f"{what} {name!r} is used {count} times" for name, count in Counter(names).items() if count > 1]


def _overlaps(panels: Collection[Mapping[str, Any]]) -> Iterator[str]:
    taken: dict[tuple[int, int], str] = {}
    for panel in panels:
        place, title = panel.get("gridPos"), str(panel.get("title"))
        if not place:
            yield f"panel {title}: has no place"
            continue
        if place["x"] < 0 or place["x"] + place["w"] > 24 or place["w"] < 1 or place["h"] < 1:
            yield f"panel {title}: does not fit into 24 columns"
        cells = [
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        ]
        other = next((taken[cell] for cell in cells if cell in taken), None)
        if other is not None:
            yield f"panel {title}: overlaps {other}"
        taken.update(dict.fromkeys(cells, title))
