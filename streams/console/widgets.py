"""One panel on a page: a card that draws its answer, again and again, and opens the posts behind it."""

from __future__ import annotations

import json
from typing import Any

from nicegui import ui

from dashboards.model import Column, Panel
from schemas.brands import BrandBook
from streams.console import charts, show
from streams.console.clean import clean_line, clean_text
from streams.console.feed import Answer, Feed
from streams.console.html import button, el, link
from streams.console.posts import Sheet, outside_link, owner_of, when
from streams.console.texts import T
from streams.console.view import View

ROW = 34
"""Pixels of height for a unit of Grafana's grid."""


class Widget:
    """A panel's card. `refresh` asks and, if rows or the time range have changed, redraws."""

    def __init__(self, panel: Panel, feed: Feed, view: View, book: BrandBook, sheet: Sheet) -> None:
        self.panel, self.feed, self.view, self.book, self.sheet = panel, feed, view, book, sheet
        self.scope = view.scope(book)
        self._drawn: tuple[Any, ...] = ()
        self._good: Answer | None = None
        self._chart: Any = None
        self._as_table = False
        self._build()

    def _build(self) -> None:
        panel, lang = self.panel, self.view.lang
        width, height = panel.size
        kind = "stat" if panel.kind == "stat" else "wide"
        with el("section", classes=f"panel {kind}", aria_labelledby=f"t-{panel.id}", data_panel=panel.id) as card:
            drawn = panel.kind in ("lines", "bars", "ranking")
            card.style(f"grid-column: span {width}; min-height: {height * ROW if drawn else 112}px")
            with el("div", classes="head"):
                el("h2", panel.title[lang], id=f"t-{panel.id}")
                if panel.kind in ("lines", "bars", "ranking"):
                    self._toggle = button(
                        "▤",
                        self._switch,
                        aria_label=f"{T['as_table'][lang]}: {panel.title[lang]}",
                        title=T["as_table"][lang],
                    )
                if panel.drill is not None and panel.kind != "stat":
                    button(
                        "☰",
                        self._all,
                        aria_label=f"{T['show_posts'][lang]}: {panel.title[lang]}",
                        title=T["show_posts"][lang],
                    )
                button("?", self._help, aria_label=f"{T['help'][lang]} {panel.title[lang]}", title=T["help"][lang])
            self._explain = el("p", panel.help[lang], "help")
            self._explain.set_visibility(False)
            self._fault = el("p", "", "fault", role="status")
            self._fault.set_visibility(False)
            self._body = el("div", classes="body")
            with self._body:
                el("p", T["loading"][lang], "note")

    def _help(self) -> None:
        self._explain.set_visibility(not self._explain.visible)

    def _switch(self) -> None:
        self._as_table = not self._as_table
        self._toggle.set_text("▟" if self._as_table else "▤")
        title = T["as_chart" if self._as_table else "as_table"][self.view.lang]
        self._toggle.props["aria-label"] = f"{title}: {self.panel.title[self.view.lang]}"
        self._toggle.props["title"] = title
        self._chart = None
        self._drawn = ()
        if self._good is not None:
            self._draw(self._good)

    async def refresh(self) -> Answer:
        """Ask, and redraw what changed."""
        self.scope = self.view.scope(self.book)
        answer = await self.feed.panel(self.panel, self.scope)
        self._report(answer)
        if answer.result is not None:
            self._good = answer
            state = (answer.serial, self.scope.end_ms if self.panel.kind in ("lines", "bars") else 0)
            if state != self._drawn:
                self._draw(answer)
                self._drawn = state
        return answer

    def _report(self, answer: Answer) -> None:
        if not answer.error:
            self._fault.set_visibility(False)
            return
        lang = self.view.lang
        stand = self.view.moment(self._good.at).strftime("%H:%M:%S") if self._good else T["never"][lang]
        kind = "unavailable" if answer.error.startswith("unavailable") else "refused"
        self._fault.set_text(T[kind][lang].format(at=stand))
        self._fault.set_visibility(True)
        if self._good is None:
            self._body.clear()

    def _draw(self, answer: Answer) -> None:
        result = answer.result
        assert result is not None
        if not result.rows or (
            self.panel.kind == "stat" and result.rows[0][0] is None and self.panel.empty is not None
        ):
            self._clear()
            with self._body:
                el("p", (self.panel.empty or T["no_data"])[self.view.lang], "note")
        elif self.panel.kind == "stat":
            self._clear()
            with self._body:
                self._stat(answer)
        elif self.panel.kind in ("lines", "bars", "ranking") and not self._as_table:
            self._draw_chart(answer)
        elif self.panel.kind == "posts":
            self._clear()
            with (
                self._body,
                el("div", classes="scroll", tabindex="0", role="region", aria_labelledby=f"t-{self.panel.id}"),
            ):
                for row in result.dicts():
                    self._post(row)
        else:
            self._clear()
            with self._body:
                self._table(answer)

    def _clear(self) -> None:
        self._chart = None
        self._body.clear()

    def _stat(self, answer: Answer) -> None:
        assert answer.result is not None
        row = answer.result.dicts()[0]
        first, *others = self.panel.values()
        raw = row[first.name]
        few = "n" in row and row["n"] is not None and row["n"] < 30
        level = "few" if few or raw is None else self._level(float(raw))
        text = show.value(raw, first, self.view)
        if self.panel.drill is not None and raw is not None:
            name = f"{self.panel.title[self.view.lang]}: {text}. {T['show_posts'][self.view.lang]}"
            button(text, self._all, f"big number {level}", aria_label=name)
        else:
            el("div", text, f"big {level}")
        said = [f"{c.title[self.view.lang]}: {show.value(row[c.name], c, self.view)}" for c in others]
        el("div", " · ".join(said), "sub")
        if few and row["n"]:
            el("div", T["few"][self.view.lang], "sub few")
        if self.panel.links:
            target = self.panel.links[0]
            from dashboards.panels import dashboard

            link(f"→ {dashboard(target).title[self.view.lang]}", self.view.url(page=target), "sub")

    def _level(self, raw: float) -> str:
        level = ""
        for threshold in self.panel.thresholds:
            if raw >= threshold.value:
                level = threshold.level
        return level

    def _draw_chart(self, answer: Answer) -> None:
        assert answer.result is not None
        if self.panel.kind == "ranking":
            options = charts.ranking_chart(self.panel, answer.result, self.view, self.book)
        else:
            options = charts.time_chart(self.panel, answer.result, self.scope, self.view, self.book)
        options = json.loads(json.dumps(options))
        words = self._words(answer)
        if self._chart is None:
            self._body.clear()
            with self._body:
                self._chart = ui.echart(options, on_point_click=self._point if self.panel.drill else None).classes(
                    "chart"
                )
                self._chart.props["role"] = "img"
        else:
            self._chart.options.clear()
            self._chart.options.update(options)
            self._chart.update()
        self._chart.props["aria-label"] = words

    def _words(self, answer: Answer) -> str:
        assert answer.result is not None
        place = answer.result.names.index(self.panel.values()[0].name)
        numbers = [float(row[place]) for row in answer.result.rows if row[place] is not None]
        top = show.value(max(numbers, default=0.0), self.panel.values()[0], self.view)
        label = self.panel.column("label")
        count = len({row[answer.result.names.index(label.name)] for row in answer.result.rows}) if label else 1
        return T["summary"][self.view.lang].format(title=self.panel.title[self.view.lang], count=count, top=top)

    async def _point(self, event: Any) -> None:
        if self._good is None or self._good.result is None:
            return
        if self.panel.kind == "ranking":
            label_column = self.panel.column("label")
            assert label_column is not None
            place = self._good.result.names.index(label_column.name)
            if 0 <= event.data_index < len(self._good.result.rows):
                await self._open(str(self._good.result.rows[event.data_index][place]), None)
            return
        codes = list(charts.grouped(self.panel, self._good.result))
        at = event.data[0] if isinstance(event.data, list) else event.value[0]
        if 0 <= event.series_index < len(codes):
            await self._open(codes[event.series_index], int(at) // 1000)

    async def _all(self) -> None:
        await self._open(None, None)

    async def _open(self, label: str | None, bucket: int | None) -> None:
        await self.sheet.behind(self.panel, self.scope, label, bucket)

    def _table(self, answer: Answer) -> None:
        assert answer.result is not None
        columns = [c for c in self.panel.columns if c.role not in ("key", "link")]
        label = self.panel.column("label")
        drills = self.panel.drill is not None and label is not None and bool(self.panel.drill.by)
        timed = self.panel.column("time") is not None
        rows = answer.result.dicts()
        with (
            el("div", classes="scroll", tabindex="0", role="region", aria_labelledby=f"t-{self.panel.id}"),
            el("table"),
        ):
            with el("thead"), el("tr"):
                for column in columns:
                    el("th", column.title[self.view.lang], "n" if column.role == "value" else "", scope="col")
            with el("tbody"):
                for row in rows[-200:][::-1] if timed else rows[:200]:
                    self._table_row(row, columns, label if drills else None, timed)

    def _table_row(self, row: dict[str, Any], columns: list[Column], label: Column | None, timed: bool) -> None:
        with el("tr"):
            for column in columns:
                raw = row[column.name]
                if column is label:
                    name = charts.name_of(str(raw), self.view, self.book)
                    bucket = int(row["time"].timestamp()) if timed else None
                    with el("td"):
                        button(
                            name,
                            lambda code=str(raw), at=bucket: self._open(code, at),
                            "quiet",
                            aria_label=f"{name}: {T['show_posts'][self.view.lang]}",
                        )
                elif column.role == "label":
                    el(
                        "td",
                        charts.name_of(str(raw), self.view, self.book),
                        f"isolate {raw if raw in ('watch', 'warning', 'critical') else ''}",
                    )
                elif column.role == "text":
                    el("td", clean_text(str(raw), 300), "said")
                else:
                    el("td", show.value(raw, column, self.view), "n" if column.role == "value" else "")

    def _post(self, row: dict[str, Any]) -> None:
        lang = self.view.lang
        with el("article", classes="post"):
            with el("div", classes="meta"):
                if row.get("waited") is not None:
                    el("b", f"{T['waits'][lang]} {show.span(row['waited'], lang)}", self._waiting_level(row["waited"]))
                when(row["at"], self.view)
                el("b", charts.name_of(row["brand"], self.view, self.book), "isolate")
                el("span", show.label(row["source"], lang), "isolate")
                if row.get("sentiment"):
                    el("span", show.label(row["sentiment"], lang), f"tag {row['sentiment']}")
                for name, word in (("reach", "followers"), ("copies", "copies")):
                    if row.get(name) is not None and (name != "copies" or row[name] > 1):
                        el("span", f"{show.number(row[name], lang)} {T[word][lang]}")
                outside_link(row.get("url", ""), self.view)
            el("p", clean_text(row["text"], 400) or "—", "said", dir="auto")
            if "category" in row:
                owner = owner_of(self.book, row["brand"], row["category"])
                area = show.label(row["category"] or "unrouted", lang)
                el("div", f"{area} · {T['owner'][lang]}: {owner or T['no_owner'][lang]}", "sub")
            button(
                T["thread"][lang],
                lambda post=row["post_id"]: self.sheet.thread(post),
                "quiet",
                aria_label=f"{T['thread'][lang]}: {clean_line(row['text'], 60)}",
            )

    @staticmethod
    def _waiting_level(seconds: float) -> str:
        return "bad" if seconds > 86_400 else "watch" if seconds > 4 * 3600 else ""
