"""Alerts: the banner on every page, and the page with their course, evidence and who has taken them over."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import msgspec
from nicegui import ui

from dashboards.macros import Scope
from processors.crisis.alert import CrisisEvidence
from processors.crisis.explain import explain_de, explain_en
from schemas.brands import BrandBook
from streams.console import evidence, show
from streams.console.charts import name_of
from streams.console.clean import clean_line, clean_text
from streams.console.feed import Answer, Feed
from streams.console.html import button, el, link
from streams.console.texts import T
from streams.console.view import View, utc_text
from streams.store import StoreError

_LEAD_MINUTES = 30
MAX_NAME = 60
_EVIDENCE = msgspec.json.Decoder(CrisisEvidence)


def explained(row: dict[str, Any], view: View, book: BrandBook) -> str:
    """The alert in words: the brand's name, the reader's clock and way to write numbers; else the words stored with it."""
    explain = explain_de if view.lang == "de" else explain_en
    at = view.moment(row["onset"].timestamp())
    since = at.strftime("%d.%m., %H:%M Uhr") if view.lang == "de" else f"{at.day} {at.strftime('%B, %H:%M')}"
    onset = int(row["onset"].timestamp())
    try:
        evidence = _EVIDENCE.decode(row["evidence"])
        text = explain(
            name_of(row["brand"], view, book), row["severity"], row["previous"] or "none", onset, evidence, since
        )
    except (msgspec.DecodeError, KeyError, ValueError):  # written by another version, or by hand
        text = row[f"explanation_{view.lang}"]
    return clean_text(text, 600).replace(" %", "\u202f%")


def when(moment: Any, view: View) -> None:
    """A point in time."""
    el("time", show.moment(moment, view), datetime=utc_text(moment.timestamp()))


class Acknowledge:
    """The dialog that asks who takes an alert over."""

    def __init__(self, feed: Feed, view: View) -> None:
        self._feed, self._view, self._alert = feed, view, ""
        lang = view.lang
        with (
            ui.dialog() as self._dialog,
            el("section", classes="ask rz"),
        ):
            self._dialog.props["aria-label"] = T["take_title"][lang]
            el("h2", T["take_title"][lang], "headline")
            with el("label", classes="field"):
                el("span", T["name"][lang])
                self._name = el(
                    "input", None, type="text", maxlength=str(MAX_NAME), autocomplete="name", autofocus="true"
                )
            self._name.on("input", self._typed, js_handler="(event) => emit(event.target.value)")
            self._name.on("keydown.enter", self._save, [])
            self._problem = el("p", "", "fault", role="alert")
            button(T["take"][lang], self._save, "main")
            button(T["cancel"][lang], self._dialog.close, "quiet")
        self._who = ""

    def _typed(self, event: Any) -> None:
        self._who = str(event.args)

    def open(self, alert_id: str) -> None:
        """Ask for the name."""
        self._alert = alert_id
        self._problem.set_text("")
        self._dialog.open()

    async def _save(self) -> None:
        lang, who = self._view.lang, clean_line(self._who, MAX_NAME)
        if not who:
            self._problem.set_text(T["name_missing"][lang])
            return
        try:
            done = await self._feed.run(evidence.acknowledge, self._feed.store, self._alert, who)
        except StoreError:
            self._problem.set_text(T["not_saved"][lang])
            return
        self._dialog.close()
        ui.notify(T["took" if done else "closed"][lang], position="top", timeout=4000)


class Banner:
    """Open alerts at the top of every page; spoken by screen readers when one appears."""

    def __init__(self, feed: Feed, view: View, book: BrandBook, taking: Acknowledge, title: str) -> None:
        self._feed, self._view, self._book, self._taking = feed, view, book, taking
        self._page_title = title
        self._serial = -1
        self._box = el("div", role="region", aria_live="assertive", aria_label=T["alarm"][view.lang], data_alerts="0")

    def _title(self, count: int) -> str:
        return f"({count}) {self._page_title}" if count else self._page_title

    async def refresh(self) -> None:
        """Show what is open now."""
        answer = await self._feed.ask("open alerts", evidence.OPEN_ALERTS, urgent=True)
        if answer.result is None or answer.serial == self._serial:
            return
        self._serial = answer.serial
        rows = answer.result.dicts()
        self._box.clear()
        self._box.props["data-alerts"] = str(len(rows))
        ui.run_javascript(f"document.title = {json.dumps(self._title(len(rows)))}")
        if self._view.page != "alerts":  # there the same stands in the list
            with self._box:
                for row in rows:
                    self._alarm(row)

    def _alarm(self, row: dict[str, Any]) -> None:
        view, lang = self._view, self._view.lang
        name = name_of(row["brand"], view, self._book)
        with el("div", classes=f"alarm {clean_line(row['severity'], 20)}"):
            with el("div", classes="what"):
                el(
                    "b",
                    f"{T['alarm'][lang]} · {name} · {show.label(row['severity'], lang)} · {T['since'][lang]} {show.moment(row['onset'], view)}",
                )
                el("div", explained(row, view, self._book))
            if row["acknowledged_by"]:
                el("span", T["taken"][lang].format(who=clean_line(row["acknowledged_by"], MAX_NAME)), "tag isolate")
            else:
                button(
                    T["take"][lang],
                    lambda alert=row["alert_id"]: self._taking.open(alert),
                    "main",
                    aria_label=f"{T['take'][lang]}: {name}",
                )
            if view.page != "crisis" or view.brands != (row["brand"],):
                link(T["look"][lang], crisis_url(view, row), aria_label=f"{T['look'][lang]}: {name}")


def crisis_url(view: View, row: dict[str, Any]) -> str:
    """The crisis room at an alert: live when it is open, else at its time."""
    if row["severity"] != "none":
        return view.url(
            page="crisis", brands=(row["brand"],), range="1h", start=0, end=0, set="", source="", language=""
        )
    start, end = int(row["onset"].timestamp()), int(row["changed"].timestamp())
    lead = _LEAD_MINUTES * 60
    return view.url(
        page="crisis", brands=(row["brand"],), start=start - lead, end=end + lead, set="", source="", language=""
    )


class AlertList:
    """All alerts, newest first."""

    def __init__(self, feed: Feed, view: View, book: BrandBook, taking: Acknowledge) -> None:
        self._feed, self._view, self._book, self._taking = feed, view, book, taking
        self._serial = -1
        self._box = el("div")
        with self._box:
            el("p", T["loading"][view.lang], "note")

    async def refresh(self, scope: Scope) -> Answer:
        """Draw the list if it changed."""
        del scope
        answer = await self._feed.ask("all alerts", evidence.ALL_ALERTS, urgent=True)
        if answer.serial != self._serial:
            self._serial = answer.serial
            self._box.clear()
            with self._box:
                if answer.result is None:
                    el("p", T["unavailable"][self._view.lang].format(at="—"), "fault", role="alert")
                elif not answer.result.rows:
                    el("p", T["no_alerts"][self._view.lang], "panel note")
                else:
                    for row in answer.result.dicts():
                        self._card(row)
        return answer

    def _card(self, row: dict[str, Any]) -> None:
        view, lang = self._view, self._view.lang
        name = name_of(row["brand"], view, self._book)
        with el(
            "section",
            classes="panel",
            aria_label=f"{name}, {show.moment(row['onset'], view)}",
            style="margin-bottom:10px",
        ):
            with el("div", classes="post"):
                with el("div", classes="meta"):
                    el("b", name, "isolate")
                    el("span", show.label(row["severity"], lang), f"tag {row['severity']}")
                    when(row["onset"], view)
                    if row["acknowledged_by"]:
                        el(
                            "span",
                            T["taken"][lang].format(who=clean_line(row["acknowledged_by"], MAX_NAME)),
                            "tag isolate",
                        )
                el("p", explained(row, view, self._book), "said")
                with el("div", classes="chips"):
                    link(T["look"][lang], crisis_url(view, row), "chip", aria_label=f"{T['look'][lang]}: {name}")
                    if row["severity"] != "none" and not row["acknowledged_by"]:
                        take, said = partial(self._taking.open, row["alert_id"]), f"{T['take'][lang]}: {name}"
                        button(T["take"][lang], take, "main", aria_label=said)
            with el("details") as more:
                el("summary", T["course"][lang])
                box = el("div")
                box.props["aria-live"] = "polite"
            more.on("toggle", lambda: self._course(row["alert_id"], box), [])

    async def _course(self, alert_id: str, box: Any) -> None:
        found = await self._feed.ask("alert course", evidence.ALERT_CHANGES, {"alert": alert_id})
        box.clear()
        if found.result is None:
            return
        with box:
            for row in found.result.dicts():
                self._change(row)

    def _change(self, row: dict[str, Any]) -> None:
        view, lang = self._view, self._view.lang
        with el("div", classes="post"):
            with el("div", classes="meta"):
                when(row["minute"], view)
                el(
                    "span",
                    f"{show.label(row['previous'] or 'none', lang)} → {show.label(row['severity'], lang)}",
                    f"tag {row['severity']}",
                )
                if row["acknowledged_by"]:
                    el("span", T["taken"][lang].format(who=clean_line(row["acknowledged_by"], MAX_NAME)), "isolate")
            el("p", explained(row, view, self._book), "said")
            with el("details"):
                el("summary", T["inputs"][lang])
                el("pre", _numbers(row["change"]), "sql", tabindex="0")


def _numbers(change: str) -> str:
    """The evidence of a change, without its bulky inputs."""
    try:
        found = json.loads(change)
    except ValueError:
        return ""
    found.pop("inputs", None)
    return clean_text(json.dumps(found, indent=1, ensure_ascii=False), 6000)
