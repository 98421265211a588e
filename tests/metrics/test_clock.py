"""The business clock, against minutes counted one by one in the brand's own time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.dialogue.clock import business_clock
from schemas.brands import Brand, BrandError

WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-17:00")
BERLIN = Brand(id="a", name="A", business_hours={**WEEK, "sat": "22:00-02:00"}, holidays=("2026-05-01",))


def elapsed(brand: Brand, start: datetime, end: datetime) -> float:
    ms = np.array([[start.timestamp() * 1000], [end.timestamp() * 1000]])
    return float(business_clock(brand).elapsed(ms[0], ms[1])[0]) / 60_000


def counted(start: datetime, end: datetime) -> int:
    """Minutes of opening between, one by one."""
    zone, total = ZoneInfo("Europe/Berlin"), 0
    while start < end:
        local = start.astimezone(zone)
        before = local - timedelta(days=1)
        open_today = local.weekday() < 5 and 9 <= local.hour < 17 and local.date().isoformat() != "2026-05-01"
        late = (local.weekday() == 5 and local.hour >= 22) or (before.weekday() == 5 and local.hour < 2)
        total += open_today or late
        start += timedelta(minutes=1)
    return total


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 8 * 1440),
    st.integers(0, 4 * 1440),
    st.sampled_from(["2026-03-25", "2026-10-21", "2024-02-26", "2026-04-28"]),
)
def test_it_equals_counting_minutes_also_when_clocks_change(begin: int, length: int, day: str) -> None:
    start = datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(minutes=begin)
    end = start + timedelta(minutes=length)
    assert elapsed(BERLIN, start, end) == pytest.approx(counted(start, end), abs=1e-6)


def test_a_day_without_end_has_23_hours_when_clocks_go_forward() -> None:
    always = Brand(id="a", name="A", business_hours="00:00-24:00")
    zone = ZoneInfo("Europe/Berlin")
    spring = elapsed(always, datetime(2026, 3, 29, tzinfo=zone), datetime(2026, 3, 30, tzinfo=zone))
    autumn = elapsed(always, datetime(2026, 10, 25, tzinfo=zone), datetime(2026, 10, 26, tzinfo=zone))
    assert (spring, autumn) == (23 * 60, 25 * 60)


def test_without_hours_it_is_the_wall_clock() -> None:
    assert business_clock(Brand(id="a", name="A")).always_open
    assert elapsed(Brand(id="a", name="A"), datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)) == 1440


@pytest.mark.parametrize(
    "hours", [{"monday": "09:00-17:00"}, {"mon": "nine to five"}, {"mon": "09:00"}, {"mon": "25:00-26:00"}]
)
def test_hours_that_cannot_be_read_are_named(hours: dict[str, str]) -> None:
    with pytest.raises(BrandError, match="brand a: business_hours"):
        business_clock(Brand(id="a", name="A", business_hours=hours))
