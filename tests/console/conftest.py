"""A console on the real engine in this process, and one Chromium; skipped where there is none."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dashboards.panels import DASHBOARDS
from streams.console.server import serve_console
from streams.settings import Settings
from streams.store import Store
from tests.dashboards.feeding import Feeder, feed_storm

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
PAGES = ["/", *(f"/{board.id}" for board in DASHBOARDS if board.id != "overview"), "/alerts", "/report"]


class Site:
    """The served console: its address and the feeder of its store."""

    def __init__(self, url: str, feeder: Feeder) -> None:
        self.url, self.feeder, self.store = url.rstrip("/"), feeder, feeder.store


def serve_in_thread(store: Store, feeder: Feeder, home: Path, **options: Any) -> tuple[str, Callable[[], None]]:
    """Serve in a thread with its own loop; return the address and a function that stops it."""
    ready, found, loops, stops = threading.Event(), [], [], []

    async def run() -> None:
        stop = asyncio.Event()
        loops.append(asyncio.get_running_loop())
        stops.append(stop)

        def told(url: str) -> None:
            found.append(url)
            ready.set()

        await serve_console(store, Settings(home=home), feeder.book, stop=stop, port=0, ready=told, **options)

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    assert ready.wait(60), "the console did not start"

    def end() -> None:
        loops[0].call_soon_threadsafe(stops[0].set)
        thread.join(20)
        assert not thread.is_alive(), "the console did not stop"

    return found[0], end


def raise_alert(store: Store, alert_id: str = "a1", severity: str = "critical", brand: str = "talwerk") -> None:
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


@pytest.fixture(scope="module")
def site(engine: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    feeder, _ = feed_storm(engine, 500, received=datetime.now(UTC))
    url, end = serve_in_thread(
        engine, feeder, tmp_path_factory.mktemp("home"), host="127.0.0.1", status=lambda: {"lag_messages": 0}
    )
    yield Site(url, feeder)
    end()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    # Not for the session: while it is open, Playwright keeps an event loop running in the thread of all tests.
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed (pip install playwright)"
    )
    if CHROMIUM is None:
        pytest.skip("no Chromium here (apt-get install --no-install-recommends chromium)")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


class Visit:
    """A browser page that remembers what must not happen: errors on its console and requests to anywhere else."""

    def __init__(self, page: Any, base: str) -> None:
        self.page, self.base = page, base
        self.errors: list[str] = []
        self.elsewhere: list[str] = []
        page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda r: None if self._ours(r.url) else self.elsewhere.append(r.url))

    def _ours(self, url: str) -> bool:
        return url.startswith((self.base, self.base.replace("http", "ws"), "data:", "blob:"))

    def open(self, path: str, patience: float = 30_000) -> Any:
        """Go there, and wait until every panel has its first answer, for `patience` ms."""
        self.page.goto(self.base + path)
        self.page.wait_for_selector("#content")
        loading = "() => ![...document.querySelectorAll('main .note')].some(e => /^(Lädt|Loading)/.test(e.textContent))"
        self.page.wait_for_function(loading, timeout=patience)
        return self.page

    def clean(self) -> None:
        """Assert that nothing forbidden happened."""
        assert self.errors == []
        assert self.elsewhere == []


@pytest.fixture
def visit(chromium: Any, site: Site) -> Iterator[Visit]:
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, locale="en-GB", timezone_id="Europe/Berlin")
    yield Visit(context.new_page(), site.url)
    context.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: RESONANZ_SCREENSHOTS, which CI keeps, else a temporary folder."""
    folder = Path(os.environ.get("RESONANZ_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
