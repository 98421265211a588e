"""How much a worker takes on at once."""

from __future__ import annotations

import pytest

from streams.pace import TARGET_SECONDS, Pace
from streams.settings import Settings


class Machine:
    """Works on messages at a given speed; its clock moves by the work."""

    def __init__(self, seconds_each: float) -> None:
        self.seconds_each = seconds_each
        self.now = 0.0

    def run(self, pace: Pace, portions: int) -> list[float]:
        """Durations of the portions."""
        durations = []
        for _ in range(portions):
            before, size = self.now, pace.size
            with pace.measure(size):
                self.now += size * self.seconds_each
            durations.append(self.now - before)
        return durations


def pace(machine: Machine, limit: int = 500) -> Pace:
    return Pace(limit, target=5.0, clock=lambda: machine.now)


def test_a_fast_worker_soon_takes_all_it_may() -> None:
    machine = Machine(0.002)
    steady = pace(machine)
    machine.run(steady, 6)
    assert steady.size == 500


def test_with_a_slow_model_a_portion_stays_near_the_target() -> None:
    machine = Machine(0.15)  # a pack of fifty posts at 330 posts a second
    durations = machine.run(pace(machine), 10)
    assert max(durations) <= 5
    assert all(seconds > 4 for seconds in durations[2:])


def test_it_shrinks_at_once_when_work_becomes_dear_and_never_below_one() -> None:
    machine = Machine(0.002)
    steady = pace(machine)
    machine.run(steady, 5)
    machine.seconds_each = 60.0
    machine.run(steady, 1)
    assert steady.size == 1


def test_a_small_portion_that_was_quick_says_nothing_about_large_ones() -> None:
    machine = Machine(0.15)
    steady = pace(machine)
    machine.run(steady, 3)
    before = steady.size
    with steady.measure(1):
        machine.now += 0.001
    assert steady.size == before


def test_what_failed_teaches_nothing() -> None:
    machine = Machine(0.15)
    steady = pace(machine)
    before = steady.size

    def fail() -> None:
        with steady.measure(50):
            machine.now += 100
            raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        fail()
    assert steady.size == before


def test_a_small_remainder_with_its_fixed_cost_does_not_slow_the_worker_down() -> None:
    machine = Machine(0.002)
    steady = pace(machine)
    machine.run(steady, 6)
    with steady.measure(2):
        machine.now += 0.5
    assert steady.size == 500


def test_the_first_portion_of_full_messages_takes_no_longer_than_the_others() -> None:
    posts_a_second = 179  # of one CPU with the shipped model: docs/deploy.md
    assert Pace(500).size * Settings.model_fields["pack"].default / posts_a_second < 1.2 * TARGET_SECONDS
