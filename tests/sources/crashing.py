"""A source process that kills itself: `python -m tests.sources.crashing BOOTSTRAP FEED FOLDER WHEN`.

WHEN is `save:N` (kill -9 before the N-th cursor is stored: Kafka has the batch, nobody noted it) or `flush:N` (before the
N-th batch is confirmed), or `until:US`: it ends when it has stored a cursor of that time.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from streams.kafka.producer import EventProducer
from streams.settings import load_settings
from streams.sources.cursors import CursorStore
from streams.sources.jetstream import JetstreamSource
from streams.sources.runner import SourceRunner
from tests.sources.support import quick_backoff, shaper


def die_at(number: int) -> Any:
    """A function that does nothing until it is called for the `number`-th time."""
    calls = 0

    def count() -> None:
        nonlocal calls
        calls += 1
        if calls == number:
            os.kill(os.getpid(), signal.SIGKILL)

    return count


async def main(bootstrap: str, url: str, folder: Path, when: str) -> None:
    settings = load_settings(home=folder, author_key="k" * 32, pack=20)
    what, _, number = when.partition(":")
    hook = die_at(int(number or 0))

    class Store(CursorStore):
        def save(self, *arguments: Any) -> None:
            if what == "save":
                hook()
            super().save(*arguments)

    class Producer(EventProducer):
        def flush(self) -> None:
            if what == "flush":
                for partition, pack in list(self._packs.items()):
                    if pack and partition % 2:
                        self._send(partition)  # half of the batch is on its way
                hook()
            super().flush()

    feed = JetstreamSource("bluesky", [url], shaper("bluesky"), rewind=0.01, allow_private=True)
    store = Store(folder, "bluesky")
    runner = SourceRunner(feed, lambda: Producer(settings, [bootstrap], 2), store, backoff=quick_backoff())
    stop = asyncio.Event()
    task, stored, watched = asyncio.create_task(runner.run(stop)), "", CursorStore(folder, "bluesky")
    while what != "until" or f'"us":{number}' not in stored:
        await asyncio.sleep(0.05)
        stored = watched.load().value  # by a connection of its own: only what is committed
    stop.set()
    await task
    print(runner.gaps)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4]))
