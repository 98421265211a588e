"""The embedded store, lent to a child process: the engine allows one process a folder.

The owner answers SQL over socket pairs that only the child inherits, so there is no address to protect; each pair carries one
call at a time, a thread serves it. Answers travel as the engine's own Native bytes and are decoded in the child.
"""

from __future__ import annotations

import contextlib
import os
import queue
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from typing import Any, NoReturn

import msgspec

from streams.store import native
from streams.store.base import Result, Store, StoreBusy, StoreError, StoreMismatch, StoreRefused, StoreUnavailable
from streams.store.embedded import EmbeddedStore
from streams.store.params import substitute

_ERRORS: dict[str, type[StoreError]] = {
    kind.__name__: kind for kind in (StoreUnavailable, StoreMismatch, StoreRefused, StoreBusy, StoreError)
}
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder().decode
_GONE = "the process that owns the store has ended"


class Lender:
    """Serves `store` over `lines` socket pairs. `other(name, …)` answers questions that are not for the store.

    Only an embedded store can be read this way; a cluster's is reached by the child itself, which then asks `other` alone.

    Pass `fileno`s of `ends` to the child (`pass_fds`), then call `hand_over`; `close` at the end.
    """

    def __init__(self, store: Store, lines: int, other: Callable[..., Any]) -> None:
        self._store, self._other = store, other
        pairs = [socket.socketpair() for _ in range(lines)]
        self.ends = [pair[1] for pair in pairs]
        self._own = [pair[0] for pair in pairs]
        self._threads = [
            threading.Thread(target=self._serve, args=(Connection(os.dup(own.fileno())),), daemon=True, name="lender")
            for own in self._own
        ]
        for thread in self._threads:
            thread.start()

    def hand_over(self) -> None:
        """Close this process's copies of the child's ends: when the child ends, its lines end."""
        for end in self.ends:
            end.close()

    def break_off(self) -> None:
        """Answer no more, whether or not the child has ended."""
        for own in self._own:
            with contextlib.suppress(OSError):
                own.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Break off, and wait until running calls are done."""
        self.break_off()
        for thread in self._threads:
            thread.join()
        for own in self._own:
            own.close()

    def _serve(self, line: Connection) -> None:
        with line:
            while True:
                try:
                    asked = _decode(line.recv_bytes())
                    line.send_bytes(self._answer(*asked))
                except (EOFError, OSError):
                    return

    def _answer(self, call: str, *given: Any) -> bytes:
        try:
            if call == "native" and isinstance(self._store, EmbeddedStore):
                return b"+" + self._store.native(*given)
            if call == "execute":
                self._store.execute(*given)
                return b"+"
            if call == "insert":
                return b"+" + _encode(self._store.insert(*given))
            return b"+" + _encode(self._other(call, *given))
        except StoreError as error:
            kind = next(name for name, known in _ERRORS.items() if isinstance(error, known))
            return b"-" + _encode([kind, str(error)])
        except Exception as error:  # whatever it is, the child must hear of it, and this thread must go on
            return b"-" + _encode(["StoreRefused", f"{type(error).__name__}: {error}"])


class RemoteStore(Store):
    """The child's side: the contract of Store over inherited file descriptors."""

    def __init__(self, descriptors: Sequence[int]) -> None:
        super().__init__()
        self._lines: queue.LifoQueue[Connection] = queue.LifoQueue()
        for descriptor in descriptors:
            self._lines.put(Connection(descriptor))
        self._count = len(descriptors)

    def ask(self, call: str, *given: Any) -> bytes:
        """Make one call; waits for a free line. Raises StoreError."""
        line = self._lines.get()
        try:
            line.send_bytes(_encode([call, *given]))
            answer = line.recv_bytes()
        except (EOFError, OSError):
            raise StoreUnavailable(_GONE) from None
        finally:
            self._lines.put(line)
        if answer[:1] == b"+":
            return answer[1:]
        kind, text = _decode(answer[1:])
        raise _ERRORS[kind](text)

    def other(self, name: str, *given: Any) -> Any:
        """Ask the owner something that is not for the store."""
        return _decode(self.ask(name, *given))

    def query(self, sql: str, params: Mapping[str, Any] | None = None) -> Result:
        return native.decode(self.ask("native", substitute(sql, params)))

    def execute(self, sql: str, params: Mapping[str, Any] | None = None) -> None:
        self.ask("execute", substitute(sql, params))

    def insert(self, table: str, names: Sequence[str], columns: Sequence[Sequence[Any]]) -> int:
        return int(_decode(self.ask("insert", table, list(names), [list(column) for column in columns])))

    def stage(self, *_: Any, **__: Any) -> NoReturn:
        raise StoreRefused("batches of posts are written by the process that owns the store")

    def close(self) -> None:
        for _ in range(self._count):
            self._lines.get().close()
        self._count = 0
