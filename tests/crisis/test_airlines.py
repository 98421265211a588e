"""The real storm of the airline week."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from benchmarks.crisis_airlines import STORM, airline_evidence, airline_points, load_airlines, storm_onset
from processors.crisis import AlertChange, CrisisDetector
from tests.crisis.helpers import warned

ROOT = Path(__file__).resolve().parents[2]
TWEETS = Path(os.environ.get("RESONANZ_SHARED", ROOT.parent / "shared")) / "data" / "airlines" / "tweets.jsonl"
CALM = ("Delta", "United", "Southwest", "Virgin America")

pytestmark = pytest.mark.skipif(not TWEETS.exists(), reason="no airline tweets beside the project (RESONANZ_SHARED)")


@pytest.fixture(scope="module")
def brands() -> dict[str, list[dict[str, Any]]]:
    return load_airlines(TWEETS)


@pytest.fixture(scope="module")
def changes(brands: dict[str, list[dict[str, Any]]]) -> dict[str, list[AlertChange]]:
    found = {}
    for brand, points in airline_points(brands).items():
        detector = CrisisDetector(brand)
        found[brand] = [change for point in points if (change := detector.update(point)) is not None]
    return found


@pytest.mark.parametrize("brand", STORM)
def test_the_storm_is_found_within_an_hour_of_its_onset_by_the_counts(
    brand: str, brands: dict[str, list[dict[str, Any]]], changes: dict[str, list[AlertChange]]
) -> None:
    onset = storm_onset(brands[brand])
    assert onset is not None
    assert 0 <= warned(changes[brand])[0].minute - onset <= 3_600


def test_the_calm_brands_raise_at_most_one_warning_together(changes: dict[str, list[AlertChange]]) -> None:
    assert sum(len(warned(changes[brand])) for brand in CALM) <= 1


@pytest.mark.parametrize("brand", STORM)
def test_the_evidence_names_the_cause(
    brand: str, brands: dict[str, list[dict[str, Any]]], changes: dict[str, list[AlertChange]]
) -> None:
    evidence = airline_evidence(brands, warned(changes[brand])[0])
    assert {"Customer Service Issue", "Cancelled Flight"} & set(list(evidence["1 h"]["reasons"])[:2])
    assert {"Customer Service Issue", "Cancelled Flight"} <= set(evidence["6 h"]["reasons"])
    assert any("cancelled" in term or "hold" in term for term in evidence["6 h"]["terms"])
