"""From the first post of a storm to a notification at a webhook, and to its end: everything real, nothing in between left out.

    python -m tests.e2e.alerting --brands 20 --every 5 --road direct
    python -m tests.e2e.alerting --brands 20 --every 5 --road rules

Embedded broker, a ClickHouse gateway, `resonanz worker` with the shipped model, Alertmanager and Prometheus from Debian with
the project's rules and routes. Each brand has one storm, so that brands are samples. The road is the worker's own post to
Alertmanager, or Prometheus' rule alone. Prints one JSON object: p50, p95, maximum and all times, in seconds, to the first
notification of a warning or a critical crisis at the webhook:
- window_end_to_firing: from the end of the one-minute window that holds the storm's first post. The goal speaks of this one.
- first_post_to_firing: from that first post itself; up to a minute more.
- minute_end_to_firing: from the end of the minute that raised the alert; negative while that minute is not over.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from processors.matching import BrandMatcher
from schemas.brands import parse_brands
from schemas.topics import EVENTS
from streams.alerts import declare_over
from streams.kafka.admin import Admin
from streams.kafka.broker import EmbeddedBroker
from streams.kafka.producer import EventProducer
from streams.settings import load_settings
from streams.sources.portable import PortableReader
from streams.store.migrate import migrate
from streams.store.tcp import TcpStore
from tests.command import RESONANZ
from tests.conftest import ROOT
from tests.e2e.monitoring import Server, Webhook, alertmanager, firing, free_port, install, prometheus, wait_for
from tests.gateway.fixtures import Gateway

STORM_RATE = 4.0
STORM_SECONDS = 60.0
CALM = (
    "{b} eröffnet morgen in Köln.",
    "Fahre heute mit {b} zur Arbeit.",
    "{b} has a new shop in town.",
    "Termin bei {b} um zehn.",
)
ANGRY = (
    "{b} ist eine Katastrophe, nie wieder!", "Der Kundendienst von {b} ist furchtbar.", "{b} is terrible, worst service ever.",
    "I hate {b}, my order is broken again.", "{b} lügt uns alle an, eine Frechheit.", "Awful experience with {b}, I am furious.",
)  # fmt: skip
PAST = """
INSERT INTO brand_minute (shard, brand, minute, posts, earned, mentions, neutral, negative, authors, negative_authors, negative_texts, version)
SELECT 65535, %(brand)s, toDateTime(%(last)s - 60 * number, 'UTC'), 1 + cityHash64(number, 1) %% 3 AS n, n, n, n - bad,
    cityHash64(number, 2) %% 6 = 0 AS bad, range(toUInt64(n)),
    range(toUInt64(bad)), range(toUInt64(bad)), 1
FROM numbers(14 * 1440)
"""


def book(names: Sequence[str]) -> dict[str, Any]:
    """Brands with the crisis settings of a stream that lasts a minute, each with owners for all categories."""
    return {
        "brands": [
            {
                "id": name,
                "name": name.capitalize(),
                "terms": [name],
                "crisis": {"volume_sigmas": 0.3, "share_sigmas": 0.5},
                "owners": {"default": {"department": "service", "contact": f"service@{name}.example"}},
            }
            for name in names
        ]
    }


class Feed:
    """Posts as a source would write them: calm talk about all brands, and storms on request."""

    def __init__(self, settings: Any, bootstrap: list[str], names: Sequence[str], partitions: int) -> None:
        self._names = names
        self._reader = PortableReader(b"key", BrandMatcher(parse_brands(book(names))))
        self._producer = EventProducer(settings, bootstrap, partitions)
        self._storms: dict[str, tuple[float, float]] = {}
        self._stop = threading.Event()
        self.first: dict[str, float] = {}
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def storm(self, brand: str, seconds: float = STORM_SECONDS, after: float = 0.0) -> None:
        self._storms[brand] = (time.time() + after, time.time() + after + seconds)

    def _run(self) -> None:
        pick, number = random.Random(3), 0
        while not self._stop.wait(0.05):
            now = time.time()
            due = [(name, False) for name in self._names if pick.random() < 0.05 / 30]
            due += [
                (name, True)
                for name, (start, end) in self._storms.items()
                if start <= now < end and pick.random() < STORM_RATE * 0.05
            ]
            for name, angry in due:
                number += 1
                text = pick.choice(ANGRY if angry else CALM).format(b=name.capitalize())
                post = {
                    "uri": f"https://social.example/{number}",
                    "source": "mastodon",
                    "author": {"handle": f"person{number}"},
                    "text": f"{text} {' '.join(pick.sample(WORDS, 2))}",
                    "created_at": datetime.fromtimestamp(now, UTC).isoformat(),
                }
                self._producer.add(self._reader.read(json.dumps(post).encode(), int(now * 1000)))
                if angry:
                    self.first.setdefault(name, now)
            self._producer.tick()
        self._producer.flush()
        self._producer.close()

    def close(self) -> None:
        self._stop.set()
        self._thread.join(30)


WORDS = [
    f"{a}{b}" for a in ("heute", "gestern", "wieder", "leider", "immer", "today", "again") for b in "abcdefghijklmnop"
]


class Stage:
    """All parts, started; `worker` can be killed and started again."""

    def __init__(self, folder: Path, brands: int, parts: ExitStack, *, direct: bool = True) -> None:
        """`direct`: the worker tells Alertmanager itself; else only Prometheus' rules do."""
        self.names = [f"marke{number}" for number in range(brands)]
        self.folder = folder
        install()
        self.webhook = Webhook()
        parts.callback(self.webhook.close)
        broker = parts.enter_context(EmbeddedBroker())
        server = parts.enter_context(Gateway(folder / "server"))
        self.store = parts.enter_context(TcpStore(server.url))
        migrate(self.store)
        for name in self.names:
            self.store.execute(PAST, {"brand": name, "last": int(time.time()) // 60 * 60 - 60})
        self.alertmanager = alertmanager(folder, self.webhook)
        parts.callback(lambda: self.alertmanager.stop())
        (folder / "brands.yaml").write_text(yaml.safe_dump(book(self.names)))
        self.port = free_port()
        self.env = {
            **os.environ,
            "RESONANZ_HOME": str(folder / "home"),
            "RESONANZ_KAFKA": f"kafka://{broker.address}",
            "RESONANZ_CLICKHOUSE": server.url,
            "RESONANZ_BRANDS": str(folder / "brands.yaml"),
            "RESONANZ_METRICS_PORT": str(self.port),
            "RESONANZ_ALERTMANAGER": self.alertmanager.url if direct else "",
            "RESONANZ_LOG_LEVEL": "warning",
            "PYTHONPATH": str(ROOT),
        }
        settings = load_settings(kafka=self.env["RESONANZ_KAFKA"])
        with Admin(settings, [broker.address]) as admin:
            admin.ensure_topics()
            partitions = admin.partitions(EVENTS)
        self.worker = self._worker()
        parts.callback(lambda: self.worker.stop())
        self.prometheus = prometheus(folder, self.port, self.alertmanager)
        parts.callback(self.prometheus.stop)
        self.feed = Feed(settings, [broker.address], self.names, partitions)
        parts.callback(self.feed.close)
        wait_for(
            lambda: len(firing(self.prometheus, "resonanz_brand_crisis_level")) == brands, 90, "every brand is watched"
        )

    def _worker(self) -> Server:
        command = [sys.executable, *RESONANZ, "worker"]
        before = dict(os.environ)
        os.environ.update(self.env)
        try:
            return Server(command, self.port, "/health/ready", self.folder / "worker.log")
        finally:
            os.environ.clear()
            os.environ.update(before)

    def kill_worker(self) -> None:
        """`kill -9`, and start it again."""
        self.worker.process.kill()
        self.worker.process.wait()
        self.worker = self._worker()

    def resonanz(self, *arguments: str) -> str:
        """A command as a user would give it."""
        command = [sys.executable, *RESONANZ, *arguments]
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def changes(self, brand: str) -> list[tuple[str, str, int]]:
        """(alert_id, severity, end of the minute that brought it) of every change in the store."""
        sql = "SELECT alert_id, severity, toInt64(toUnixTimestamp(minute)) + 60 FROM alerts FINAL WHERE brand = %(b)s ORDER BY minute, at"
        return [(row[0], row[1], row[2]) for row in self.store.query(sql, {"b": brand}).rows]


def stage(folder: Path, brands: int) -> Iterator[Stage]:
    """The parts, stopped in the end."""
    with ExitStack() as parts:
        yield Stage(folder, brands, parts)


def delays(found: Stage, brands: Sequence[str], patience: float = 150.0) -> dict[str, Any]:
    """Wait for each brand's first warning or critical at the webhook; times in seconds."""
    first_post, window_end, minute_end = [], [], []
    for brand in brands:
        note = wait_for(lambda b=brand: found.webhook.of(b), patience, f"{brand} is told")[0]  # type: ignore[misc]
        raised = next(end for _, severity, end in found.changes(brand) if severity in ("warning", "critical"))
        first = found.feed.first[brand]
        first_post.append(round(note.at - first, 1))
        window_end.append(round(note.at - (first // 60 * 60 + 60), 1))
        minute_end.append(round(note.at - raised, 1))
    return {
        "after_first_post": sorted(first_post),
        "after_window_end": sorted(window_end),
        "after_minute_end": sorted(minute_end),
    }


def ends(found: Stage, brands: Sequence[str], patience: float = 150.0) -> list[float]:
    """Declare each brand's crisis over; seconds until the webhook hears of it."""
    said = {}
    for brand in brands:
        early = found.webhook.of(brand, "resolved")
        assert not early, f"{brand} was told to be over before anybody said so: {early[0].labels}"
        said[brand] = time.time()
        assert declare_over(found.store, found.changes(brand)[-1][0], "test", int(said[brand] * 1000))
    return [
        wait_for(lambda b=brand: found.webhook.of(b, "resolved"), patience, f"{brand} is over")[0].at - said[brand]  # type: ignore[misc]
        for brand in brands
    ]


def spread(times: Sequence[float]) -> dict[str, Any]:
    """p50, p95 (the nearest rank), maximum and all of them, sorted."""
    ordered = sorted(round(seconds, 1) for seconds in times)
    rank = {share: ordered[math.ceil(share * len(ordered)) - 1] for share in (0.5, 0.95)}
    return {"p50": rank[0.5], "p95": rank[0.95], "max": ordered[-1], "n": len(ordered), "all": ordered}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--brands", type=int, default=20, help="how many storms, each at a brand of its own")
    parser.add_argument("--every", type=float, default=5.0, help="seconds from one storm to the next")
    parser.add_argument("--road", choices=["direct", "rules"], default="direct")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as parts:
        found = Stage(Path(folder), arguments.brands, parts, direct=arguments.road == "direct")
        for number, name in enumerate(found.names):
            found.feed.storm(name, after=number * arguments.every)
        told = delays(found, found.names, 150.0 + arguments.brands * arguments.every)
        print(
            json.dumps(
                {
                    "road": arguments.road,
                    "load": round(os.getloadavg()[0], 1),
                    "window_end_to_firing": spread(told["after_window_end"]),
                    "first_post_to_firing": spread(told["after_first_post"]),
                    "minute_end_to_firing": spread(told["after_minute_end"]),
                    "declared_over_to_resolved": spread(ends(found, found.names)),
                }
            )
        )


if __name__ == "__main__":
    main()
