"""Backtests of the crisis detector on real data, with pictures for docs/crisis.md.

    python benchmarks/crisis_backtest.py [--shared ../shared] [--images docs/img]

1. The five labelled series: the whole trade-off curve, leave-one-series-out, and the same on thinned copies.
2. The airline week: when the storm was found, what the evidence says, what the calm brands did.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import json
import os
import sys
import time
from collections import defaultdict
from datetime import UTC, datetime
from functools import cache
from hashlib import blake2b
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.crisis_outbreak import outbreak_onset
from benchmarks.crisis_pictures import Series, draw_series, draw_tradeoff, draw_week
from processors.crisis import (
    AlertChange,
    CrisisDetector,
    MinutePoint,
    PostEvidence,
    PostSample,
    describe_posts,
    fill_gaps,
    minute_points,
    term_counts,
)
from processors.crisis.counts import WARNING_SCORE, CountDetector
from processors.crisis.evidence import normalise

ROOT = Path(__file__).resolve().parents[1]
THRESHOLDS = (1.0, 1.2, 1.4, 1.6, 1.7, 1.85, 2.0, 2.2, 2.5, 3.0, 4.0)
STORM = ("US Airways", "American")
NAMES = ("AmericanAir", "USAirways", "Airways", "US")
CANDIDATES = (1.4, 1.55, 1.7, 1.85, 2.0, 2.15, 2.3, 2.5)


def load_series(folder: Path) -> dict[str, Series]:
    """Series -> rows of (timestamp, epoch second, count)."""
    found = {}
    for path in sorted(folder.glob("*.csv")):
        rows = [(datetime.fromisoformat(row["timestamp"]), int(row["value"])) for row in csv.DictReader(path.open())]
        found[path.stem] = [(at, int(at.replace(tzinfo=UTC).timestamp()), value) for at, value in rows]
    return found


def alarms(series: Series, threshold: float) -> set[datetime]:
    """Timestamps of the alarms."""
    detector = CountDetector(300, threshold)
    return {at for at, second, value in series if detector.update(second, value) is not None}


def thinned(series: Series, share: float, seed: int) -> Series:
    """The same series had the brand only `share` of its mentions."""
    kept = np.random.default_rng(seed).binomial([value for _, _, value in series], share)
    return [(at, second, int(value)) for (at, second, _), value in zip(series, kept, strict=True)]


def load_scorer(shared: Path) -> ModuleType:
    """The benchmark's scorer, from the data folder."""
    spec = importlib.util.spec_from_file_location("score_mentions", shared / "tools" / "score_mentions.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Scorer:
    """Scores all series together or each by itself, remembering the alarms of each threshold."""

    def __init__(self, shared: Path, series: dict[str, Series]) -> None:
        self._module = load_scorer(shared)
        # It reads and parses the series anew for every score: once is enough.
        self._module.parse = cache(self._module.parse)
        self._module.csv = SimpleNamespace(DictReader=cache(lambda path: list(csv.DictReader(path.open()))))
        self._data = shared / "data" / "mentions"
        self._series = series
        self._alarms: dict[tuple[str, float], set[datetime]] = {}

    def found(self, name: str, threshold: float) -> set[datetime]:
        """Alarms of one series."""
        key = (name, threshold)
        if key not in self._alarms:
            self._alarms[key] = alarms(self._series[name], threshold)
        return self._alarms[key]

    def forget(self) -> None:
        """The detector has changed: no alarm found before counts any more."""
        self._alarms.clear()

    def remember(self, name: str, threshold: float, found: set[datetime]) -> None:
        """Use these alarms for a series and threshold."""
        self._alarms[name, threshold] = found

    def score(self, names: list[str], threshold: float) -> dict[str, Any]:
        """Score over the named series only."""
        windows = json.loads((self._data / "windows.json").read_text())
        labels = json.loads((self._data / "labels.json").read_text())
        texts = {"windows.json": windows, "labels.json": labels}
        chosen = {file: json.dumps({name: text[name] for name in names}) for file, text in texts.items()}
        result: dict[str, Any] = self._module.score(
            _Folder(self._data, chosen), {name: self.found(name, threshold) for name in names}
        )
        return result


class _Folder:
    """A folder in which some files read differently: the scorer takes all series its windows name."""

    def __init__(self, path: Path, texts: dict[str, str]) -> None:
        self._path, self._texts = path, texts

    def __truediv__(self, name: str) -> Any:
        return _Text(self._texts[name]) if name in self._texts else _Once(self._path / name)


class _Once:
    """A file whose `open` gives its path, for the reader that remembers what it has read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def open(self) -> Path:
        return self._path


class _Text:
    def __init__(self, text: str) -> None:
        self._text = text

    def read_text(self) -> str:
        return self._text


def mentions_report(shared: Path, images: Path) -> dict[str, Any]:
    """Trade-off, leave-one-out and robustness on the five series."""
    series = load_series(shared / "data" / "mentions")
    names = sorted(series)
    scorer = Scorer(shared, series)
    began, points = time.process_time(), sum(map(len, series.values()))
    curve = {threshold: scorer.score(names, threshold) for threshold in THRESHOLDS}
    spent = (time.process_time() - began) / points / len(THRESHOLDS) * 1e6
    left_out = []
    for name in names:
        others = [other for other in names if other != name]
        tuned = {threshold: scorer.score(others, threshold) for threshold in CANDIDATES}
        affordable = [t for t in CANDIDATES if tuned[t]["fp_per_day"] <= 0.05] or [CANDIDATES[-1]]
        chosen = max(affordable, key=lambda t: (tuned[t]["nab"], -tuned[t]["fp_per_day"]))
        left_out.append({"series": name, "threshold": chosen, **scorer.score([name], chosen)})
    thin = {}
    for share in (0.5, 0.2):
        copies = {name: thinned(rows, share, seed) for seed, (name, rows) in enumerate(series.items())}
        thin[share] = Scorer(shared, copies).score(names, WARNING_SCORE)
    draw_tradeoff(curve, images / "crisis-tradeoff.png")
    windows = json.loads((shared / "data" / "mentions" / "windows.json").read_text())
    found = {name: scorer.found(name, WARNING_SCORE) for name in names}
    draw_series(series, windows, found, images / "crisis-series.png")
    return {
        "chosen": scorer.score(names, WARNING_SCORE),
        "curve": curve,
        "left_out": left_out,
        "left_out_mean_nab": round(float(np.mean([row["nab"] for row in left_out])), 1),
        "left_out_fp_per_day": round(float(np.mean([row["fp_per_day"] for row in left_out])), 3),
        "thinned": thin,
        "microseconds_per_point": round(spent, 1),
    }


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


def airline_report(shared: Path, images: Path) -> dict[str, Any]:
    """What the detector said in the airline week."""
    brands = load_airlines(shared / "data" / "airlines" / "tweets.jsonl")
    points = airline_points(brands)
    changes: dict[str, list[AlertChange]] = {}
    for brand, minutes in points.items():
        detector = CrisisDetector(brand)
        changes[brand] = [change for point in minutes if (change := detector.update(point)) is not None]
    report: dict[str, Any] = {}
    outbreaks = {brand: outbreak_onset(tweets) for brand, tweets in brands.items()}
    for brand, found in changes.items():
        onset, outbreak = storm_onset(brands[brand]), outbreaks[brand]
        report[brand] = {
            "onset_by_prediction_limit": _clock(outbreak) if outbreak else None,
            "minutes_to_warning": minutes_to(found, outbreak) if outbreak else None,
            "onset_by_counts": _clock(onset) if onset else None,
            "changes": [f"{_clock(c.minute)} {c.previous} -> {c.severity} (score {c.score})" for c in found],
        }
    for brand in STORM:
        alarm = next((change for change in changes[brand] if change.severity in ("warning", "critical")), None)
        if alarm is not None:
            report[f"evidence {brand}"] = airline_evidence(brands, alarm)
    draw_week(points, changes, outbreaks, images / "crisis-airlines.png")
    return report


def minutes_to(changes: list[AlertChange], onset: int) -> int | None:
    """From an onset to the end of the minute that first brought a warning or more; None when none came."""
    warned = (c.minute + 60 for c in changes if c.severity in ("warning", "critical") and c.minute >= onset)
    return next((round((at - onset) / 60) for at in warned), None)


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


def _clock(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%d %b %H:%M")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("RESONANZ_SHARED", ROOT.parent / "shared")))
    parser.add_argument("--images", type=Path, default=ROOT / "docs" / "img")
    parser.add_argument("--part", choices=["mentions", "airlines", "all"], default="all")
    arguments = parser.parse_args()
    if not (arguments.shared / "data").exists():
        sys.exit(f"no data at {arguments.shared}: give --shared")
    arguments.images.mkdir(parents=True, exist_ok=True)
    if arguments.part != "airlines":
        print(json.dumps(mentions_report(arguments.shared, arguments.images), indent=1))
    if arguments.part != "mentions":
        print(json.dumps(airline_report(arguments.shared, arguments.images), indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
