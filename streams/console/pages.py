"""The pages: header, banner, panels, and the clock that keeps them live."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import msgspec
import structlog
from fastapi import Request
from nicegui import ui

from dashboards.panels import DASHBOARDS
from schemas.brands import BrandBook
from streams.console.alerts import Acknowledge, AlertList, Banner
from streams.console.feed import Answer, Feed
from streams.console.header import header
from streams.console.html import button, el
from streams.console.notices import Notice, StatusPanel, WatchNotice
from streams.console.posts import Sheet
from streams.console.reporting import ReportPage
from streams.console.style import CSS, HEAD
from streams.console.texts import T
from streams.console.view import View, read_view
from streams.console.widgets import Widget

log = structlog.get_logger(__name__)

Status = Callable[[], dict[str, Any]]
_PATIENCE = 0.9
_OLD_SECONDS = 15.0


class Site(NamedTuple):
    """What all pages share."""

    feed: Feed
    book: BrandBook
    status: Status | None


def build_page(site: Site, page: str, request: Request) -> None:
    """Build one page for one browser. Content of posts comes later, over the WebSocket."""
    view = read_view(page, request.query_params, request.cookies, request.headers.get("accept-language", ""), site.book)
    if page == "crisis" and not view.brands:
        view = msgspec.structs.replace(view, brands=_worst(site))
    chosen = "lang" in request.query_params or "theme" in request.query_params
    want = json.dumps(
        {"lang": view.lang, "theme": view.theme, "zone": view.zone, "chosen": chosen}
        | {name: T[name][view.lang] for name in ("lost", "retry")}
    )
    ui.add_head_html(f"<style>{CSS}</style>{HEAD.replace('__WANT__', want)}")
    board = next((board for board in DASHBOARDS if board.id == page), None)
    title, lead = (board.title, board.help) if board else (T[page], T[f"{page}_help"])
    ui.page_title(f"{title[view.lang]} · Resonanz")
    with el("div", classes=f"rz page-{page}"):
        el("a", T["skip"][view.lang], "skip", href="#content")
        sheet = Sheet(site.feed, view, site.book)
        taking = Acknowledge(site.feed, view)
        live = _Live(site, view)
        header(site.book, view, live.build, board.variables if board else ())
        with el("main", id="content", tabindex="-1"):
            banner = Banner(site.feed, view, site.book, taking, f"{title[view.lang]} · Resonanz")
            el("h1", title[view.lang])
            el("p", lead[view.lang], "lead")
            watch = WatchNotice(site.feed, view, site.book)
            widgets: list[Widget] = []
            others: list[Any] = []
            if page == "alerts":
                others = [watch, AlertList(site.feed, view, site.book, taking)]
            elif page == "report":
                others = [ReportPage(site.feed, view, site.book)]
            elif board is not None:
                others = [watch, Notice(site.feed, view, site.book)]
                with el("div", classes="grid12"):
                    widgets = [Widget(panel, site.feed, view, site.book, sheet) for panel in board.panels if panel.sql]
                    if page == "health":
                        others.append(StatusPanel(site.status, view))
    live.start(widgets, others)
    ui.timer(1.0, banner.refresh)  # on its own: an alert must not wait for a slow panel


def _worst(site: Site) -> tuple[str, ...]:
    """The brand the crisis room opens with: the newest open alert's, else the first of the book."""
    known = {brand.id for brand in site.book.brands}
    alerts = site.feed.latest("open alerts")
    for row in alerts.dicts() if alerts else ():
        if row["brand"] in known:
            return (row["brand"],)
    return tuple(brand.id for brand in site.book.brands[:1])


class _Live:
    """Refreshes what is on the screen as soon as something was stored, and once a second because the clock moves, unless paused;
    says when it last did.

    A part that is still busy is left alone, so that a slow panel holds up no other. Panels out of sight, and a page in a hidden tab,
    ask nothing; the browser tells what is in sight.
    """

    def __init__(self, site: Site, view: View) -> None:
        self._site, self._view = site, view
        self._paused = self._hidden = False
        self._busy: dict[Any, asyncio.Task[Any]] = {}
        self._at: dict[Any, Answer] = {}
        self._state = ""
        self._took = 0.0

    def build(self) -> None:
        """The light, the clock and the pause button."""
        lang = self._view.lang
        with el("div", classes="live") as self._box:
            el("span", classes="dot", aria_hidden="true")
            self._word = el("span", T["loading"][lang])
        self._button = button(T["pause"][lang], self._toggle, "quiet")

    def start(self, widgets: list[Widget], others: list[Any]) -> None:
        """Begin once the browser is connected."""
        self._widgets, self._others = widgets, others
        ui.on("rz_seen", self._seen)
        ui.timer(1.0, self._tick)
        client = ui.context.client
        client.on_delete(self._site.feed.listen(lambda: self._news(client)))

    def _news(self, client: Any) -> None:
        if not (self._paused or self._hidden) and self._view.live and client.has_socket_connection:
            self._ask()

    def _seen(self, event: Any) -> None:
        seen = event.args if isinstance(event.args, list) else []
        self._hidden = seen == ["hidden"]
        if not self._hidden:
            for widget in self._widgets:
                widget.visible = widget.panel.id in seen
        if not self._paused:
            self._ask()

    def _toggle(self) -> None:
        self._paused = not self._paused
        self._button.set_text(T["resume" if self._paused else "pause"][self._view.lang])
        if self._paused:
            self._word.set_text(T["paused"][self._view.lang])
            self._say("off")

    def _ask(self, *, patient: bool = False) -> None:
        scope = self._view.scope(self._site.book, coarse=self._site.feed.dense)
        for part in [*self._others, *(widget for widget in self._widgets if widget.visible or widget not in self._at)]:
            if part not in self._busy:
                more = {"patient": patient} if isinstance(part, Widget) else {}
                task = self._busy[part] = asyncio.create_task(part.refresh(scope, **more))
                task.add_done_callback(partial(self._done, part, time.monotonic()))

    def _done(self, part: Any, asked: float, task: asyncio.Task[Any]) -> None:
        self._busy.pop(part, None)
        if task.cancelled():
            return
        if (error := task.exception()) is not None:
            if "has been deleted" in str(error):  # the browser has left the page meanwhile
                return
            log.error("a part of the page could not be drawn", part=type(part).__name__, error=repr(error))
        elif isinstance(answer := task.result(), Answer):
            if answer is not self._at.get(part):
                self._took = max(self._took, time.monotonic() - asked)
            self._at[part] = answer

    async def _tick(self) -> None:
        if self._paused or self._hidden:
            return
        self._ask(patient=self._site.feed.told)  # its turn comes with the round; here it is the clock that moves
        if self._busy:
            await asyncio.wait(set(self._busy.values()), timeout=_PATIENCE)
        if self._paused or not self._at:
            return
        found = [answer for part, answer in self._at.items() if getattr(part, "visible", True)] or list(
            self._at.values()
        )
        at = min(self._site.feed.as_of(answer) for answer in found)
        old = self._view.live and time.time() - at > _OLD_SECONDS
        word = T["old" if old else "live" if self._view.live else "not_live"][self._view.lang]
        self._word.set_text(f"{word} · {self._view.moment(at).strftime('%H:%M:%S')}")
        # For whoever measures: the slowest part with a new answer since the last time (0: none had one), and when this is said. Both in ms.
        self._word.props["data-took"], self._took = str(round(self._took * 1000)), 0.0
        self._word.props["data-sent"] = str(round(time.time() * 1000))
        self._say("bad" if old or any(answer.error for answer in found) else "" if self._view.live else "off")

    def _say(self, state: str) -> None:
        if state != self._state:
            self._box.classes(add=state, remove=self._state)
            self._state = state
