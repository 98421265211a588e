"""A rolling upgrade in the middle of a replay: two workers of this version are replaced, one after the other, by two of the
next, which knows one migration more. Old and new share the topics, the consumer group and the tables meanwhile.

    python -m tests.e2e.rolling --posts 100000

Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml

from processors.matching import BrandMatcher
from schemas.brands import parse_brands
from schemas.social_event import SocialEvent
from streams.kafka.admin import Admin
from streams.kafka.producer import EventProducer
from streams.settings import load_settings
from streams.sources.portable import PortableReader
from streams.store.migrate import migrate
from tests.e2e.cluster import NEXT_VERSION, Cluster, until
from tests.e2e.crash import BRANDS, write_posts


class NextEvent(SocialEvent, gc=False, kw_only=True, omit_defaults=True):
    """What a source of the next version sends: a field more, which no worker of this version knows."""

    weather: str = ""


def send(cluster: Cluster, lines: Sequence[bytes], **more: Any) -> None:
    """Into Kafka at once, as events of the next version."""
    settings = load_settings(**{"kafka": cluster.env["RESONANZ_KAFKA"], "pack": 20, **more})
    reader = PortableReader(b"k" * 32, BrandMatcher(parse_brands(yaml.safe_load(BRANDS), "brands.yaml")))
    producer = EventProducer(settings, settings.bootstrap, 4)
    for line in lines:
        event = reader.read(line, int(time.time() * 1000))
        producer.add(NextEvent(**msgspec.structs.asdict(event), weather="fine"))
    producer.flush()
    producer.close()


def run(folder: Path, posts: int) -> dict[str, Any]:
    """Do it; returns what was counted."""
    truth = write_posts(folder / "posts.jsonl", posts)
    lines = (folder / "posts.jsonl").read_bytes().splitlines()
    parts = [lines[number * len(lines) // 4 : (number + 1) * len(lines) // 4] for number in range(4)]
    started = time.monotonic()
    # Small batches, so that every change of hands comes in the middle of the work.
    with Cluster(folder, BRANDS, RESONANZ_BATCH_MESSAGES="10") as cluster:
        migrate(cluster.store)
        with Admin(load_settings(kafka=cluster.env["RESONANZ_KAFKA"]), [cluster.broker.address]) as admin:
            admin.ensure_topics()
        olds = [cluster.worker("old-1"), cluster.worker("old-2")]
        for worker in olds:
            worker.wait_ready()
        send(cluster, parts[0])
        until(lambda: cluster.stored() > 0, "the old workers store")
        cluster.run("migrate", program=NEXT_VERSION)  # the chart's Job, before any worker changes
        before = {"next": 0, "old": cluster.stored()}

        send(cluster, parts[1])
        exits = [olds[0].terminate()]
        first = cluster.worker("new-1", NEXT_VERSION).wait_ready()
        half = cluster.stored("written_by = ''")
        send(cluster, parts[2])
        until(
            lambda: cluster.stored("written_by = 'next'") > 0 and cluster.stored("written_by = ''") > half,
            "old and new store side by side",
        )
        beside = {"next": cluster.stored("written_by = 'next'"), "old": cluster.stored("written_by = ''")}

        send(cluster, parts[3])
        exits.append(olds[1].terminate())
        second = cluster.worker("new-2", NEXT_VERSION).wait_ready()
        at_change = cluster.stored()
        until(lambda: cluster.stored() >= posts and not cluster.lag(), "all of it stored", timeout=600, pause=0.5)
        result = {
            "truth": truth,
            "stored": cluster.stored(),
            "stored_before_the_migration": before,
            "stored_side_by_side": beside,
            "stored_when_the_last_was_replaced": at_change,
            "written_by_next": cluster.stored("written_by = 'next'"),
            "rows_before_merging": cluster.store.query("SELECT count() FROM events").scalar(),
            "brands": dict(
                cluster.store.query("SELECT brand, sum(posts) FROM brand_minute FINAL GROUP BY brand ORDER BY brand").rows
            ),
            "in_conversations": cluster.store.query("SELECT sum(posts) FROM conversations FINAL").scalar(),
            "dead_letters": cluster.store.query("SELECT count() FROM dead_letters FINAL").scalar(),
            "recomputed": cluster.recomputed(),
            "exits": [*exits, first.terminate(), second.terminate()],
            "said_newer": "the store is newer than this program" in olds[0].text() + olds[1].text(),
        }  # fmt: skip
        result["seconds"] = round(time.monotonic() - started, 1)
        return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            print(json.dumps(run(Path(folder), options.posts)))
        except Exception:
            for log in sorted(Path(folder).glob("*.log")):
                print(log.name, log.read_text(errors="replace")[-3000:], sep="\n")
            raise


if __name__ == "__main__":
    main()
