"""Minutes of made-up brands: everyday talk with its rhythm and restlessness, crises, and look-alikes that are none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processors.crisis import MinutePoint
from processors.crisis.points import MAX_KEYS

MINUTE = 60
DAY = 1_440
START = 1_700_006_400  # a Wednesday, 00:00 UTC

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass
class Minutes:
    """Counts per minute; `burst_negative` is what an event adds, by pools of `burst_authors` and `burst_texts`."""

    negative: Ints
    other: Ints
    positive: Ints
    burst_negative: Ints
    paid: Ints
    burst_authors: int = 10**9
    burst_texts: int = 10**9

    def first(self, n: int) -> Minutes:
        """A copy of the first `n` minutes, bursts by everybody again."""
        return Minutes(
            self.negative[:n].copy(),
            self.other[:n].copy(),
            self.positive[:n].copy(),
            self.burst_negative[:n].copy(),
            self.paid[:n].copy(),
        )


class SimulatedBrand:
    """Everyday talk of one brand of `rate` mentions a minute.

    Poisson counts around rate x time of day x weekday x a slow random walk and hourly restlessness (both log-normal),
    with a negative share that drifts from day to day, and small bursts of attention about twice a day, as labelled
    series have.
    """

    def __init__(self, seed: int, rate: float, swing: float = 0.7, restless: float = 0.25) -> None:
        self.rng = np.random.default_rng(seed)
        self.rate = rate
        self.swing = swing
        self.restless = restless
        self.share = float(self.rng.uniform(0.08, 0.4))
        self.peak = int(self.rng.integers(0, DAY))
        self.weekend = float(self.rng.uniform(0.5, 1.1))

    def everyday(self, days: int, first_day: int = 0) -> Minutes:
        """Talk without events."""
        n = days * DAY
        minute = np.arange(n) + first_day * DAY
        level = self.rate * self._season(minute) * self._mood(n)
        share = np.clip(self.share + np.repeat(self.rng.normal(0, 0.03, days * 6), DAY // 6), 0.02, 0.9)
        total = self.rng.poisson(level)
        negative = self.rng.binomial(total, share)
        other = total - negative
        positive = self.rng.binomial(other, 0.4)
        zero = np.zeros(n, np.int64)
        return Minutes(negative, other, positive, zero.copy(), zero.copy())

    def _season(self, minute: Ints) -> Floats:
        wave = 1.0 + self.swing * np.sin(2 * np.pi * (minute - self.peak) / DAY)
        weekday = (minute // DAY + 2) % 7
        return np.asarray(wave * np.where(weekday >= 5, self.weekend, 1.0))

    def _mood(self, n: int) -> Floats:
        hours = n // 60 + 2
        walk = np.zeros(hours)
        for hour in range(1, hours):
            walk[hour] = 0.9 * walk[hour - 1] + self.rng.normal(0, self.restless * 0.44)
        mood = np.exp(np.interp(np.arange(n) / 60, np.arange(hours), walk))
        for start in self.rng.integers(0, n, self.rng.poisson(2 * n / DAY)):
            length = int(self.rng.integers(5, 40))
            mood[start : start + length] *= self.rng.uniform(1.5, 3.0)
        return np.asarray(mood)


def storm_shape(n: int, start: int, ramp: int, length: int) -> Floats:
    """0..1 per minute: a linear rise of `ramp` minutes, then full, and after `length` a half-life of `length / 4`."""
    age = np.arange(n) - start
    rise = np.clip((age + 1) / max(ramp, 1), 0, 1)
    fall = 0.5 ** np.clip(4 * (age - length) / length, 0, None)
    return np.where(age < 0, 0.0, rise * fall)


def add_crisis(brand: SimulatedBrand, minutes: Minutes, start: int, factor: float, people_an_hour: float) -> None:
    """Negative posts by many people: `factor` times the brand's usual mentions, at least `people_an_hour`."""
    rng = brand.rng
    shape = storm_shape(len(minutes.negative), start, int(rng.integers(5, 45)), int(rng.integers(180, 480)))
    strength = max(factor * brand.rate, people_an_hour / 60)
    minutes.burst_negative += rng.poisson(strength * shape)
    minutes.other += rng.poisson(0.15 * strength * shape)


def add_one_author_flood(brand: SimulatedBrand, minutes: Minutes, start: int) -> None:
    """One angry person, ten times the brand's mentions for three hours, each text a new one."""
    shape = storm_shape(len(minutes.negative), start, 5, 180)
    minutes.burst_negative += brand.rng.poisson(max(10 * brand.rate, 2.0) * shape)
    minutes.burst_authors = 1


def add_bot_swarm(brand: SimulatedBrand, minutes: Minutes, start: int) -> None:
    """Hundreds of accounts with three texts, ten times the brand's mentions for three hours."""
    shape = storm_shape(len(minutes.negative), start, 5, 180)
    minutes.burst_negative += brand.rng.poisson(max(10 * brand.rate, 2.0) * shape)
    minutes.burst_texts = 3


def add_viral_praise(brand: SimulatedBrand, minutes: Minutes, start: int) -> None:
    """Twenty times the mentions, nine in ten of them kind."""
    shape = storm_shape(len(minutes.negative), start, 20, 300)
    total = brand.rng.poisson(max(20 * brand.rate, 3.0) * shape)
    kind = brand.rng.binomial(total, 0.9)
    minutes.positive += kind
    minutes.other += kind
    minutes.burst_negative += brand.rng.binomial(total - kind, min(2 * brand.share, 0.6))


def add_paid_campaign(brand: SimulatedBrand, minutes: Minutes, start: int) -> None:
    """Paid posts at thirty times the mentions; people react at four times, as kind or unkind as ever."""
    shape = storm_shape(len(minutes.negative), start, 10, 480)
    minutes.paid += brand.rng.poisson(30 * brand.rate * shape)
    reactions = brand.rng.poisson(4 * brand.rate * shape)
    negative = brand.rng.binomial(reactions, brand.share)
    minutes.burst_negative += negative
    minutes.other += reactions - negative
    minutes.positive += brand.rng.binomial(reactions - negative, 0.4)


LOOK_ALIKES: dict[str, Callable[[SimulatedBrand, Minutes, int], None]] = {
    "one-author flood": add_one_author_flood,
    "bot swarm with copied text": add_bot_swarm,
    "positive viral post": add_viral_praise,
    "paid campaign": add_paid_campaign,
}


def points(brand: SimulatedBrand, minutes: Minutes, first: int = START, keys: bool = True) -> list[MinutePoint]:
    """One point a minute, from epoch second `first`. Without `keys` (long histories) the voices are given instead."""
    rng = brand.rng
    regulars = max(200, round(brand.rate * 3_000))
    found = []
    for i in range(len(minutes.negative)):
        usual, burst, other = int(minutes.negative[i]), int(minutes.burst_negative[i]), int(minutes.other[i])
        negative = usual + burst
        authors, texts = _keys(rng, usual, burst, regulars, minutes) if keys and negative else ((), ())
        distinct = len(set(authors)) if keys else negative
        mentions = negative + other
        found.append(
            MinutePoint(
                brand=f"brand-{brand.rate:g}",
                minute=first + i * MINUTE,
                mentions=mentions,
                negative=negative,
                positive=int(minutes.positive[i]),
                authors=distinct + other,
                negative_authors=distinct,
                negative_texts=len(set(texts)) if keys else negative,
                reach=5.0 * mentions,
                sources={"bluesky": mentions - mentions // 3, "mastodon": mentions // 3} if mentions else {},
                paid=int(minutes.paid[i]),
                negative_author_keys=tuple(sorted(set(authors))[:MAX_KEYS]),
                negative_text_keys=tuple(sorted(set(texts))[:MAX_KEYS]),
                voices=None if keys else negative,
            )
        )
    return found


def _keys(
    rng: np.random.Generator, usual: int, burst: int, regulars: int, minutes: Minutes
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Hashed authors and texts, spread over all of 2^53 as real hashes are."""
    crowd = rng.integers(0, regulars, usual)
    storm = rng.integers(regulars, regulars + min(minutes.burst_authors, 10**8), burst)
    words = rng.integers(0, 10**8, usual)
    copied = rng.integers(10**8, 10**8 + min(minutes.burst_texts, 10**8), burst)
    authors = (np.concatenate([crowd, storm]) * 2_654_435_761) % (2**53 - 111)
    texts = (np.concatenate([words, copied]) * 2_654_435_761) % (2**53 - 111)
    return tuple(authors.tolist()), tuple(texts.tolist())
