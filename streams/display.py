"""The live display of a terminal: figures by brand, the latest posts, the state of alarm."""

from __future__ import annotations

import asyncio
import time
from io import StringIO
from pathlib import Path
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from streams.demo import DemoState, quantile
from streams.demo_past import PAST_SHARD
from streams.runtime import Runtime

_MOOD = {"positive": ("+", "green"), "neutral": ("·", "dim"), "negative": ("–", "red"), "": (" ", "dim")}
_LEVEL = {
    "none": ("calm", "green"),
    "watch": ("watch", "yellow"),
    "warning": ("WARNING", "bold dark_orange"),
    "critical": ("CRISIS", "bold white on red"),
}
_FIGURES = f"""
SELECT brand, sum(mentions) AS said, sum(positive), sum(neutral), sum(negative), uniqExactArray(authors), sum(owned), sum(replies)
FROM brand_minute FINAL WHERE shard != {PAST_SHARD} GROUP BY brand ORDER BY said DESC
"""


async def show(state: DemoState, runtime: Runtime) -> None:
    """Redraw twice a second until cancelled."""
    names = {brand.id: brand.name for brand in runtime.book.brands}
    with Live(console=Console(), refresh_per_second=4, transient=False) as live:
        while True:
            rows = (await asyncio.to_thread(runtime.store.query, _FIGURES)).rows
            live.update(frame(state, rows, names))
            await asyncio.sleep(0.5)


async def save_picture(state: DemoState, runtime: Runtime, path: Path) -> None:
    """Save what the display shows now as SVG."""
    names = {brand.id: brand.name for brand in runtime.book.brands}
    rows = (await asyncio.to_thread(runtime.store.query, _FIGURES)).rows
    console = Console(record=True, width=130, file=StringIO(), force_terminal=True, color_system="truecolor")
    console.print(frame(state, rows, names))
    console.save_svg(str(path), title="resonanz demo")


def frame(state: DemoState, rows: list[tuple[Any, ...]], names: dict[str, str]) -> Group:
    """One picture of the display."""
    return Group(_head(state), _brands(state, rows, names), _posts(state, names), _alarm(state, names))


def _head(state: DemoState) -> Text:
    ages = sorted(state.ages[-2000:])
    line = Text.assemble(
        ("Resonanz ", "bold"),
        f"· {time.time() - state.started:4.0f} s · {state.totals['stored']} posts stored, {state.totals['scored']} scored by the model",
        f" · visible after {quantile(ages, 0.5) or 0:.1f} s (95 %: {quantile(ages, 0.95) or 0:.1f} s)",
    )
    if state.url:
        line.append(f"\nIn the browser: {state.url}", style="bold cyan")
    line.append("   Ctrl-C ends", style="dim")
    return line


def _brands(state: DemoState, rows: list[tuple[Any, ...]], names: dict[str, str]) -> Table:
    table = Table(
        expand=True,
        title="What people say about the brands (live, from the store)",
        title_justify="left",
        title_style="bold",
    )
    for title, justify in (("brand", "left"), ("mentions", "right"), ("share of voice", "right"), ("net sentiment", "right"),
                           ("people", "right"), ("own posts", "right"), ("answers", "right"), ("state", "left")):  # fmt: skip
        table.add_column(title, justify=justify)  # type: ignore[arg-type]
    everyone = sum(row[1] for row in rows) or 1
    level = {change.alert.brand: change.alert.severity for change in state.changes}
    for brand, mentions, positive, neutral, negative, people, owned, replies in rows:
        scored = positive + neutral + negative
        net = 100 * (positive - negative) / scored if scored else 0.0
        word, style = _LEVEL[level.get(brand, "none")]
        table.add_row(
            Text(names.get(brand, brand), style="bold"), f"{mentions}", f"{100 * mentions / everyone:.0f} %",
            Text(f"{net:+.0f}", style="red" if net < -20 else "green" if net > 20 else ""),
            f"{people}", f"{owned}", f"{replies}", Text(word, style=style),
        )  # fmt: skip
    return table


def _posts(state: DemoState, names: dict[str, str]) -> Table:
    table = Table(
        expand=True, title="Latest posts", title_justify="left", title_style="bold", show_header=False, box=None
    )
    table.add_column(width=10, no_wrap=True)
    table.add_column(width=10, no_wrap=True, style="dim")
    table.add_column(width=1)
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    for post in list(state.recent)[-12:]:
        mark, style = _MOOD.get(post.sentiment, _MOOD[""])
        # Text, not markup: what a post contains must stay inert; control characters are dropped.
        words = "".join(c if c.isprintable() else " " for c in post.text)
        table.add_row(
            Text(names.get(post.brand, post.brand)), post.source, Text(mark, style=style), Text(words, style=style)
        )
    return table


def _alarm(state: DemoState, names: dict[str, str]) -> Panel:
    if not state.changes:
        return Panel("No brand crisis.", title="Alarm", border_style="green")
    alert = state.changes[-1].alert
    word, style = _LEVEL[alert.severity]
    return Panel(
        Text(f"{word}: {names.get(alert.brand, alert.brand)}. {alert.explanation_en}\n{alert.explanation_de}"),
        title="Alarm",
        border_style=style if alert.severity != "critical" else "red",
    )
