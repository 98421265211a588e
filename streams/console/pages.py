"""The pages: header, pickers, banner, panels, and the clock that keeps them live."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from fastapi import Request
from nicegui import ui

from dashboards.panels import DASHBOARDS
from schemas.brands import BrandBook
from streams.console import evidence
from streams.console.alerts import Acknowledge, AlertList, Banner
from streams.console.clean import clean_line
from streams.console.feed import Answer, Feed
from streams.console.html import button, el, link, select
from streams.console.posts import Sheet
from streams.console.style import CSS, HEAD
from streams.console.texts import T
from streams.console.view import RANGES, View, read_view
from streams.console.widgets import Widget

Status = Callable[[], dict[str, Any]]
_CHIPS = 10


class Site(NamedTuple):
    """What all pages share."""

    feed: Feed
    book: BrandBook
    status: Status | None


def build_page(site: Site, page: str, request: Request) -> None:
    """Build one page for one browser. Content of posts comes later, over the WebSocket, as text."""
    view = read_view(page, request.query_params, request.cookies, request.headers.get("accept-language", ""), site.book)
    chosen = "lang" in request.query_params or "theme" in request.query_params
    want = json.dumps({"lang": view.lang, "theme": view.theme, "zone": view.zone, "chosen": chosen})
    ui.add_head_html(f"<style>{CSS}</style>{HEAD.replace('__WANT__', want)}")
    board = next((board for board in DASHBOARDS if board.id == page), None)
    title = board.title[view.lang] if board else T["alerts"][view.lang]
    ui.page_title(f"{title} · Resonanz")
    with el("div", classes="rz"):
        el("a", T["skip"][view.lang], "skip", href="#content")
        sheet = Sheet(site.feed, view, site.book)
        taking = Acknowledge(site.feed, view)
        live = _Live(view)
        _header(site, view, live, board.variables if board else ())
        with el("main", id="content", tabindex="-1"):
            banner = Banner(site.feed, view, site.book, taking)
            el("h1", title)
            el("p", board.help[view.lang] if board else T["alerts_help"][view.lang], "lead")
            notice = _Notice(site, view)
            parts: list[Any] = []
            if board is None:
                parts.append(AlertList(site.feed, view, site.book, taking))
            else:
                with el("div", classes="grid12"):
                    parts += [Widget(panel, site.feed, view, site.book, sheet) for panel in board.panels if panel.sql]
                    if page == "health":
                        parts.append(_StatusPanel(site, view))
    live.start([*parts, *([notice] if board else [])])
    ui.timer(1.0, banner.refresh)  # on its own: an alert must not wait for a slow panel


class _Live:
    """Refreshes the parts of a page once a second, unless paused; says when it last did."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._paused = False

    def build(self) -> None:
        """The light, the clock and the pause button."""
        lang = self._view.lang
        with el("div", classes="live") as self._box:
            el("span", classes="dot", aria_hidden="true")
            self._word = el("span", T["loading"][lang])
        self._button = button(T["pause"][lang], self._toggle, "quiet")

    def start(self, parts: list[Any]) -> None:
        """Begin once the browser is connected."""
        self._parts = parts
        ui.timer(1.0, self._tick)

    def _toggle(self) -> None:
        self._paused = not self._paused
        self._button.set_text(T["resume" if self._paused else "pause"][self._view.lang])
        if self._paused:
            self._word.set_text(T["paused"][self._view.lang])
            self._box.classes(add="off", remove="bad")

    def _running(self) -> bool:
        return not self._paused

    async def _tick(self) -> None:
        if not self._running():
            return
        answers = await asyncio.gather(*(part.refresh() for part in self._parts))
        if not self._running():  # somebody may have paused meanwhile
            return
        found = [answer for answer in answers if isinstance(answer, Answer)]
        broken = any(answer.error for answer in found)
        at = min((answer.at for answer in found), default=time.time())
        word = T["live" if self._view.live else "fixed"][self._view.lang]
        self._word.set_text(f"{word} · {self._view.moment(at).strftime('%H:%M:%S')}")
        self._box.classes(add="bad" if broken else "", remove="off" + ("" if broken else " bad"))


def _header(site: Site, view: View, live: _Live, variables: tuple[str, ...]) -> None:
    lang = view.lang
    with el("header", classes="top"):
        with el("div", classes="bar"):
            link("Resonanz", view.url(page="overview"), "logo")
            with el("nav", aria_label=T["pages"][lang]):
                for board in DASHBOARDS:
                    link(
                        board.title[lang],
                        view.url(page=board.id),
                        aria_current="page" if board.id == view.page else None,
                    )
                link(T["alerts"][lang], view.url(page="alerts"), aria_current="page" if view.page == "alerts" else None)
            live.build()
            link(
                T["other_language"][lang],
                view.url(lang="en" if lang == "de" else "de"),
                lang="en" if lang == "de" else "de",
            )
            link(
                T["dark" if view.theme == "light" else "light"][lang],
                view.url(theme="dark" if view.theme == "light" else "light"),
            )
        if view.page != "alerts":
            with el("div", classes="bar"):
                if "brand" in variables:
                    _brands(site.book, view)
                _range(view)
                _filters(site, view, variables)
                el("span", f"{T['zone'][lang]} {view.zone}", "sub")


def _brands(book: BrandBook, view: View) -> None:
    lang = view.lang
    with el("div", classes="chips", role="group", aria_label=T["brands"][lang]):
        link(T["all_brands"][lang], view.url(brands=()), "chip", aria_current="true" if not view.brands else None)
        for brand in book.brands[:_CHIPS]:
            on = brand.id in view.brands
            others = tuple(b for b in view.brands if b != brand.id) if on else (*view.brands, brand.id)
            if view.page == "crisis":
                others = (brand.id,)
            link(clean_line(brand.name, 40), view.url(brands=others), "chip", aria_current="true" if on else None)
    rest = book.brands[_CHIPS:]
    if rest:
        options = [("", T["all_brands"][lang]), *((b.id, clean_line(b.name, 40)) for b in rest)]
        chosen = next((b.id for b in rest if b.id in view.brands), "")
        select(
            T["brands"][lang], options, chosen, lambda code: ui.navigate.to(view.url(brands=(code,) if code else ()))
        )


def _range(view: View) -> None:
    lang = view.lang
    options = [(code, entry.title[lang]) for code, entry in RANGES.items()]
    if not view.live:
        options.insert(0, ("", T["fixed"][lang]))
    select(T["range"][lang], options, view.range if view.live else "", lambda code: _go_range(view, code))
    with el("details"):
        el("summary", T["custom"][lang])
        with el("div", classes="chips"):
            picked: dict[str, str] = {}
            for name, seconds in (("from", view.start), ("to", view.end)):
                with el("label", classes="field"):
                    el("span", T[name][lang])
                    value = view.moment(seconds).strftime("%Y-%m-%dT%H:%M") if seconds else None
                    box = el("input", None, type="datetime-local", value=value, max="2100-01-01T00:00")
                    picked[name] = value or ""
                    box.on(
                        "change",
                        lambda event, key=name: picked.update({key: str(event.args)}),
                        js_handler="(event) => emit(event.target.value)",
                    )
            button(T["apply"][lang], lambda: _go_custom(view, picked), "main")


def _go_range(view: View, code: str) -> None:
    if code in RANGES:
        ui.navigate.to(view.url(range=code, start=0, end=0))


def _go_custom(view: View, picked: dict[str, str]) -> None:
    try:
        zone = ZoneInfo(view.zone)
        start, end = (
            int(datetime.fromisoformat(picked[name]).replace(tzinfo=zone).timestamp()) for name in ("from", "to")
        )
    except ValueError:
        return
    if 0 < start < end:
        ui.navigate.to(view.url(start=start, end=end))


def _filters(site: Site, view: View, variables: tuple[str, ...]) -> None:
    lang = view.lang
    sets = sorted({brand.set for brand in site.book.brands})
    if "set" in variables and len(sets) > 1:
        options = [("", T["all"][lang]), *((name, clean_line(name, 40)) for name in sets)]
        select(T["set"][lang], options, view.set, lambda code: ui.navigate.to(view.url(set=code)))
    if "source" in variables:
        codes = sorted(
            {account.partition(":")[0] for brand in site.book.brands for account in brand.accounts} - {"*"}
            | ({view.source} if view.source else set())
        )
        select(
            T["source"][lang],
            [("", T["all"][lang]), *((c, c) for c in codes)],
            view.source,
            lambda code: ui.navigate.to(view.url(source=code)),
        )
    if "language" in variables:
        codes = sorted(
            {code for brand in site.book.brands for code in brand.languages}
            | ({view.language} if view.language else set())
        )
        if codes:
            select(
                T["language"][lang],
                [("", T["all"][lang]), *((c, c) for c in codes)],
                view.language,
                lambda code: ui.navigate.to(view.url(language=code)),
            )


class _Notice:
    """Says so when the range is empty although the store holds posts elsewhere, or when the store is empty."""

    def __init__(self, site: Site, view: View) -> None:
        self._site, self._view = site, view
        self._shown: tuple[Any, ...] = ()
        self._box = el("div", aria_live="polite")

    async def refresh(self) -> None:
        """Look at the store's extent, which is cheap."""
        answer = await self._site.feed.ask("extent", evidence.NEWEST)
        if answer.result is None:
            return
        first, last, rows = answer.result.rows[0]
        scope = self._view.scope(self._site.book)
        outside = bool(rows) and (last < scope.start - 60 or first > scope.end)
        state = (bool(rows), outside)
        if state == self._shown:
            return
        self._shown = state
        self._box.clear()
        with self._box:
            if not rows:
                el("p", T["no_store"][self._view.lang], "panel note")
            elif outside:
                with el("div", classes="panel note"):
                    el("p", T["no_data"][self._view.lang])
                    link(T["jump"][self._view.lang], self._view.url(start=first, end=last + 60), "chip")


class _StatusPanel:
    """What the running process says of itself."""

    def __init__(self, site: Site, view: View) -> None:
        self._site, self._view = site, view
        self._shown: dict[str, Any] | None = None
        with el("section", classes="panel", aria_labelledby="t-status", data_panel="status") as card:
            card.style("grid-column: span 24")
            el("h2", T["status"][view.lang], id="t-status")
            el("p", T["status_help" if site.status else "no_status"][view.lang], "help")
            self._box = el("div")

    async def refresh(self) -> None:
        """Read the status; it must not block."""
        if self._site.status is None:
            return
        found = self._site.status()
        if found == self._shown:
            return
        self._shown = found
        self._box.clear()
        with self._box, el("table"), el("tbody"):
            for name, value in found.items():
                with el("tr"):
                    el("th", clean_line(str(name), 60), scope="row")
                    el("td", clean_line(str(value), 300), "n isolate")
