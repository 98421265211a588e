"""`resonanz demo` ends by itself with one line of JSON, and what it says adds up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.test_replay import resonanz


@pytest.mark.slow
def test_demo_reads_scores_stores_and_warns(tmp_path: Path) -> None:
    (line,) = resonanz(tmp_path, "demo", "--seconds", "90", "--headless").splitlines()
    result = json.loads(line)
    assert result["read"] == result["accepted"] > 500
    assert result["dead_lettered"] == 0
    assert 0 < result["stored"] <= result["accepted"]
    assert result["scored"] > 400
    assert result["age_p50"] <= result["age_p95"]
    assert {alert["brand"] for alert in result["alerts"]} == {"talwerk"}
    assert any(alert["severity"] in ("warning", "critical") for alert in result["alerts"])
    assert all(alert["seconds_after_start"] > 20 for alert in result["alerts"])
