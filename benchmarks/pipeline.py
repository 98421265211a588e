"""Throughput of the whole pipeline on one worker, the sentiment stage switched off, beside a bare Kafka loop.

    python benchmarks/pipeline.py POSTS.jsonl --brands brands.yaml --posts 300000

POSTS.jsonl: portable JSON Lines; they are repeated with new ids (and shifted by their own span each time round, as a feed would go
on) until there are `--posts`. Messages are packed as sources pack them. All rows are stored: events, brand_minute and
conversations. Prints one JSON object: posts per CPU-second of the worker (all its threads, the engine's too), the same
for a loop of confluent-kafka + orjson over the same topic in the same run, their ratio, and the peak memory.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any


def produce(source: Path, brands: Path, posts: int, bootstrap: str) -> dict[str, Any]:
    """Fill the topic; return its end offsets by partition."""
    from processors.matching import BrandMatcher
    from streams.brandfile import load_brands
    from streams.kafka.admin import Admin
    from streams.kafka.producer import EventProducer
    from streams.settings import load_settings
    from streams.sources.portable import PortableReader, Refused

    settings = load_settings(kafka=f"kafka://{bootstrap}")
    with Admin(settings, [bootstrap]) as admin:
        admin.ensure_topics()
    reader = PortableReader(b"benchmark", BrandMatcher(load_brands(brands)))
    events, seen = [], set()
    for line in source.read_bytes().splitlines():
        try:
            event = reader.read(line, int(time.time() * 1000))
        except Refused:
            continue
        if event.uri not in seen:
            seen.add(event.uri)
            events.append(event)
    span = (max(e.created_at for e in events) - min(e.created_at for e in events)) // 60_000 * 60_000 + 60_000
    producer = EventProducer(settings, [bootstrap], settings.partitions)
    for number in range(posts):
        event, turn = events[number % len(events)], number // len(events)
        fresh = type(event)(**{name: getattr(event, name) for name in event.__struct_fields__})
        fresh.uri = f"{event.uri}/{turn}"
        fresh.event_id = (event.event_id + turn) % (1 << 64)
        fresh.created_at = event.created_at + turn * span
        producer.add(fresh)
    producer.flush()
    return {"ends": producer.ends().events}


def work(brands: Path, bootstrap: str, ends: dict[int, int], profile: str | None) -> dict[str, Any]:
    """Run the worker until it has acknowledged everything; return what it cost."""
    from streams.brandfile import load_brands
    from streams.kafka.producer import Ends
    from streams.logs import configure_logging
    from streams.runtime import Runtime
    from streams.settings import load_settings

    async def run(home: str) -> dict[str, Any]:
        settings = load_settings(kafka=f"kafka://{bootstrap}", home=Path(home), model="off", log_level="error")
        configure_logging(settings)
        async with Runtime(settings, load_brands(brands)) as runtime:
            while not runtime.joined:
                await asyncio.sleep(0.05)
            threads, cpu, wall = _thread_times(runtime.worker.thread), time.process_time(), time.monotonic()
            await runtime.reached(Ends(ends, 0))
            cpu, wall = time.process_time() - cpu, time.monotonic() - wall
            spent = {name: at - threads[name] for name, at in _thread_times(runtime.worker.thread).items()}
            spent["engine"] = cpu - sum(spent.values())
            stored, minutes, talks = (
                runtime.store.query(sql).scalar()
                for sql in (
                    "SELECT count() FROM events FINAL",
                    "SELECT sum(posts) FROM brand_minute FINAL",
                    "SELECT sum(posts) FROM conversations FINAL",
                )
            )
        return {
            "cpu": cpu,
            "wall": wall,
            "stored": stored,
            "in_minutes": minutes,
            "in_conversations": talks,
            "threads": spent,
        }

    with tempfile.TemporaryDirectory() as home:
        if profile:
            import cProfile
            import threading

            threading.setprofile(None)
            profiler = cProfile.Profile()
            profiler.enable()
            result = asyncio.run(run(home))
            profiler.disable()
            profiler.dump_stats(profile)
        else:
            result = asyncio.run(run(home))
    return {**result, "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)}


def _thread_times(pipeline: ThreadPoolExecutor) -> dict[str, float]:
    """CPU seconds of the event loop's thread (Faust, aiokafka) and of the pipeline's, the engine's calls included."""
    return {"loop": time.thread_time(), "pipeline": pipeline.submit(time.thread_time).result()}


def bare(bootstrap: str, ends: dict[int, int]) -> dict[str, Any]:
    """The least any Python consumer does: poll, parse, count. Nothing is stored."""
    import orjson
    from confluent_kafka import Consumer, TopicPartition

    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "bare", "enable.auto.commit": False})
    consumer.assign([TopicPartition("social.events", partition, 0) for partition in ends])
    left, posts, cpu = sum(ends.values()), 0, time.process_time()
    while left > 0:
        for message in consumer.consume(500, timeout=1.0):
            posts += len(orjson.loads(message.value()))
            left -= 1
    cpu = time.process_time() - cpu
    consumer.close()
    return {"cpu": cpu, "posts": posts}


def child(step: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Run a step in a process of its own, so that its CPU time is its own."""
    command = [sys.executable, __file__, "--step", step, "--arguments", json.dumps(arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": os.getcwd()})
    return dict(json.loads(done.stdout.splitlines()[-1]))


def run_step(step: str, a: dict[str, Any]) -> dict[str, Any]:
    ends = {int(partition): end for partition, end in a.get("ends", {}).items()}
    if step == "produce":
        return produce(Path(a["source"]), Path(a["brands"]), a["posts"], a["bootstrap"])
    if step == "work":
        return work(Path(a["brands"]), a["bootstrap"], ends, a.get("profile"))
    return bare(a["bootstrap"], ends)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, nargs="?")
    parser.add_argument("--brands", type=Path)
    parser.add_argument("--posts", type=int, default=300_000)
    parser.add_argument("--repeat", type=int, default=3, help="how many times the worker reads the topic")
    parser.add_argument("--profile", help="write a cProfile of the first worker's main thread to this file")
    parser.add_argument("--step", help=argparse.SUPPRESS)
    parser.add_argument("--arguments", type=json.loads, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        print(json.dumps(run_step(options.step, options.arguments)))
        return
    from streams.kafka.broker import EmbeddedBroker

    with EmbeddedBroker() as broker:
        common = {"bootstrap": broker.address, "brands": str(options.brands)}
        ends = child("produce", {**common, "source": str(options.source), "posts": options.posts})["ends"]
        rates, bares, last = [], [], {}
        for number in range(options.repeat):
            os.environ["RESONANZ_GROUP"] = f"benchmark-{number}"
            last = child("work", {**common, "ends": ends, "profile": options.profile if number == 0 else None})
            if not options.posts == last["stored"] == last["in_conversations"]:
                sys.exit(f"not everything was stored: {last}")
            rates.append(options.posts / last["cpu"])
            loop = child("bare", {**common, "ends": ends})
            bares.append(loop["posts"] / loop["cpu"])
            print(
                f"run {number + 1}: {rates[-1]:,.0f} posts per CPU-second, bare loop {bares[-1]:,.0f}", file=sys.stderr
            )
    rates.sort()
    bares.sort()
    print(
        json.dumps(
            {
                "posts": options.posts,
                "posts_per_cpu_second": round(rates[len(rates) // 2]),
                "spread": [round(rates[0]), round(rates[-1])],
                "bare_loop": round(bares[len(bares) // 2]),
                "ratio": round(rates[len(rates) // 2] / bares[len(bares) // 2], 3),
                "microseconds": {name: round(1e6 * s / options.posts, 1) for name, s in last["threads"].items()},
                "peak_mb": last["peak_mb"],
                "wall_posts_per_second": round(options.posts / last["wall"]),
            }
        )
    )


if __name__ == "__main__":
    main()
