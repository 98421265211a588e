"""Several questions to the store at once: one request's queries do not wait for each other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

# A few threads for the whole process: each keeps a connection of its own, and more would only queue in the engine.
_threads = ThreadPoolExecutor(max_workers=3, thread_name_prefix="catalogue")


class Questions:
    """The questions of one request: `ask` them all, then read the answers. All have ended when the block ends, also by an error.

    A question must not ask another one: it would wait for a thread that waits for it.
    """

    def __init__(self) -> None:
        self._asked: list[Future[Any]] = []

    def ask(self, call: Callable[[], Any]) -> Future[Any]:
        """Begin `call`; the future's `result()` is its answer, or raises its error."""
        self._asked.append(_threads.submit(call))
        return self._asked[-1]

    def __enter__(self) -> Questions:
        return self

    def __exit__(self, *_: object) -> None:
        for future in self._asked:
            future.cancel()
        wait(self._asked)
