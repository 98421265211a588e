"""What open pages cost the worker, and how fast they refresh: a paced stream through one worker, without and with twenty pages.

    python -m benchmarks.console [--clients 20] [--browsers 1] [--rates 1000 5000 0] [--seconds 20] [--rounds 2]

A worker (model off) with its console serves a stream of `--rates` posts a second (0: as fast as it can; then the backlog of `--posts` is
drained). Each rate is run in turns without any page and with `--clients` pages on all boards plus `--browsers` in real Chromium, `--rounds`
times. `--clients` speak a browser's side of the protocol and draw nothing (`benchmarks.viewers`), as pages on other people's machines do;
the browsers check that the pages are real.

On two cores and more, the worker, the engine in it and the console's server process share one core; generator, broker, clients and browsers
run on another, so that what the viewers' own machines do is not counted. `--spread` leaves all of them to the system.

Prints one JSON object. For each rate and number of pages, one value a round: of what was offered in the last two thirds of the round, the
share stored in that time (kept_up; the ratio with and without pages is the effect on a paced stream), posts a second stored, seconds until the rest was stored after
the last post was sent, CPU microseconds a post (worker with engine) and CPU share of the console's process. Of the pages: how long a
refresh took, from asking the store until the page was told (ms), and how many each page had a second. Needs chromium and playwright if
`--browsers` is not 0.
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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PAGES = ("", "relevance", "dialogue", "crisis", "voice", "health", "alerts", "report")
WATCH = """() => {
  window.took = [];
  const word = document.querySelector('.live span[data-sent]');
  new MutationObserver(() => Number(word.dataset.took) && window.took.push(Number(word.dataset.took) + Date.now() - Number(word.dataset.sent)))
    .observe(word, { attributes: true, attributeFilter: ['data-sent'] });
}"""
_DIFFERENT = 20_000
_SETTLE = 3.0


async def serve(bootstrap: str, home: Path) -> None:
    """The worker's process: answers "?" on stdin with its progress, and any other line as SQL with its rows."""
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
            answer: Any = {"progress": sum(runtime.worker.progress.values()), "cpu": time.process_time()}
            if line != "?":
                answer = (await asyncio.to_thread(runtime.store.query, line)).rows
            print(json.dumps(answer), flush=True)
        stop.set()
        await site


def produce(bootstrap: str, posts: int, rate: float, seed: int) -> None:
    """Simulated posts, made beforehand and dated when they are sent: `rate` a second, or as fast as possible (0)."""
    from datetime import UTC, datetime

    import msgspec

    from processors.matching import BrandMatcher
    from schemas.brands import parse_brands
    from schemas.topics import EVENTS
    from streams.kafka.producer import EventProducer, open_producer
    from streams.settings import load_settings
    from streams.simulator import Simulator, brands
    from streams.sources.portable import PortableReader, Refused

    settings = load_settings(kafka=f"kafka://{bootstrap}", partitions=2)
    producer = EventProducer(settings, [bootstrap], 2)
    reader = PortableReader(b"0123456789abcdef", BrandMatcher(parse_brands(brands(), "simulator")))
    encode, ready = msgspec.json.Encoder().encode, []
    start = datetime.fromtimestamp(time.time() - 3600, UTC)
    stream = Simulator(seed=seed, start=start, rate=rate or 1000.0, storm_after=None).events()
    for post in itertools.islice(stream, min(posts, _DIFFERENT)):
        try:
            event = reader.read(encode(post.post), int(time.time() * 1000))
        except Refused:
            continue
        if event.action == "create":
            ready.append(event)

    def copy(number: int) -> Any:
        event, turn, now = ready[number % len(ready)], number // len(ready), int(time.time() * 1000)
        return msgspec.structs.replace(
            event, uri=f"{event.uri}/{turn}", event_id=(event.event_id + turn) % (1 << 64),
            created_at=now, observed_at=now, received_at=now,
        )  # fmt: skip

    if not rate:  # packed before the clock starts: the generator must not be what is measured
        packs = list(packed((copy(number) for number in range(posts)), 2))
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.time()
    if not rate:
        raw = open_producer(settings, [bootstrap])
        sent = [raw.send(EVENTS, value=value, partition=partition) for partition, value in packs]
        raw.flush()
        last = {future.get(timeout=60).partition: future.get().offset + 1 for future in sent}
        print(json.dumps(sum(last.values())), flush=True)
        return
    for number in range(posts):
        while (left := began + number / rate - time.time()) > 0:
            producer.tick()
            time.sleep(min(left, 0.01))
        producer.add(copy(number))
    producer.flush()
    print(json.dumps(sum(producer.ends().events.values())), flush=True)


def packed(events: Any, partitions: int, size: int = 100) -> Iterator[tuple[int, bytes]]:
    """(partition, message) as sources pack them."""
    import msgspec

    from schemas.social_event import conversation_key
    from streams.kafka.producer import partition_of

    packs: dict[int, list[Any]] = {}
    for event in events:
        pack = packs.setdefault(partition_of(conversation_key(event), partitions), [])
        pack.append(event)
        if len(pack) == size:
            yield partition_of(conversation_key(event), partitions), msgspec.json.encode(pack)
            pack.clear()
    yield from ((partition, msgspec.json.encode(pack)) for partition, pack in packs.items() if pack)


def start(*arguments: str) -> Any:
    """A step of this benchmark in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.console", "--step", *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


class Worker:
    """The worker's process, on `core` if one is given."""

    def __init__(self, bootstrap: str, home: Path, core: int | None = None) -> None:
        self.bootstrap = bootstrap
        with on_core(core):
            self.process = start("serve", bootstrap, str(home))
        self.url = json.loads(self.process.stdout.readline())["url"]  # type: ignore[union-attr]
        # The console's process: the only child of the worker's (the broker is ours).
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        self._console = next(int(pid) for pid in children if b"console" in Path(f"/proc/{pid}/cmdline").read_bytes())

    def ask(self, line: str = "?") -> Any:
        """Messages acknowledged and CPU seconds used; or the rows of a query."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def console_cpu(self) -> float:
        """CPU seconds of the console's process."""
        fields = Path(f"/proc/{self._console}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def run(self, posts: int, rate: float, seed: int) -> dict[str, float]:
        """Send posts and wait until they are stored."""
        producer = start("produce", self.bootstrap, str(posts), str(rate), str(seed))
        producer.stdout.readline()
        before, console, began = self.ask(), self.console_cpu(), time.monotonic()
        producer.stdin.write("go\n")
        producer.stdin.flush()
        time.sleep(posts / rate / 3 if rate else 0)
        third = self.ask()
        end = int(producer.communicate()[0])
        sent, last = time.monotonic(), self.ask()
        while (now := self.ask())["progress"] < end:
            time.sleep(0.05)
        took = time.monotonic() - began
        offered = (end - before["progress"]) * 2 / 3
        return {
            "kept_up": round((last["progress"] - third["progress"]) / offered, 3) if rate else None,
            "posts_per_second": round(posts / took),
            "seconds_behind": round(time.monotonic() - sent, 2),
            "worker_cpu_us_per_post": round(1e6 * (now["cpu"] - before["cpu"]) / posts),
            "console_cpu": round((self.console_cpu() - console) / took, 2),
        }

    def end(self) -> None:
        """Stop in order."""
        self.process.communicate("\n")


@contextmanager
def on_core(core: int | None) -> Any:
    """What is started inside runs on this core only."""
    before = os.sched_getaffinity(0)
    if core is not None:
        os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class Clients:
    """Pages that are open without a browser. A new start of each round: what nobody looks at costs nothing."""

    def __init__(self, url: str, count: int) -> None:
        command = [sys.executable, "-m", "benchmarks.viewers", url, "--viewers", str(count), "--seconds", "3600"]
        self.process = (
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) if count else None
        )
        if self.process is not None:
            self.process.stdout.readline()  # type: ignore[union-attr]

    def close(self) -> list[float]:
        """Close them; how long each refresh took, in ms."""
        return [] if self.process is None else list(json.loads(self.process.communicate()[0])["took_ms"])


@contextmanager
def browsers(url: str, count: int) -> Any:
    """Real pages; gives a function that takes what they have noted since the last call."""
    if not count:
        yield list
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        pages = []
        for number in range(count):
            page = chromium.new_context(viewport={"width": 1280, "height": 720}).new_page()
            page.goto(url + PAGES[number % len(PAGES)] + ("?lang=de" if number % 2 else "?lang=en"))
            page.wait_for_selector(".live [data-sent]", timeout=120_000)
            page.evaluate(WATCH)
            pages.append(page)
        yield lambda: [value for page in pages for value in page.evaluate("window.took.splice(0)")]
        chromium.close()


def quantiles(took: list[float]) -> dict[str, float] | None:
    """p50, p95 and p99."""
    took = sorted(took)
    return {f"p{q}": round(took[min(len(took) - 1, len(took) * q // 100)]) for q in (50, 95, 99)} if took else None


def measure(options: argparse.Namespace) -> list[dict[str, Any]]:
    """The whole run."""
    from streams.kafka.broker import EmbeddedBroker

    cores = sorted(os.sched_getaffinity(0))
    apart = len(cores) > 1 and not options.spread
    found = []
    with on_core(cores[1] if apart else None), EmbeddedBroker() as broker, tempfile.TemporaryDirectory() as home:
        worker = Worker(broker.address, Path(home), cores[0] if apart else None)
        worker.run(20_000, 0, 1)  # warm
        for rate in options.rates:
            posts = int(rate * options.seconds) if rate else options.posts
            rounds: dict[bool, list[dict[str, float]]] = {False: [], True: []}
            by_clients, by_browsers, seconds = [], [], 0.0
            for number in range(2 * options.rounds):
                watched = number % 2 == 1
                clients = Clients(worker.url, options.clients if watched else 0)
                with browsers(worker.url, options.browsers if watched else 0) as noted:
                    time.sleep(_SETTLE)
                    noted()
                    began = time.monotonic()
                    rounds[watched].append(worker.run(posts, rate, 100 + number))
                    by_browsers += noted()
                    seconds += time.monotonic() - began if watched else 0
                by_clients += clients.close()
                print(rate, "watched" if watched else "alone", rounds[watched][-1], file=sys.stderr)
            name = "kept_up" if rate else "posts_per_second"
            ratios = [w[name] / a[name] for a, w in zip(rounds[False], rounds[True], strict=True)]
            found.append(
                {
                    "offered_posts_per_second": rate or "as fast as it can",
                    **{f"{name}_alone": [one[name] for one in rounds[False]] for name in rounds[False][0]},
                    **{f"{name}_watched": [one[name] for one in rounds[True]] for name in rounds[True][0]},
                    "rate_ratio": round(statistics.median(ratios), 3),
                    "refresh_ms_clients": quantiles(by_clients),
                    "refresh_ms_browsers": quantiles(by_browsers),
                    "refreshes_per_client_and_second": round(len(by_clients) / max(options.clients, 1) / seconds, 2),
                }
            )
        worker.end()
    return found


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=20, help="open pages without a browser")
    parser.add_argument("--browsers", type=int, default=1, help="open pages in Chromium beside them")
    parser.add_argument("--rates", type=float, nargs="+", default=[1000, 5000, 0], help="posts a second; 0: no pace")
    parser.add_argument("--seconds", type=float, default=20.0, help="length of a round at a fixed rate")
    parser.add_argument("--posts", type=int, default=150_000, help="backlog of a round without a pace")
    parser.add_argument("--rounds", type=int, default=2, help="rounds without and with pages, for each rate")
    parser.add_argument("--spread", action="store_true", help="do not bind processes to cores")
    parser.add_argument("--step", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.step:
        shown = {"clients": options.clients, "browsers": options.browsers, "rates": measure(options)}
        print(json.dumps({**shown, "load_average": round(os.getloadavg()[0], 1)}))
    elif options.step[0] == "serve":
        asyncio.run(serve(options.step[1], Path(options.step[2])))
    else:
        produce(options.step[1], int(options.step[2]), float(options.step[3]), int(options.step[4]))


if __name__ == "__main__":
    main()
