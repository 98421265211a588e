"""The real Prometheus and Alertmanager from Debian, with the project's own rules and routes, and a webhook that listens."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.conftest import ROOT

TOOLS = ("prometheus", "prometheus-alertmanager")


def install() -> None:
    """Install both with apt where that is possible; skip the test with the reason where it is not."""
    if all(map(shutil.which, TOOLS)):
        return
    if shutil.which("apt-get") is None:
        pytest.skip("Prometheus and Alertmanager are not here, and there is no apt-get to install them with")
    if os.geteuid() != 0:
        pytest.skip("as root: apt-get install --no-install-recommends prometheus prometheus-alertmanager")
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *TOOLS]
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=240, check=False)
    if done.returncode:
        pytest.skip(f"apt-get cannot install Prometheus: {done.stderr.strip()[-300:]}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: Callable[[], Any], seconds: float, why: str) -> Any:
    """The first true answer of `what`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := what():
            return answer
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds:.0f} s: {why}")


class Notification(NamedTuple):
    """One alert in one message of Alertmanager."""

    at: float
    receiver: str
    status: str
    labels: dict[str, str]
    annotations: dict[str, str]


class Webhook:
    """Keeps every notification."""

    def __init__(self) -> None:
        self.got: list[Notification] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                for alert in message["alerts"]:
                    outer.got.append(
                        Notification(
                            time.time(), self.path.strip("/"), alert["status"], alert["labels"], alert["annotations"]
                        )
                    )
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def of(
        self, brand: str, status: str = "firing", severities: tuple[str, ...] = ("warning", "critical")
    ) -> list[Notification]:
        """Notifications of a brand, oldest first."""
        return [
            note
            for note in self.got
            if note.labels.get("brand") == brand and note.status == status and note.labels["severity"] in severities
        ]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Server:
    """A child process with an HTTP address that says when it is ready."""

    def __init__(self, command: list[str], port: int, ready: str, log: Path) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._command, self._ready, self._log = command, ready, log
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(self._command, stdout=log, stderr=log)
        try:
            wait_for(self._answers, 150, f"{Path(self._command[0]).name} is ready")
        except AssertionError as error:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"{error}: {self._log.read_text(errors='replace')[-1500:]}") from None

    def _answers(self) -> bool:
        assert self.process.poll() is None, "it ended by itself"
        try:
            with urllib.request.urlopen(self.url + self._ready, timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(self.url + path, timeout=10) as answer:
            return json.load(answer)


def alertmanager(folder: Path, webhook: Webhook) -> Server:
    """With the project's own routes and inhibitions; every receiver is the webhook at /NAME.

    Only `group_interval` is shorter: how long a group that has been told waits with its next news, such as the end.
    """
    config = yaml.safe_load((ROOT / "deploy/alertmanager/alertmanager.yml").read_text(encoding="utf-8"))
    config.pop("templates")
    for route in (config["route"], *config["route"]["routes"]):
        route["group_interval"] = "5s"
    config["receivers"] = [
        {
            "name": receiver["name"],
            "webhook_configs": [{"url": f"http://127.0.0.1:{webhook.port}/{receiver['name']}", "send_resolved": True}],
        }
        for receiver in config["receivers"]
    ]
    path, port = folder / "alertmanager.yml", free_port()
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    command = [
        "prometheus-alertmanager", f"--config.file={path}", f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=",
    ]  # fmt: skip
    return Server(command, port, "/-/ready", folder / "alertmanager.log")


def prometheus(folder: Path, target: int, alerts_to: Server) -> Server:
    """With the project's own rules and rhythm."""
    deployed = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text(encoding="utf-8"))
    worker = next(job for job in deployed["scrape_configs"] if job["job_name"] == "worker")
    config = {
        "global": {**deployed["global"], "scrape_interval": worker["scrape_interval"]},
        "rule_files": [str(path) for path in (ROOT / "deploy/prometheus/rules").glob("*.yml")],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alerts_to.url.removeprefix("http://")]}]}]},
        "scrape_configs": [{"job_name": "worker", "static_configs": [{"targets": [f"127.0.0.1:{target}"]}]}],
    }
    path, port = folder / "prometheus.yml", free_port()
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    command = [
        "prometheus", f"--config.file={path}", f"--storage.tsdb.path={folder / 'prometheus'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]  # fmt: skip
    return Server(command, port, "/-/ready", folder / "prometheus.log")


def firing(server: Server, query: str = 'ALERTS{area="brand", alertstate="firing"}') -> list[dict[str, str]]:
    """Labels of the alerts that Prometheus itself has firing."""
    found = server.get(f"/api/v1/query?query={urllib.parse.quote(query)}")
    return [row["metric"] for row in found["data"]["result"]]
