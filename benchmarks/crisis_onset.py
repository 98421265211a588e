"""When a storm of the airline week began, by definitions that know nothing of the detector, and how much later it was told.

    python benchmarks/crisis_onset.py [--shared ../shared]

Hourly counts of negative tweets, and of the different people who wrote them, 17–24 February 2015 (UTC):
- loudest: the first hour, from the third day on, that is a fifth louder than every hour of the days before;
- ratio: the first hour, from the third day on, of at least ten and three times the median of the same hour of all other days;
- level: change points of the whole week in level (PELT, Killick et al. 2012, by the library ruptures), on 2 sqrt(count + 3/8);
- level without the rhythm: the same after taking off the median of the same hour of all other days.
The last three look at the whole week, the future included. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import ruptures
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.crisis_backtest import ROOT, STORM, airline_points, load_airlines, storm_onset
from processors.crisis import CrisisDetector

START = 1_424_131_200  # 17 February 2015, 00:00 UTC
DAYS = 8
FIRST, LAST = 12, 188
"""Hours that the data cover."""
SEARCHED = 5 * 24
"""Change points are looked for from 22 February on: the storms began that day."""


def hourly(tweets: list[dict[str, Any]], people: bool) -> NDArray[np.float64]:
    """Negative tweets, or the people behind them, by hour of the week; nan where there are no data."""
    seen: list[list[str]] = [[] for _ in range(24 * DAYS)]
    for tweet in tweets:
        if tweet["label"] == "negative":
            seen[(tweet["at"] - START) // 3_600].append(tweet["author"])
    counts = np.array([len(set(names)) if people else len(names) for names in seen], float)
    counts[:FIRST] = counts[LAST:] = np.nan
    return counts


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
    """Definition -> epoch second of the onset."""
    found: dict[str, int | None] = {"loudest": storm_onset(tweets)}
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
    points, report = airline_points(brands), {}
    for brand in STORM:
        detector = CrisisDetector(brand)
        said = [change for point in points[brand] if (change := detector.update(point)) is not None]
        rows = {}
        for name, onset in onsets(brands[brand]).items():
            row: dict[str, Any] = {"onset": _clock(onset)}
            for severity in ("watch", "warning"):
                at = next((c.minute + 60 for c in said if onset and c.severity == severity and c.minute >= onset), None)
                row[f"minutes to {severity}"] = None if at is None or onset is None else round((at - onset) / 60)
            rows[name] = row
        report[brand] = rows
    print(json.dumps(report, indent=1))


def _clock(second: int | None) -> str | None:
    return None if second is None else datetime.fromtimestamp(second, UTC).strftime("%d %b %H:%M")


if __name__ == "__main__":
    main()
