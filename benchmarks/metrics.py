"""How long the metrics of one brand and one week take over a million stored posts.

    python -m benchmarks.metrics [--posts 1000000] [--rounds 20] [--home FOLDER]

Posts of six brands over four weeks, made inside the engine: a third are replies, a tenth are by the brands, with counts,
moods, categories and edits, and a shop's visits and orders. Prints one JSON object: for each thing a dashboard asks, median and 95th percentile in ms,
and the processor time of a call, which a busy machine does not stretch.
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
from streams.store import Store, open_store
from streams.store.migrate import migrate

BRANDS = [f"brand{number}" for number in range(6)]
START = 1_767_225_600  # 2026-01-01T00:00:00Z
WEEK = 7 * 86_400
_POSTS = """
INSERT INTO events (shard, minute, post_id, version, event_id, root_id, parent_id, action, source, uri, created_at, author_id,
    followers, role, text, text_hash, language, brands, owner, paid, sentiment, value_chain, model_version, asks, like_count, counts_at)
WITH
    sipHash64(number) AS h, bitShiftRight(h, 16) AS h2, bitShiftRight(h, 32) AS h3,
    number % 3 = 2 AS is_reply,
    toUInt64(number - number % 3) AS root,
    sipHash64('root', root) AS root_h,
    concat('brand', toString(root_h % 6)) AS brand,
    is_reply AND h % 10 < 3 AS by_brand,
    {start} * 1000 + intDiv(root * {span} * 1000, {posts}) + (number % 3) * (h % 7200000) AS at
SELECT
    root_h % 4, toDateTime(intDiv(at, 60000) * 60, 'UTC'), cityHash64('post', number), 1, h,
    cityHash64('post', if(number % 3 = 1, number, root)), if(is_reply, cityHash64('post', root), 0), 'create', 'bluesky',
    concat('at://', toString(number)), fromUnixTimestamp64Milli(toInt64(at)), cityHash64('author', h2 % 200000), h2 % 5000,
    if(by_brand, 'owned', 'public'), concat('a post of some length about a thing that happened ', toString(h3 % 900000)), h3 % 900000 + 1,
    'en', [brand], if(by_brand, brand, ''), ['yes', 'no', 'no', 'unknown'][h3 % 4 + 1], ['positive', 'neutral', 'negative'][h2 % 3 + 1],
    [['service', 'operations', 'marketing_sales', 'technology'][h2 % 4 + 1]], 'm1', NOT by_brand AND h3 % 2, h2 % 50,
    fromUnixTimestamp64Milli(toInt64(at))
FROM numbers({begin}, {count})
SETTINGS max_insert_threads = 1
"""
_COUNTS = """
INSERT INTO count_snapshots SELECT post_id, created_at + toIntervalHour(1), like_count, 1, 1, 0, 0 FROM events WHERE owner != ''
"""
_AGAIN = """
INSERT INTO events SELECT * REPLACE (2 AS version, like_count + 1 AS like_count) FROM events WHERE post_id % 50 = {part}
"""


_DIALOGUES = """
INSERT INTO dialogues (brand, root_id, source, started_at, last_at, root_known, by_customer, asked_at, asked_id, asker, asks, categories,
    replied_at, reply_id, brand_posts, customer_posts, turns, later_asked, later_replied, writers, answered, mood_before, mood_after,
    posts, version)
WITH bitShiftRight(h, 16) AS h2, bitShiftRight(h, 32) AS h3, h % 10 < 6 AS answered_it
SELECT
    concat('brand', toString(sipHash64('root', root) % 6)), cityHash64('post', root), 'bluesky', at, at + 7200, 1, 1, at, cityHash64('post', root), h2 % 200000,
    h3 % 2, [['service', 'operations', 'marketing_sales', 'technology'][h2 % 4 + 1]], if(answered_it, at + h2 % 90000, never),
    if(answered_it, h, 0), answered_it, 2, 1 + answered_it, if(h3 % 5 = 0, [at + 7000], []), if(h3 % 5 = 0, [at + 7200], []), [h2 % 200000],
    if(answered_it, [h2 % 200000], []), h2 % 3 - 1, h3 % 4 - 1, 3, 1
FROM
(
    SELECT toUInt64(number * 3) AS root, sipHash64(root) AS h, toDateTime64(0, 3, 'UTC') AS never,
        fromUnixTimestamp64Milli(toInt64({start} * 1000 + intDiv(root * {span} * 1000, {posts}))) AS at
    FROM numbers(intDiv({posts}, 3))
)
"""
_VISITS = """
INSERT INTO visits SELECT concat('brand', toString(number % 6)), sipHash64(number), fromUnixTimestamp64Milli(toInt64(
    {start} * 1000 + intDiv(number * {span} * 1000, {visits}))), ['bluesky', ''][number % 2 + 1], '' FROM numbers({visits})
"""
_ORDERS = """
INSERT INTO orders SELECT brand, click, 1, click, at + 3600, 20, 'EUR' FROM visits WHERE click % 20 = 0
"""


def fill(store: Store, posts: int) -> None:
    """Make the posts, the history of counts, one dialogue row for every three posts, as the worker's would be, visits and orders.

    Every 25th post is stored a second time, in parts of their own, as edits and new counts do: the rows of a key lie apart.
    """
    count = posts // 20 // 3 * 3 + 3
    span = {"start": START, "span": 4 * WEEK, "posts": posts, "visits": posts // 20}
    for begin in range(0, posts, count):  # as the stream brings them: a store has many parts, not one
        store.execute(_POSTS.format(begin=begin, count=min(count, posts - begin), **span))
    for part in range(2):
        store.execute(_AGAIN.format(part=part))
    for sql in (_COUNTS, _DIALOGUES, _VISITS, _ORDERS):
        store.execute(sql.format(**span))


def measure(call: Callable[[], object], rounds: int) -> dict[str, float]:
    """Median and 95th percentile in ms, and processor time (all threads) a call, after one call that warms up."""
    call()
    times, spent = [], time.process_time()
    for _ in range(rounds):
        begin = time.perf_counter()
        call()
        times.append((time.perf_counter() - begin) * 1000)
    spent = (time.process_time() - spent) / rounds * 1000
    times.sort()
    return {
        "p50_ms": round(statistics.median(times), 1),
        "cpu_ms": round(spent, 1),
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
