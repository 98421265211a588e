"""`resonanz deadletters`: what was refused, why, and sending it again."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from streams.cli import common
from streams.cli.query import Format, inert, print_rows

_HELP = """What was refused and why; look at it, mend it, send it again.

\b
Examples:
  resonanz deadletters list
  resonanz deadletters replay
"""
app = typer.Typer(help=_HELP, no_args_is_help=True)


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(help="how many at most, newest first", min=1)] = 50,
    reason: Annotated[str, typer.Option(help="only reasons that begin so, e.g. created_at")] = "",
    every: Annotated[bool, typer.Option("--all", help="those already sent again, too")] = False,
    output: Annotated[Format, typer.Option("--format", help="table or json")] = Format.table,
) -> None:
    """List dead letters, newest first.

    \b
    Examples:
      resonanz deadletters list
      resonanz deadletters list --reason created_at --format json
    """
    with common.store() as store:
        from streams.letters import list_letters

        rows = list_letters(store, limit=limit, reason=reason, replayed=every)
    print_rows(rows, output, empty="no dead letters")


@app.command()
def show(letter_id: Annotated[int, typer.Argument(help="from the list")]) -> None:
    """Print the original bytes of one dead letter.

    \b
    Example:
      resonanz deadletters show 1234567890
    """
    with common.store() as store:
        from streams.letters import load_letters

        letters = load_letters(store, [letter_id])
    if not letters:
        common.fail(f"there is no dead letter {letter_id}")
    print(inert(f"{letters[0].stage}: {letters[0].reason}"), file=sys.stderr)
    payload = letters[0].payload()
    if sys.stdout.isatty():  # what a stranger sent must not steer the terminal
        payload = inert(payload.decode("utf-8", "replace")).encode()
    sys.stdout.buffer.write(payload + b"\n")


@app.command()
def replay(
    letter_ids: Annotated[
        list[int] | None, typer.Argument(help="which; none: all that were not sent again yet")
    ] = None,
    brands: Annotated[Path | None, typer.Option(help="brands.yaml")] = None,
    model: Annotated[str | None, typer.Option(help="sentiment model: a folder, a hub name, or off")] = None,
    sources: Annotated[
        Path | None, typer.Option("--sources", "-s", help="sources.yaml, for what feeds sent", exists=True)
    ] = None,
) -> None:
    """Send dead letters through the pipeline again; those that are refused again come back with today's reason.

    What a feed sent is read by its source, which needs sources.yaml.

    \b
    Examples:
      resonanz deadletters replay
      resonanz deadletters replay 1234567890
      resonanz deadletters replay --sources sources.yaml
    """
    config = common.settings(model=model, brands=brands)
    book = common.brands(brands, config)
    from streams.resend import resend

    try:
        with _feeds(sources, brands) as feeds:
            result: dict[str, Any] = asyncio.run(resend(config, book, letter_ids or [], feeds))
    except common.known_errors() as error:
        common.fail(str(error))
    if result["needs_sources"]:
        print(
            f"resonanz: {result['needs_sources']} were left: give --sources, the file of their feeds", file=sys.stderr
        )
    print(json.dumps(result))
    if letter_ids and (missing := len(set(letter_ids)) - result["letters"]):
        common.fail(f"{missing} of the letters named are not there; see resonanz deadletters list --all")


@contextmanager
def _feeds(file: Path | None, brands: Path | None) -> Iterator[list[Any]]:
    """The sources of the file, with what they remember of conversations."""
    if file is None:
        yield []
        return
    from streams.cli.sources import load
    from streams.sources.cursors import CursorStore

    feeds, folder = load(file, brands)
    stores = []
    for feed in feeds:
        if (folder / f"{feed.name}.sqlite").exists():
            stores.append(CursorStore(folder, feed.name))
            stores[-1].load_keys(feed.keys)
    try:
        yield feeds
    finally:
        for store in stores:
            store.close()
