"""A cluster on this machine for tests: the embedded broker and a ClickHouse gateway, each a process, and workers beside them.

Everything a worker meets is real but the size: Kafka's protocol and consumer groups, ClickHouse's native protocol and
engine, `resonanz worker` as a process with signals and exit codes.

    python -m tests.e2e.cluster FOLDER      a broker and a gateway for something else, until the input ends; prints
                                            where they are as one JSON line
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from schemas.topics import EVENTS
from streams.catalogue.rebuild import rebuild
from streams.kafka.admin import Admin
from streams.kafka.broker import EmbeddedBroker
from streams.logs import configure_logging
from streams.settings import load_settings
from streams.store import StoreError
from streams.store.tcp import TcpStore
from tests.command import RESONANZ
from tests.gateway.fixtures import Gateway

ROOT = Path(__file__).resolve().parents[2]
NEXT_VERSION = ("-m", "tests.e2e.next_version")


def free_port() -> int:
    """A TCP port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], bool], what: str, timeout: float = 120, pause: float = 0.1) -> None:
    """Wait until `condition` holds. Raises TimeoutError that says what was waited for."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {timeout} s: {what}")
        time.sleep(pause)


class Worker:
    """`resonanz worker` as a process; its log is the file `log`."""

    def __init__(self, env: dict[str, str], log: Path, program: tuple[str, ...] = RESONANZ) -> None:
        self.log = log
        self._port = free_port()
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                [sys.executable, *program, "worker"],
                env={**env, "RESONANZ_METRICS_PORT": str(self._port)}, cwd=ROOT, stdout=file, stderr=file,
            )  # fmt: skip

    def health(self, kind: str) -> tuple[int, str]:
        """Status and problem of /health/`kind`; (0, "") while nothing answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/health/{kind}", timeout=3) as answer:
                return answer.status, str(json.load(answer)["problem"])
        except urllib.error.HTTPError as error:
            return error.code, str(json.load(error)["problem"])
        except OSError:
            return 0, ""

    def metrics(self) -> str:
        """What Prometheus would read."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/metrics", timeout=3) as answer:
            return str(answer.read().decode())

    def wait_ready(self, timeout: float = 90) -> Worker:
        """Until it takes part in the consumer group."""
        until(lambda: self.health("ready")[0] == 200 or self._ended(), f"{self.log.name} ready", timeout)
        return self

    def _ended(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError(f"the worker ended with {self.process.returncode}: {self.text()[-2000:]}")
        return False

    def text(self) -> str:
        """Its log so far."""
        return self.log.read_text(errors="replace")

    def terminate(self, timeout: float = 60) -> int:
        """SIGTERM, as Kubernetes sends it; returns the exit code."""
        self.process.terminate()
        return self.process.wait(timeout)

    def kill(self) -> None:
        """SIGKILL, as a power cut."""
        self.process.kill()
        self.process.wait()

    def pause(self) -> None:
        """SIGSTOP, as a virtual machine that is moved."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT."""
        self.process.send_signal(signal.SIGCONT)


class Cluster:
    """Broker, gateway and the environment that leads a worker to them. `brands` is the text of brands.yaml, `settings` more
    variables, `advertised` the host:port of a relay in front of the broker."""

    def __init__(self, folder: Path, brands: str, advertised: str = "", **settings: str) -> None:
        self.folder = folder
        self.broker = EmbeddedBroker(advertised)
        self.broker.start()
        self.server = Gateway(folder / "server")
        self.store = TcpStore(self.server.url)
        (folder / "brands.yaml").write_text(brands)
        self.env = {
            **os.environ,
            "RESONANZ_HOME": str(folder / "home"),
            "RESONANZ_KAFKA": f"kafka://{self.broker.address}",
            "RESONANZ_CLICKHOUSE": self.server.url,
            "RESONANZ_BRANDS": str(folder / "brands.yaml"),
            "RESONANZ_MODEL": "off",
            "RESONANZ_LOG_FORMAT": "json",
            "PYTHONPATH": str(ROOT),
            **settings,
        }
        self._workers: list[Worker] = []

    def worker(self, name: str, program: tuple[str, ...] = RESONANZ, **settings: str) -> Worker:
        """Start a worker."""
        started = Worker({**self.env, **settings}, self.folder / f"{name}.log", program)
        self._workers.append(started)
        return started

    def run(self, *arguments: str, program: tuple[str, ...] = RESONANZ, check: bool = True, **settings: str) -> Any:
        """Run a command to its end."""
        return subprocess.run(
            [sys.executable, *program, *arguments], env={**self.env, **settings}, cwd=ROOT,
            capture_output=True, text=True, check=check, timeout=300,
        )  # fmt: skip

    def recomputed(self) -> dict[str, bool]:
        """Whether each derived table stays as it is when it is computed anew from the posts."""
        unchanged: dict[str, bool] = rebuild(self.store, 0, 4_000_000_000_000)["unchanged"]
        return unchanged

    def stored(self, where: str = "1") -> int:
        """Posts in the store; 0 before there is a table, -1 while the store does not answer."""
        try:
            return int(self.store.query(f"SELECT count() FROM events FINAL WHERE {where}").scalar())
        except StoreError:
            return -1

    def lag(self) -> int:
        """Messages of social.events that the group has not acknowledged."""
        with Admin(load_settings(kafka=self.env["RESONANZ_KAFKA"]), [self.broker.address]) as admin:
            return sum(p.lag for p in admin.lag("resonanz", EVENTS))

    def __enter__(self) -> Cluster:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            if worker.process.poll() is None:
                worker.go_on()
                worker.kill()
        self.store.close()
        self.server.stop()
        self.broker.stop()


def main() -> None:
    configure_logging(load_settings())  # to stderr: the output is for the line below
    with Cluster(Path(sys.argv[1]), "brands: []") as cluster:
        print(json.dumps({"kafka": cluster.env["RESONANZ_KAFKA"], "clickhouse": cluster.server.url}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
