"""What a panel is. One definition serves both renderings, so that they cannot show different numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

Language = Literal["de", "en"]
Level = Literal["plain", "good", "watch", "bad"]
Kind = Literal["stat", "lines", "bars", "ranking", "table", "posts"]
Role = Literal["time", "label", "value", "text", "moment", "link", "key"]
Unit = Literal[
    "",
    "posts",
    "people",
    "percent",
    "points",
    "seconds",
    "score",
    "per_post",
    "ratio",
    "alerts",
    "turns",
    "per_second",
    "level",
]


class Text(msgspec.Struct, frozen=True):
    """The same words in both languages."""

    de: str
    en: str

    def __getitem__(self, language: Language) -> str:
        return self.de if language == "de" else self.en


class Threshold(msgspec.Struct, frozen=True):
    """From `value` on, the number is `good`, `watch` or `bad`; `plain` is neither, and has no colour."""

    value: float
    level: Level


def level_of(thresholds: Sequence[Threshold], value: float) -> Level:
    """The level of a number, by thresholds in rising order."""
    return next((step.level for step in reversed(thresholds) if value >= step.value), "plain")


class Column(msgspec.Struct, frozen=True):
    """A column the SQL promises. `moment`: a point in time to show; `key`: an id, used for links and not shown.

    A label whose unit is `level` names the severity of an alert. `thresholds` colour the column's own numbers; those of
    the panel colour its first number.
    """

    name: str
    title: Text
    role: Role = "value"
    unit: Unit = ""
    decimals: int = 0
    thresholds: tuple[Threshold, ...] = ()


class Drill(msgspec.Struct, frozen=True):
    """The posts behind a number: rows of `mentions` for which `where` holds and whose `by` equals the label clicked.

    `exact`: the number is the count of these posts, and a test compares them.
    """

    where: str
    by: str = "brand"
    exact: bool = False


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """One panel. `sql` is ClickHouse SQL with the macros and variables of Grafana; `promql` replaces it for Prometheus.

    Kinds: `stat` one row, its first value column is the number · `lines` and `bars` (time, label?, value…) ·
    `ranking` (label, value, …) · `table` · `posts` rows with a text written by strangers.
    `size` is width × height in Grafana's 24-column grid. `metrics` names ids of the metric catalogue.
    """

    id: str
    title: Text
    help: Text
    kind: Kind
    sql: str = ""
    promql: tuple[tuple[str, str], ...] = ()
    columns: tuple[Column, ...] = ()
    unit: Unit = ""
    thresholds: tuple[Threshold, ...] = ()
    stacked: bool = False
    size: tuple[int, int] = (12, 8)
    metrics: tuple[str, ...] = ()
    drill: Drill | None = None
    empty: Text | None = None
    links: tuple[str, ...] = ()

    @property
    def datasource(self) -> Literal["clickhouse", "prometheus"]:
        """Which data source answers."""
        return "prometheus" if self.promql else "clickhouse"

    def column(self, role: Role) -> Column | None:
        """The first column of a role, or None."""
        return next((column for column in self.columns if column.role == role), None)

    def values(self) -> tuple[Column, ...]:
        """The columns that hold numbers."""
        return tuple(column for column in self.columns if column.role == "value")


class Variable(msgspec.Struct, frozen=True):
    """A choice at the top of a dashboard. `sql` lists the values; `one` allows a single one and no "all"."""

    name: str
    title: Text
    sql: str = ""
    one: bool = False


class Dashboard(msgspec.Struct, frozen=True, kw_only=True):
    """One page. `range` is Grafana's default time range, relative to now; panels flow in order from left to right."""

    id: str
    title: Text
    help: Text
    panels: tuple[Panel, ...]
    variables: tuple[str, ...] = ("set", "brand")
    range: str = "now-6h"
