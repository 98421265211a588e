"""Whether recomputing gives what the worker wrote live, over a million posts; how long it takes and how much memory.

    python -m benchmarks.recompute [--posts 1000000] [--rate 2] [--home FOLDER]

Simulated posts with replies, edits, deletions, likes and copies go through the real pipeline in batches, without Kafka and
without a model (each post bears its true sentiment). Then `resonanz recompute`, as a process of its own, over all of it,
and again after a derived row was spoilt in each table. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from processors.matching import BrandMatcher
from processors.sentiment import Prediction
from schemas.brands import parse_brands
from schemas.social_event import conversation_key
from schemas.topics import EVENTS
from streams.catalogue.rebuild import state
from streams.decode import Message
from streams.kafka.producer import partition_of
from streams.pipeline import Pipeline
from streams.simulator import Simulator, brands
from streams.sources.portable import PortableReader
from streams.store import open_store
from streams.store.migrate import migrate

BATCH, PACK, PARTITIONS = 5000, 50, 4
START = datetime(2026, 1, 5, tzinfo=UTC)
_SPOIL = (
    "INSERT INTO brand_minute (shard, brand, minute, posts, version) SELECT shard, 'ghost', minute, 7, version FROM brand_minute LIMIT 5",
    "INSERT INTO conversations (shard, root_id, posts, version) SELECT shard, root_id, 99, version + 1 FROM conversations FINAL LIMIT 5",
    "INSERT INTO dialogues (brand, root_id, posts, version) SELECT 'ghost', root_id, 3, version FROM dialogues FINAL WHERE posts > 0 LIMIT 5",
)


class _Truth:
    """A model that answers with the simulator's truth."""

    version = "truth"

    def __init__(self) -> None:
        self.known: dict[str, tuple[str, tuple[str, ...]]] = {}

    def predict(self, texts: Sequence[str], languages: Sequence[str] | None = None) -> list[Any]:
        found = (self.known.get(text, ("neutral", ())) for text in texts)
        return [Prediction(label, (0.0, 0.0, 0.0), areas, self.version) for label, areas in found]


def _cut(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    source = iter(items)
    while part := list(islice(source, size)):
        yield part


def live(home: Path, posts: int, rate: float) -> dict[str, Any]:
    """Run the posts through the pipeline; return the time and the processor time it took."""
    matcher, model = BrandMatcher(parse_brands(brands())), _Truth()
    reader, offset = PortableReader(b"benchmark", matcher), 0
    began, spent = time.monotonic(), time.process_time()
    events = Simulator(5, START, rate, 36_000.0, reply_median=3600.0).events()
    with open_store(None, home) as store:
        migrate(store)
        pipeline = Pipeline(store, matcher, model)
        for part in _cut(islice(events, posts), BATCH):
            packs: dict[int, list[Any]] = {}
            for simulated in part:
                model.known[simulated.post.get("text") or ""] = (simulated.truth.sentiment, simulated.truth.value_chain)
                event = reader.read(json.dumps(simulated.post).encode(), int(time.time() * 1000))
                packs.setdefault(partition_of(conversation_key(event), PARTITIONS), []).append(event)
            queue = [(partition, pack) for partition, packed in packs.items() for pack in _cut(packed, PACK)]
            while queue:
                messages = [
                    Message(EVENTS, p, offset + n, msgspec.json.encode(pack)) for n, (p, pack) in enumerate(queue)
                ]
                offset += len(messages)
                batch = pipeline.prepare(messages)
                pipeline.store(batch)
                queue = [(partition, [event]) for partition, event in batch.forwards]
            model.known.clear()
    return {"seconds": round(time.monotonic() - began, 1), "cpu": round(time.process_time() - spent, 1)}


def recompute(home: Path) -> dict[str, Any]:
    """Run `resonanz recompute` over everything; return what it printed, its time and its peak memory."""
    began = time.monotonic()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", "from streams.cli import main; main()", "recompute"],
        env={**os.environ, "RESONANZ_HOME": str(home)}, stdout=subprocess.PIPE, check=True, text=True,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        **json.loads(done.stdout.splitlines()[-1]),
        "seconds": round(time.monotonic() - began, 1),
        "cpu": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1),
        "peak_mb": after.ru_maxrss // 1024,
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--rate", type=float, default=2.0, help="posts a second of stream time")
    parser.add_argument("--home", type=Path)
    options = parser.parse_args()
    home = options.home or Path(tempfile.mkdtemp())
    result: dict[str, Any] = {"live": live(home, options.posts, options.rate)}
    result["recompute"] = recompute(home)
    with open_store(None, home) as store:
        good = state(store)
        for sql in _SPOIL:
            store.execute(sql)
        result["spoilt"] = {name: now != good[name] for name, now in state(store).items()}
    result["recompute_after_spoiling"] = recompute(home)
    with open_store(None, home) as store:
        result["mended"] = {name: now == good[name] for name, now in state(store).items()}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
