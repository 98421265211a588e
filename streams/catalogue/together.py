"""Several questions to the store at once: one request's queries do not wait for each other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

# A few threads for the whole process: each keeps a connection of its own, and more would only queue in the engine.
_threads = ThreadPoolExecutor(max_workers=3, thread_name_prefix="catalogue")


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls at the same time, the first on this thread; return their results in order. Calls must not nest.

    Raises the error of the first call that failed, after all have ended.
    """
    waiting = [_threads.submit(call) for call in calls[1:]]
    try:
        first = calls[0]()
    finally:
        for future in waiting:
            future.exception()
    return [first, *(future.result() for future in waiting)]
