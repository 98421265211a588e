"""No alert is good news only while somebody looks for one."""

from __future__ import annotations

import time

import msgspec

from dashboards.macros import Scope, expand
from dashboards.panels import all_panels
from dashboards.variables import VARIABLES
from schemas.brands import parse_brands
from streams.alerts import note_look
from streams.crisis import Change, store_changes
from streams.simulator import brands
from streams.store import Store
from tests.dashboards.feeding import watched
from tests.watch.test_notices import change

SQL = {panel.id: panel.sql for panel in all_panels()}


def shown(store: Store, *brand: str) -> tuple[int | None, int | None]:
    """Open alerts, and the highest level."""
    scope = Scope(0, 60_000, 60, {**{name: [] for name in VARIABLES}, "brand": list(brand)})
    return tuple(
        store.query(expand(SQL[panel], scope)).dicts()[0]["value"] for panel in ("open_alerts", "crisis_state")
    )


def test_no_alert_is_a_number_only_while_somebody_watches(store: Store) -> None:
    assert shown(store) == (None, None)  # nobody ever looked
    watched(store, parse_brands(brands(), "simulator"), ahead=-200)
    assert shown(store) == (None, None)  # nobody looks any more
    now = int(time.time() * 1000)
    note_look(store, ["talwerk"], now, now)
    assert shown(store, "talwerk") == (0, 0)
    assert shown(store, "kauz") == (None, None)
    alert = msgspec.structs.replace(change("critical", "none", now // 60_000 * 60), brand="kauz")
    store_changes(store, [Change(alert, now)])
    assert shown(store, "kauz") == (1, 3)  # what was told stays told


def test_age_of_the_last_look_is_on_the_health_board(store: Store) -> None:
    def health() -> dict[str, int | None]:
        return store.query(expand(SQL["crisis_watch"], Scope(0, 60_000, 60, {}))).dicts()[0]

    assert health() == {"value": None, "brands": 0}
    now = int(time.time() * 1000)
    note_look(store, ["talwerk", "kauz"], now - 600_000, now)
    assert health()["brands"] == 0
    assert 600 <= health()["value"] < 660
    note_look(store, ["kauz"], now, now)
    assert health()["brands"] == 1
    assert health()["value"] < 60
