"""`resonanz forget`: erase everything a person wrote."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

import typer

from streams.cli import common


def forget(
    account: Annotated[str, typer.Argument(help="source:handle, for example mastodon:jo@social.example")],
) -> None:
    """Erase the posts of a person: text, links and handle, from the posts and from every figure.

    What remains is an empty place in each conversation, so that other people's threads stay whole.

    \b
    Example:
      resonanz forget mastodon:jo@social.example
    """
    source, _, handle = account.partition(":")
    if not source or not handle:
        common.fail(f"{account!r} must be written source:handle", common.USAGE)
    config = common.settings()
    book = common.brands(None, config)
    from streams.forget import erase
    from streams.logs import configure_logging

    configure_logging(config, quiet=config.log_level == "info")
    try:
        erased = asyncio.run(erase(config, book, source, handle))
    except common.known_errors() as error:
        common.fail(str(error))
    print(json.dumps({"account": account, "posts_erased": erased}))
