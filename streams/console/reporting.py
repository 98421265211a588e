"""The board report on a page: computed once a minute for all browsers, printable."""

from __future__ import annotations

import time
from functools import partial

from nicegui import ui

from dashboards.macros import Scope
from schemas.brands import BrandBook
from streams.console.board_facts import gather
from streams.console.board_page import report
from streams.console.board_words import LABELS
from streams.console.charts import name_of
from streams.console.feed import Answer, Feed
from streams.console.header import CHIPS, more_brands
from streams.console.html import button, el, link, markup, select
from streams.console.texts import T
from streams.console.view import RANGES, View
from streams.store import StoreError

KEEP_SECONDS = 60.0
_RANGES = ("24h", "7d", "30d")
_HOUR = 3600


class ReportPage:
    """One brand's report; the first brand of the book where none is chosen."""

    def __init__(self, feed: Feed, view: View, book: BrandBook) -> None:
        self._feed, self._view, self._book = feed, view, book
        self._due, self._problem = 0.0, ""
        self._brand = view.brands[0] if view.brands else (book.brands[0].id if book.brands else "")
        self._pick()
        with el("div", classes="paper panel", data_panel="report") as self._box:
            el("p", T["loading" if self._brand else "no_store"][view.lang], "note")
        if not self._brand:
            self._say(LABELS["no_brands"][view.lang])

    def _pick(self) -> None:
        view, lang = self._view, self._view.lang
        with el("div", classes="bar pick"):
            with el("div", classes="chips", role="group", aria_label=T["brands"][lang]):
                for brand in self._book.brands[:CHIPS]:
                    current = "true" if brand.id == self._brand else None
                    link(
                        name_of(brand.id, view, self._book), view.url(brands=(brand.id,)), "chip", aria_current=current
                    )
            more_brands(self._book, view, (self._brand,))
            options = [(code, RANGES[code].title[lang]) for code in _RANGES]
            if not view.live or view.period not in _RANGES:
                options.insert(
                    0,
                    (
                        view.period if view.live else "",
                        RANGES[view.period].title[lang] if view.live else T["fixed"][lang],
                    ),
                )
            select(T["range"][lang], options, view.period if view.live else "",
                   lambda code: ui.navigate.to(view.url(range=code, start=0, end=0)) if code in RANGES else None)  # fmt: skip
            button(LABELS["print"][lang], None, "main").on("click", js_handler="() => window.print()")

    def _say(self, text: str) -> None:
        self._box.clear()
        with self._box:
            el("p", text, "fault", role="status")

    async def refresh(self, scope: Scope) -> Answer:
        """Compute when a minute has passed; the period ends at a full minute, so that all browsers ask alike."""
        if self._brand and time.monotonic() >= self._due:
            await self._compute(scope)
        return Answer(None, self._problem, 0, time.time(), 0.0)

    async def _compute(self, scope: Scope) -> None:
        self._due = time.monotonic() + KEEP_SECONDS
        start, end = scope.start, scope.end + 1
        if self._view.live:
            end = int(time.time()) // 60 * 60 + 60
            start = end - RANGES[self._view.period].seconds
        try:
            work = partial(gather, self._feed.store, self._book, self._brand, start, end)
            facts, course = await self._feed.shared(("report", self._brand, start, end), work)
        except StoreError as error:
            self._problem, self._due = str(error), time.monotonic() + 5
            self._say(T["unavailable"][self._view.lang].format(at="—"))
            return
        self._problem = ""
        content = report(facts, course, name_of(self._brand, self._view, self._book), self._view)
        self._box.clear()
        with self._box:
            markup(content)
