"""`resonanz forget`: erase everything a person wrote."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Annotated

import typer

from streams.cli import common


def forget(
    account: Annotated[str, typer.Argument(help="source:account, for example mastodon:jo@social.example")],
    resolver: Annotated[
        str, typer.Option(help="server that knows the did of a Bluesky handle")
    ] = "https://public.api.bsky.app",
) -> None:
    """Erase the posts of a person: text, links and handle, from the posts, the dead letters and every figure.

    What remains is an empty place in each conversation, so that other people's threads stay whole. docs/sources.md says
    how each source names its accounts, and how long Kafka remembers.

    \b
    Examples:
      resonanz forget mastodon:jo@social.example
      resonanz forget bluesky:did:plc:ewvi7nxzyoun6zhxrhs64oiz
    """
    source, _, name = account.partition(":")
    if not source or not name:
        common.fail(f"{account!r} must be written source:account", common.USAGE)
    config = common.settings()
    book = common.brands(None, config)
    from streams.forget import erase
    from streams.logs import configure_logging

    configure_logging(config, quiet=config.log_level == "info")
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
                "kafka_forgets_in_days": erased.kafka_forgets_in_days,
            }
        )
    )


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
