"""One stream shared by the tests that only look at it."""

from __future__ import annotations

import pytest

from streams.simulator import SimulatedPost, Simulator


@pytest.fixture(scope="session")
def calm() -> list[SimulatedPost]:
    """Ten minutes of everyday talk."""
    return Simulator(seed=11, storm_after=None).until(600)


@pytest.fixture(scope="session")
def stormy() -> list[SimulatedPost]:
    """Three minutes with a crisis of Talwerk after 60 s."""
    return Simulator(seed=12, storm_after=60, storm_brand="talwerk").until(180)
