"""Batches from an endless stream: a pump reads ahead, bounded, while the batch before is on its way into Kafka."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator


async def gathered(
    stream: AsyncIterator[bytes], *, size: int = 2000, seconds: float = 0.2
) -> AsyncIterator[list[bytes]]:
    """Yield what came within `seconds`, at most `size` items, until the stream ends. Raises what the stream raises,
    after everything that came before it was yielded. A stream faster than Kafka is read no further than one batch.
    """
    buffer: list[bytes] = []
    arrived, full, room = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def pump() -> None:
        async for item in stream:
            buffer.append(item)
            arrived.set()
            if len(buffer) >= size:
                full.set()
                room.clear()
                await room.wait()

    reader = asyncio.create_task(pump())
    try:
        while not reader.done() or buffer:
            await _first(reader, arrived, None)
            if not reader.done():
                await _first(reader, full, seconds)
            items = list(buffer)
            buffer.clear()
            arrived.clear()
            full.clear()
            room.set()
            if items:
                yield items
        reader.result()
    finally:
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)


async def _first(task: asyncio.Task[None], event: asyncio.Event, seconds: float | None) -> None:
    """Wait for the event, the end of the task or the time, whichever comes first."""
    waiter = asyncio.create_task(event.wait())
    await asyncio.wait((task, waiter), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    waiter.cancel()
