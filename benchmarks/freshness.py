"""How long a new post takes until its number is on the page, in a browser, while a stream runs.

    python -m benchmarks.freshness [--posts 25] [--rate 12]
    python -m benchmarks.freshness --demo 60

A worker (model off) with its console as in a long run, one Chromium on the overview of one brand, and a simulated stream of `--rate` posts a
second about other brands. Now and then a post about that brand is sent; its time is from handing it to the producer until the page's count of
mentions has grown. Prints one JSON object: p50, p95 and the largest in seconds, how many never came, and the two parts of the way: from the
producer until the store took the post (Kafka, a batch's turn, its preparation), and from there until the page shows it (the rest of the
store's work, the console's questions, the browser). Needs chromium and playwright.

With --demo it runs `resonanz demo` for so many seconds instead, once headless and once with its overview open in Chromium, and prints the
age of posts in the store (seconds after their receipt) as the two tell it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.console import Worker

BRAND, TEXT = "kauz", "Kauz {number}"
_PATIENCE = 30.0
_STORED = "SELECT uri, toUnixTimestamp64Milli(min(stored_at)) FROM events WHERE startsWith(uri, 'https://freshness.example/') GROUP BY uri"
_WATCH = """() => {
  window.seen = [];
  let last = -1;
  const look = () => {
    const big = document.querySelector('[data-panel=mentions_total] .big');
    const count = Number((big?.innerText ?? '').replace(/\\D/g, '') || 0);
    if (count !== last) window.seen.push([last = count, Date.now() / 1000]);
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
  look();
}"""


class Stream(threading.Thread):
    """The stream; `sent` holds when each post about the brand was handed over (epoch seconds)."""

    def __init__(self, bootstrap: str, posts: int, rate: float) -> None:
        super().__init__(daemon=True)
        self.sent: list[float] = []
        self._address, self._posts, self._rate = bootstrap, posts, rate

    def run(self) -> None:
        """Write until the last post about the brand is sent."""
        import msgspec

        from processors.matching import BrandMatcher
        from schemas.brands import parse_brands
        from streams.kafka.producer import EventProducer
        from streams.settings import load_settings
        from streams.simulator import Simulator, brands
        from streams.sources.portable import PortableReader, Refused

        matcher = BrandMatcher(parse_brands(brands(), "simulator"))
        reader, encode = PortableReader(b"0123456789abcdef", matcher), msgspec.json.Encoder().encode
        producer = EventProducer(load_settings(kafka=f"kafka://{self._address}", partitions=2), [self._address], 2)
        start, chance = time.time(), random.Random(3)
        following = start + 5
        for post in Simulator(
            seed=3, start=datetime.fromtimestamp(start, UTC), rate=self._rate, storm_after=None
        ).events():
            while (left := start + post.at - time.time()) > 0:
                if time.time() >= following:
                    following += 2 + 2 * chance.random()  # no fixed place in the second
                    entry = {
                        "uri": f"https://freshness.example/{len(self.sent)}", "author": {"handle": f"someone{len(self.sent)}"},
                        "text": TEXT.format(number=len(self.sent)), "created_at": datetime.now(UTC).isoformat(), "source": "bluesky",
                    }  # fmt: skip
                    self.sent.append(time.time())
                    producer.add(reader.read(encode(entry), int(time.time() * 1000)))
                producer.tick()
                time.sleep(min(left, 0.01))
            if len(self.sent) >= self._posts:
                break
            if BRAND not in json.dumps(post.post, default=str).casefold():
                try:
                    producer.add(reader.read(encode(post.post), int(time.time() * 1000)))
                except Refused:
                    continue
        producer.flush()


def measure(posts: int, rate: float) -> dict[str, Any]:
    """The whole run."""
    from playwright.sync_api import sync_playwright

    from streams.kafka.broker import EmbeddedBroker

    with EmbeddedBroker() as broker, tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        worker = Worker(broker.address, Path(home))
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        stream = Stream(broker.address, posts, rate)
        stream.start()  # an empty store shows a sentence in place of a number
        page.goto(f"{worker.url}?brand={BRAND}&range=15m&lang=en")
        page.wait_for_selector(".live [data-sent]", timeout=120_000)
        page.evaluate(_WATCH)
        opened = time.time()
        stream.join()
        time.sleep(5)
        until = time.time() + _PATIENCE
        while (seen := page.evaluate("window.seen"))[-1][0] < len(stream.sent) and time.time() < until:
            time.sleep(0.5)
        browser.close()
        rows = worker.ask(_STORED)
        worker.end()
    stored = {int(uri.rpartition("/")[2]): at / 1000 for uri, at in rows}
    return {"rate": rate, **spread(stream.sent, stored, seen, opened), "load_average": round(os.getloadavg()[0], 1)}


def spread(sent: list[float], stored: dict[int, float], seen: list[list[float]], opened: float) -> dict[str, Any]:
    """Times from `sent` to the first count in `seen` (count, time) that holds the post; those sent before `opened` do not count.
    `stored`: when the store took each post, by its number."""
    took: dict[str, list[float]] = {"seconds": [], "seconds_to_store": [], "seconds_from_store": []}
    missing = 0
    for number, at in enumerate(sent):
        shown = next((when for count, when in seen if count > number), None)
        if shown is None:
            missing += 1
        elif at > opened:
            for name, value in zip(took, (shown - at, stored[number] - at, shown - stored[number]), strict=True):
                took[name].append(value)
    return {"posts": len(took["seconds"]), "never_shown": missing, **{name: quantiles(v) for name, v in took.items()}}


def quantiles(values: list[float]) -> dict[str, float]:
    """p50, p95 and the largest."""
    values = sorted(values)
    return {f"p{q}": round(values[min(len(values) - 1, len(values) * q // 100)], 2) for q in (50, 95, 100) if values}


def demo(seconds: float) -> dict[str, Any]:
    """The demo's own figures, headless and with an open page."""
    return {"headless": _demo(seconds, page=False), "page_open": _demo(seconds, page=True), "load_average": round(os.getloadavg()[0], 1)}  # fmt: skip


def _demo(seconds: float, *, page: bool) -> dict[str, Any]:
    from playwright.sync_api import sync_playwright

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        environment = {**os.environ, "RESONANZ_HOME": home, "RESONANZ_CONSOLE_PORT": str(port)}
        command = [sys.executable, "-c", "from streams.cli import main; main()", "demo", "--seconds", str(seconds), *([] if page else ["--headless"])]  # fmt: skip
        running = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if page:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])  # fmt: skip
            visit = browser.new_page(viewport={"width": 1280, "height": 720})
            until = time.time() + 60
            while True:
                try:
                    visit.goto(f"http://127.0.0.1:{port}/?lang=en")
                    break
                except Exception:
                    if time.time() > until or running.poll() is not None:
                        raise
                    time.sleep(0.3)
            visit.wait_for_selector(".live [data-sent]", timeout=60_000)
        told = json.loads(running.communicate()[0].splitlines()[-1])
    return {name: told[name] for name in ("stored", "age_p50", "age_p95", "seconds")} | {
        "alert_after": [alert["seconds_after_start"] for alert in told["alerts"][:1]]
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--posts", type=int, default=25, help="posts whose way is timed")
    parser.add_argument("--rate", type=float, default=12.0, help="posts a second of the stream beside them")
    parser.add_argument("--demo", type=float, help="instead: the age of posts in a demo of so many seconds")
    options = parser.parse_args()
    print(json.dumps(demo(options.demo) if options.demo else measure(options.posts, options.rate)))


if __name__ == "__main__":
    main()
