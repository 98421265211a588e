"""The console in a real browser."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dashboards.panels import DASHBOARDS
from streams.alerts import note_look
from streams.store import Store
from tests.console.conftest import Site, Visit
from tests.dashboards.feeding import watched

PAGES = ["/", *(f"/{board.id}" for board in DASHBOARDS if board.id != "overview"), "/alerts", "/report"]
SERIOUS = ("serious", "critical")
LANDMARKS = ("landmark-main-is-top-level", "landmark-no-duplicate-main", "landmark-unique")


def _number(page: Any, panel: str) -> int:
    return int(re.sub(r"\D", "", page.inner_text(f"[data-panel={panel}] .big")))


def _serious(found: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    bad = [rule for rule in found if rule["impact"] in SERIOUS or rule["id"] in LANDMARKS]
    return [(rule["id"], [node["html"][:200] for node in rule["nodes"]][:3]) for rule in bad]


def _alert(store: Store, alert_id: str = "a1", severity: str = "critical", brand: str = "talwerk") -> None:
    now = int(time.time())
    store.insert(
        "alerts",
        [
            "alert_id",
            "brand",
            "severity",
            "previous",
            "minute",
            "onset",
            "at",
            "score",
            "explanation_de",
            "explanation_en",
            "change",
        ],
        [
            [alert_id],
            [brand],
            [severity],
            ["none"],
            [now],
            [now - 120],
            [now * 1000],
            [9.5],
            ["Kritisch für Talwerk."],
            ["Critical for Talwerk."],
            ["{}"],
        ],
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_page_is_clean_accessible_and_photographed(visit: Visit, pictures: Path, path: str, theme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = visit.open(f"{path}?range=15m&lang=en&theme={theme}")
    page.wait_for_timeout(300)
    page.screenshot(path=str(pictures / f"console-{path.strip('/') or 'overview'}-{theme}.png"))
    found = axe.Axe().run(page).response["violations"]
    assert _serious(found) == []
    visit.clean()


@pytest.mark.parametrize("path", ["/", "/report"])
def test_time_range_of_the_past_does_not_look_live(visit: Visit, path: str) -> None:
    end = int(time.time())
    page = visit.open(f"{path}?from={end - 400}&to={end}&lang=en")
    page.wait_for_selector(".live.off")
    assert page.inner_text(".live").startswith("Not live")
    assert (
        page.evaluate("[...document.querySelectorAll('select')].map(s => s.selectedOptions[0].text)")[0]
        == "Fixed time range"
    )
    visit.clean()


def test_german_page_speaks_german(visit: Visit) -> None:
    page = visit.open("/dialogue?lang=de&range=15m")
    assert page.evaluate("document.documentElement.lang") == "de"
    assert "Wer auf Antwort wartet" in page.inner_text("main")
    english = re.compile(r"\b(Loading|Waiting|answered|brand|posts|Help|median|Close)\b")
    labels = page.evaluate(
        "[...document.querySelectorAll('main h1, main h2, main th, main button, header a, header button')].map(e => e.innerText + ' ' + (e.ariaLabel || ''))"
    )
    assert [text for text in labels if english.search(text.replace("English", ""))] == []


def test_new_post_is_counted_on_the_open_page_within_seconds(visit: Visit, site: Site) -> None:
    page = visit.open("/?range=15m")
    before = _number(page, "mentions_total")
    for number in range(1, 8):  # more than can leave the window of fifteen minutes in the same moment
        site.feeder.post(
            text=f"Talwerk hat geliefert, und zwar pünktlich, schon zum {number}. Mal.", sentiment="positive"
        )
    started = time.monotonic()
    page.wait_for_function(
        "n => parseInt(document.querySelector('[data-panel=mentions_total] .big').innerText.replace(/\\D/g, '')) !== n",
        arg=before,
        timeout=20_000,
    )
    # The goal is two seconds; a shared machine has taken three and a half.
    assert time.monotonic() - started < 10
    visit.clean()


@pytest.mark.parametrize(
    ("path", "said"),
    [("/?range=15m&lang=de", "achtet niemand auf Krisen (Kauz)"), ("/alerts?lang=en", "watching for crises (Kauz)")],
)
def test_page_says_when_nobody_watches_for_crises(visit: Visit, site: Site, path: str, said: str) -> None:
    site.store.execute("TRUNCATE TABLE crisis_watch")
    watched(site.store, site.feeder.book)
    site.store.execute("ALTER TABLE crisis_watch DELETE WHERE brand = 'kauz' SETTINGS mutations_sync = 2")
    ago = int(time.time() - 600) * 1000
    note_look(site.store, ["kauz"], ago, ago)
    page = visit.open(path)
    page.wait_for_selector(".late", timeout=20_000)
    assert said in page.inner_text(".late")
    watched(site.store, site.feeder.book)
    page.wait_for_selector(".late", state="detached", timeout=30_000)
    visit.clean()


def test_click_on_a_number_leads_to_its_posts_and_their_scores(visit: Visit) -> None:
    page = visit.open("/?range=15m&brand=talwerk")
    page.get_by_role("button", name=re.compile("^Pause")).click()
    shown = _number(page, "mentions_total")
    page.click("[data-panel=mentions_total] .number")
    page.wait_for_selector(".sheet .post")
    assert int(page.get_attribute(".sheet [data-count]", "data-count") or 0) == shown
    page.click(".sheet .post summary")
    assert re.search(r"negative \d+%, neutral \d+%, positive \d+%", page.inner_text(".sheet .post details"))
    page.keyboard.press("Escape")
    page.wait_for_selector(".sheet", state="hidden")
    visit.clean()


def test_click_on_a_bar_shows_the_posts_of_that_interval(visit: Visit) -> None:
    page = visit.open("/crisis?range=15m&brand=talwerk")
    page.get_by_role("button", name=re.compile("^Pause")).click()
    box = page.locator("[data-panel=crisis_minutes] canvas").bounding_box()
    for place in range(96, 20, -2):  # bars are ten seconds wide and the storm is minutes long: one of these is hit
        page.mouse.click(box["x"] + box["width"] * place / 100, box["y"] + box["height"] * 0.85)
        page.wait_for_timeout(200)
        if page.locator(".sheet").is_visible():
            break
    page.wait_for_selector(".sheet .post", timeout=10_000)
    assert page.locator(".sheet .post").count() > 0
    visit.clean()


def test_table_reaches_the_same_posts_by_keyboard(visit: Visit) -> None:
    page = visit.open("/relevance?range=15m")
    page.focus("[data-panel=share_of_voice] .head button")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-panel=share_of_voice] td button")
    page.focus("[data-panel=share_of_voice] td button")
    page.keyboard.press("Enter")
    page.wait_for_selector(".sheet .post")
    visit.clean()


def test_alert_appears_on_an_open_page_and_can_be_taken_over(visit: Visit, site: Site) -> None:
    page = visit.open("/?range=15m")
    _alert(site.store)
    page.wait_for_selector(".alarm", timeout=5000)
    assert "Critical for Talwerk." in page.inner_text(".alarm")
    page.click(".alarm button.main")
    page.fill(".ask input", "Kim <b>Nacht</b>")
    page.click(".ask button.main")
    page.wait_for_selector(".alarm .tag", timeout=5000)
    assert page.inner_text(".alarm .tag") == "taken over by Kim <b>Nacht</b>"
    rows = site.store.query("SELECT severity, acknowledged_by FROM alerts FINAL WHERE alert_id = 'a1'").rows
    assert rows == [("critical", "Kim <b>Nacht</b>")]
    page.click(".alarm a")
    page.wait_for_url("**/crisis?brand=talwerk**")
    visit.clean()


def test_hostile_posts_stay_inert_and_do_not_break_the_page(visit: Visit, site: Site) -> None:
    attack = (
        "<script>window.hit=1</script><img src=x onerror=window.hit=1>{{constructor.constructor('window.hit=1')()}}"
    )
    texts = [
        f"Fjella {attack}",
        "Fjella \u202etxt.exe\u202c \u2067verkehrt\u2069 " + "e" + "\u0301" * 500,
        "Fjella " + "x" * 10_000,
        "Fjella ${7*7} `</template>` --> ]]> \x1b[31m",
    ]
    links = [
        "javascript:window.hit=1",
        'https://evil.example/"onmouseover="window.hit=1',
        "data:text/html,<script>window.hit=1</script>",
        "https://ok.example/p",
    ]
    for number, (text, link) in enumerate(zip(texts, links, strict=True)):
        handle = f"<b onclick=window.hit=1>{attack}\u202e</b>{'y' * 300}"[:200]
        site.feeder.post(text=text, uri=f"{link}#{number}", author={"handle": handle, "followers": 9_000_000 + number})
    page = visit.open("/crisis?range=5m&brand=fjella")
    page.wait_for_function("() => document.body.innerText.includes('onerror=window.hit')", timeout=10_000)
    page.click("[data-panel=crisis_people] .number")
    page.wait_for_selector(".sheet .post")
    page.wait_for_timeout(500)
    assert page.evaluate("window.hit") is None
    assert (
        page.evaluate("document.querySelectorAll('main img, main script, main b b, .sheet img, .sheet script').length")
        == 0
    )
    hrefs = page.evaluate("[...document.querySelectorAll('a[target=_blank]')].map(a => a.getAttribute('href'))")
    assert hrefs
    assert all(href.startswith("https://") for href in hrefs)
    assert not any("evil.example" in href for href in hrefs)
    assert "\u202e" not in page.inner_text("body")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    tall = page.evaluate(
        "Math.max(...[...document.querySelectorAll('.post')].map(e => e.getBoundingClientRect().height))"
    )
    assert tall < 700
    for path in PAGES:
        page = visit.open(f"{path}?range=5m&brand=fjella")
        page.wait_for_timeout(200)
        assert page.evaluate("window.hit") is None, path
        assert page.evaluate("document.querySelectorAll('main img, main script, main b b, main iframe').length") == 0, (
            path
        )
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
    visit.clean()


def test_page_out_of_sight_asks_nothing(visit: Visit) -> None:
    page = visit.open("/?range=15m")
    clock = "document.querySelector('.live span[data-sent]').dataset.sent"
    page.wait_for_function(f"() => {clock}")
    page.evaluate("emitEvent('rz_seen', ['hidden'])")
    page.wait_for_timeout(1200)
    stood = page.evaluate(clock)
    page.wait_for_timeout(2500)
    assert page.evaluate(clock) == stood
    page.evaluate("emitEvent('rz_seen', ['mentions_total'])")
    page.wait_for_function(f"() => {clock} !== '{stood}'", timeout=10_000)
    visit.clean()


def test_keyboard_keeps_its_place_when_a_table_is_redrawn(visit: Visit, site: Site) -> None:
    page = visit.open("/?range=15m&brand=talwerk")
    page.focus("[data-panel=brands_compared] td button")
    shown = page.inner_text("[data-panel=brands_compared] td.n")
    site.feeder.post(text="Talwerk fährt.", sentiment="positive")
    page.wait_for_function(
        "n => document.querySelector('[data-panel=brands_compared] td.n').innerText !== n", arg=shown, timeout=20_000
    )
    page.wait_for_function("() => document.activeElement.dataset.label === 'talwerk'", timeout=5_000)
    visit.clean()


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
    _alert(site.store, "a6")
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


def test_time_range_without_posts_says_what_to_do(visit: Visit) -> None:
    page = visit.open("/?from=1400000000&to=1400003600")
    jump = page.get_by_role("link", name="Go to the time range that has posts")
    jump.wait_for(timeout=10_000)
    jump.click()
    page.wait_for_function(
        "() => /[1-9]/.test(document.querySelector('[data-panel=mentions_total] .big')?.innerText || '')",
        timeout=15_000,
    )
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
    _alert(site.store, "a9", brand=first.id)
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


def test_page_does_not_look_live_once_the_server_is_gone(chromium: Any, site: Site) -> None:
    context = chromium.new_context(locale="de-DE", timezone_id="Europe/Berlin")
    page = Visit(context.new_page(), site.url).open("/?range=15m&lang=de")
    page.wait_for_selector(".live span[data-sent]")
    page.evaluate("window.socket.disconnect()")  # as the browser sees it; reconnecting is NiceGUI's
    page.wait_for_selector(".live[data-lost]", timeout=5_000)
    assert page.inner_text(".live").strip() == ""
    assert "Keine Verbindung zum Server" in page.evaluate(
        "getComputedStyle(document.querySelector('.live'), '::after').content"
    )
    assert "Keine Verbindung zum Server" in page.text_content("#popup")
    page.evaluate("window.socket.connect()")
    page.wait_for_selector(".live:not([data-lost])", timeout=10_000)
    context.close()


def test_dialogs_are_accessible_and_give_the_focus_back(visit: Visit, site: Site) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    _alert(site.store, "a3")
    page = visit.open("/?range=15m&lang=en")
    for opener, inside in (
        ("[data-panel=mentions_total] .number", ".sheet .post"),
        (".alarm button.main", ".ask input"),
    ):
        page.wait_for_selector(opener)
        page.focus(opener)
        name = page.get_attribute(opener, "aria-label")
        page.keyboard.press("Enter")
        page.wait_for_selector(inside)
        page.wait_for_timeout(1000)  # half-way through its entrance it is half transparent
        found = axe.Axe().run(page).response["violations"]
        # of posts below the fold axe takes the backdrop for the ground; their colours are those of the page
        assert [rule for rule in _serious(found) if rule[0] != "color-contrast"] == []
        page.keyboard.press("Escape")
        page.wait_for_selector(inside, state="hidden")
        page.wait_for_function("name => document.activeElement.ariaLabel === name", arg=name, timeout=5_000)
    visit.clean()


def test_buttons_of_the_alert_list_say_which_alert_they_mean(visit: Visit, site: Site) -> None:
    _alert(site.store, "a4")
    _alert(site.store, "a5", "watch", "kauz")
    page = visit.open("/alerts?lang=en")
    page.get_by_role("button", name="Take over: Kauz").wait_for()
    page.get_by_role("link", name="Look at it in the crisis room: Talwerk").first.wait_for()
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


def test_report_claims_no_calm_while_nobody_watches(visit: Visit, site: Site) -> None:
    site.store.execute("TRUNCATE TABLE alerts")
    site.store.execute("TRUNCATE TABLE crisis_watch")
    end = int(time.time()) // 60 * 60
    page = visit.open(f"/report?lang=en&from={end - 3 * 3600}&to={end}&brand=kauz")
    page.wait_for_selector(".report .crisis", timeout=20_000)
    assert page.inner_text(".report .crisis").startswith("Nobody is watching for crises")
    watched(site.store, site.feeder.book)
    page = visit.open(f"/report?lang=en&from={end - 4 * 3600}&to={end}&brand=kauz")
    page.wait_for_selector(".report .crisis", timeout=20_000)
    assert page.inner_text(".report .crisis") == "No crisis is reported at present."
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
