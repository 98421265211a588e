"""Time-to-answer estimates against lifelines, and why the plain median of the answered ones is wrong."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from lifelines.utils import median_survival_times

from processors.dialogue.survival import ANSWERED, OPEN, WITHDRAWN, incidence, wilson
from tests.metrics import oracle


def kinds_of(*kinds: int) -> np.ndarray:
    return np.array(kinds, dtype=np.int64)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 40), st.booleans()), min_size=2, max_size=60))
def test_without_deletions_it_is_kaplan_meier_with_the_same_interval(items: list[tuple[int, bool]]) -> None:
    waits = np.array([float(w) for w, _ in items])
    found = incidence(waits, np.array([ANSWERED if a else OPEN for _, a in items]))
    fitted = KaplanMeierFitter().fit(waits, [a for _, a in items])
    band = fitted.confidence_interval_
    for number, time in enumerate(found.times):
        assert found.share[number] == pytest.approx(1 - fitted.predict(time), abs=1e-9)
        low, high = 1 - band.loc[time].iloc[1], 1 - band.loc[time].iloc[0]
        if found.share[number] < 1 - 1e-9:
            assert (found.low[number], found.high[number]) == pytest.approx((low, high), abs=1e-6)


def test_with_deletions_it_is_aalen_johansen_with_its_variance() -> None:
    random = np.random.default_rng(5)
    waits = random.permutation(400).astype(float) + 1  # no ties: lifelines would shake them apart
    kinds = random.choice([OPEN, ANSWERED, WITHDRAWN], 400, p=[0.3, 0.5, 0.2])
    found = incidence(waits, kinds)
    fitted = AalenJohansenFitter().fit(waits, kinds, event_of_interest=ANSWERED)
    curve = fitted.cumulative_density_.iloc[:, 0]
    plain = oracle.incidence(pd.Series(waits), pd.Series(kinds).map({0: "open", 1: "answered", 2: "withdrawn"}))
    for number, time in enumerate(found.times):
        assert found.share[number] == pytest.approx(curve.loc[time], abs=1e-9)
        assert found.share[number] == pytest.approx(plain.loc[time], abs=1e-9)
    middle = len(found.times) // 2
    survival = 1 - found.share[middle]
    deviation = np.sqrt(fitted.variance_.loc[found.times[middle]])
    spread = 1.959963984540054 * deviation / abs(survival * np.log(survival))
    assert found.low[middle] == pytest.approx(1 - survival ** np.exp(-spread), abs=2e-3)


@pytest.mark.parametrize("answered", [0.9, 0.55, 0.3])
def test_the_median_counts_those_who_still_wait(answered: float) -> None:
    """True waits are log-normal with a median of 13 hours; a share is seen answered, the others are open when we look."""
    random = np.random.default_rng(13)
    waits = 13 * np.exp(random.normal(0.0, 1.4, 6000))
    # We look when the wanted share of the posts has its answer: arrivals are spread before that moment.
    horizon = np.quantile(waits, answered) * 2
    for _ in range(60):
        seen = random.uniform(0, horizon, len(waits)) if _ == 0 else seen  # noqa: F821  drawn once, then stretched
        share = float((waits <= seen * scale).mean()) if _ else 0.0  # noqa: F821
        scale = 1.0 if not _ else scale * (1.1 if share < answered else 0.95)  # noqa: F821
    looked = seen * scale
    done = waits <= looked
    found = incidence(np.minimum(waits, looked), np.where(done, ANSWERED, OPEN))
    quantile = found.quantile(0.5)
    naive = float(np.median(waits[done]))
    if quantile.value is not None:
        assert quantile.low is not None
        assert quantile.low <= 13 <= (quantile.high or np.inf)
        reference = KaplanMeierFitter().fit(np.minimum(waits, looked), done)
        assert quantile.value == pytest.approx(reference.median_survival_time_)
        interval = median_survival_times(reference.confidence_interval_)
        assert quantile.low == pytest.approx(interval.iloc[0, 0])
    assert naive < 13 * (0.95 if answered > 0.6 else 0.7)


def test_deleting_questions_does_not_improve_the_figure() -> None:
    waits = np.array([1.0, 2.0, 3.0, 4.0])
    deleted = incidence(waits, kinds_of(ANSWERED, WITHDRAWN, WITHDRAWN, ANSWERED))
    censored = incidence(waits, kinds_of(ANSWERED, OPEN, OPEN, ANSWERED))
    assert deleted.share[-1] == pytest.approx(0.5)
    assert censored.share[-1] == pytest.approx(1.0)


def test_a_share_that_is_never_reached_has_no_quantile() -> None:
    found = incidence(np.array([1.0, 5.0, 5.0, 5.0]), kinds_of(ANSWERED, OPEN, OPEN, OPEN))
    assert found.quantile(0.5).value is None
    assert found.at(1.0).value == pytest.approx(0.25)
    assert incidence(np.empty(0), kinds_of()).quantile(0.5).value is None


def test_wilson_matches_statsmodels_values() -> None:
    """Reference: Wilson interval of 8 of 10, as Newcombe (1998) and statsmodels give it."""
    assert wilson(8, 10) == pytest.approx((0.4901625, 0.9433178), abs=1e-6)
    assert wilson(0, 0) == (None, None)
