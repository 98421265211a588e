"""What a reader must know before the numbers: nothing stored, nothing in this range, posts arriving late, nobody watching for crises; and
the process itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from dashboards.macros import Scope
from dashboards.sql import UNWATCHED_SECONDS
from schemas.brands import BrandBook
from streams.alerts import LOOKS
from streams.console import evidence, show
from streams.console.clean import clean_line
from streams.console.feed import Feed
from streams.console.html import el, link
from streams.console.texts import STATUS, T
from streams.console.view import View

_LATE_SECONDS = 10.0
_DENSE = 20_000
"""Posts in a quarter of an hour."""


class Notice:
    """Says so when the range is empty although the store holds posts elsewhere, when it is empty, and when posts come late."""

    def __init__(self, feed: Feed, view: View, book: BrandBook) -> None:
        self._feed, self._view, self._book = feed, view, book
        self._shown: tuple[Any, ...] = ()
        self._box = el("div", aria_live="polite")

    async def refresh(self, scope: Scope) -> None:
        """Look at the store's extent and at the last minute, which is cheap."""
        empty = self._shown == () or not self._shown[0]  # the first post is news, the others are none here
        answer = await self._feed.ask("extent", evidence.NEWEST, patient=not empty)
        late = await self._feed.ask("lateness", evidence.LATENESS, patient=True) if self._view.live else None
        if answer.result is None:
            return
        first, last, rows, recent = answer.result.rows[0]
        self._feed.dense = recent > (_DENSE // 2 if self._feed.dense else _DENSE)
        outside = bool(rows) and (last < scope.start - 60 or first > scope.end)
        seconds = late.result.scalar() if late is not None and late.result is not None else None
        behind = round(seconds, -1) if seconds is not None and seconds > _LATE_SECONDS else 0
        if late is not None:
            self._feed.late = bool(behind)
        state = (bool(rows), outside, behind)
        if state == self._shown:
            return
        self._shown = state
        self._box.clear()
        view, lang = self._view, self._view.lang
        with self._box:
            if not rows:
                el("p", T["no_store"][lang], "panel note")
            elif outside:
                with el("div", classes="panel note"):
                    el("p", T["no_data"][lang])
                    link(T["jump"][lang], view.url(start=first, end=last + 60), "chip")
            if behind:
                with el("p", classes="late"):
                    el("span", T["late"][lang].format(span=show.span(behind, lang)))
                    if view.page != "health":
                        link(T["to_health"][lang], view.url(page="health"))


class WatchNotice:
    """Says since when nobody looks for crises: no alert would pass for good news."""

    def __init__(self, feed: Feed, view: View, book: BrandBook) -> None:
        self._feed, self._view, self._book = feed, view, book
        self._shown = ""
        self._box = el("div", aria_live="polite")

    async def refresh(self, scope: Scope) -> None:
        """Compare when each brand was last looked at with now."""
        del scope
        answer = await self._feed.ask("looks", LOOKS, patient=True) if self._view.live else None
        if answer is None or answer.result is None or (said := self._said(answer.result.rows)) == self._shown:
            return
        self._shown = said
        self._box.clear()
        if said:
            with self._box, el("p", classes="late"):
                el("span", said)
                if self._view.page != "health":
                    link(T["to_health"][self._view.lang], self._view.url(page="health"))

    def _said(self, looks: Sequence[tuple[str, int, int]]) -> str:
        """The sentence about the brands shown; empty if somebody looks at them, or nobody ever did."""
        last = {brand: at for brand, at, seconds in looks if seconds > UNWATCHED_SECONDS}
        brands = [b for b in self._book.brands if b.id in last and (not self._view.brands or b.id in self._view.brands)]
        if not brands:
            return ""
        since = show.moment(datetime.fromtimestamp(min(last[b.id] for b in brands), UTC), self._view)
        names = ", ".join(clean_line(b.name, 40) for b in brands)
        return T["unwatched"][self._view.lang].format(time=since, brands=names)


class StatusPanel:
    """What the running process says of itself."""

    def __init__(self, status: Callable[[], dict[str, Any]] | None, view: View) -> None:
        self._status, self._view = status, view
        self._shown: dict[str, Any] | None = None
        with el("section", classes="panel", aria_labelledby="t-status", data_panel="status") as card:
            card.style("grid-column: span 24")
            el("h2", T["status"][view.lang], id="t-status")
            el("p", T["status_help" if status else "no_status"][view.lang], "help")
            self._box = el("div")

    async def refresh(self, scope: Scope) -> None:
        """Read the status; it must not block."""
        del scope
        if self._status is None:
            return
        found = self._status()
        if found == self._shown:
            return
        self._shown = found
        self._box.clear()
        with self._box, el("table"), el("tbody"):
            for name, value in found.items():
                known = STATUS.get(name)
                with el("tr"):
                    el("th", known[self._view.lang] if known else clean_line(str(name), 60), scope="row")
                    el("td", self._said(value), "n isolate")

    def _said(self, value: Any) -> str:
        lang = self._view.lang
        if isinstance(value, bool):
            return T["yes" if value else "no"][lang]
        return show.number(value, lang) if isinstance(value, int) else show.label(clean_line(str(value), 300), lang)
