"""Erasing a person: an account purge through the pipeline, then a merge, so that no old row keeps the text."""

from __future__ import annotations

import asyncio
import time

from schemas.brands import BrandBook
from schemas.social_event import SocialEvent, event_id, hash64
from streams.kafka.producer import EventProducer
from streams.runtime import Runtime
from streams.secret import author_key
from streams.settings import Settings
from streams.store.cluster import for_cluster


async def erase(settings: Settings, book: BrandBook, source: str, handle: str) -> int:
    """Erase all posts of the account; return how many there were. Raises what Runtime raises."""
    author = hash64(source, handle.removeprefix("@").casefold(), key=author_key(settings))
    now = int(time.time() * 1000)
    uri = f"forget:{source}:{author:016x}"
    purge = SocialEvent(
        event_id=event_id(source, uri, "account_purge", now), source=source, uri=uri, action="account_purge",
        created_at=now, received_at=now, author_id=author, collector="forget",
    )  # fmt: skip
    count = f"SELECT count() FROM events FINAL WHERE author_id = {author} AND NOT deleted AND action != 'account_purge'"
    async with Runtime(settings, book) as runtime:
        before = (await asyncio.to_thread(runtime.store.query, count)).scalar()
        producer = EventProducer(settings, runtime.bootstrap, runtime.partitions)
        try:
            await asyncio.to_thread(producer.add, purge)
            await asyncio.to_thread(producer.flush)
        finally:
            producer.close()
        await runtime.reached(producer.ends())
        for statement in for_cluster("OPTIMIZE TABLE events FINAL", settings.clickhouse_cluster):
            await asyncio.to_thread(runtime.store.execute, statement)
    return int(before)
