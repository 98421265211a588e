"""How long each panel's SQL takes over a million stored posts: what a dashboard of Grafana or the console waits for.

    python -m benchmarks.panels [--posts 1000000] [--rounds 20] [--home FOLDER]

The posts of `benchmarks.metrics` (six brands, four weeks), 100,000 visits and 20,000 orders. Two views: everything (all brands, four weeks) and one brand's
week. Prints one JSON object: for each panel and view the median and the 95th percentile in ms, and the slowest of all.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.metrics import START, WEEK, fill, measure
from dashboards.macros import Scope, expand
from dashboards.panels import all_panels
from streams.store import Store, derive, open_store
from streams.store.migrate import migrate

LIMIT_MS = 200.0
_VISITS = f"""
INSERT INTO visits (brand, click, at, source, post_uri)
SELECT concat('brand', toString(h % 6)), 1 + h % 40000, fromUnixTimestamp64Milli(toInt64({START} * 1000 + intDiv(number * {4 * WEEK}, 100))),
    ['bluesky', 'mastodon', ''][h % 3 + 1], concat('at://', toString(h % 500))
FROM (SELECT number, cityHash64('visit', number) AS h FROM numbers(100000))
"""
_ORDERS = f"""
INSERT INTO orders (brand, order_id, version, click, at, value, currency)
SELECT concat('brand', toString(h % 6)), number, 0, if(h % 5 = 0, 0, 1 + h % 40000),
    fromUnixTimestamp64Milli(toInt64({START} * 1000 + intDiv(number * {4 * WEEK}, 20))), 5 + h % 200, 'EUR'
FROM (SELECT number, cityHash64('order', number) AS h FROM numbers(20000))
"""
_ALL: dict[str, list[str]] = {"brand": [], "set": [], "source": [], "language": []}
VIEWS = {
    "everything": Scope(START * 1000, (START + 4 * WEEK) * 1000 - 1, 21_600, _ALL),
    "brand's week": Scope((START + WEEK) * 1000, (START + 2 * WEEK) * 1000 - 1, 7200, {**_ALL, "brand": ["brand1"]}),
}


def prepare(store: Store, posts: int) -> None:
    """Make the posts and all derived rows, unless they are there already."""
    migrate(store)
    if store.query("SELECT count() FROM events").scalar():
        return
    fill(store, posts)
    for sql in (_VISITS, _ORDERS):
        store.execute(sql)
    for begin in range(START, START + 4 * WEEK + 86_400, 86_400):
        derive.everything(store, begin, begin + 86_400)


def panel_times(store: Store, rounds: int) -> dict[str, dict[str, Any]]:
    """Times of every panel in every view."""
    times: dict[str, dict[str, Any]] = {}
    for panel in all_panels():
        if panel.sql:
            times[panel.id] = {}
            for name, scope in VIEWS.items():
                sql = expand(panel.sql, scope)
                times[panel.id][name] = measure(lambda sql=sql: store.query(sql), rounds)  # type: ignore[misc]
    return times


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--home", type=Path)
    options = parser.parse_args()
    with open_store(None, options.home or Path(tempfile.mkdtemp())) as store:
        prepare(store, options.posts)
        times = panel_times(store, options.rounds)
    views = [(panel, view, numbers["p95_ms"]) for panel, found in times.items() for view, numbers in found.items()]
    over = sorted((entry for entry in views if entry[2] > LIMIT_MS), key=lambda entry: -entry[2])
    result = {
        "posts": options.posts,
        "load_average": os.getloadavg()[0],
        "panels": times,
        "over_limit": over,
        "slowest_ms": max(entry[2] for entry in views),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
