"""Start, break and stop a gateway from tests.

Import the fixtures into a `conftest.py` (`from tests.gateway.fixtures import gateway`), or use `Gateway` directly:

    with Gateway(tmp_path / "server") as server:
        store = TcpStore(server.url)
        server.refuse()          # every query fails with code 242 until …
        server.recover()
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import pytest

_ROOT = Path(__file__).resolve().parents[2]


class GatewayError(RuntimeError):
    """The gateway did not start; the message holds what it said."""


class Gateway:
    """A gateway process on its own folder, started at once. Its files lie beside the folder: PATH.fault, PATH.log.

    Call from the main thread: on Linux the process is killed when the thread that started it ends.
    Raises GatewayError when it does not start within `timeout` seconds.
    """

    def __init__(
        self,
        path: Path,
        *,
        user: str | None = None,
        password: str | None = None,
        grants: Sequence[str] = (),
        port: int = 0,
        timeout: float = 60.0,
    ) -> None:
        self.path = path
        self.port = port
        self._fault = path.with_name(path.name + ".fault")
        self._log = path.with_name(path.name + ".log")
        given = {"user": user, "password": password}
        self._credentials = [f"--{name}={value}" for name, value in given.items() if value is not None]
        if grants:
            path.parent.mkdir(parents=True, exist_ok=True)
            rights = path.with_name(path.name + ".grants")
            rights.write_text("\n".join(grants), encoding="utf-8")
            self._credentials.append(f"--grants={rights}")
        self._login = f"{user or 'default'}:{password}@" if password is not None else ""
        self._timeout = timeout
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        """`clickhouse://…` of the database `default`, with the password if one was set."""
        return f"clickhouse://{self._login}127.0.0.1:{self.port}/default"

    @property
    def pid(self) -> int | None:
        """The process, None when it is not running."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> None:
        """Start, or start again after `stop` or `kill`: on the same port and data."""
        if self.pid is not None:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "tests.gateway", "--path", str(self.path), "--port", str(self.port)]
        command += ["--refuse-file", str(self._fault), *self._credentials]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=_ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log
            )
        assert self._process.stdout is not None
        word, _, port = _line(self._process.stdout, self._timeout).partition(" ")
        if word != "ready":
            self.kill()
            raise GatewayError(f"the gateway did not start: {self._log.read_text(errors='replace')[-2000:]}")
        self.port = int(port)

    def refuse(self, mode: str = "refuse") -> None:
        """Misbehave from the next query on: `refuse [CODE]`, `drop`, `drop-after` or `slow SECONDS` (see faults.py)."""
        draft = self._fault.with_name(self._fault.name + ".new")
        draft.write_text(mode, encoding="utf-8")
        draft.replace(self._fault)

    def recover(self) -> None:
        """Behave again."""
        self._fault.unlink(missing_ok=True)

    def stop(self) -> None:
        """End it in order (SIGTERM). Harmless when it is not running."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would (SIGKILL)."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(number)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()

    def __enter__(self) -> Gateway:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _line(stream: IO[bytes], timeout: float) -> str:
    """The first line, or what there is of it when the stream ends or the time is over."""
    deadline = time.monotonic() + timeout
    data = b""
    while not data.endswith(b"\n") and (left := deadline - time.monotonic()) > 0:
        if select.select([stream], [], [], left)[0]:
            part = os.read(stream.fileno(), 4096)
            if not part:
                break
            data += part
    return data.decode(errors="replace").strip()


@pytest.fixture(scope="session")
def shared_gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """One gateway for the whole session. Tests that break it use `gateway`, which mends it."""
    with Gateway(tmp_path_factory.mktemp("gateway") / "server") as server:
        yield server


@pytest.fixture
def gateway(shared_gateway: Gateway) -> Iterator[Gateway]:
    """The session's gateway, running and behaving before the test and after it. Its data stays: name tables apart."""
    shared_gateway.start()
    yield shared_gateway
    shared_gateway.recover()
    shared_gateway.start()
