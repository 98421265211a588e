"""A panel's answer as HTML: numbers, tables, lists of posts. Pure: the same answer and view give the same text."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from dashboards.model import Column, Panel, level_of
from dashboards.words import SEVERITIES, SEVERITY_LEVELS, WAITED
from schemas.brands import BrandBook
from schemas.metrics import BY_ID, SMALL_N
from streams.console import show
from streams.console.charts import name_of
from streams.console.clean import clean_line, clean_text
from streams.console.markup import EMPTY, join, opener, tag, thread_opener
from streams.console.postcards import owner_of, source_link, when
from streams.console.texts import T
from streams.console.view import View
from streams.store import Result

MAX_ROWS = 200
_RATES = frozenset({"percent", "points", "ratio", "per_post"})
"""Units of numbers that say nothing when few posts are behind them; a count is what it is."""


def note(text: str) -> Markup:
    """A sentence in place of numbers."""
    return tag("p", text, cls="note")


def stat(panel: Panel, result: Result, view: View) -> Markup:
    """One big number, what it rests on, and how to read it."""
    row, lang = result.dicts()[0], view.lang
    first, *others = panel.values()
    raw = row[first.name]
    few = row.get("n") is not None and row["n"] < SMALL_N
    level = "few" if few or raw is None else level_of(panel.thresholds, float(raw))
    text = show.value(raw, first, view)
    if first.unit == "level" and raw is not None:
        code = SEVERITIES[max(0, min(3, int(raw)))]
        text = show.label(code, lang)
    if panel.drill is not None and raw is not None:
        name = f"{panel.title[lang]}: {text}. {T['show_posts'][lang]}"
        big = opener(text, cls=f"big number {level}", aria_label=name)
    else:
        big = tag("div", text, cls=f"big {level}")
    said = [
        tag("span", T[_basis(panel, row[c.name])][lang].format(n=show.value(row[c.name], c, view)))
        if c.name == "n"
        else tag("span", f"{c.title[lang]}: {show.value(row[c.name], c, view)}", cls=_level(c, row[c.name]))
        for c in others
    ]
    scale = tag("div", T["points_scale"][lang], cls="sub") if first.unit == "points" else EMPTY
    warning = tag("div", T["few"][lang], cls="sub few") if few and row["n"] else EMPTY
    return join((big, tag("div", Markup(" · ").join(said), cls="sub"), scale, warning))


def _basis(panel: Panel, n: int) -> str:
    talks = any(BY_ID[metric].group == "dialogue" for metric in panel.metrics)
    return ("of_conversation" if talks else "of_post") + ("" if n == 1 else "s")


def _level(column: Column, raw: Any) -> str:
    return level_of(column.thresholds, float(raw)) if column.thresholds and raw is not None else ""


def table(panel: Panel, result: Result, view: View, book: BrandBook) -> Markup:
    """Rows; a time series newest first. Rates that rest on fewer than 30 are grey."""
    columns = [c for c in panel.columns if c.role not in ("key", "link")]
    timed = panel.column("time") is not None
    rows = result.dicts()
    head = [tag("th", c.title[view.lang], cls="n" if c.role == "value" else "", scope="col") for c in columns]
    body = [_row(panel, row, columns, view, book) for row in (rows[-MAX_ROWS:][::-1] if timed else rows[:MAX_ROWS])]
    more = len(rows) - len(body)
    note = (
        tag(
            "p",
            T["more_row" if more == 1 else "more_rows"][view.lang].format(n=show.number(more, view.lang)),
            cls="sub",
        )
        if more > 0
        else EMPTY
    )
    return join((tag("table", tag("thead", tag("tr", head)), tag("tbody", body)), note))


def _row(panel: Panel, row: dict[str, Any], columns: list[Column], view: View, book: BrandBook) -> Markup:
    label = panel.column("label")
    drills = panel.drill is not None and label is not None and bool(panel.drill.by)
    basis = row.get("n", row.get("mentions"))
    few = basis is not None and basis < SMALL_N
    cells = []
    for column in columns:
        raw = row[column.name]
        if column is label and drills:
            name = name_of(str(raw), view, book)
            at = int(row["time"].timestamp()) if "time" in row and hasattr(row["time"], "timestamp") else None
            aria = f"{name}: {T['show_posts'][view.lang]}"
            cells.append(tag("td", opener(name, str(raw), at, aria_label=aria)))
        elif column.role == "label":
            colour = SEVERITY_LEVELS.get(str(raw), "plain") if column.unit == "level" else ""
            cells.append(tag("td", name_of(str(raw), view, book), cls=f"isolate {colour}"))
        elif column.role == "text":
            cells.append(tag("td", clean_text(str(raw), 300), cls="said"))
        else:
            level = "few" if few and column.unit in _RATES else _level(column, raw)
            cells.append(tag("td", show.value(raw, column, view), cls=f"n {level}" if column.role == "value" else ""))
    return tag("tr", cells)


def posts(result: Result, view: View, book: BrandBook) -> Markup:
    """A list of what people wrote."""
    return join([_post(row, view, book) for row in result.dicts()])


def _post(row: dict[str, Any], view: View, book: BrandBook) -> Markup:
    lang = view.lang
    meta: list[Any] = []
    if row.get("waited") is not None:
        text = f"{T['waits'][lang]} {show.span(row['waited'], lang)}"
        meta.append(tag("b", text, cls=level_of(WAITED, row["waited"])))
    meta += [when(row["at"], view), tag("b", name_of(row["brand"], view, book), cls="isolate")]
    meta.append(tag("span", show.label(row["source"], lang), cls="isolate"))
    if row.get("sentiment"):
        meta.append(tag("span", show.label(row["sentiment"], lang), cls=f"tag {clean_line(row['sentiment'], 20)}"))
    for name, one, many in (("reach", "follower", "followers"), ("copies", "copy", "copies")):
        count = row.get(name)
        if count is not None and (name != "copies" or count > 1):
            meta.append(tag("span", f"{show.number(count, lang)} {T[one if count == 1 else many][lang]}"))
    meta.append(source_link(row.get("url", ""), view))
    if "category" in row:
        owner = owner_of(book, row["brand"], row["category"])
        area = show.label(row["category"] or "unrouted", lang)
        meta.append(tag("span", f"{area} · {T['owner'][lang]}: {owner or T['no_owner'][lang]}"))
    aria = f"{T['thread'][lang]}: {clean_line(row['text'], 60)}"
    meta.append(thread_opener(T["thread"][lang], row["post_id"], aria_label=aria))
    return tag(
        "article",
        tag("p", clean_text(row["text"], 400) or "—", cls="said", dir="auto"),
        tag("div", meta, cls="meta"),
        cls="post",
    )
