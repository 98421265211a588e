"""`resonanz query`: ask the store."""

from __future__ import annotations

import json
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
    output: Annotated[Format, typer.Option("--format", help="table for people, json (one object a line) for programs")] = Format.table,
) -> None:
    """Ask the store. Tables: events, mentions, brand_minute, conversations, alerts.

    \b
    Examples:
      resonanz query "SELECT brand, sum(mentions) FROM brand_minute FINAL GROUP BY brand"
      resonanz query "SELECT * FROM mentions LIMIT 5" --format json
    """
    config = common.settings()
    from streams.store import StoreError, open_store
    from streams.store.migrate import migrate

    try:
        with open_store(config.clickhouse_url(), config.home) as store:
            migrate(store)
            result = store.query(sql)
    except StoreError as error:
        common.fail(str(error))
    if output is Format.json:
        for row in result.dicts():
            print(json.dumps(row, default=_plain, ensure_ascii=False))
        return
    _print_table(result.names, result.rows)


def _plain(value: Any) -> Any:
    from datetime import date, datetime

    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _print_table(names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*names, header_style="bold")
    for row in rows:
        # Text, not markup: a post must not colour or link anything here.
        table.add_row(*(Text(str(value)) for value in row))
    Console(width=None if sys.stdout.isatty() else 200).print(table)
    print(f"{len(rows)} rows", file=sys.stderr)
