"""A replay during which the worker is killed and the store refuses: nothing may be lost, nothing counted twice.

    python -m tests.e2e.crash --posts 100000 --kills 5 --refusals 2 --refuse-seconds 20

Real parts: the embedded broker, a ClickHouse gateway in its own process, `resonanz worker` in its own process. Prints
one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from schemas.topics import EVENTS
from streams.kafka.admin import Admin
from streams.kafka.broker import EmbeddedBroker
from streams.settings import load_settings
from streams.store import StoreUnavailable
from streams.store.tcp import TcpStore
from tests.command import RESONANZ
from tests.gateway.fixtures import Gateway

BRANDS = """
brands:
  - {id: acme, name: Acme, terms: [acme]}
  - {id: globex, name: Globex, terms: [globex]}
"""


def write_posts(path: Path, count: int) -> dict[str, Any]:
    """Write `count` different posts, one in fifty twice; return what plain counting says the store must hold."""
    pick = random.Random(5)
    by_brand: Counter[str] = Counter()
    with path.open("w") as file:
        for number in range(count):
            brand = pick.choice(["acme", "globex", "none"])
            minute = pick.randrange(600)
            post = {
                "uri": f"https://social.example/{number}",
                "source": "mastodon",
                "author": {"handle": f"person{pick.randrange(5000)}"},
                "text": f"{brand} number {number}",
                "created_at": f"2026-02-03T{10 + minute // 60:02d}:{minute % 60:02d}:00Z",
            }
            if number % 10 == 9:
                post["parent_uri"] = post["root_uri"] = f"https://social.example/{number - 9}"
            by_brand[brand] += 1
            file.write((json.dumps(post) + "\n") * (2 if number % 50 == 0 else 1))
    del by_brand["none"]
    return {"posts": count, "brands": dict(by_brand)}


class WorkerProcess:
    """`resonanz worker` as a child that is started again after each kill, as Kubernetes would."""

    def __init__(self, env: dict[str, str], log: Path) -> None:
        self._env, self._log = env, log
        self.kills = 0
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *RESONANZ, "worker"],
                env=self._env,
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.kills += 1
        self.start()

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(60)


def stored(store: TcpStore) -> int:
    try:
        return int(store.query("SELECT count() FROM events FINAL").scalar())
    except StoreUnavailable:
        return -1
    except Exception:  # before the migrations
        return 0


def run(folder: Path, posts: int, kills: int, refusals: int, refuse_seconds: float) -> dict[str, Any]:
    truth = write_posts(folder / "posts.jsonl", posts)
    (folder / "brands.yaml").write_text(BRANDS)
    started = time.monotonic()
    with EmbeddedBroker() as broker, Gateway(folder / "server") as server, TcpStore(server.url) as store:
        env = {
            **os.environ,
            "RESONANZ_HOME": str(folder / "home"),
            "RESONANZ_KAFKA": f"kafka://{broker.address}",
            "RESONANZ_CLICKHOUSE": server.url,
            "RESONANZ_BRANDS": str(folder / "brands.yaml"),
            "RESONANZ_MODEL": "off",
            "RESONANZ_METRICS_PORT": "0",
            "RESONANZ_BATCH_MESSAGES": "40",
            "PYTHONPATH": os.getcwd(),
        }
        worker = WorkerProcess(env, folder / "worker.log")
        feeder = subprocess.Popen(
            [sys.executable, *RESONANZ, "replay", str(folder / "posts.jsonl")],
            env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        faults = ["kill"] * kills
        for number in range(refusals):
            faults.insert((number + 1) * len(faults) // (refusals + 1), "refuse")
        for number, fault in enumerate(faults):
            _wait_for(store, posts * (number + 1) // (len(faults) + 2), worker)
            if fault == "kill":
                worker.kill()
            else:
                server.refuse()
                time.sleep(refuse_seconds)
                server.recover()
        output, _ = feeder.communicate(timeout=900)
        with Admin(load_settings(kafka=env["RESONANZ_KAFKA"]), [broker.address]) as admin:
            lag = sum(p.lag for p in admin.lag("resonanz", EVENTS))
        return {
            "truth": truth,
            "stored": stored(store),
            "rows_before_merging": store.query("SELECT count() FROM events").scalar(),
            "brands": dict(
                store.query("SELECT brand, sum(posts) FROM brand_minute FINAL GROUP BY brand ORDER BY brand").rows
            ),
            "in_conversations": store.query("SELECT sum(posts) FROM conversations FINAL").scalar(),
            "dead_letters": store.query("SELECT count() FROM dead_letters FINAL").scalar(),
            "lag": lag,
            "kills": worker.kills,
            "refusals": refusals,
            "replay": json.loads(output.splitlines()[-1]),
            "worker_exit": worker.stop(),
            "seconds": round(time.monotonic() - started, 1),
        }


def _wait_for(store: TcpStore, count: int, worker: WorkerProcess, timeout: float = 300) -> None:
    deadline = time.monotonic() + timeout
    while stored(store) < count:
        if worker.process.poll() is not None:
            raise RuntimeError(f"the worker ended by itself with {worker.process.returncode}")
        if time.monotonic() > deadline:
            raise TimeoutError(f"not {count} posts stored within {timeout} s")
        time.sleep(0.1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--refusals", type=int, default=2)
    parser.add_argument("--refuse-seconds", type=float, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            print(json.dumps(run(Path(folder), options.posts, options.kills, options.refusals, options.refuse_seconds)))
        except Exception:
            log = Path(folder) / "worker.log"
            print(log.read_text(errors="replace")[-4000:] if log.exists() else "no worker log", file=sys.stderr)
            raise


if __name__ == "__main__":
    main()
