"""Backtests of the crisis detector on real data, with pictures for docs/crisis.md.

    python benchmarks/crisis_backtest.py [--shared ../shared] [--images docs/img]
    resonanz score < ../shared/data/airlines/tweets.jsonl > /tmp/scored.jsonl
    python benchmarks/crisis_backtest.py --part airlines --scored /tmp/scored.jsonl

1. The five labelled series: the whole trade-off curve, leave-one-series-out, and the same on thinned copies.
2. The airline week: when the storm was found, what the evidence says, what the calm brands did; and with `--scored` what they
   would have done had the sentiment model judged the tweets.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.crisis_airlines import STORM, airline_evidence, airline_points, load_airlines, storm_onset
from benchmarks.crisis_outbreak import outbreak_onset
from benchmarks.crisis_pictures import draw_series, draw_tradeoff, draw_week
from benchmarks.crisis_scoring import Scorer, load_series, thinned
from processors.crisis import AlertChange, CrisisDetector, MinutePoint
from processors.crisis.counts import WARNING_SCORE

ROOT = Path(__file__).resolve().parents[1]
THRESHOLDS = (1.0, 1.2, 1.4, 1.6, 1.7, 1.85, 2.0, 2.2, 2.5, 3.0, 4.0)
CANDIDATES = (1.4, 1.55, 1.7, 1.85, 2.0, 2.15, 2.3, 2.5)


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


def airline_report(shared: Path, images: Path) -> dict[str, Any]:
    """What the detector said in the airline week."""
    brands = load_airlines(shared / "data" / "airlines" / "tweets.jsonl")
    points = airline_points(brands)
    changes = detected(points)
    report: dict[str, Any] = {}
    outbreaks = {brand: outbreak_onset(tweets) for brand, tweets in brands.items()}
    for brand, found in changes.items():
        onset, outbreak = storm_onset(brands[brand]), outbreaks[brand]
        report[brand] = {
            "onset_by_prediction_limit": _clock(outbreak) if outbreak else None,
            "minutes_to_warning": minutes_to(found, outbreak) if outbreak else None,
            "onset_by_counts": _clock(onset) if onset else None,
            "changes": _told(found),
        }
    for brand in STORM:
        alarm = next((change for change in changes[brand] if change.severity in ("warning", "critical")), None)
        if alarm is not None:
            report[f"evidence {brand}"] = airline_evidence(brands, alarm)
    draw_week(points, changes, outbreaks, images / "crisis-airlines.png")
    return report


def scored_report(shared: Path, scored: Path) -> dict[str, Any]:
    """What the detector said in the airline week by the sentiment that a model gave: `scored` is the output of `resonanz score`."""
    given = {post["id"]: post["sentiment"] for post in map(json.loads, scored.open(encoding="utf-8"))}
    brands = load_airlines(shared / "data" / "airlines" / "tweets.jsonl")
    onsets = {brand: outbreak_onset(tweets) for brand, tweets in brands.items()}
    tweets = [tweet for known in brands.values() for tweet in known]
    right = sum(given[tweet["id"]] == tweet["label"] for tweet in tweets)
    for tweet in tweets:
        tweet["label"] = given[tweet["id"]]
    report: dict[str, Any] = {"accuracy": round(right / len(tweets), 3)}
    for brand, found in detected(airline_points(brands)).items():
        onset = onsets[brand]
        report[brand] = {"minutes_to_warning": minutes_to(found, onset) if onset else None, "changes": _told(found)}
    return report


def detected(points: dict[str, list[MinutePoint]]) -> dict[str, list[AlertChange]]:
    """Brand -> what its detector said."""
    found = {}
    for brand, minutes in points.items():
        detector = CrisisDetector(brand)
        found[brand] = [change for point in minutes if (change := detector.update(point)) is not None]
    return found


def minutes_to(changes: list[AlertChange], onset: int) -> int | None:
    """From an onset to the end of the minute that first brought a warning or more; None when none came."""
    warned = (c.minute + 60 for c in changes if c.severity in ("warning", "critical") and c.minute >= onset)
    return next((round((at - onset) / 60) for at in warned), None)


def _told(changes: list[AlertChange]) -> list[str]:
    return [f"{_clock(c.minute)} {c.previous} -> {c.severity} (score {c.score})" for c in changes]


def _clock(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%d %b %H:%M")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("RESONANZ_SHARED", ROOT.parent / "shared")))
    parser.add_argument("--images", type=Path, default=ROOT / "docs" / "img")
    parser.add_argument("--part", choices=["mentions", "airlines", "all"], default="all")
    parser.add_argument("--scored", type=Path, help="output of `resonanz score` for the tweets: judge by it, too")
    arguments = parser.parse_args()
    if not (arguments.shared / "data").exists():
        sys.exit(f"no data at {arguments.shared}: give --shared")
    arguments.images.mkdir(parents=True, exist_ok=True)
    if arguments.part != "airlines":
        print(json.dumps(mentions_report(arguments.shared, arguments.images), indent=1))
    if arguments.part != "mentions":
        print(json.dumps(airline_report(arguments.shared, arguments.images), indent=1, ensure_ascii=False))
        if arguments.scored:
            print(json.dumps(scored_report(arguments.shared, arguments.scored), indent=1))


if __name__ == "__main__":
    main()
