"""How long the metrics of one brand and one week take over a million stored posts.

    python -m benchmarks.metrics [--posts 1000000] [--rounds 20] [--home FOLDER]

Posts of six brands over four weeks, made inside the engine: a third are replies, a tenth are by the brands, with counts,
moods and categories. Prints one JSON object: for each thing a dashboard asks, median and 95th percentile in ms.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from schemas.brands import Brand, BrandBook
from streams.catalogue import Request, compute
from streams.store import Store, dialogues, open_store
from streams.store.migrate import migrate

BRANDS = [f"brand{number}" for number in range(6)]
START = 1_767_225_600  # 2026-01-01T00:00:00Z
WEEK = 7 * 86_400
_POSTS = """
INSERT INTO events (shard, minute, post_id, version, event_id, root_id, parent_id, action, source, uri, created_at, author_id,
    followers, role, text, text_hash, language, brands, owner, paid, sentiment, value_chain, model_version, asks, like_count, counts_at)
WITH
    cityHash64(number) AS h,
    number % 3 = 2 AS is_reply,
    number - number % 3 AS root,
    cityHash64(root) AS root_h,
    concat('brand', toString(root_h % 6)) AS brand,
    is_reply AND h % 10 < 3 AS by_brand,
    {start} * 1000 + intDiv(root * {span} * 1000, {posts}) + (number % 3) * (h % 7200000) AS at
SELECT
    root_h % 4, toDateTime(intDiv(at, 60000) * 60, 'UTC'), cityHash64('post', number), 1, h,
    cityHash64('post', if(number % 3 = 1, number, root)), if(is_reply, cityHash64('post', root), 0), 'create', 'bluesky',
    concat('at://', toString(number)), fromUnixTimestamp64Milli(toInt64(at)), cityHash64('author', h % 200000), h % 5000,
    if(by_brand, 'owned', 'public'), concat('a post of some length about a thing that happened ', toString(h % 900000)), h % 900000 + 1,
    'en', [brand], if(by_brand, brand, ''), ['yes', 'no', 'no', 'unknown'][h % 4 + 1], ['positive', 'neutral', 'negative'][h % 3 + 1],
    [['service', 'operations', 'marketing_sales', 'technology'][h % 4 + 1]], 'm1', NOT by_brand AND h % 2, h % 50,
    fromUnixTimestamp64Milli(toInt64(at))
FROM numbers({posts})
SETTINGS max_insert_threads = 1
"""
_COUNTS = """
INSERT INTO count_snapshots SELECT post_id, created_at + toIntervalHour(1), like_count, 1, 1, 0, 0 FROM events WHERE owner != ''
"""


def fill(store: Store, posts: int) -> None:
    """Make the posts, and the derived rows as the worker does."""
    store.execute(_POSTS.format(start=START, span=4 * WEEK, posts=posts))
    store.execute(_COUNTS)
    day = 86_400
    for begin in range(START, START + 4 * WEEK + day, day):
        dialogues.rebuild(store, begin, begin + day)


def measure(call: Callable[[], object], rounds: int) -> dict[str, float]:
    """Median and 95th percentile in ms, after one call that warms up."""
    call()
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        call()
        times.append((time.perf_counter() - begin) * 1000)
    times.sort()
    return {
        "p50_ms": round(statistics.median(times), 1),
        "p95_ms": round(times[min(len(times) - 1, int(0.95 * len(times)))], 1),
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--home", type=Path)
    options = parser.parse_args()
    book = BrandBook(tuple(Brand(id=name, name=name, accounts=(f"bluesky:{name}",)) for name in BRANDS))
    start = (START + WEEK) * 1000
    with open_store(None, options.home or Path(tempfile.mkdtemp())) as store:
        migrate(store)
        if not store.query("SELECT count() FROM events").scalar():
            fill(store, options.posts)
        asked = {
            "share_of_voice": ("share_of_voice",),
            "net_sentiment": ("net_sentiment",),
            "response_rate": ("response_rate",),
            "first_response_time": ("first_response_time",),
            "value_chain_coverage": ("value_chain_coverage",),
            "everything": (),
        }
        result: dict[str, object] = {"posts": store.query("SELECT count() FROM events").scalar()}
        for name, metrics in asked.items():
            request = Request(start=start, end=start + WEEK * 1000, brand="brand0", metrics=metrics)
            result[name] = measure(lambda request=request: compute(store, book, request), options.rounds)  # type: ignore[misc]
        result["n"] = [v.n for v in compute(store, book, Request(start=start, end=start + WEEK * 1000, brand="brand0"))]
    print(json.dumps(result))


if __name__ == "__main__":
    main()
