"""What the panels' tests look at: ten minutes of a storm, and what a shop reported of them."""

from __future__ import annotations

from datetime import datetime

import pytest

from dashboards.macros import Scope
from dashboards.variables import VARIABLES
from streams.store import Store
from tests.dashboards.feeding import feed_sales, feed_storm

SECONDS = 600


@pytest.fixture(scope="module")
def fed(engine: Store) -> tuple[Store, Scope]:
    end = datetime.now().astimezone().replace(second=0, microsecond=0)
    _, start = feed_storm(engine, SECONDS, end=end)
    feed_sales(engine, start, SECONDS)
    first = int(start.timestamp()) * 1000
    return engine, Scope(first, first + SECONDS * 1000 - 1, 60, {name: [] for name in VARIABLES})
