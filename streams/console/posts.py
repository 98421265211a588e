"""The sheet that opens behind a number: the posts it counts, or a whole conversation."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from dashboards.macros import Scope
from dashboards.model import Panel
from schemas.brands import BrandBook
from streams.console import evidence, show
from streams.console.charts import name_of
from streams.console.feed import Answer, Feed
from streams.console.html import button, el, markup
from streams.console.markup import join
from streams.console.postcards import post_card
from streams.console.texts import T
from streams.console.view import View

_THREAD = "(event) => { const b = event.target.closest('[data-go=thread]'); if (b) emit(b.dataset.post); }"


def how_many(posts: int, people: int, shown: int, view: View) -> str:
    """How many posts there are, whose, and how many of them are shown."""
    word = "post_by_person" if posts == 1 else "posts_by_person" if people == 1 else "posts_by_people"
    said = T[word][view.lang] + (T["newest_shown"][view.lang] if shown < posts else "") + "."
    return said.format(
        **{name: show.number(n, view.lang) for name, n in (("posts", posts), ("people", people), ("shown", shown))}
    )


class Sheet:
    """The sheet at the right side: the posts behind a number, or a whole conversation."""

    def __init__(self, feed: Feed, view: View, book: BrandBook) -> None:
        self._feed, self._view, self._book = feed, view, book
        with (
            ui.dialog().props("position=right full-height") as self._dialog,
            ui.element("section").classes("sheet rz") as self._body,
        ):
            pass
        self._body.on("click", self._clicked, js_handler=_THREAD)

    async def _clicked(self, event: Any) -> None:
        if str(event.args).isdigit():
            await self.thread(int(event.args))

    def _start(self, title: str) -> Any:
        self._body.clear()
        self._dialog.props["aria-label"] = title
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
        el("p", how_many(posts, people, len(found.result.rows), view), "sub", data_count=str(posts))
        markup(join([post_card(row, view, self._book, opens=True) for row in found.result.dicts()]))

    async def thread(self, post_id: int) -> None:
        """Show a whole conversation."""
        box = self._start(T["thread"][self._view.lang])
        found = await self._feed.ask("thread", evidence.THREAD, {"post": int(post_id)})
        box.clear()
        with box:
            if found.result is None or not found.result.rows:
                el("p", T["no_posts"][self._view.lang], "note")
                return
            markup(join([post_card(row, self._view, self._book, opens=False) for row in found.result.dicts()]))
