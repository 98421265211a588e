"""The users of deploy/clickhouse/users.sql: each may do what its task runs, and no more. The engine itself enforces the rights."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dashboards.macros import Scope, expand
from dashboards.panels import all_panels
from processors.matching import BrandMatcher
from schemas.brands import parse_brands
from schemas.dead_letter import dead_letter
from streams.alerts import acknowledge, list_alerts
from streams.catalogue.rebuild import rebuild
from streams.crisis import CrisisMonitor
from streams.forget_addresses import unname
from streams.forget_sales import ErasedSales, erase_click
from streams.letters import list_letters, load_letters, mark_replayed, store_letters
from streams.pipeline import Pipeline
from streams.simulator import brands as simulated_brands
from streams.store import StoreMismatch
from streams.store.migrate import migrate
from streams.store.retention import keep
from streams.store.tcp import TcpStore
from tests.deploy.test_upgrade import NOW, messages
from tests.gateway.fixtures import Gateway

REPO = Path(__file__).resolve().parents[2]
ROLES = ("migrator", "writer", "operator", "reader")
FORBIDDEN = {
    "writer": ["CREATE TABLE x (a UInt8) ENGINE = Memory", "DROP TABLE alerts", "ALTER TABLE events DELETE WHERE 1", "OPTIMIZE TABLE events",
               "TRUNCATE TABLE events", "CREATE DATABASE other", "ALTER TABLE events MODIFY TTL minute + INTERVAL 1 DAY"],
    "operator": ["INSERT INTO events (post_id) SELECT 1", "DROP TABLE alerts", "CREATE TABLE x (a UInt8) ENGINE = Memory"],
    "reader": ["INSERT INTO alerts (alert_id) SELECT 'x'", "DROP TABLE alerts", "CREATE TABLE x (a UInt8) ENGINE = Memory"],
    "migrator": ["CREATE DATABASE other", "CREATE USER somebody"],
}  # fmt: skip


def rights(folder: Path) -> dict[str, list[str]]:
    """Role → its GRANT statements for the database `default`, without TO."""
    for role in ROLES:
        (folder / f"clickhouse_{role}").write_text(f"secret of {role}")
    made = subprocess.run(
        ["sh", str(REPO / "deploy/clickhouse/users.sh")],
        env={"PATH": "/usr/bin:/bin", "SECRETS": str(folder), "DATABASE": "default"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, list[str]] = {role: [] for role in ROLES}
    for statement in re.sub(r"^\s*--.*$", "", made.stdout, flags=re.MULTILINE).split(";"):
        grant = re.fullmatch(r"(GRANT .*) TO ([\w, ]+)", " ".join(statement.split()))
        for user in grant[2].split(", ") if grant else ():
            found[user.removeprefix("resonanz_")].append(str(grant and grant[1]))
    assert all(found.values())
    return found


@pytest.mark.slow
def test_each_user_may_do_its_task_and_nothing_else(tmp_path: Path) -> None:
    granted = rights(tmp_path)
    book = parse_brands(simulated_brands(), "simulator")

    @contextmanager
    def as_role(role: str) -> Iterator[TcpStore]:
        with Gateway(tmp_path / "server", grants=granted[role]) as server, TcpStore(server.url) as store:
            for statement in FORBIDDEN[role]:
                with pytest.raises(StoreMismatch, match="Not enough privileges"):
                    store.execute(statement)
            yield store

    with as_role("migrator") as store:  # resonanz migrate --keep events=400
        migrate(store)
        keep(store, {"events": 400, "brand_minute": 400, "alerts": 0})

    with as_role("writer") as store:  # resonanz worker
        assert migrate(store) == []
        pipeline = Pipeline(store, BrandMatcher(book), None, clock=lambda: NOW)
        batch = pipeline.prepare(messages())
        pipeline.store(batch)
        assert batch.stored > 100
        store_letters(store, [dead_letter("json: no", b"x", at=NOW, stage="decode", topic="t", partition=0, offset=1)])
        monitor = CrisisMonitor(store, book)
        monitor.evaluate([brand.id for brand in book.brands], int(time.time() * 1000))
        minute = NOW // 60_000 * 60
        store.insert(
            "alerts", ["alert_id", "brand", "severity", "minute", "at"], [["a"], ["kauz"], ["watch"], [minute], [NOW]]
        )

    scope = Scope(NOW - 7_200_000, NOW, 60, {"brand": [], "set": [], "source": [], "language": []})
    panels = [expand(panel.sql, scope) for panel in all_panels() if panel.sql]
    with as_role("operator") as store:  # resonanz console, resonanz alerts, resonanz deadletters list
        assert migrate(store) == []
        for sql in panels:
            store.query(sql)
        assert len(list_alerts(store)) == 1
        assert acknowledge(store, "a", "jo", NOW) == 1
        assert len(list_letters(store)) == 1
        mark_replayed(store, load_letters(store, []), NOW)

    with as_role("reader") as store:  # Grafana
        for sql in panels[::4]:
            store.query(sql)

    with as_role("migrator") as store:  # resonanz recompute, resonanz forget
        assert all(rebuild(store, NOW - 86_400_000, NOW)["unchanged"].values())
        store.execute("OPTIMIZE TABLE events FINAL")
        store.execute("ALTER TABLE dead_letters DELETE WHERE 0 SETTINGS mutations_sync = 2")
        address = store.query("SELECT any(uri) FROM events WHERE uri != ''").scalar()
        store.insert("visits", ["brand", "click", "at", "post_uri"], [["kauz"], [1], [NOW], [address]])
        store.insert("alerts", ["alert_id", "brand", "change"], [["b"], ["kauz"], [f'{{"url":"{address}"}}']])
        assert unname(store, [address]) == 1
        assert store.query("SELECT count() FROM events WHERE uri = %(a)s", {"a": address}).scalar() == 0
        assert store.query("SELECT change FROM alerts WHERE alert_id = 'b'").scalar() == '{"url":""}'
        assert erase_click(store, "kauz", "nobody's", b"key") == ErasedSales(0, 0)
