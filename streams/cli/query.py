"""`resonanz query`: ask the store."""

from __future__ import annotations

import json
import re
import sys
from enum import StrEnum
from typing import Annotated, Any

import typer

from streams.cli import common


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
    """Ask the store. Tables: events, mentions, brand_minute, conversations, alerts.

    \b
    Examples:
      resonanz query "SELECT brand, sum(mentions) FROM brand_minute FINAL GROUP BY brand"
      resonanz query "SELECT * FROM mentions LIMIT 5" --format json
    """
    with common.store() as store:
        result = store.query(sql)
    print_rows(result.dicts(), output, empty="0 rows")


def print_rows(rows: list[dict[str, Any]], output: Format, *, empty: str) -> None:
    """Print rows as a table for people or one JSON object a line; `empty` is said on stderr when there are none."""
    if output is Format.json:
        for row in rows:
            line = json.dumps(row, default=_plain, ensure_ascii=False)
            print(_C1.sub(lambda found: f"\\u{ord(found[0]):04x}", line))
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


def _plain(value: Any) -> Any:
    from datetime import date, datetime

    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _print_table(rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*rows[0], header_style="bold")
    for row in rows:
        # Text, not markup, and no escape sequence: a post must not colour or link anything here, nor steer the terminal.
        table.add_row(*(Text(inert(str(value))) for value in row.values()))
    Console(width=None if sys.stdout.isatty() else 200).print(table)
    print(f"{len(rows)} rows", file=sys.stderr)
