"""`resonanz worker` as an operator meets it: what it does when Kafka or ClickHouse is not there, refuses it or goes away,
when it is told to stop, when it is paused, and when a second worker comes. Real processes, nothing is lost or counted twice.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from streams.kafka.broker import EmbeddedBroker
from tests.command import RESONANZ
from tests.e2e.cluster import ROOT, Cluster, Worker, free_port, until
from tests.e2e.crash import BRANDS, write_posts
from tests.e2e.rolling import run as roll
from tests.e2e.rolling import send
from tests.gateway.fixtures import Gateway
from tests.peers.tcp import Relay, certificate

pytestmark = pytest.mark.slow


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """Of a process that knows no cluster yet."""
    return {**os.environ, "RESONANZ_HOME": str(folder / "home"), "RESONANZ_MODEL": "off", "RESONANZ_LOG_FORMAT": "json", **settings}  # fmt: skip


def command(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *RESONANZ, *arguments], env=env, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )  # fmt: skip


def shared(first: Worker, second: Worker) -> bool:
    one, other = (
        set(re.findall(r'resonanz_lag_messages\{partition="(\d)",topic="social.events"\}', w.metrics()))
        for w in (first, second)
    )
    return bool(one) and bool(other) and not one & other and one | other == set("0123")


def test_a_worker_waits_for_kafka_then_for_clickhouse_and_says_for_which(tmp_path: Path) -> None:
    with Relay() as kafka, EmbeddedBroker() as broker, Gateway(tmp_path / "server") as server:
        server.stop()
        env = environment(tmp_path, RESONANZ_KAFKA=f"kafka://127.0.0.1:{kafka.port}", RESONANZ_CLICKHOUSE=server.url,
                          RESONANZ_RETRY_SECONDS="1")  # fmt: skip
        worker = Worker(env, tmp_path / "worker.log")
        until(
            lambda: worker.health("ready")[1].startswith("waiting: no Kafka broker answers at 127.0.0.1"),
            "it waits for Kafka",
        )
        assert worker.health("live") == (200, "None")
        kafka.target = broker.address
        until(
            lambda: worker.health("ready")[1].startswith("waiting: ClickHouse at 127.0.0.1"), "it waits for ClickHouse"
        )
        assert worker.health("live") == (200, "None")
        doctor = command(env, "doctor")
        assert doctor.returncode == 1
        assert "FAIL  store" in doctor.stdout
        assert f"ClickHouse at 127.0.0.1:{server.port} cannot be reached" in doctor.stdout
        assert "ok    kafka" in doctor.stdout
        server.start()
        worker.wait_ready()
        assert worker.terminate() == 0
        assert '"event": "waiting"' in worker.text()
        assert "Traceback" not in worker.text()


def test_the_doctor_says_what_an_empty_cluster_lacks_and_changes_nothing(tmp_path: Path) -> None:
    with Cluster(tmp_path, BRANDS) as cluster:
        doctor = cluster.run("doctor", check=False)
        assert doctor.returncode == 1
        assert "has no topic social.events" in doctor.stdout
        assert "run resonanz topics" in doctor.stdout
        assert "lacks the migrations 001_events" in doctor.stdout
        assert "run resonanz migrate" in doctor.stdout
        assert not cluster.store.query("SHOW TABLES").rows


def test_a_stop_ends_the_waiting_at_once(tmp_path: Path) -> None:
    env = environment(
        tmp_path,
        RESONANZ_KAFKA=f"kafka://127.0.0.1:{free_port()}",
        RESONANZ_CLICKHOUSE="clickhouse://127.0.0.1:1/default",
    )
    worker = Worker(env, tmp_path / "worker.log")
    until(lambda: worker.health("ready")[1].startswith("waiting"), "it waits")
    assert worker.terminate(timeout=20) == 0


def test_a_wrong_password_is_said_in_words_and_no_secret_is_logged(tmp_path: Path) -> None:
    with (
        EmbeddedBroker() as broker,
        Gateway(tmp_path / "server", user="resonanz_writer", password="right-one") as server,
    ):
        wrong = f"clickhouse://resonanz_writer:wrong-one@127.0.0.1:{server.port}/default"
        env = environment(tmp_path, RESONANZ_KAFKA=f"kafka://{broker.address}", RESONANZ_CLICKHOUSE=wrong)
        for arguments in (["worker"], ["doctor"]):
            done = command(env, *arguments)
            assert done.returncode == 1
            said = done.stdout + done.stderr
            assert (
                f"ClickHouse at 127.0.0.1:{server.port} refuses the user name or the password in RESONANZ_CLICKHOUSE"
                in said
            )
            assert "wrong-one" not in said
            assert "Traceback" not in said


def test_nothing_is_lost_or_repeated_when_a_worker_is_added_paused_refused_cut_off_and_stopped(tmp_path: Path) -> None:
    posts = 2000
    with (
        Relay() as kafka,
        Cluster(
            tmp_path, BRANDS, f"127.0.0.1:{kafka.port}", RESONANZ_BATCH_MESSAGES="10", RESONANZ_RETRY_SECONDS="1"
        ) as cluster,
    ):
        kafka.target = cluster.broker.address
        cluster.env["RESONANZ_KAFKA"] = f"kafka://127.0.0.1:{kafka.port}"
        truth = write_posts(tmp_path / "posts.jsonl", posts)
        first = cluster.worker("first").wait_ready()
        send(cluster, (tmp_path / "posts.jsonl").read_bytes().splitlines())
        until(lambda: cluster.stored() > 100, "some posts are stored", pause=0.05)

        for code in (497, 60, 516, 285, 319):  # a right, a table, a password, too few replicas, an unknown outcome
            cluster.server.refuse(f"refuse {code}")
            time.sleep(0.7)
        cluster.server.recover()
        at = cluster.stored()
        until(lambda: cluster.stored() > at, "it goes on after the refusals")

        # Each statement takes so long that a batch outlasts the session: the second worker comes in the middle of one.
        cluster.server.refuse("slow 0.8")
        second = cluster.worker("second").wait_ready()
        cluster.server.recover()
        until(lambda: shared(first, second), "each partition's lag is told by the one worker that has it")

        first.pause()  # as long as it takes to be counted as dead
        time.sleep(9)
        first.go_on()
        kafka.cut()
        time.sleep(5)
        kafka.mend()
        at = cluster.stored()
        until(lambda: cluster.stored() > at or not cluster.lag(), "it goes on after Kafka came back")
        cluster.server.refuse()
        started = time.monotonic()
        assert first.terminate() == 0
        assert time.monotonic() - started < 15  # it hands back what the store does not take
        cluster.server.recover()

        until(lambda: not cluster.lag() and cluster.stored() >= posts, "everything is stored", timeout=200, pause=0.5)
        assert cluster.stored() == posts
        assert (
            dict(cluster.store.query("SELECT brand, sum(posts) FROM brand_minute FINAL GROUP BY brand").rows)
            == truth["brands"]
        )
        assert cluster.store.query("SELECT sum(posts) FROM conversations FINAL").scalar() == posts
        assert cluster.store.query("SELECT count() FROM dead_letters FINAL").scalar() == 0
        assert cluster.recomputed() == {"brand_minute": True, "conversations": True, "dialogues": True}

        assert second.terminate() == 0


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
def test_kafka_and_clickhouse_over_tls(tmp_path: Path) -> None:
    pair = certificate(tmp_path)
    with (
        Relay(tls=pair) as kafka,
        Relay(tls=pair) as clickhouse,
        Cluster(tmp_path, BRANDS, f"127.0.0.1:{kafka.port}") as cluster,
    ):
        kafka.target, clickhouse.target = cluster.broker.address, f"127.0.0.1:{cluster.server.port}"
        secure = {
            "RESONANZ_KAFKA": f"kafka://127.0.0.1:{kafka.port}",
            "RESONANZ_KAFKA_SECURITY": "SSL",
            "RESONANZ_KAFKA_CA_FILE": str(pair[0]),
            "RESONANZ_CLICKHOUSE": f"clickhouses://127.0.0.1:{clickhouse.port}/default?ca_certs={pair[0]}",
        }
        worker = cluster.worker("worker", **secure).wait_ready()
        write_posts(tmp_path / "posts.jsonl", 50)
        send(
            cluster,
            (tmp_path / "posts.jsonl").read_bytes().splitlines(),
            kafka=secure["RESONANZ_KAFKA"],
            kafka_security="SSL",
            kafka_ca_file=pair[0],
        )
        until(lambda: cluster.stored() > 0, "posts came over TLS")
        # Without the authority nobody is trusted.
        strange = cluster.run(
            "doctor",
            check=False,
            **{
                **secure,
                "RESONANZ_KAFKA_CA_FILE": "",
                "RESONANZ_CLICKHOUSE": f"clickhouses://127.0.0.1:{clickhouse.port}/default",
            },
        )
        assert "FAIL  kafka" in strange.stdout
        assert "FAIL  store" in strange.stdout
        assert worker.terminate() == 0


def test_a_rolling_upgrade_counts_every_post_once(tmp_path: Path) -> None:
    """Old and new worker side by side on the same topics, group and tables: schema n and n + 1."""
    # `python -m tests.e2e.rolling` runs the long form: 100,000 posts.
    result = roll(tmp_path, posts=2000)
    truth = result["truth"]
    assert result["stored"] == truth["posts"]
    assert result["brands"] == truth["brands"]
    assert result["in_conversations"] == truth["posts"]
    assert result["dead_letters"] == 0
    assert result["recomputed"] == {"brand_minute": True, "conversations": True, "dialogues": True}
    assert result["exits"] == [0, 0, 0, 0]
    assert result["stored_side_by_side"]["next"] > 0
    assert result["stored_side_by_side"]["old"] > result["stored_before_the_migration"]["old"]
    assert result["written_by_next"] > result["stored_side_by_side"]["next"]
