"""The console in a real browser: what fits on a screen, a phone and a sheet of paper."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.console.conftest import PAGES, Site, Visit, raise_alert


@pytest.mark.parametrize("path", ["/?range=15m", "/crisis?range=15m&brand=fjella", "/dialogue?range=15m", "/health"])
def test_phone_scrolls_in_one_direction_only_and_shows_what_is_chosen(
    chromium: Any, site: Site, pictures: Path, path: str
) -> None:
    context = chromium.new_context(
        viewport={"width": 390, "height": 844},
        locale="de-DE",
        timezone_id="Europe/Berlin",
        is_mobile=True,
        has_touch=True,
    )
    visit = Visit(context.new_page(), site.url)
    page = visit.open(path)
    page.screenshot(path=str(pictures / f"console-phone-{path[1:].partition('?')[0] or 'overview'}.png"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    inside = "e => e.getBoundingClientRect().left >= 0 && e.getBoundingClientRect().right <= 390"
    page.wait_for_function(
        f"() => [...document.querySelectorAll('.top [aria-current]')].every({inside})", timeout=5_000
    )
    context.close()
    visit.clean()


@pytest.mark.parametrize("lang", ["de", "en"])
def test_board_report_of_a_long_name_and_long_owners_prints_on_one_page(visit: Visit, site: Site, lang: str) -> None:
    brand = site.feeder.book.brands[0]
    name, owners = brand.name, brand.owners
    owner = {
        "department": "Abteilung mit einem recht langen Namen und noch mehr",
        "contact": "eine.lange.adresse@beispiel.example",
    }
    msgspec.structs.force_setattr(brand, "name", "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk")
    msgspec.structs.force_setattr(brand, "owners", dict.fromkeys(owners, owner))
    raise_alert(site.store, "a6")
    start = int(time.time()) // 60 * 60 - 86_400 * (
        3 if lang == "de" else 4
    )  # not the period of another test: reports are kept
    page = visit.open(f"/report?lang={lang}&from={start}&to={int(time.time())}&brand=talwerk")
    try:
        page.wait_for_selector(".report .verdict", timeout=20_000)
        assert "Donaudampf" in page.inner_text(".report .verdict")
        assert page.locator(".report tbody tr").count() == 5
        printed = page.pdf(prefer_css_page_size=True, print_background=True)
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    finally:
        msgspec.structs.force_setattr(brand, "name", name)
        msgspec.structs.force_setattr(brand, "owners", owners)
    visit.clean()


@pytest.mark.parametrize("lang", ["de", "en"])
def test_board_report_prints_on_one_page(visit: Visit, site: Site, lang: str) -> None:
    page = visit.open(f"/report?lang={lang}&theme=dark&range=24h&brand=talwerk")
    page.wait_for_selector(".report .verdict", timeout=20_000)
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    posts = site.store.query(
        "SELECT count() FROM mentions WHERE brand = 'talwerk' AND in_earned_set AND sentiment != ''"
    ).scalar()
    shown = int(re.sub(r"\D", "", page.inner_text(".basis").split()[0]))
    assert 0.8 * posts < shown <= posts  # the catalogue counts equal posts once
    visit.clean()


def test_tablet_breaks_no_word_and_no_number_out_of_a_card(chromium: Any, site: Site) -> None:
    context = chromium.new_context(viewport={"width": 768, "height": 1024}, locale="de-DE", timezone_id="Europe/Berlin")
    visit = Visit(context.new_page(), site.url)
    page = visit.open("/?range=15m&lang=de")
    outside = """[...document.querySelectorAll('.stat')].flatMap(card => [...card.querySelectorAll('*')].filter(
        e => e.getBoundingClientRect().right > card.getBoundingClientRect().right).map(e => e.innerText))"""
    assert page.evaluate(outside) == []
    lines = """[...document.querySelectorAll('.stat h2')].filter(h => {
        const range = document.createRange(); range.selectNodeContents(h);
        return new Set([...range.getClientRects()].map(r => Math.round(r.top))).size > h.innerText.split(' ').length; }).map(h => h.innerText)"""
    assert page.evaluate(lines) == []
    table = (
        "[...document.querySelectorAll('[data-panel=brands_compared] .scroll, [data-panel=brands_compared].scroll')]"
    )
    assert page.evaluate(f"{table}.filter(e => e.scrollWidth > e.clientWidth).length") == 0
    context.close()
    visit.clean()


def test_brand_with_a_long_name_widens_no_page(chromium: Any, site: Site) -> None:
    first = site.feeder.book.brands[0]
    name = first.name
    msgspec.structs.force_setattr(first, "name", "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk")
    raise_alert(site.store, "a9", brand=first.id)
    context = chromium.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    visit = Visit(context.new_page(), site.url)
    try:
        for path in PAGES:
            page = visit.open(f"{path}?lang=de&range=24h&brand={first.id}")
            page.wait_for_selector(".report .verdict" if path == "/report" else ".alarm, main .panel", timeout=20_000)
            page.wait_for_timeout(1200)
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    finally:
        msgspec.structs.force_setattr(first, "name", name)
        context.close()
    visit.clean()


def test_every_brand_can_be_chosen_on_every_page_however_many_there_are(chromium: Any, site: Site) -> None:
    few = site.feeder.book.brands
    many = [msgspec.structs.replace(few[0], id=f"brand{number}", name=f"Marke {number}") for number in range(12)]
    msgspec.structs.force_setattr(site.feeder.book, "brands", (*few, *many))
    context = chromium.new_context(locale="de-DE", timezone_id="Europe/Berlin")
    visit = Visit(context.new_page(), site.url)
    try:
        for path in ("/", "/crisis", "/report"):
            page = visit.open(f"{path}?lang=de&brand=talwerk")
            names = page.evaluate("[...document.querySelectorAll('.chip, option')].map(e => e.innerText.trim())")
            assert {brand.name for brand in (*few, *many)} <= set(names), path
            select = page.get_by_label("Weitere Marken").last
            assert select.evaluate("e => e.selectedOptions[0].text") == "…", path  # not "all brands": one is chosen
            select.select_option("Marke 11")
            page.wait_for_url("**brand=brand11**")
    finally:
        msgspec.structs.force_setattr(site.feeder.book, "brands", few)
        context.close()
    visit.clean()


def test_chart_shown_as_a_table_stays_in_its_card(visit: Visit) -> None:
    page = visit.open("/relevance?range=15m&lang=en")
    card = page.locator("[data-panel=media_mix]")
    height = card.bounding_box()["height"]
    card.get_by_role("button", name="As a table").click()
    page.wait_for_selector("[data-panel=media_mix] td")
    assert page.evaluate(
        "(e => e.scrollHeight > e.clientHeight && e.tabIndex === 0 && e.scrollWidth <= e.clientWidth)"
        "(document.querySelector('[data-panel=media_mix] .body'))"
    )
    assert card.bounding_box()["height"] < height + 260
    card.get_by_role("button", name="As a chart").click()
    page.wait_for_selector("[data-panel=media_mix] canvas")
    assert page.evaluate("document.querySelector('[data-panel=media_mix] .body').tabIndex") == -1
    visit.clean()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_controls_of_the_browser_follow_the_theme(visit: Visit, theme: str) -> None:
    page = visit.open(f"/?range=15m&theme={theme}")
    assert page.evaluate("getComputedStyle(document.querySelector('input[type=datetime-local]')).colorScheme") == theme
    visit.clean()


@pytest.mark.parametrize("size", [(1280, 720), (900, 600)])
def test_what_gets_the_focus_is_not_covered_by_the_header(chromium: Any, site: Site, size: tuple[int, int]) -> None:
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]})
    visit = Visit(context.new_page(), site.url)
    page = visit.open("/relevance?range=15m&lang=en")
    page.evaluate("window.scrollTo(0, 10000)")
    covered = """[...document.querySelectorAll('main .head button')].reverse().filter(button => {
        button.focus(); const top = button.getBoundingClientRect().top, header = document.querySelector('.top');
        return top < header.getBoundingClientRect().bottom && getComputedStyle(header).position === 'sticky' || top < 0; }).length"""
    assert page.evaluate(covered) == 0
    context.close()
    visit.clean()
