"""`resonanz sales`: what the shop reports of visits and orders."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from streams.cli import common


def sales(
    files: Annotated[list[Path], typer.Argument(help="JSON Lines, a visit or an order a line (docs/sales.md)")],
    brands: Annotated[
        Path | None, typer.Option(help="brands.yaml; default: RESONANZ_BRANDS, else ./brands.yaml")
    ] = None,
) -> None:
    """Read visits and orders of a shop, so that social_conversion and economic_value can be stated; print what came of it.

    Click ids and order numbers are stored as keyed hashes; a visit without consent is not stored at all. Reading a file
    again changes nothing. The exit code is 1 when a line was refused.

    \b
    Example:
      resonanz sales visits.jsonl orders.jsonl
    """
    import msgspec

    from streams.sales import read
    from streams.secret import author_key

    config = common.settings(brands=brands)
    book = common.brands(brands, config)
    refused = 0
    with common.store() as store:
        for path in files:
            try:
                with open(path, "rb") as file:
                    report = read(store, book, file, author_key(config))
            except OSError as error:
                common.fail(f"cannot read {path}: {error.strerror}", common.USAGE)
            refused += report.refused_lines
            print(msgspec.json.encode({"file": str(path)} | msgspec.to_builtins(report)).decode(), flush=True)
    if refused:
        print(f"resonanz: {refused} lines were refused; the others are stored", file=sys.stderr)
        raise typer.Exit(1)
