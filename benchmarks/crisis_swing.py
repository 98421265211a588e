"""Night and day: brands whose day is 2 to 50 times as loud as their night, and no event at all. Every warning is a false one.

    python benchmarks/crisis_swing.py --seeds 240 --days 9

Each seed is a brand of 0.1 to 200 mentions a minute (log-uniform), a ratio of day to night and one of three shapes of the
day; the first two days are not judged in the rate by week, but reported too. What raised each warning is printed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.crisis_simulator import DAY, MINUTE, START, Floats, Ints, SimulatedBrand, points
from processors.crisis import CrisisConfig, CrisisDetector

RATIOS = (2, 5, 10, 20, 40, 50)
SHAPES = ("wave", "peaked", "shop hours")
FIRST_SEED = 50_000
NOT_JUDGED = 2


class SwingingBrand(SimulatedBrand):
    """A brand with one of three shapes of the day, its loudest hour `ratio` times as loud as its quietest.

    `wave` is a sine; `peaked` its exponential (a short loud evening, a long quiet night); `shop hours` is loud for half of
    the day and rises and falls within half an hour. All have the mean 1.
    """

    def __init__(self, seed: int, rate: float, ratio: float, shape: str) -> None:
        super().__init__(seed, rate, swing=(ratio - 1) / (ratio + 1))
        minute = np.arange(DAY)
        sine = np.sin(2 * np.pi * minute / DAY)
        if shape == "wave":
            wave = 1.0 + self.swing * sine
        elif shape == "peaked":
            wave = np.exp(np.log(ratio) / 2 * sine)
        else:
            wave = 1.0 + (ratio - 1) * np.clip(0.5 + sine / np.sin(2 * np.pi * 30 / DAY), 0, 1)
        self._wave = wave / wave.mean()

    def _season(self, minute: Ints) -> Floats:
        weekend = np.where((minute // DAY + 2) % 7 >= 5, self.weekend, 1.0)
        return np.asarray(self._wave[(minute - self.peak) % DAY] * weekend)


def one(seed: int, days: int) -> dict[str, Any]:
    """All warnings of one brand, with what they rested on."""
    pick = np.random.default_rng(seed)
    rate = float(np.exp(pick.uniform(np.log(0.1), np.log(200.0))))
    ratio, shape = RATIOS[seed % len(RATIOS)], SHAPES[seed // len(RATIOS) % len(SHAPES)]
    brand = SwingingBrand(seed, rate, ratio, shape)
    minutes = points(brand, brand.everyday(days), keys=False)
    detector = CrisisDetector(minutes[0].brand, CrisisConfig())
    warnings, watches = [], 0
    for point in minutes:
        change = detector.update(point)
        if change is None or change.severity in ("none", change.previous):
            continue
        day = (point.minute - START) / (DAY * MINUTE)
        if change.severity == "watch":
            watches += change.previous == "none" and day >= NOT_JUDGED
        elif change.previous in ("none", "watch"):
            evidence = change.evidence
            warnings.append(
                {
                    "day": round(day, 2),
                    "severity": change.severity,
                    "score": change.score,
                    "crest": evidence.crest,
                    "share_sigmas": evidence.share_sigmas,
                    "share": [evidence.negative_share, evidence.usual_negative_share],
                    "volume": evidence.volume_sigmas,
                    "voices": [evidence.voices, evidence.expected_voices],
                    "mentions": [evidence.mentions, evidence.expected_mentions],
                    "novelty": evidence.votes["novelty"],
                }
            )
    return {
        "seed": seed,
        "rate": round(rate, 2),
        "ratio": ratio,
        "shape": shape,
        "warnings": warnings,
        "watches": watches,
    }


def summary(results: list[dict[str, Any]], days: int) -> dict[str, Any]:
    """Warnings by ratio and shape."""
    judged = [(r, w) for r in results for w in r["warnings"] if w["day"] >= NOT_JUDGED]
    weeks = len(results) * (days - NOT_JUDGED) / 7
    return {
        "brand_weeks": round(weeks, 1),
        "warnings": len(judged),
        "critical": sum(w["severity"] == "critical" for _, w in judged),
        "watches": sum(r["watches"] for r in results),
        "warnings_first_two_days": sum(len(r["warnings"]) for r in results) - len(judged),
        "warnings_by_ratio": dict(sorted(Counter(r["ratio"] for r, _ in judged).items())),
        "warnings_by_shape": dict(Counter(r["shape"] for r, _ in judged)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=240)
    parser.add_argument("--first", type=int, default=FIRST_SEED)
    parser.add_argument("--days", type=int, default=9)
    arguments = parser.parse_args()
    results = []
    for seed in range(arguments.first, arguments.first + arguments.seeds):
        results.append(one(seed, arguments.days))
        if results[-1]["warnings"]:
            print(json.dumps(results[-1]), file=sys.stderr, flush=True)
    print(json.dumps(summary(results, arguments.days), indent=1))


if __name__ == "__main__":
    main()
