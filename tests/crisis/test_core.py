"""Baseline, surprise, novelty: against plain oracles."""

from __future__ import annotations

import math
import random
import statistics

import pytest

from processors.crisis import MinutePoint
from processors.crisis.baseline import new_baseline
from processors.crisis.novelty import new_novelty
from processors.crisis.recent import Recent
from processors.crisis.signal import new_signal
from processors.crisis.surprise import new_surprise
from processors.crisis.usual import SHARE_DISPERSION, Added, new_usual

HOUR, DAY = 3_600, 86_400
START = 1_700_006_400


def poisson(rng: random.Random, mean: float) -> int:
    """Knuth's method, good for small means."""
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count += 1
        product *= rng.random()
    return count


def test_the_baseline_learns_the_hours_of_the_day() -> None:
    rng = random.Random(1)
    baseline = new_baseline(300)
    truth = lambda at: 4.0 if at % DAY // HOUR in range(8, 20) else 0.5  # noqa: E731
    for at in range(START, START + 14 * DAY, 300):
        expected = baseline.expect(at)
        baseline.learn(poisson(rng, truth(at)), expected, 0.1)
    noon, night = START + 14 * DAY + 13 * HOUR, START + 14 * DAY + 2 * HOUR
    assert baseline.expect(noon) == pytest.approx(4.0, rel=0.15)
    assert baseline.expect(night) == pytest.approx(0.5, rel=0.5)


def test_the_baseline_learns_the_days_of_the_week() -> None:
    rng = random.Random(2)
    baseline = new_baseline(300)
    truth = lambda at: 1.0 if (at // DAY + 3) % 7 >= 5 else 5.0  # noqa: E731
    for at in range(START, START + 42 * DAY, 300):
        baseline.learn(poisson(rng, truth(at)), baseline.expect(at), 0.1)
    week = [baseline.expect(at) / truth(at) for at in range(START + 42 * DAY, START + 49 * DAY, DAY)]
    assert all(0.75 < ratio < 1.35 for ratio in week), week


def test_the_baseline_of_a_small_brand_is_its_mean() -> None:
    """A post every twenty minutes: cutting single minutes at 3 sigma must not cut each of these posts."""
    rng = random.Random(12)
    signal, expected, seen = new_signal(60), 0.0, 0
    for step in range(21 * 1_440):
        count = int(rng.random() < 0.05)
        signal.update(START + step * 60, count)
        if step >= 7 * 1_440:
            expected, seen = expected + signal.expected, seen + count
    assert expected == pytest.approx(seen, rel=0.12)


@pytest.mark.parametrize(("people", "share"), [(12, 0.1), (40, 0.1), (80, 0.2), (300, 0.35)])
def test_the_share_stands_out_as_often_by_chance_as_its_sigmas_say(people: int, share: float) -> None:
    """Against counts drawn from the beta-binomial that the sigmas assume: 2 sigmas are passed in about 2.3 % of hours."""
    rng = random.Random(13)
    usual = new_usual(60)
    usual.learn(share * 1e7, (1 - share) * 1e7, 0.0)
    a, b = share * (1 / SHARE_DISPERSION - 1), (1 - share) * (1 / SHARE_DISPERSION - 1)
    hours = 6_000
    passed = 0
    for _ in range(hours):
        mood = rng.betavariate(a, b)
        negative = sum(rng.random() < mood for _ in range(people))
        passed += usual.share_sigmas(negative, people - negative) >= 2.0
    assert 0.01 < passed / hours < 0.035


def test_a_loud_hour_in_a_slightly_worse_mood_is_not_mostly_negative() -> None:
    usual = new_usual(60)
    usual.learn(1e5, 9e5, 0.0)
    assert not usual.mostly_negative(Added(mentions=1_800, negative=250, expected=800))  # 170 of 1000 more
    assert usual.mostly_negative(Added(mentions=1_800, negative=900, expected=800))
    assert usual.mostly_negative(Added(mentions=40, negative=12, expected=20))  # too few to say no


def test_a_storm_stays_out_of_its_own_baseline() -> None:
    rng = random.Random(3)
    calm, stormy = new_signal(300), new_signal(300)
    for step in range(14 * 288 + 72):
        at, count = START + step * 300, poisson(rng, 5.0)
        calm.update(at, count)
        stormy.update(at, count + (100 if step >= 14 * 288 else 0))
    assert stormy.sigmas > 5
    assert stormy.expected < 1.6 * calm.expected


def test_a_lasting_change_of_level_is_accepted_in_the_end() -> None:
    rng = random.Random(4)
    signal = new_signal(300)
    for step in range(56 * 288):
        signal.update(START + step * 300, poisson(rng, 5.0 if step < 7 * 288 else 12.0))
    assert signal.expected == pytest.approx(12.0, rel=0.25)


def test_the_deviance_residual_is_about_normal_for_negative_binomial_counts() -> None:
    """On a constant rate the mean over the spans of a half-normal has the right size, and no drift."""
    rng = random.Random(5)
    meter = new_surprise(300)
    seen = []
    for step in range(20 * 288):
        meter.add(poisson(rng, 6.0), 6.0)
        if step > 10 * 288:
            seen.append(meter.residuals[0])
    positive = sum(value > 0 for value in seen) / len(seen)
    assert positive == pytest.approx(0.5, abs=0.08)
    assert 0.3 < statistics.pstdev([*seen, *(-value for value in seen)]) < 1.2


def test_a_residual_equals_the_textbook_formula() -> None:
    meter = new_surprise(300)
    d = meter.dispersion[0]
    meter.add(40.0, 10.0)
    scale = 1 + meter.decay[0]
    x, m, k = 40.0 * scale, 10.0 * scale, 1 / d
    deviance = 2 * (x * math.log(x / m) - (x + k) * math.log((x + k) / (m + k)))
    assert meter.residuals[0] == pytest.approx(math.sqrt(deviance))


def test_amending_a_past_count_equals_having_seen_it_in_time() -> None:
    in_time, late = new_surprise(60), new_surprise(60)
    for step in range(200):
        in_time.add(9.0 if step == 100 else 2.0, 2.0)
        late.add(2.0, 2.0)
    late.amend(7.0, 99)
    assert late.counts == pytest.approx(in_time.counts)


def test_unobserved_time_speaks_neither_for_nor_against() -> None:
    meter = new_surprise(60)
    for _ in range(600):
        meter.add(2.0, 2.0)
    before = [count / expected for count, expected in zip(meter.counts, meter.expected, strict=True)]
    meter.skip(240)
    after = [count / expected for count, expected in zip(meter.counts, meter.expected, strict=True)]
    assert after == pytest.approx(before)


def test_a_restless_brand_needs_a_larger_surprise_than_a_quiet_one() -> None:
    rng = random.Random(6)
    quiet, restless = new_novelty(300), new_novelty(300)
    for step in range(28 * 288):
        at = START + step * 300
        quiet.score(at, rng.uniform(0, 1.5))
        restless.score(at, rng.uniform(0, 1.5) * (4 if rng.random() < 0.01 else 1))
    at = START + 28 * DAY
    assert quiet.score(at, 4.0) > restless.score(at, 4.0) + 1


def test_one_past_storm_does_not_deafen_the_gate() -> None:
    rng = random.Random(7)
    calm, scarred = new_novelty(300), new_novelty(300)
    for step in range(28 * 288):
        at, noise = START + step * 300, rng.uniform(0, 2.0)
        calm.score(at, noise)
        scarred.score(at, 15.0 if 10 * 288 <= step < 10 * 288 + 72 else noise)
    at = START + 28 * DAY
    assert scarred.score(at, 6.0) == pytest.approx(calm.score(at, 6.0), rel=0.2)
    assert scarred.fresh or scarred.record < 15.0


def test_only_what_beats_the_decaying_record_is_news() -> None:
    gate = new_novelty(300)
    gate.score(START, 5.0)
    assert gate.fresh
    gate.score(START + 300, 4.9)
    assert not gate.fresh
    for step in range(2, 2 + 2 * 288):
        gate.score(START + step * 300, 0.0)
    gate.score(START + 3 * DAY, 4.9)
    assert gate.fresh


def test_the_running_hour_equals_the_sum_of_its_minutes_whatever_comes_late() -> None:
    rng = random.Random(1)
    recent, now = Recent({}), START
    for _ in range(2_000):
        now += 60 if rng.random() < 0.95 else 60 * rng.randrange(1, 90)
        if rng.random() < 0.8:
            recent.put(MinutePoint("acme", now, mentions=3 + rng.randrange(5), negative=rng.randrange(3), voices=1))
        if rng.random() < 0.2:
            recent.put(MinutePoint("acme", now - 60 * rng.randrange(1, 80), mentions=4, negative=1, voices=1, paid=2))
        if rng.random() < 0.05:
            recent.prune(now)
        hour = [recent.points[minute] for minute in range(now, now - HOUR, -60) if minute in recent.points]
        expected = (
            sum(p.voices or 0 for p in hour),
            sum(p.mentions - p.negative for p in hour),
            sum(p.paid for p in hour),
            sum(p.negative for p in hour),
        )
        assert tuple(recent.crowd(now, 60)) == expected
