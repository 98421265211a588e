"""`resonanz query` reads, whatever it is given, and prints JSON that is JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from streams.store import open_store
from tests.command import resonanz
from tests.gateway.fixtures import Gateway


@pytest.mark.parametrize(
    "sql", ["DROP TABLE events", "TRUNCATE TABLE events", "ALTER TABLE events DELETE WHERE 1", "SET readonly = 0"]
)
def test_nothing_can_be_changed(sql: str, tmp_path: Path) -> None:
    done = resonanz("query", sql, RESONANZ_HOME=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("resonanz: resonanz query only reads")
    with open_store(None, tmp_path) as store:
        assert store.query("SELECT count() FROM events").scalar() == 0


def test_nothing_can_be_changed_on_a_server(tmp_path: Path) -> None:
    with Gateway(tmp_path / "server") as server:
        done = resonanz("query", "DROP TABLE events", RESONANZ_CLICKHOUSE=server.url)
        assert done.returncode == 1
        assert done.stderr.startswith("resonanz: resonanz query only reads")
        asked = resonanz("query", "SELECT count() AS n FROM events", "--format", "json", RESONANZ_CLICKHOUSE=server.url)
    assert json.loads(asked.stdout) == {"n": 0}


def test_what_is_no_number_is_null(tmp_path: Path) -> None:
    sql = "SELECT nan AS a, [inf, 1.5] AS b, toDateTime64('2026-02-03 10:00:00.5', 3, 'UTC') AS at, toIPv4('10.0.0.1') AS ip"
    done = resonanz("query", sql, "--format", "json", RESONANZ_HOME=str(tmp_path))
    assert json.loads(done.stdout, parse_constant=pytest.fail) == {
        "a": None,
        "b": [None, 1.5],
        "at": "2026-02-03T10:00:00.500000Z",
        "ip": "10.0.0.1",
    }


def test_a_format_of_ones_own_is_refused(tmp_path: Path) -> None:
    done = resonanz("query", "SELECT 1 FORMAT JSON;", RESONANZ_HOME=str(tmp_path))
    assert done.returncode == 2
    assert done.stderr.startswith("resonanz: leave FORMAT JSON; out")
