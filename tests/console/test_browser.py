"""The console in a real browser."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest

from streams.alerts import note_look
from tests.console.conftest import PAGES, Site, Visit, raise_alert
from tests.dashboards.feeding import watched

SERIOUS = ("serious", "critical")
LANDMARKS = ("landmark-main-is-top-level", "landmark-no-duplicate-main", "landmark-unique")


def _number(page: Any, panel: str) -> int:
    return int(re.sub(r"\D", "", page.inner_text(f"[data-panel={panel}] .big")))


def _serious(found: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    bad = [rule for rule in found if rule["impact"] in SERIOUS or rule["id"] in LANDMARKS]
    return [(rule["id"], [node["html"][:200] for node in rule["nodes"]][:3]) for rule in bad]


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
    raise_alert(site.store)
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
    raise_alert(site.store, "a3")
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
    raise_alert(site.store, "a4")
    raise_alert(site.store, "a5", "watch", "kauz")
    page = visit.open("/alerts?lang=en")
    page.get_by_role("button", name="Take over: Kauz").wait_for()
    page.get_by_role("link", name="Look at it in the crisis room: Talwerk").first.wait_for()
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
