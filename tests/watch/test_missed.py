"""The alert of a watch that has stopped (`ResonanzCrisisWatchStopped`) reads a gauge: it must also tell of one that never looked."""

from __future__ import annotations

import time
from pathlib import Path

from prometheus_client import REGISTRY

from streams.app import build_app
from streams.demo import demo_brands
from streams.notices import Notices
from streams.settings import load_settings
from streams.store import Store
from streams.watch import Watch


def test_a_watch_is_missed_from_its_start_on_though_it_never_looked(store: Store, tmp_path: Path) -> None:
    settings, started = load_settings(home=tmp_path), time.time()
    watch = Watch(build_app(settings, ["127.0.0.1:9"]), store, demo_brands(), 4, lambda: 0, Notices(settings))
    watch.close()
    looked = REGISTRY.get_sample_value("resonanz_crisis_looked_timestamp_seconds")
    assert looked is not None
    assert looked >= started
