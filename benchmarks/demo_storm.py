"""When the demo's storm is told, over many seeds of the simulator, without Kafka, store and model.

    python benchmarks/demo_storm.py --seeds 20

The sentiment is the simulator's own, and with --missed a share of the negative posts passes for neutral, as a model's
mistakes would have it. Looks once a second, as the worker does. Prints one JSON object; times are seconds after the start of
the storm. Calm: the same streams without the storm.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any
from zlib import crc32

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from processors.crisis import CrisisDetector, MinutePoint, PostSample, crisis_config, minute_points
from streams.demo import RATE, STORM_AFTER, WEIGHTS, demo_brands, demo_stream
from streams.demo_past import PAST_HOURS
from streams.simulator import Simulator

MINUTE = 60
LEVELS = ("none", "watch", "warning", "critical")
LAG = 2.0
"""Seconds until a post is in the store."""


def calm_minutes(minutes: int = 12) -> dict[str, list[tuple[int, int]]]:
    """Brand -> (mentions, negative) of minutes without a storm."""
    found: dict[str, list[list[int]]] = defaultdict(lambda: [[0, 0] for _ in range(minutes)])
    for post in Simulator(seed=3, rate=RATE, storm_after=None, weights=WEIGHTS).until(minutes * MINUTE):
        if counted(post):
            for brand in post.truth.brands:
                found[brand][int(post.at // MINUTE)][0] += 1
                found[brand][int(post.at // MINUTE)][1] += post.truth.sentiment == "negative"
    return {brand: [(mentions, negative) for mentions, negative in rows] for brand, rows in found.items()}


def counted(post: Any) -> bool:
    """Whether a simulated post is an earned mention."""
    return post.post["action"] in ("create", "update") and post.truth.media_class in ("earned", "unknown")


def warmed(brand: str, settings: Any, last: int) -> bytes:
    """State of the brand's detector after the two invented weeks that end with the minute `last`."""
    sample, random = calm_minutes()[brand], Random(1)
    detector = CrisisDetector(brand, crisis_config(settings))
    for number in reversed(range(PAST_HOURS * 60)):
        mentions, negative = random.choice(sample)
        detector.update(MinutePoint(brand, last - number * MINUTE, mentions, negative, voices=negative))
    return detector.snapshot()


def storm(
    seed: int, start: int, brands: Any, states: dict[str, bytes], missed: float, after: float | None
) -> Iterator[Any]:
    """(brand, severity, seconds after the start of the stream) of every rise of a level within 90 seconds."""
    random = Random(seed)
    posts: dict[str, list[PostSample]] = defaultdict(list)
    stream = demo_stream(start, after, seed=seed).until(90)
    for post in stream:
        truth = post.truth
        if not counted(post):
            continue
        mood = "neutral" if truth.sentiment == "negative" and random.random() < missed else truth.sentiment
        author, text = crc32(post.post["author"]["handle"].encode()), crc32(post.post.get("text", "").encode())
        for brand in truth.brands:
            posts[brand].append(PostSample(int(start + post.at), author, text, mood))
    for brand in brands:
        detector = CrisisDetector(brand.id, crisis_config(brand.crisis))
        detector.restore(states[brand.id])
        fed = start // MINUTE * MINUTE - MINUTE
        for second in range(92):
            now = start + second
            seen = [post for post in posts[brand.id] if post.at + LAG <= now]
            points = {point.minute: point for point in minute_points(brand.id, seen)}
            if fed in points:
                detector.update(points[fed])  # the minute looked at early, or closed, is amended
            open_minute = now // MINUTE * MINUTE
            for minute in range(fed + MINUTE, open_minute, MINUTE):
                if now - minute < MINUTE + 3:
                    break
                change, fed = detector.update(points.get(minute) or MinutePoint(brand.id, minute)), minute
                if change is not None and LEVELS.index(change.severity) > LEVELS.index(change.previous):
                    yield brand.id, change.severity, second
            early = points.get(open_minute)
            if early is not None and fed == open_minute - MINUTE and detector.would_raise(early):
                change, fed = detector.update(early), open_minute
                if change is not None:
                    yield brand.id, change.severity, second


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--missed", type=float, default=0.3)
    arguments = parser.parse_args()
    brands = demo_brands().brands
    told, calm, others = [], 0, 0
    base = 1_764_158_400  # a full minute
    states = {brand.id: warmed(brand.id, brand.crisis, base - MINUTE) for brand in brands}
    for seed in range(arguments.seeds):
        start = base + seed * 7 % MINUTE  # the stream starts at any second of a minute
        found = list(storm(seed, start, brands, states, arguments.missed, STORM_AFTER))
        mine = [second for brand, severity, second in found if brand == brands[0].id and severity in LEVELS[2:]]
        others += sum(brand != brands[0].id for brand, _, _ in found)
        told.append(min(mine) - STORM_AFTER if mine else None)
        calm += len(list(storm(seed, start, brands, states, arguments.missed, None)))
    times = sorted(second for second in told if second is not None)
    report = {
        "seeds": arguments.seeds,
        "missed": arguments.missed,
        "told": len(times),
        "seconds_after_storm": times,
        "median": float(np.median(times)) if times else None,
        "other_brands": others,
        "calm_streams": calm,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
