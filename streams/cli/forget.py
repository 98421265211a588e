"""`resonanz forget`: erase everything a person wrote."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Annotated

import typer

from streams.cli import common
from streams.settings import Settings


def forget(
    account: Annotated[str, typer.Argument(help="source:account, click:brand:id or order:brand:number")],
    resolver: Annotated[
        str, typer.Option(help="server that knows the did of a Bluesky handle")
    ] = "https://public.api.bsky.app",
) -> None:
    """Erase the posts of a person: text, links and handle, from the posts, the dead letters and every figure.

    What a shop reported (resonanz sales) is erased by the shop's click id or order number: no account leads to them.

    What remains is an empty place in each conversation, so that other people's threads stay whole. docs/sources.md says
    how each source names its accounts, and how long Kafka remembers.

    \b
    Examples:
      resonanz forget mastodon:jo@social.example
      resonanz forget bluesky:did:plc:ewvi7nxzyoun6zhxrhs64oiz
      resonanz forget click:acme:f3a9c2
      resonanz forget order:acme:4711
    """
    source, _, name = account.partition(":")
    if not source or not name:
        common.fail(f"{account!r} must be written source:account", common.USAGE)
    config = common.settings()
    if source in ("click", "order"):
        _sales(config, account)
        return
    book = common.brands(None, config)
    from streams.forget import erase

    try:
        if source == "bluesky" and not name.startswith("did:"):
            name = asyncio.run(_did(name.removeprefix("@"), resolver))
        erased = asyncio.run(erase(config, book, source, name))
    except common.known_errors() as error:
        common.fail(str(error))
    if not erased.posts:
        print("resonanz: no posts of this account are stored; is it written as its source names it?", file=sys.stderr)
    print(
        json.dumps(
            {
                "account": account,
                "posts_erased": erased.posts,
                "dead_letters_erased": erased.dead_letters,
                "links_from_visits_erased": erased.links_from_visits,
                "kafka_forgets_in_days": erased.kafka_forgets_in_days,
            }
        )
    )


def _sales(config: Settings, named: str) -> None:
    from streams.forget import erase_sales

    kind, _, rest = named.partition(":")
    brand, _, identifier = rest.partition(":")
    if not brand or not identifier:
        common.fail(f"{named!r} must be written {kind}:brand:{'id' if kind == 'click' else 'number'}", common.USAGE)
    try:
        erased = erase_sales(config, "click" if kind == "click" else "order", brand, identifier)
    except common.known_errors() as error:
        common.fail(str(error))
    if not erased.visits and not erased.orders:
        print("resonanz: nothing is stored under this; is it written as in the shop's files?", file=sys.stderr)
    print(json.dumps({kind: f"{brand}:{identifier}", "visits_erased": erased.visits, "orders_erased": erased.orders}))


async def _did(handle: str, resolver: str) -> str:
    """Bluesky names the authors of posts by did."""
    from streams.sources.base import SourceFault
    from streams.sources.jetstream import resolve_handle
    from streams.sources.net import open_client

    try:
        async with open_client() as client:
            return await resolve_handle(client, resolver, handle)
    except SourceFault as fault:
        common.fail(f"the did of {handle} is not known ({fault}); give it yourself: bluesky:did:plc:…")
