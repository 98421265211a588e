"""One panel on a page: a card that shows its answer, again and again, and opens the posts behind it."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from nicegui import ui

from dashboards.macros import Scope
from dashboards.model import Panel
from dashboards.panels import dashboard
from schemas.brands import BrandBook
from streams.console import charts, render, show
from streams.console.feed import Answer, Feed
from streams.console.html import button, el, link, markup
from streams.console.posts import Sheet
from streams.console.series import grouped, most
from streams.console.texts import T
from streams.console.view import View

ROW = 34
"""Pixels of height for a unit of Grafana's grid."""
_DRAWN = ("lines", "bars", "ranking")
_ASK = """(event) => {
  const b = event.target.closest('[data-go]');
  if (b) emit(b.dataset.go, b.dataset.label ?? null, b.dataset.at ?? null, b.dataset.post ?? null);
}"""


class Widget:
    """A panel's card. `refresh` asks and, if rows or the time range have changed, redraws. `visible`: on somebody's screen."""

    def __init__(self, panel: Panel, feed: Feed, view: View, book: BrandBook, sheet: Sheet) -> None:
        self.panel, self.feed, self.view, self.book, self.sheet = panel, feed, view, book, sheet
        self.visible = True
        self._scope = view.scope(book)
        self._drawn: tuple[Any, ...] = ()
        self._shown = Markup("")
        self._good: Answer | None = None
        self._chart: Any = None
        self._html: Any = None
        self._as_table = False
        self._build()

    def _build(self) -> None:
        panel, lang = self.panel, self.view.lang
        width, height = panel.size
        kind = "stat" if panel.kind == "stat" else "wide"
        with el("section", classes=f"panel {kind}", aria_labelledby=f"t-{panel.id}", data_panel=panel.id) as card:
            card.style(f"grid-column: span {width}; min-height: {height * ROW if panel.kind in _DRAWN else 112}px")
            with el("div", classes="head"):
                el("h2", panel.title[lang], id=f"t-{panel.id}")
                if panel.kind in _DRAWN:
                    self._toggle = self._tool("▤", self._switch, "as_table")
                if panel.drill is not None and panel.kind != "stat":
                    self._tool("☰", self._all, "show_posts")
                self._tool("?", self._help, "help")
            self._explain = el("p", panel.help[lang], "help")
            self._explain.set_visibility(False)
            self._fault = el("p", "", "fault", role="status")
            self._fault.set_visibility(False)
            scrolls = panel.kind in ("table", "posts")
            self._body = el("div", classes="body")
            self._scrolls(scrolls)
            self._body.on("click", self._clicked, js_handler=_ASK)
            with self._body:
                el("p", T["loading"][lang], "note")
            if panel.kind == "stat" and panel.links:
                target = panel.links[0]
                link(f"→ {dashboard(target).title[lang]}", self.view.url(page=target), "sub")

    def _tool(self, sign: str, action: Any, word: str) -> Any:
        said = T[word][self.view.lang]
        return button(sign, action, aria_label=f"{said}: {self.panel.title[self.view.lang]}", title=said)

    def _scrolls(self, on: bool) -> None:
        """Tables scroll inside their card, also by keyboard; a chart fits."""
        self._body.classes(add="scroll" if on else "", remove="" if on else "scroll")
        for name, value in (("tabindex", "0"), ("role", "group"), ("aria-labelledby", f"t-{self.panel.id}")):
            if on:
                self._body.props[name] = value
            else:
                self._body.props.pop(name, None)

    def _help(self) -> None:
        self._explain.set_visibility(not self._explain.visible)

    def _switch(self) -> None:
        self._as_table = not self._as_table
        self._scrolls(self._as_table)
        self._toggle.set_text("▟" if self._as_table else "▤")
        said = T["as_chart" if self._as_table else "as_table"][self.view.lang]
        self._toggle.props["aria-label"] = f"{said}: {self.panel.title[self.view.lang]}"
        self._toggle.props["title"] = said
        self._drawn = ()
        if self._good is not None:
            self._draw(self._good)

    async def refresh(self, scope: Scope, *, patient: bool = False) -> Answer:
        """Ask, and redraw what changed. `patient`: an answer some seconds old will do; so it always does for a range of the past."""
        answer = await self.feed.panel(self.panel, scope, patient=patient or not self.view.live)
        self._scope = answer.scope or scope
        self._report(answer)
        if answer.result is not None:
            self._good = answer
            state = (answer.serial, self._scope.end_ms if self.panel.kind in ("lines", "bars") else 0, self._as_table)
            if state != self._drawn:
                self._draw(answer)
                self._drawn = state
        return answer

    def _report(self, answer: Answer) -> None:
        if not answer.error:
            if self._fault.visible:
                self._fault.set_visibility(False)
            return
        lang = self.view.lang
        stand = self.view.moment(self._good.at).strftime("%H:%M:%S") if self._good else T["never"][lang]
        kind = "unavailable" if answer.error.startswith("unavailable") else "refused"
        self._fault.set_text(T[kind][lang].format(at=stand))
        self._fault.set_visibility(True)
        if self._good is None:
            self._clear()

    def _clear(self) -> None:
        self._chart = self._html = None
        self._body.clear()

    def _draw(self, answer: Answer) -> None:
        if answer.result is not None and answer.result.rows and self.panel.kind in _DRAWN and not self._as_table:
            self._draw_chart(answer)
            return
        self._put(self.feed.drawn((self.panel.id, answer.serial, self.view.reader), lambda: self._markup(answer)))

    def _markup(self, answer: Answer) -> Markup:
        result, panel = answer.result, self.panel
        assert result is not None
        nothing = not result.rows or (panel.kind == "stat" and result.rows[0][0] is None and panel.empty is not None)
        if nothing:
            return render.note((panel.empty or T["no_data"])[self.view.lang])
        if panel.kind == "stat":
            return render.stat(panel, result, self.view)
        if panel.kind == "posts":
            return render.posts(result, self.view, self.book)
        return render.table(panel, result, self.view, self.book)

    def _put(self, content: Markup) -> None:
        if self._html is None:
            self._clear()
            with self._body:
                self._html = markup(content)
        elif content != self._shown:
            self._html.set_content(content)
        self._shown = content

    def _draw_chart(self, answer: Answer) -> None:
        result = answer.result
        assert result is not None
        key = (
            self.panel.id,
            answer.serial,
            self._scope.start_ms,
            self._scope.end_ms,
            self.view.theme,
            self.view.reader,
        )
        options = self.feed.drawn(key, lambda: self._options(answer))
        if self._chart is None:
            self._clear()
            with self._body:
                self._chart = ui.echart(options, on_point_click=self._point if self.panel.drill else None).classes(
                    "chart"
                )
                self._chart.props["role"] = "img"
        self._chart._props["options"] = options  # the very object, shared by all browsers: it is only read
        self._chart.props["aria-label"] = self._words(answer)
        self._chart.update()

    def _options(self, answer: Answer) -> dict[str, Any]:
        assert answer.result is not None
        if self.panel.kind == "ranking":
            return charts.ranking_chart(self.panel, answer.result, self.view, self.book)
        return charts.time_chart(self.panel, answer.result, self._scope, self.view, self.book)

    def _words(self, answer: Answer) -> str:
        assert answer.result is not None
        place = answer.result.names.index(self.panel.values()[0].name)
        numbers = [float(row[place]) for row in answer.result.rows if row[place] is not None]
        top = show.value(max(numbers, default=0.0), self.panel.values()[0], self.view)
        label = self.panel.column("label")
        count = len({row[answer.result.names.index(label.name)] for row in answer.result.rows}) if label else 1
        return T["summary"][self.view.lang].format(title=self.panel.title[self.view.lang], count=count, top=top)

    async def _clicked(self, event: Any) -> None:
        go, label, at, post = event.args
        if go == "thread" and post and str(post).isdigit():
            await self.sheet.thread(int(post))
        elif go == "posts" and self.panel.drill is not None:
            await self._open(None if label is None else str(label), int(at) if at and str(at).isdigit() else None)

    async def _point(self, event: Any) -> None:
        if self._good is None or self._good.result is None:
            return
        if self.panel.kind == "ranking":
            label = self.panel.column("label")
            assert label is not None
            place = self._good.result.names.index(label.name)
            if 0 <= event.data_index < len(self._good.result.rows):
                await self._open(str(self._good.result.rows[event.data_index][place]), None)
            return
        codes = list(most(grouped(self.panel, self._good.result)))
        at = event.data[0] if isinstance(event.data, list) else event.value[0]
        if 0 <= event.series_index < len(codes):
            await self._open(codes[event.series_index], int(at) // 1000)

    async def _all(self) -> None:
        await self._open(None, None)

    async def _open(self, label: str | None, bucket: int | None) -> None:
        await self.sheet.behind(self.panel, self._scope, label, bucket)
