"""`python -m tests.gateway --path DIR --port 0`: serve on loopback, print `ready <port>`, end with the parent."""

from __future__ import annotations

import argparse
import ctypes
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from tests.gateway.session import Options  # it imports the engine, which `--help` need not wait for

_PR_SET_PDEATHSIG = 1
_PATIENCE = 3.0  # seconds that running queries get at the end


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Serve until SIGTERM, SIGINT or the parent's death. Exit code 1 when the folder cannot be opened."""
    parser = argparse.ArgumentParser(prog="python -m tests.gateway", description=sys.modules[__package__].__doc__)
    parser.add_argument("--path", type=Path, required=True, help="folder of the data; one process may have it open")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; there is no TLS")
    parser.add_argument("--port", type=int, default=0, help="TCP port; 0: any free one")
    parser.add_argument("--refuse-file", type=Path, help="while this file exists, misbehave as it says (see faults.py)")
    parser.add_argument("--user", help="the only user to let in; anyone by default")
    parser.add_argument("--password", help="the only password to accept; any by default")
    parser.add_argument(
        "--grants", type=Path, help="file of GRANT statements, one a line without TO: all that clients may do"
    )
    parser.add_argument("--memory", type=int, default=2 << 30, help="bytes the engine may use")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    if sys.platform == "linux":
        # A parent that died before this line shows as a broken pipe when `ready` is printed.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))

    os.environ["TZ"] = "UTC"  # the engine's time zone, for DateTime without one
    from tests.gateway.engine import EngineError, config_of, connect
    from tests.gateway.session import Options

    config = config_of(given.grants.resolve()) if given.grants else None
    options = Options(given.path.resolve(), given.memory, given.user, given.password, given.refuse_file, config)
    try:
        engine = connect(options.path, options.memory_bytes, config)  # keeps the engine alive between clients
    except EngineError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    clients: dict[threading.Thread, socket.socket] = {}
    try:
        with socket.create_server((given.host, given.port), backlog=128) as listener:
            print("ready", listener.getsockname()[1], flush=True)
            _accept(listener, options, clients)
    except SystemExit:
        for sock in clients.values():
            _shut(sock)
        for thread in clients:
            thread.join(_PATIENCE / len(clients))
        if not any(thread.is_alive() for thread in clients):
            engine.close()
    # A thread inside the engine cannot be ended: leave without waiting for it. What was confirmed is on disk.
    os._exit(0)


def _accept(listener: socket.socket, options: Options, clients: dict[threading.Thread, socket.socket]) -> NoReturn:
    from tests.gateway.session import serve

    while True:
        sock, _ = listener.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for thread in [thread for thread in clients if not thread.is_alive()]:
            del clients[thread]
        thread = threading.Thread(target=serve, args=(sock, options), daemon=True)
        clients[thread] = sock
        thread.start()


def _shut(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it has gone


if __name__ == "__main__":
    main()
