"""The README's pictures of the console, taken again from simulated posts: `make pictures`.

    python -m tests.console.pictures [--out docs/img]

Past, stream, storm and clock are fixed, and the alert is the detector's own, so the same program gives the same numbers. What moves
between two runs is the time beside "Live" and the age of the newest post: both tell of the moment the picture is taken.
"""

from __future__ import annotations

import argparse
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from streams.crisis import CrisisMonitor, store_changes
from streams.demo import RATE, WEIGHTS, demo_brands, demo_stream
from streams.demo_past import invent_past
from streams.store import Store, open_store
from streams.store.migrate import migrate
from tests.console.conftest import CHROMIUM, Visit, serve_in_thread
from tests.dashboards.feeding import Feeder

START = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)
SECONDS, STORM_AFTER = 900, 420.0
PICTURES = {
    "console-overview": "/?from={start}&to={end}",
    "console-crisis": "/crisis?brand=talwerk&from={start}&to={end}",
    "console-report": "/report?brand=talwerk&from={week}&to={end}",
}


def tell(store: Store) -> Feeder:
    """Write two calm weeks, then a quarter of an hour with a storm in it; a detector looks after every minute, as in a worker."""
    book, end = demo_brands(), START + timedelta(seconds=SECONDS)
    invent_past(store, book, RATE, START.timestamp(), weights=WEIGHTS)
    feeder, monitor = Feeder(store), CrisisMonitor(store, book)
    names = [brand.id for brand in book.brands]
    posts = list(demo_stream(START.timestamp(), STORM_AFTER).until(SECONDS))
    for minute in range(0, SECONDS, 60):
        feeder.simulated([post for post in posts if minute <= post.at < minute + 60], START)
        store_changes(store, monitor.evaluate(names, int((START.timestamp() + minute + 65) * 1000)))
    if not store.query("SELECT count() FROM alerts WHERE severity != 'none'").scalar():
        raise SystemExit(f"no alert until {end}: the pictures would show a calm day")
    return feeder


def take(out: Path) -> list[Path]:
    """Take every picture; return the files. Raises SystemExit without a Chromium."""
    from PIL import Image
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        raise SystemExit("no Chromium here: apt-get install --no-install-recommends chromium")
    end = int(START.timestamp()) + SECONDS
    moments = {"start": end - SECONDS, "end": end, "week": end - 7 * 86_400}
    files = []
    with tempfile.TemporaryDirectory() as home, open_store(None, Path(home)) as store, sync_playwright() as started:
        migrate(store)
        url, stop = serve_in_thread(store, tell(store), Path(home), host="127.0.0.1")
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(
            viewport={"width": 1280, "height": 720}, locale="en-GB", timezone_id="Europe/Berlin"
        )
        for name, path in PICTURES.items():
            visit = Visit(context.new_page(), url.rstrip("/"))
            page = visit.open(path.format(**moments) + "&lang=en&theme=light", patience=180_000)
            page.wait_for_selector(".live [data-sent]", timeout=60_000)
            page.wait_for_timeout(2000)  # charts grow into their place
            files.append(out / f"{name}.png")
            page.screenshot(path=files[-1], full_page=True)
            with Image.open(files[-1]) as picture:  # a third of the bytes, and rare colours (the light!) kept
                picture.convert("RGB").quantize(method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
                    files[-1], optimize=True
                )
            visit.clean()
            page.close()
        browser.close()
        stop()
    return files


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("docs/img"))
    for file in take(parser.parse_args().out):
        print(file)


if __name__ == "__main__":
    main()
