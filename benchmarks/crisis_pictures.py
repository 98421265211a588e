"""Pictures of the crisis backtests."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from processors.crisis import AlertChange, MinutePoint

Series = list[tuple[datetime, int, int]]


def draw_tradeoff(curve: dict[float, dict[str, Any]], path: Path) -> None:
    """NAB score and near events over false alarms."""
    plt = _pyplot()
    figure, axes = plt.subplots(1, 2, figsize=(10, 3.6))
    false = [curve[t]["fp_per_day"] for t in curve]
    for axis, key, label in ((axes[0], "nab", "NAB score"), (axes[1], "near", "events found near, of 16")):
        axis.plot(false, [curve[t][key] for t in curve], "o-", color="#1f5fa8")
        for t in curve:
            axis.annotate(
                f"{t:g}", (curve[t]["fp_per_day"], curve[t][key]), textcoords="offset points", xytext=(5, -10)
            )
        axis.axvline(0.05, color="#888", linestyle=":")
        axis.set_xlabel("false alarms per series-day (numbers: threshold)")
        axis.set_ylabel(label)
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def draw_series(
    series: dict[str, Series], windows: dict[str, list[list[str]]], found: dict[str, set[datetime]], path: Path
) -> None:
    """The five series with labelled windows and alarms."""
    plt = _pyplot()
    figure, axes = plt.subplots(len(series), 1, figsize=(11, 10))
    for axis, (name, rows) in zip(axes, series.items(), strict=True):
        axis.plot([at for at, _, _ in rows], [1 + value for _, _, value in rows], lw=0.4, color="#444")
        for begin, end in windows[name]:
            axis.axvspan(
                datetime.fromisoformat(begin[:19]), datetime.fromisoformat(end[:19]), color="#f2c14e", alpha=0.5
            )
        for at in found[name]:
            axis.axvline(at, color="#c0392b", lw=0.9)
        axis.set_yscale("log")
        axis.set_ylabel(name)
    axes[0].set_title("mentions per 5 minutes; yellow: labelled windows, red: alarms")
    figure.tight_layout()
    figure.savefig(path, dpi=90)


def draw_week(
    points: dict[str, list[MinutePoint]],
    changes: dict[str, list[AlertChange]],
    onsets: dict[str, int | None],
    path: Path,
) -> None:
    """Negative posts an hour of each airline with the levels told and the onset (epoch second) by `crisis_outbreak`."""
    plt = _pyplot()
    colours = {"watch": "#f2c14e", "warning": "#e67e22", "critical": "#c0392b", "none": "#2e8b57"}
    figure, axes = plt.subplots(len(points), 1, figsize=(11, 11), sharex=True)
    for axis, (brand, minutes) in zip(axes, points.items(), strict=True):
        hours: dict[int, int] = defaultdict(int)
        for point in minutes:
            hours[point.minute // 3_600] += point.negative
        axis.bar(
            [datetime.fromtimestamp(h * 3_600, UTC) for h in hours], list(hours.values()), width=1 / 26, color="#888"
        )
        for change in changes[brand]:
            axis.axvline(datetime.fromtimestamp(change.minute, UTC), color=colours[change.severity], lw=1.4)
        if (onset := onsets[brand]) is not None:
            axis.axvline(datetime.fromtimestamp(onset, UTC), color="#2c5aa0", lw=1.4, ls=":")
        axis.set_ylabel(brand, fontsize=8)
    axes[0].set_title("negative posts per hour; blue onset, yellow watch, orange warning, red critical, green resolved")
    figure.tight_layout()
    figure.savefig(path, dpi=90)


def _pyplot() -> Any:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    return plt
