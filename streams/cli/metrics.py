"""`resonanz metrics`: the metric catalogue, computed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from streams.cli import common

LONGEST_HOURS = 24 * 366
"""As in the HTTP API."""


def metrics(
    brand: Annotated[str | None, typer.Option(help="id of a brand; default: all")] = None,
    start: Annotated[
        str | None, typer.Option("--from", help="begin, e.g. 2026-03-02 or 2026-03-02T08:00Z; default: first post")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", help="end, not included; default: after the last post")] = None,
    metric: Annotated[
        list[str] | None, typer.Option("--metric", help="only this metric, an id of docs/metrics.md; may be repeated")
    ] = None,
    hours: Annotated[
        float, typer.Option(help="an answer within so many hours is in time", min=0.001, max=LONGEST_HOURS)
    ] = 24.0,
    age: Annotated[
        float, typer.Option(help="post age in hours at which reactions are read", min=0.001, max=LONGEST_HOURS)
    ] = 24.0,
    brands: Annotated[
        Path | None, typer.Option(help="brands.yaml; default: RESONANZ_BRANDS, else ./brands.yaml")
    ] = None,
) -> None:
    """Compute every metric and print a JSON list of objects.

    Keys: id, brand, from, to, value, low, high (95 % interval), n, unit, versions, parts; where there is no value, or a doubtful one, note says why.
    Times without a zone are UTC. What has happened after --to is not looked at: what was open then counts as open.

    \b
    Examples:
      resonanz metrics --brand talwerk
      resonanz metrics --from 2026-03-02 --to 2026-03-09 --metric response_rate --metric first_response_time
    """
    from schemas.brands import BrandError
    from streams.catalogue.service import Catalogue, RequestError
    from streams.store import StoreError

    config = common.settings(brands=brands)
    try:
        with Catalogue.open(config) as catalogue:
            say(*catalogue.remarks)
            found = catalogue.metrics(
                brand=brand, start=start, end=end, metrics=tuple(metric or ()), within_hours=hours, age_hours=age
            )
    except (RequestError, BrandError) as error:
        common.fail(str(error), common.USAGE)
    except StoreError as error:
        common.fail(str(error))
    common_json(found)


def say(*remarks: str) -> None:
    """Tell a person what the JSON on stdout does not."""
    for remark in remarks:
        print(f"resonanz: {remark}", file=sys.stderr)


def common_json(found: object) -> None:
    """Print as JSON, one object of a list a line: readable, and good for line tools."""
    import msgspec

    encode = msgspec.json.Encoder().encode
    if isinstance(found, list):
        print("[" + ",\n ".join(encode(item).decode() for item in found) + "]")
    else:
        print(msgspec.json.format(encode(found), indent=2).decode())
