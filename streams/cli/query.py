"""`resonanz query`: ask the store."""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from streams.cli import common

if TYPE_CHECKING:
    from streams.store import Result, Store

_FORMAT = re.compile(r"\bFORMAT\s+(?!ASC\b|DESC\b)\w+\s*;?\s*$", re.IGNORECASE)
"""The embedded engine would answer in that format, and nobody could read it here."""


class Format(StrEnum):
    """How rows are printed."""

    table = "table"
    json = "json"


def query(
    sql: Annotated[str, typer.Argument(help="a SELECT in ClickHouse SQL")],
    output: Annotated[
        Format, typer.Option("--format", help="table for people, json (one object a line) for programs")
    ] = Format.table,
) -> None:
    """Ask the store. Tables: events, mentions, brand_minute, conversations, alerts. Nothing can be changed this way.

    \b
    Examples:
      resonanz query "SELECT brand, sum(mentions) FROM brand_minute FINAL GROUP BY brand"
      resonanz query "SELECT * FROM mentions LIMIT 5" --format json
    """
    if found := _FORMAT.search(sql):
        common.fail(f"leave {found.group().strip()} out: --format says how rows are printed", common.USAGE)
    with common.store() as store:
        result = _ask(store, sql)
    print_rows(result.dicts(), output, empty="0 rows")


def _ask(store: Store, sql: str) -> Result:
    """Run a statement that may only read: a slip of the pen must not cost the posts, which are all there is."""
    from streams.store import StoreMismatch

    with suppress(StoreMismatch):  # whoever may only read may not even say so
        store.execute("SET readonly = 2")
    try:
        return store.query(sql)
    except StoreMismatch as error:
        if "Code: 164." in str(error):
            common.fail(
                "resonanz query only reads; resonanz forget erases a person, resonanz migrate --keep drops old rows"
            )
        raise


def print_rows(rows: list[dict[str, Any]], output: Format, *, empty: str) -> None:
    """Print rows as a table for people or one JSON object a line; `empty` is said on stderr when there are none."""
    if output is Format.json:
        # msgspec writes what is no number (nan, inf) as null, as JSON wants it.
        encode = msgspec.json.Encoder(enc_hook=str).encode
        for row in rows:
            print(_C1.sub(lambda found: f"\\u{ord(found[0]):04x}", encode(row).decode()))
    elif rows:
        _print_table(rows)
    else:
        print(empty, file=sys.stderr)


_C1 = re.compile("[\x7f-\x9f]")
"""Controls that JSON leaves as they are, and some terminals obey."""
_HARMLESS = frozenset("\n\t\u00a0\u200c\u200d")


def inert(text: str) -> str:
    """What a stranger wrote, without what steers a terminal or turns its line around."""
    return "".join(c if c.isprintable() or c in _HARMLESS else "\ufffd" for c in text)


def _print_table(rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*rows[0], header_style="bold")
    for row in rows:
        # Text, not markup, and no escape sequence: a post must not colour or link anything here, nor steer the terminal.
        table.add_row(*(Text("" if value is None else inert(str(value))) for value in row.values()))
    Console(width=None if sys.stdout.isatty() else 200).print(table)
    print(f"{len(rows)} row{'' if len(rows) == 1 else 's'}", file=sys.stderr)
