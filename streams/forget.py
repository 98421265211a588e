"""Erasing a person: an account purge through the pipeline, then merges, so that no old row keeps the text.

Besides the posts, a person's words can lie in dead letters (the bytes as they came) and in edits that wait for their post, and
answers, conversations, alerts and the visits that a shop reported can name their posts by address. What the shop reported of the
person is erased by click id or order number.
Kafka forgets by itself: `docs/sources.md` says after how many days.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from typing import Literal

import msgspec

from schemas.brands import BrandBook
from schemas.social_event import SocialEvent, event_id, hash64
from schemas.topics import DEADLETTER, EVENTS, TOPICS
from streams.delivery import Delivery, delivery
from streams.forget_addresses import unname
from streams.forget_sales import ErasedSales, erase_click, erase_order
from streams.secret import author_key, has_author_key
from streams.settings import Settings
from streams.store import Store, StoreError, open_store
from streams.store.cluster import for_cluster, mutate
from streams.store.migrate import migrate


class ForgetError(StoreError):
    """Nothing can be erased like this; the message says why."""


class Erased(msgspec.Struct):
    """What was erased. `kafka_forgets_in_days`: for how long Kafka may still hold what was once sent."""

    posts: int
    dead_letters: int
    links_from_visits: int
    kafka_forgets_in_days: int


def pseudonyms(source: str, account: str, key: bytes) -> set[int]:
    """The author ids an account may have: some feeds name it as written (YouTube), others without regard to case."""
    name = account.removeprefix("@")
    return {hash64(source, written, key=key) for written in (name, name.casefold())}


async def erase(settings: Settings, book: BrandBook, source: str, account: str) -> Erased:
    """Erase all posts of the account. Raises ForgetError and what `delivery` raises."""
    _needs_key(settings)
    authors = pseudonyms(source, account, author_key(settings))
    # No text is scored here: the model need not be loaded.
    async with delivery(settings.model_copy(update={"model": "off"}), book) as channel:
        authors |= await asyncio.to_thread(_by_handle, channel.store, source, account)
        where = f"author_id IN ({', '.join(map(str, sorted(authors)))})"
        posts, months = await asyncio.to_thread(_posts, channel.store, where)
        addresses = await asyncio.to_thread(_addresses, channel.store, where)
        await _purge(channel, source, authors)
        letters = await asyncio.to_thread(_clean, channel.store, settings, account, authors, months)
        links = await asyncio.to_thread(unname, channel.store, addresses, settings.clickhouse_cluster)
    days = (
        max(int(topic.config["retention.ms"]) for topic in TOPICS if topic.name in (EVENTS, DEADLETTER)) // 86_400_000
    )
    return Erased(posts, letters, links, days)


def erase_sales(settings: Settings, kind: Literal["click", "order"], brand: str, identifier: str) -> ErasedSales:
    """Erase what the shop reported under a click id or an order number. Raises ForgetError and StoreError."""
    _needs_key(settings)
    erase_one = erase_click if kind == "click" else erase_order
    with open_store(settings.clickhouse_url(), settings.home) as store:
        migrate(store, settings.clickhouse_cluster)
        return erase_one(store, brand, identifier, author_key(settings), settings.clickhouse_cluster)


def _needs_key(settings: Settings) -> None:
    if not settings.embedded_kafka and not has_author_key(settings):
        raise ForgetError("RESONANZ_AUTHOR_KEY is not set: without the sources' key nobody's posts can be found")


def _by_handle(store: Store, source: str, account: str) -> set[int]:
    """Where handles are stored, they name the author too."""
    query = "SELECT DISTINCT author_id FROM events WHERE source = %(source)s AND handle != '' AND lowerUTF8(handle) = %(handle)s"
    found = store.query(query, {"source": source, "handle": account.removeprefix("@").lower()})
    return {int(row[0]) for row in found.rows}


def _posts(store: Store, where: str) -> tuple[int, list[str]]:
    count = store.query(f"SELECT count() FROM events FINAL WHERE {where} AND NOT deleted AND action != 'account_purge'")
    months = store.query(f"SELECT DISTINCT toString(toYYYYMM(minute)) FROM events WHERE {where}")
    return int(count.scalar()), [row[0] for row in months.rows]


def _addresses(store: Store, where: str) -> list[str]:
    """Under which addresses others may name the posts."""
    found = store.rows(f"SELECT DISTINCT arrayJoin([uri, url]) AS address FROM events WHERE {where} AND address != ''")
    return [row[0] for row in found if not row[0].startswith("forget:")]


async def _purge(channel: Delivery, source: str, authors: Collection[int]) -> None:
    now = int(time.time() * 1000)
    producer = await asyncio.to_thread(channel.producer)
    try:
        for author in authors:
            uri = f"forget:{source}:{author:016x}"
            purge = SocialEvent(
                event_id=event_id(source, uri, "account_purge", now), source=source, uri=uri, action="account_purge",
                created_at=now, received_at=now, author_id=author, collector="forget",
            )  # fmt: skip
            await asyncio.to_thread(producer.add, purge)
        await asyncio.to_thread(producer.flush)
    finally:
        await asyncio.to_thread(producer.close)
    await channel.stored(producer.ends())


def _clean(store: Store, settings: Settings, account: str, authors: Collection[int], months: list[str]) -> int:
    """Merge away the old rows, delete what waits or was refused. Returns how many dead letters were deleted."""
    cluster = settings.clickhouse_cluster
    for month in months:
        for statement in for_cluster(f"OPTIMIZE TABLE events PARTITION {month} FINAL", cluster):
            store.execute(statement)
    ids = [str(author) for author in authors]
    waiting = " OR ".join(f"position(event, '\"author_id\":{author}') > 0" for author in ids)
    found = store.query(
        "SELECT letter_id FROM dead_letters WHERE arrayExists(word -> positionCaseInsensitive("
        "tryBase64Decode(original), word) > 0, %(words)s)",
        {"words": [*ids, *_names(account)]},
    )
    letters = sorted({int(row[0]) for row in found.rows})
    deletions = [f"ALTER TABLE amendments DELETE WHERE {waiting}"]
    if letters:
        deletions.append(f"ALTER TABLE dead_letters DELETE WHERE letter_id IN ({', '.join(map(str, letters))})")
    for deletion in deletions:
        mutate(store, deletion, {}, cluster)
    return len(letters)


def _names(account: str) -> list[str]:
    """How a refused item may name the account. A Mastodon server names its own people without itself."""
    name = account.removeprefix("@")
    user, _, host = name.partition("@")
    return [name, f"{host}/@{user}", f"{host}/users/{user}"] if host else [f'"{name}"', f"@{name}", f"/{name}/"]
