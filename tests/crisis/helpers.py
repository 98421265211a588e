"""Small streams of minutes for the tests; independent of the benchmark's simulator."""

from __future__ import annotations

import random
from collections.abc import Iterable

from processors.crisis import AlertChange, CrisisDetector, MinutePoint, PostSample, fill_gaps, minute_points

START = 1_700_006_400
MINUTE = 60
DAY = 86_400


def talk(
    seed: int, minutes: int, rate: float = 0.5, share: float = 0.2, start: int = START, source: str = "feed"
) -> list[PostSample]:
    """Everyday posts: `rate` a minute, a share of them negative, each by somebody else with other words."""
    rng = random.Random(seed)
    posts = []
    at = float(start)
    while (at := at + rng.expovariate(rate / MINUTE)) < start + minutes * MINUTE:
        mood = "negative" if rng.random() < share else rng.choice(["neutral", "positive"])
        posts.append(PostSample(int(at), rng.getrandbits(50), rng.getrandbits(50), mood, source, 5.0))
    return posts


def storm(seed: int, start: int, minutes: int, rate: float, share: float = 0.95) -> list[PostSample]:
    """A crisis: many people, their own words, nearly all negative."""
    return talk(seed, minutes, rate, share, start)


def stream(posts: Iterable[PostSample], end: int, brand: str = "acme", start: int = START) -> list[MinutePoint]:
    """Every minute from `start` to `end`, empty ones too."""
    points = minute_points(brand, sorted(posts))
    if not points or points[0].minute > start:
        points.insert(0, MinutePoint(brand, start))
    return list(fill_gaps(points, end - MINUTE))


def run(detector: CrisisDetector, points: Iterable[MinutePoint]) -> list[AlertChange]:
    """All changes."""
    return [change for point in points if (change := detector.update(point)) is not None]


def warned(changes: Iterable[AlertChange]) -> list[AlertChange]:
    """Changes to warning or critical."""
    return [change for change in changes if change.severity in ("warning", "critical")]
