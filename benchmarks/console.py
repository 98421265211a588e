"""Twenty open browsers on one worker: how fast pages refresh, and what the pipeline's rate loses.

    python -m benchmarks.console [--browsers 20] [--viewers 0] [--posts 40000] [--rounds 3]

A worker (model off) with its console, real Chromium contexts on all pages in turn. Rounds of the same backlog are drained with the
pages hidden (they ask nothing) and in sight, in turn: the effect on the rate is the ratio of the two within the run. Then a live stream of
`--rate` posts a second runs for `--seconds`, during which each page notes once a second how long its slowest panel took: from asking the
store until the browser was told.
`--viewers` adds open pages that only speak a browser's protocol (`benchmarks.viewers`), for machines too small to draw twenty.
Browsers run at a lower priority, as they would on other machines. Prints one JSON object; needs chromium and playwright.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

PAGES = ("", "relevance", "dialogue", "crisis", "voice", "health", "alerts", "report")
WATCH = """() => {
  window.took = [];
  const word = document.querySelector('.live span[data-sent]');
  new MutationObserver(() => window.took.push(Number(word.dataset.took) + Date.now() - Number(word.dataset.sent)))
    .observe(word, { attributes: true, attributeFilter: ['data-sent'] });
}"""
SIGHT = """(hide) => emitEvent('rz_seen', hide ? ['hidden']
  : [...document.querySelectorAll('[data-panel]')].filter(e => e.getBoundingClientRect().top < innerHeight + 200).map(e => e.dataset.panel))"""


async def serve(bootstrap: str, home: Path) -> None:
    """The worker's process: answers each line of stdin with its progress."""
    from schemas.brands import parse_brands
    from streams.logs import configure_logging
    from streams.runtime import Runtime
    from streams.serve import serve_runtime_console
    from streams.settings import load_settings
    from streams.simulator import brands

    settings = load_settings(
        kafka=f"kafka://{bootstrap}", home=home, model="off", console_port=0, log_level="error", partitions=2
    )
    configure_logging(settings)
    async with Runtime(settings, parse_brands(brands(), "simulator")) as runtime:
        stop = asyncio.Event()
        told: list[str] = []
        site = asyncio.create_task(serve_runtime_console(runtime, stop, told.append))
        while not (runtime.joined and told):
            runtime.check()
            await asyncio.sleep(0.05)
        print(json.dumps({"url": told[0]}), flush=True)
        while (line := (await asyncio.to_thread(sys.stdin.readline)).strip()) != "":
            del line
            print(
                json.dumps({"progress": sum(runtime.worker.progress.values()), "cpu": time.process_time()}), flush=True
            )
        stop.set()
        await site


def produce(bootstrap: str, posts: int, rate: float, seed: int) -> None:
    """Simulated posts, written now: as fast as possible (rate 0), or `rate` a second."""
    from datetime import UTC, datetime

    import msgspec

    from processors.matching import BrandMatcher
    from schemas.brands import parse_brands
    from streams.kafka.producer import EventProducer
    from streams.settings import load_settings
    from streams.simulator import Simulator, brands
    from streams.sources.portable import PortableReader, Refused

    settings = load_settings(kafka=f"kafka://{bootstrap}", partitions=2)
    producer = EventProducer(settings, [bootstrap], 2)
    reader, encode = (
        PortableReader(b"0123456789abcdef", BrandMatcher(parse_brands(brands(), "simulator"))),
        msgspec.json.Encoder().encode,
    )
    pace = rate or posts / 60
    start = time.time() - (0 if rate else 60)
    simulator = Simulator(seed=seed, start=datetime.fromtimestamp(start, UTC), rate=pace, storm_after=None)
    if not rate:
        ready = []
        for post in itertools.islice(simulator.events(), posts):
            try:
                ready.append(reader.read(encode(post.post), int(time.time() * 1000)))
            except Refused:
                continue
        print("ready", flush=True)
        sys.stdin.readline()
        for event in ready:
            producer.add(event)
    for post in itertools.islice(simulator.events(), posts) if rate else ():
        while (left := start + post.at - time.time()) > 0:
            producer.tick()
            time.sleep(min(left, 0.02))
        try:
            producer.add(reader.read(encode(post.post), int(time.time() * 1000)))
        except Refused:
            continue
    producer.flush()
    print(json.dumps(sum(producer.ends().events.values())), flush=True)


class Worker:
    """The worker's process."""

    def __init__(self, bootstrap: str, home: Path) -> None:
        self.bootstrap = bootstrap
        self.process = start("serve", bootstrap, str(home))
        self.url = json.loads(self.process.stdout.readline())["url"]  # type: ignore[union-attr]

    def ask(self) -> dict[str, float]:
        """Messages acknowledged, and CPU seconds used."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("?\n")
        self.process.stdin.flush()
        return dict(json.loads(self.process.stdout.readline()))

    def drain(self, posts: int, seed: int) -> dict[str, float]:
        """Produce a backlog and wait until it is stored; posts a second and CPU a post."""
        producer = start("produce", self.bootstrap, str(posts), "0", str(seed))
        producer.stdout.readline()
        before, began = self.ask(), time.monotonic()
        end = int(producer.communicate("go\n")[0])
        while (now := self.ask())["progress"] < end:
            time.sleep(0.05)
        return {"rate": posts / (time.monotonic() - began), "cpu_us": 1e6 * (now["cpu"] - before["cpu"]) / posts}


class Viewers:
    """Pages that are open without a browser."""

    def __init__(self, url: str, count: int) -> None:
        command = [sys.executable, "-m", "benchmarks.viewers", url, "--viewers", str(count), "--seconds", "3600"]
        self.process = (
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) if count else None
        )
        if self.process is not None:
            self.process.stdout.readline()  # type: ignore[union-attr]
            time.sleep(3)

    def close(self) -> list[float]:
        """Close them; how long each second's slowest panel took, in ms."""
        return [] if self.process is None else list(json.loads(self.process.communicate()[0])["took_ms"])


def start(*arguments: str) -> Any:
    """A step of this benchmark in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.console", "--step", *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """The whole run."""
    from playwright.sync_api import sync_playwright

    from streams.kafka.broker import EmbeddedBroker

    with EmbeddedBroker() as broker, tempfile.TemporaryDirectory() as home:
        worker = Worker(broker.address, Path(home))
        worker.drain(options.posts // 4, 1)
        os.nice(5)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            pages, began = [], time.monotonic()
            for number in range(options.browsers):
                page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
                page.goto(worker.url + PAGES[number % len(PAGES)] + ("?lang=de" if number % 2 else "?lang=en"))
                page.wait_for_selector(".live [data-sent]", timeout=120_000)
                pages.append(page)
                print(f"browser {number + 1} open after {time.monotonic() - began:.0f} s", file=sys.stderr)
            os.nice(-5)  # what is started from here on belongs to the measured side again
            rounds: dict[str, list[dict[str, float]]] = {"hidden": [], "seen": []}
            for number in range(2 * options.rounds):
                kind = ("hidden", "seen")[number % 2]
                for page in pages:
                    page.evaluate(SIGHT, kind == "hidden")
                viewers = Viewers(worker.url, options.viewers if kind == "seen" else 0)
                rounds[kind].append(worker.drain(options.posts, 100 + number))
                viewers.close()
                print(kind, rounds[kind][-1], file=sys.stderr)
            for page in pages:
                page.evaluate(SIGHT, False)
            viewers = Viewers(worker.url, options.viewers)
            for page in pages:
                page.evaluate(WATCH)
            before = worker.ask()
            live = start("produce", broker.address, str(int(options.rate * options.seconds)), str(options.rate), "7")
            live.communicate()
            after = worker.ask()
            took = [value for page in pages for value in page.evaluate("window.took")]
            took = sorted(took + viewers.close())
            browser.close()
        worker.process.communicate("\n")
    pairs = [seen["rate"] / hidden["rate"] for hidden, seen in zip(rounds["hidden"], rounds["seen"], strict=True)]
    return {
        "browsers": options.browsers,
        "viewers": options.viewers,
        "rate_hidden": [round(one["rate"]) for one in rounds["hidden"]],
        "rate_seen": [round(one["rate"]) for one in rounds["seen"]],
        "rate_ratio": round(statistics.median(pairs), 3),
        "rate_ratios": [round(pair, 3) for pair in pairs],
        "worker_cpu_us_per_post": {kind: [round(one["cpu_us"]) for one in found] for kind, found in rounds.items()},
        "live_posts_per_second": options.rate,
        "live_worker_cpu": round((after["cpu"] - before["cpu"]) / options.seconds, 2),
        "refreshes": len(took),
        "refreshes_per_page_and_second": round(len(took) / (options.browsers + options.viewers) / options.seconds, 2),
        "refresh_ms": {f"p{q}": round(took[min(len(took) - 1, len(took) * q // 100)]) for q in (50, 95, 99)}
        if took
        else None,
        "load_average": os.getloadavg()[0],
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--browsers", type=int, default=20)
    parser.add_argument("--viewers", type=int, default=0, help="open pages without a browser")
    parser.add_argument("--posts", type=int, default=40_000, help="backlog of a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rate", type=float, default=50.0, help="posts a second of the live stream")
    parser.add_argument("--seconds", type=float, default=30.0, help="length of the live stream")
    parser.add_argument("--step", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.step:
        print(json.dumps(measure(options)))
    elif options.step[0] == "serve":
        asyncio.run(serve(options.step[1], Path(options.step[2])))
    else:
        produce(options.step[1], int(options.step[2]), float(options.step[3]), int(options.step[4]))


if __name__ == "__main__":
    main()
