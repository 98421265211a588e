"""An event that breaks the pipeline takes none of its pack with it into the dead letters."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from schemas.dead_letter import DeadLetter
from streams.pipeline import Batch
from streams.store import Store
from streams.worker import Worker
from tests.metrics.support import KnownModel
from tests.pipeline.support import Feeder, post


class Fragile:
    """A model that fails on one word."""

    version = "1"

    def predict(self, texts: Sequence[str], languages: Sequence[str] | None = None) -> list[Any]:
        if any("Bruch" in text for text in texts):
            raise KeyError("Bruch")
        return KnownModel({}).predict(texts, languages)


def test_only_the_event_at_fault_becomes_a_dead_letter(store: Store) -> None:
    feeder = Feeder(store, model=Fragile(), partitions=1)
    sent: list[DeadLetter] = []

    class Bare(Worker):
        """Without Kafka."""

        def __init__(self) -> None:
            self._pipeline, self.thread = feeder.pipeline, ThreadPoolExecutor(1)

        async def _send_letters(self, letters: Iterable[DeadLetter]) -> None:
            sent.extend(letters)

        async def _forward(self, batch: Batch) -> None:
            assert not batch.forwards

    posts = [post(n, "Acme Bruch" if n in (5, 11) else "Acme hält") for n in range(12)]
    worker = Bare()
    batch = asyncio.run(worker._safely(feeder.messages(posts, pack=12)))
    worker.thread.shutdown()
    assert (batch.read, batch.stored) == (12, 10)
    assert [(letter.stage, letter.index) for letter in sent] == [("process", 5), ("process", 11)]
    assert all(letter.payload().startswith(b"{") for letter in sent)
    assert store.query("SELECT count() FROM events FINAL").scalar() == 10
