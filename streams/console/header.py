"""The header of every page: pages, language, theme; brands, time range and filters where the page has them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from nicegui import ui

from dashboards.model import Language
from dashboards.panels import DASHBOARDS
from schemas.brands import BrandBook
from streams.console import show
from streams.console.clean import clean_line
from streams.console.html import button, el, link, select
from streams.console.texts import T
from streams.console.view import RANGES, View

CHIPS = 10
"""Brands that have a chip of their own; the others stand in a list."""


def pages(lang: Language) -> list[tuple[str, str]]:
    """Every page with its title, in the order of the menu."""
    boards = [(board.id, board.title[lang]) for board in DASHBOARDS]
    return [boards[0], ("report", T["report"][lang]), *boards[1:-1], ("alerts", T["alerts"][lang]), boards[-1]]


def header(book: BrandBook, view: View, build_live: Callable[[], None], variables: tuple[str, ...]) -> None:
    """The top of every page. `build_live` puts the light and the pause button in its place."""
    lang = view.lang
    with el("header", classes="top"):
        with el("div", classes="bar"):
            link("Resonanz", view.url(page="overview"), "logo")
            with el("nav", aria_label=T["pages"][lang]):
                for page, title in pages(lang):
                    link(title, view.url(page=page), aria_current="page" if page == view.page else None)
            build_live()
            link(
                T["other_language"][lang],
                view.url(lang="en" if lang == "de" else "de"),
                lang="en" if lang == "de" else "de",
            )
            link(
                T["dark" if view.theme == "light" else "light"][lang],
                view.url(theme="dark" if view.theme == "light" else "light"),
            )
        if view.page not in ("alerts", "report"):
            with el("div", classes="bar"):
                if "brand" in variables:
                    _brands(book, view)
                _range(view)
                _filters(book, view, variables)
                el("span", f"{T['zone'][lang]} {view.zone}", "sub")


def _brands(book: BrandBook, view: View) -> None:
    lang = view.lang
    with el("div", classes="chips", role="group", aria_label=T["brands"][lang]):
        if view.page != "crisis":  # one brand at a time there
            link(T["all_brands"][lang], view.url(brands=()), "chip", aria_current="true" if not view.brands else None)
        for brand in book.brands[:CHIPS]:
            on = brand.id in view.brands
            others = tuple(b for b in view.brands if b != brand.id) if on else (*view.brands, brand.id)
            if view.page == "crisis":
                others = (brand.id,)
            link(clean_line(brand.name, 40), view.url(brands=others), "chip", aria_current="true" if on else None)
    more_brands(book, view, view.brands)


def more_brands(book: BrandBook, view: View, chosen: tuple[str, ...]) -> None:
    """The brands for which there is no chip, in a list; `chosen` are the page's."""
    rest = book.brands[CHIPS:]
    if not rest:
        return
    # its first line is no choice: which chip is pressed says what the page shows
    options = [("", "…"), *((brand.id, clean_line(brand.name, 40)) for brand in rest)]
    code = next((brand.id for brand in rest if brand.id in chosen), "")
    select(
        T["more_brands"][view.lang],
        options,
        code,
        lambda code: ui.navigate.to(view.url(brands=(code,) if code else ())),
    )


def _range(view: View) -> None:
    lang = view.lang
    options = [(code, entry.title[lang]) for code, entry in RANGES.items()]
    if not view.live:
        options.insert(0, ("", T["fixed"][lang]))
    select(T["range"][lang], options, view.period if view.live else "", lambda code: _go_range(view, code))
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


def _filters(book: BrandBook, view: View, variables: tuple[str, ...]) -> None:
    lang = view.lang
    sets = sorted({brand.set for brand in book.brands})
    if "set" in variables and len(sets) > 1:
        options = [("", T["all"][lang]), *((name, clean_line(name, 40)) for name in sets)]
        select(T["set"][lang], options, view.set, lambda code: ui.navigate.to(view.url(set=code)))
    if "source" in variables:
        codes = sorted(
            {account.partition(":")[0] for brand in book.brands for account in brand.accounts} - {"*"}
            | ({view.source} if view.source else set())
        )
        select(
            T["source"][lang],
            [("", T["all"][lang]), *((c, show.label(c, lang)) for c in codes)],
            view.source,
            lambda code: ui.navigate.to(view.url(source=code)),
        )
    if "language" in variables:
        codes = sorted(
            {code for brand in book.brands for code in brand.languages} | ({view.language} if view.language else set())
        )
        if codes:
            select(
                T["language"][lang],
                [("", T["all"][lang]), *((c, show.label(c, lang)) for c in codes)],
                view.language,
                lambda code: ui.navigate.to(view.url(language=code)),
            )
