"""The airline week: tweets to six airlines, 17-24 February 2015, as minutes for the detector."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from processors.crisis import (
    AlertChange,
    MinutePoint,
    PostEvidence,
    PostSample,
    describe_posts,
    fill_gaps,
    minute_points,
    term_counts,
)
from processors.crisis.evidence import normalise

STORM = ("US Airways", "American")
NAMES = ("AmericanAir", "USAirways", "Airways", "US")


def load_airlines(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Brand -> tweets in order of time, each id once."""
    seen: set[str] = set()
    brands: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in path.open(encoding="utf-8"):
        tweet = json.loads(line)
        if tweet["id"] not in seen:
            seen.add(tweet["id"])
            tweet["at"] = int(datetime.fromisoformat(tweet["created_at"].replace("Z", "+00:00")).timestamp())
            brands[tweet["brand"]].append(tweet)
    return {brand: sorted(tweets, key=lambda tweet: tweet["at"]) for brand, tweets in sorted(brands.items())}


def airline_points(brands: dict[str, list[dict[str, Any]]]) -> dict[str, list[MinutePoint]]:
    """Every minute of the week for every brand, from the labels."""
    times = [tweet["at"] for tweets in brands.values() for tweet in tweets]
    first, last = min(times) // 60 * 60, max(times) // 60 * 60
    found = {}
    for brand, tweets in brands.items():
        posts = [
            PostSample(tweet["at"], _key(tweet["author"]), _key(normalise(tweet["text"])), tweet["label"], "twitter")
            for tweet in tweets
        ]
        points = minute_points(brand, posts)
        start = [MinutePoint(brand, first)] if points[0].minute > first else []
        found[brand] = list(fill_gaps(start + points, last))
    return found


def storm_onset(tweets: list[dict[str, Any]]) -> int | None:
    """First negative post of the first hour that is a fifth louder than every hour of the days before, by plain counting.

    Counted are negative posts, from the third day on; at least ten in the hour.
    """
    negative = [tweet["at"] for tweet in tweets if tweet["label"] == "negative"]
    start = 1_424_131_200  # 17 February 2015, 00:00 UTC
    hours = np.bincount([(at - start) // 3_600 for at in negative], minlength=192)
    for hour in range(24 * 2, len(hours)):
        if hours[hour] >= max(10, 1.2 * max(hours[: hour // 24 * 24])):
            return int(min(at for at in negative if at >= start + hour * 3_600))
    return None


def airline_evidence(brands: dict[str, list[dict[str, Any]]], alarm: AlertChange) -> dict[str, Any]:
    """Terms and reasons of the hour before the alarm, and of five more after it."""
    background = term_counts(
        tweet["text"] for tweets in brands.values() for tweet in tweets if tweet["at"] < alarm.onset
    )
    found: dict[str, Any] = {"explanation_en": alarm.explanation_en, "explanation_de": alarm.explanation_de}
    for hours in (1, 6):
        posts = [
            PostEvidence(
                tweet["text"], tweet["author"], tweet["retweets"], value_chain=(tweet["negative_reason"] or "none",)
            )
            for tweet in brands[alarm.brand]
            if tweet["label"] == "negative"
            and alarm.minute - 3_600 < tweet["at"] < alarm.minute + (hours - 1) * 3_600 + 60
        ]
        content = describe_posts(posts, background, brand_terms=[*NAMES, alarm.brand])
        found[f"{hours} h"] = {
            "posts": content.posts,
            "terms": [f"{term.term} ({term.posts})" for term in content.terms],
            "reasons": dict(list(content.value_chain.items())[:4]),
        }
    return found


def _key(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=6).digest(), "big")
