"""Crisis detector on simulated brands: recall, false alarms, time to detect, look-alikes, speed.

    python benchmarks/crisis.py --seeds 200 --output docs/data/crisis-simulation.json

Each seed is a brand of 0.1 to 200 mentions a minute with nine days of history, the last seven of which are judged for
false alarms. The crises and the look-alikes then start from the same state after them, one by one, on the same everyday
talk. Every fourth brand also lives through a week of nights with a fortieth of its day's mentions.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.crisis_simulator import (
    DAY,
    LOOK_ALIKES,
    MINUTE,
    START,
    Minutes,
    SimulatedBrand,
    add_crisis,
    points,
)
from processors.crisis import CrisisConfig, CrisisDetector, MinutePoint

HISTORY_DAYS = 9
EVENT_MINUTES = 12 * 60
LAST_START = 4 * 60
SWING_EVERY = 4
SWING_DAYS = 9
CRISES = {"mild": (1.0, 20.0), "strong": (3.0, 60.0), "severe": (10.0, 200.0)}
LEVELS = ("none", "watch", "warning", "critical")
EVENT_START = START + HISTORY_DAYS * DAY * MINUTE


def raised(detector: CrisisDetector, stream: Iterable[MinutePoint]) -> list[tuple[int, str]]:
    """(minute, level) each time the level went up."""
    found: list[tuple[int, str]] = []
    for point in stream:
        change = detector.update(point)
        if change is not None and LEVELS.index(change.severity) > LEVELS.index(change.previous):
            found.append((change.minute, change.severity))
    return found


def judge_crisis(brand: SimulatedBrand, state: bytes, talk: Minutes, kind: str, config: CrisisConfig) -> dict[str, Any]:
    """Minutes until the first warning and critical (None: not within the day)."""
    start = int(brand.rng.integers(60, LAST_START))
    minutes = _copy(talk)
    add_crisis(brand, minutes, start, *CRISES[kind])
    onset = EVENT_START + int(np.flatnonzero(minutes.burst_negative)[0]) * MINUTE
    levels = [change for change in _run(brand, state, minutes, config) if change[0] >= onset]
    delay: dict[str, Any] = {"rate": brand.rate}
    for level in LEVELS[1:]:
        hits = [minute for minute, reached in levels if LEVELS.index(reached) >= LEVELS.index(level)]
        delay[level] = (hits[0] - onset) / MINUTE + 1 if hits else None
    return delay


def judge_look_alike(
    brand: SimulatedBrand, state: bytes, talk: Minutes, add: Callable[..., None], config: CrisisConfig
) -> str:
    """The highest level reached on the day of the event."""
    minutes = _copy(talk)
    add(brand, minutes, int(brand.rng.integers(60, LAST_START)))
    return _highest(_run(brand, state, minutes, config))


def judge_outage(brand: SimulatedBrand, state: bytes, talk: Minutes, config: CrisisConfig) -> str:
    """Four fifths of the mentions are missing for six hours; then every minute comes again, complete."""
    whole = points(brand, talk, EVENT_START)
    detector = CrisisDetector(whole[0].brand, config)
    detector.restore(state)
    start, end = 180, 540
    thin = points(brand, _thinned(brand, talk), EVENT_START)
    stream = whole[:start] + thin[start:end]
    for i, late in enumerate(whole[start:end]):
        stream.append(late)
        if i % 30 == 29:
            stream.append(whole[end + i // 30])
    stream += whole[end + 12 :]
    return _highest(raised(detector, stream))


def judge_swing(seed: int, rate: float, config: CrisisConfig) -> int:
    """Warnings in a week of a brand whose night is one fortieth of its day."""
    brand = SimulatedBrand(seed + 10_000, rate, swing=0.95)
    return _quiet_week(brand, config, SWING_DAYS)[0]


def one_seed(seed: int, config: CrisisConfig) -> dict[str, Any]:
    """All there is to measure on one brand."""
    rate = float(np.exp(np.random.default_rng(seed).uniform(np.log(0.1), np.log(200.0))))
    brand = SimulatedBrand(seed, rate)
    warnings, watches, state, microseconds = _quiet_week(brand, config)
    talk = brand.everyday(1, HISTORY_DAYS).first(EVENT_MINUTES)
    result: dict[str, Any] = {"rate": rate, "warnings": warnings, "watches": watches, "us": microseconds}
    result["control"] = _highest(_run(brand, state, talk, config))
    for kind in CRISES:
        result[kind] = judge_crisis(brand, state, talk, kind, config)
    for name, add in LOOK_ALIKES.items():
        result[name] = judge_look_alike(brand, state, talk, add, config)
    result["source outage with backfill"] = judge_outage(brand, state, talk, config)
    if seed % SWING_EVERY == 0:
        result["night-day swing"] = judge_swing(seed, rate, config)
    return result


def _quiet_week(brand: SimulatedBrand, config: CrisisConfig, days: int = HISTORY_DAYS) -> tuple[int, int, bytes, float]:
    """(warnings, watches) of the last seven of `days`, the state after them, and the time a point takes."""
    history = points(brand, brand.everyday(days), keys=False)
    detector = CrisisDetector(history[0].brand, config)
    began = time.process_time()
    levels = raised(detector, history)
    spent = time.process_time() - began
    week = [level for minute, level in levels if minute >= START + (days - 7) * DAY * MINUTE]
    warnings = sum(level != "watch" for level in week)
    return warnings, len(week) - warnings, detector.snapshot(), spent / len(history) * 1e6


def _run(brand: SimulatedBrand, state: bytes, minutes: Minutes, config: CrisisConfig) -> list[tuple[int, str]]:
    stream = points(brand, minutes, EVENT_START)
    detector = CrisisDetector(stream[0].brand, config)
    detector.restore(state)
    return raised(detector, stream)


def _highest(levels: Iterable[tuple[int, str]]) -> str:
    return max((level for _, level in levels), key=LEVELS.index, default="none")


def _copy(minutes: Minutes) -> Minutes:
    return minutes.first(len(minutes.negative))


def _thinned(brand: SimulatedBrand, minutes: Minutes) -> Minutes:
    thin = _copy(minutes)
    thin.negative = brand.rng.binomial(minutes.negative, 0.2)
    thin.other = brand.rng.binomial(minutes.other, 0.2)
    thin.positive = np.minimum(minutes.positive, thin.other)
    return thin


def summary(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Shares and quantiles over all seeds."""
    out: dict[str, Any] = {
        "seeds": len(results),
        "warnings_per_brand_week": round(float(np.mean([r["warnings"] for r in results])), 3),
        "watches_per_brand_week": round(float(np.mean([r["watches"] for r in results])), 3),
        "microseconds_per_point": round(float(np.median([r["us"] for r in results])), 1),
        "days_without_event_with_warning": sum(r["control"] in LEVELS[2:] for r in results),
    }
    for kind in CRISES:
        out[kind] = {}
        for level in LEVELS[1:]:
            delays = [r[kind][level] for r in results]
            found = [delay for delay in delays if delay is not None]
            out[kind][level] = {
                "recall": round(len(found) / len(delays), 3),
                "within_60_min": round(sum(delay <= 60 for delay in found) / len(delays), 3),
                "median_minutes": round(float(np.median(found)), 1) if found else None,
                "p90_minutes": round(float(np.quantile(found, 0.9)), 1) if found else None,
            }
    for name in [*LOOK_ALIKES, "source outage with backfill"]:
        out[name] = {level: sum(r[name] == level for r in results) for level in LEVELS[1:]}
    swings = [r["night-day swing"] for r in results if "night-day swing" in r]
    out["night-day swing"] = {"brand_weeks": len(swings), "warnings": sum(swings)}
    return out


def _save(path: Path | None, results: list[dict[str, Any]]) -> None:
    if path:
        path.write_text(json.dumps({"summary": summary(results), "seeds": results}, indent=1), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args()
    results = []
    for seed in range(arguments.first, arguments.first + arguments.seeds):
        results.append(one_seed(seed, CrisisConfig()))
        if (seed + 1 - arguments.first) % 10 == 0:
            print(f"{seed + 1 - arguments.first}/{arguments.seeds}", file=sys.stderr, flush=True)
            _save(arguments.output, results)
    _save(arguments.output, results)
    print(json.dumps(summary(results), indent=1))


if __name__ == "__main__":
    main()
