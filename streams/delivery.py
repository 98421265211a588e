"""What one-off commands need to send events and see them stored: on one machine a worker of their own, on a cluster its workers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import msgspec

from processors.matching import BrandMatcher
from schemas.brands import BrandBook
from schemas.topics import EVENTS
from streams.kafka.admin import Admin
from streams.kafka.producer import Ends, EventProducer
from streams.runtime import Runtime
from streams.settings import Settings
from streams.store import Store, open_store
from streams.store.migrate import migrate


class Delivery(msgspec.Struct):
    """`producer()` opens a producer of social.events; `stored(ends)` waits until workers stored everything before `ends`."""

    store: Store
    matcher: BrandMatcher
    producer: Callable[[], EventProducer]
    stored: Callable[[Ends], Awaitable[None]]


@asynccontextmanager
async def delivery(settings: Settings, book: BrandBook) -> AsyncIterator[Delivery]:
    """Open what is needed. Raises what `Runtime` raises."""
    if settings.embedded_kafka:
        async with Runtime(settings, book) as runtime:
            yield Delivery(
                runtime.store, runtime.matcher,
                lambda: EventProducer(settings, runtime.bootstrap, runtime.partitions), runtime.reached,
            )  # fmt: skip
        return
    with Admin(settings, settings.bootstrap) as admin:
        await asyncio.to_thread(admin.ensure_topics)
        count = await asyncio.to_thread(admin.partitions, EVENTS)

        async def stored(ends: Ends) -> None:
            """The cluster's workers acknowledge what they stored."""

            def behind() -> bool:
                committed = admin.committed(settings.group, EVENTS)
                return any(committed.get(partition, 0) < end for partition, end in ends.events.items())

            while await asyncio.to_thread(behind):
                await asyncio.sleep(0.5)

        with open_store(settings.clickhouse_url(), settings.home) as store:
            migrate(store, settings.clickhouse_cluster)
            yield Delivery(
                store, BrandMatcher(book), lambda: EventProducer(settings, settings.bootstrap, count), stored
            )
