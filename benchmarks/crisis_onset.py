"""When a storm of the airline week began, by definitions that know nothing of the detector, and how much later it was told.

    python benchmarks/crisis_onset.py [--shared ../shared]

Hourly counts of negative tweets, and of the different people who wrote them, 17–24 February 2015 (UTC). The definition that
counts, chosen before its answer was known:
- outbreak: see `crisis_outbreak.py`.
To compare:
- loudest: the first hour, from the third day on, that is a fifth louder than every hour of the days before;
- ratio: the first hour, from the third day on, of at least ten and three times the median of the same hour of all other days;
- level: change points of the whole week in level (PELT, Killick et al. 2012, by the library ruptures), on 2 sqrt(count + 3/8);
- level without the rhythm: the same after taking off the median of the same hour of all other days.
The last three look at the whole week, the future included. Prints JSON: what "outbreak" finds in the week of all brands; and
for a storm told later than an hour after its outbreak, what telling it in time would have cost: how often the other brands
reach the evidence it had by then.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import ruptures
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.crisis_airlines import STORM, airline_points, load_airlines, storm_onset
from benchmarks.crisis_backtest import ROOT, detected
from benchmarks.crisis_outbreak import (
    DAYS,
    FIRST,
    LAST,
    SEARCHED,
    START,
    above_limit,
    hourly,
    outbreak_onset,
    outbreaks,
)
from processors.crisis import CrisisDetector, MinutePoint


class Evidence(NamedTuple):
    """What a detector has at a minute (see `processors.crisis.levels.Standing`).

    `hour`: sigmas by which the last hour or the last three are above their own time of day, the greater one: a road that the
    detector does not have.
    """

    minute: int
    novelty: float
    crest: float
    share: float
    volume: float
    voices: int
    hour: float


def trace(brand: str, points: list[MinutePoint]) -> list[Evidence]:
    """The evidence of each minute after the first day, when a detector may speak."""
    detector, found = CrisisDetector(brand), []
    for point in points:
        detector.update(point)
        standing = detector._standing(detector._state.recent.crowd(point.minute, 60))  # more than `parts` shows
        if point.minute - points[0].minute >= 86_400:
            voices = standing.crowd.voices
            hour = max(detector._state.negative.surprise.residuals[1:3])
            found.append(
                Evidence(point.minute, standing.novelty, standing.crest, standing.share, standing.volume, voices, hour)
            )
    return found


def price(traces: dict[str, list[Evidence]], brand: str, onset: int, within: int) -> dict[str, Any]:
    """Alarms of the other brands, an hour of silence between two, were the best evidence of this one's first seconds enough."""
    hour = [at for at in traces[brand] if onset <= at.minute <= onset + within and at.voices >= 8]
    burst = max(hour, key=lambda at: at.novelty)
    swell = max(hour, key=lambda at: at.crest + at.share)
    odd = max(hour, key=lambda at: at.hour)

    def surprised(at: Evidence) -> bool:
        return at.novelty >= burst.novelty and at.volume >= min(burst.volume, 1.0) and at.share >= min(burst.share, 2.0)

    def swollen(at: Evidence) -> bool:
        return at.crest >= swell.crest and at.share >= swell.share

    def at_an_odd_hour(at: Evidence) -> bool:
        return at.hour >= odd.hour and at.share >= min(odd.share, 2.0)

    found: dict[str, Any] = {
        "novelty": round(burst.novelty, 2),
        "crest": round(swell.crest, 2),
        "share": round(swell.share, 2),
        "hour": round(odd.hour, 2),
    }
    for name, enough in (("burst", surprised), ("swell", swollen), ("time of day", at_an_odd_hour)):
        found[f"alarms of the others by {name}"] = {
            other: episodes([at.minute for at in rows if at.voices >= 8 and enough(at)])
            for other, rows in traces.items()
            if other != brand
        }
    return found


def episodes(minutes: list[int]) -> int:
    """How many stretches, an hour of silence between two."""
    return sum(after - before > 3_600 for before, after in pairwise([-3_601, *minutes]))


def same_hour(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Median of the same hour of all other days."""
    days = counts.reshape(DAYS, 24)
    return np.array([np.nanmedian(np.delete(days, day, axis=0), axis=0) for day in range(DAYS)]).ravel()


def level(signal: NDArray[np.float64], variance: float) -> int | None:
    """First change point from 22 February on; penalty 3 log n, as the Bayesian information criterion has it for two numbers
    a change point."""
    known = signal[FIRST:LAST]
    found = ruptures.Pelt(model="l2", min_size=3, jump=1).fit(known.reshape(-1, 1)).predict(
        pen=3 * np.log(len(known)) * variance
    )  # fmt: skip
    return next((FIRST + hour for hour in found[:-1] if FIRST + hour >= SEARCHED), None)


def onsets(tweets: list[dict[str, Any]]) -> dict[str, int | None]:
    """Definition -> epoch second of the onset; the one that counts first."""
    found: dict[str, int | None] = {"outbreak": outbreak_onset(tweets), "loudest": storm_onset(tweets)}
    for people in (False, True):
        counts = hourly(tweets, people)
        usual, name = same_hour(counts), "people" if people else "posts"
        loud = [h for h in range(48, LAST) if counts[h] >= 10 and counts[h] >= 3 * max(usual[h], 1)]
        even, rhythm = 2 * np.sqrt(counts + 0.375), 2 * np.sqrt(usual + 0.375)
        hours = {
            "ratio": loud[0] if loud else None,
            "level": level(even, 1.0),
            "level without the rhythm": level(even - rhythm, 1.5),
        }
        found |= {f"{key} ({name})": None if h is None else START + h * 3_600 for key, h in hours.items()}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("RESONANZ_SHARED", ROOT.parent / "shared")))
    brands = load_airlines(parser.parse_args().shared / "data" / "airlines" / "tweets.jsonl")
    points = airline_points(brands)
    report: dict[str, Any] = {
        f"outbreaks of {brand}": [
            f"{_clock(START + hour * 3_600)}, {n} h" for hour, n in outbreaks(hourly(tweets, False))
        ]
        for brand, tweets in brands.items()
    }
    for brand, said in detected({brand: points[brand] for brand in STORM}).items():
        rows = {}
        for name, onset in onsets(brands[brand]).items():
            row: dict[str, Any] = {"onset": _clock(onset)}
            for severity in ("watch", "warning"):
                at = next((c.minute + 60 for c in said if onset and c.severity == severity and c.minute >= onset), None)
                row[f"minutes to {severity}"] = None if at is None or onset is None else round((at - onset) / 60)
            rows[name] = row
        report[brand] = rows
        told, onset = rows["outbreak"]["minutes to warning"], onsets(brands[brand])["outbreak"]
        if onset is not None and (told is None or told > 60):
            traces = {name: trace(name, minutes) for name, minutes in points.items()}
            for minutes in (60, 130):
                report[f"price of {brand} within {minutes} minutes"] = price(traces, brand, onset, 60 * minutes)
            report["stretches of hours above the limit"] = {
                name: episodes([START + h * 3_600 for h in range(48, LAST) if above_limit(hourly(tweets, False), h)])
                for name, tweets in brands.items()
            }
    print(json.dumps(report, indent=1))


def _clock(second: int | None) -> str | None:
    return None if second is None else datetime.fromtimestamp(second, UTC).strftime("%d %b %H:%M")


if __name__ == "__main__":
    main()
