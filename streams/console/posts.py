"""Posts on the page: their text inert, their scores beside it, and the sheet that opens behind a number."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from dashboards.macros import Scope
from dashboards.model import Panel
from schemas.brands import BrandBook, BrandError
from streams.console import evidence, show
from streams.console.charts import name_of
from streams.console.clean import clean_line, clean_text, safe_link
from streams.console.feed import Answer, Feed
from streams.console.html import button, el
from streams.console.texts import T
from streams.console.view import View, utc_text


def owner_of(book: BrandBook, brand: str, category: str) -> str:
    """Department and contact in charge of a category, from brands.yaml; empty when nobody is named."""
    try:
        entry = book.get(brand).owners.get(category)
    except BrandError:
        return ""
    return clean_line(", ".join(part for part in (entry or {}).values() if part), 120)


def when(moment: Any, view: View) -> None:
    """A point in time."""
    el("time", show.moment(moment, view), datetime=utc_text(moment.timestamp()))


def outside_link(url: str, view: View) -> None:
    """A link to the post at its source, if the address is harmless."""
    target = safe_link(url)
    if target:
        el("a", T["open_post"][view.lang], href=target, target="_blank", rel="noopener noreferrer nofollow")
    elif url:
        el("span", clean_line(url, 60), "isolate")


def post_card(row: dict[str, Any], view: View, book: BrandBook, *, opener: Any = None) -> None:
    """A post with everything known about it. `opener` is called with the post's id to show its conversation."""
    lang = view.lang
    with el("article", classes="post"):
        with el("div", classes="meta"):
            when(row["created_at"], view)
            el("b", ", ".join(name_of(b, view, book) for b in str(row["brand"]).split(", ") if b), "isolate")
            el("span", show.label(str(row["source"]), lang), "isolate")
            if row["sentiment"]:
                el("span", show.label(row["sentiment"], lang), f"tag {row['sentiment']}")
            el("span", show.label(row["direction"] or "unknown", lang))
            el("span", f"{show.number(row['followers'], lang)} {T['followers'][lang]}")
            outside_link(row["url"] or row["uri"], view)
        el("p", clean_text(row["text"]) or "—", "said", dir="auto", lang=row["language"] or None)
        with el("details"):
            el("summary", T["why_post"][lang])
            _why(row, view, book)
        if opener is not None:
            button(T["thread"][lang], lambda: opener(row["post_id"]), "quiet")


def _why(row: dict[str, Any], view: View, book: BrandBook) -> None:
    lang = view.lang
    if row["model_version"]:
        percents = {
            c: show.number(100 * row[f"p_{c}"], lang, 0) + (" %" if lang == "de" else "%")
            for c in ("negative", "neutral", "positive")
        }
        text = T["model_says"][lang].format(**percents)
        with el("div", classes="prob", role="img", aria_label=text):
            for name in ("negative", "neutral", "positive"):
                el("div", classes=name, style=f"width:{100 * float(row[f'p_{name}']):.1f}%")
        el("div", text, "sub")
        el("div", f"{T['scored_by'][lang]} {clean_line(row['model_version'], 80)}", "sub")
    else:
        el("div", T["not_scored"][lang], "sub")
    category = row["value_chain"][0] if row["value_chain"] else ""
    areas = ", ".join(show.label(c, lang) for c in row["value_chain"]) or show.label("unrouted", lang)
    owner = owner_of(book, row["brand"], category) if category else ""
    el("div", f"{areas} · {T['owner'][lang]}: {owner or T['no_owner'][lang]}", "sub")
    earned = T["in_earned" if row["in_earned_set"] else "not_earned"][lang]
    el("div", f"{T['counted'][lang]} {show.label(row['media_class'], lang)} · {earned}", "sub")
    times = T["received"][lang].format(
        received=show.moment(row["received_at"], view), stored=show.moment(row["stored_at"], view)
    )
    el("div", times, "sub")
    el("div", clean_line(row["uri"], 200), "sub isolate")


class Sheet:
    """The sheet at the right side: the posts behind a number, or a whole conversation."""

    def __init__(self, feed: Feed, view: View, book: BrandBook) -> None:
        self._feed, self._view, self._book = feed, view, book
        with (
            ui.dialog().props("position=right full-height") as self._dialog,
            ui.element("section").classes("sheet rz") as self._body,
        ):
            pass
        self._body.props["role"] = "dialog"
        self._body.props["aria-modal"] = "true"

    def _start(self, title: str) -> Any:
        self._body.clear()
        self._body.props["aria-label"] = title
        with self._body:
            button(T["close"][self._view.lang], self._dialog.close, "close", autofocus="true")
            el("h2", title)
            box = el("div", aria_live="polite")
            with box:
                el("p", T["loading"][self._view.lang], "note")
        self._dialog.open()
        return box

    async def behind(self, panel: Panel, scope: Scope, label: str | None, bucket: int | None) -> None:
        """Show the posts that a number of a panel counts."""
        view = self._view
        parts = [panel.title[view.lang]]
        if label is not None:
            parts.append(name_of(label, view, self._book))
        if bucket is not None:
            parts.append(view.moment(bucket).strftime("%H:%M:%S" if scope.step < 60 else "%H:%M"))
        box = self._start(" · ".join(parts))
        condition, params = evidence.behind(panel, scope, label, bucket)
        counted = await self._feed.ask("count", evidence.count_query(condition), params)
        found = await self._feed.ask("posts", evidence.posts_query(condition), params)
        box.clear()
        with box:
            with el("details"):
                el("summary", T["why"][view.lang])
                el("p", panel.help[view.lang], "help")
                el("pre", condition if not params else f"{condition}\n-- {params}", "sql", tabindex="0")
            self._rows(counted, found)

    def _rows(self, counted: Answer, found: Answer) -> None:
        view = self._view
        if found.result is None or counted.result is None:
            el("p", T["unavailable"][view.lang].format(at="—"), "fault", role="alert")
            return
        posts, people = counted.result.rows[0]
        if not found.result.rows:
            el("p", T["no_posts"][view.lang], "note")
            return
        posts_text, people_text, shown_text = (
            show.number(n, view.lang) for n in (posts, people, len(found.result.rows))
        )
        text = T["shown"][view.lang].format(posts=posts_text, people=people_text, shown=shown_text)
        el("p", text, "sub", data_count=str(posts))
        for row in found.result.dicts():
            post_card(row, view, self._book, opener=self.thread)

    async def thread(self, post_id: int) -> None:
        """Show a whole conversation."""
        box = self._start(T["thread"][self._view.lang])
        found = await self._feed.ask("thread", evidence.THREAD, {"post": int(post_id)})
        box.clear()
        with box:
            if found.result is None or not found.result.rows:
                el("p", T["no_posts"][self._view.lang], "note")
                return
            for row in found.result.dicts():
                post_card(row, self._view, self._book)
