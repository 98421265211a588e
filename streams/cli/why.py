"""`resonanz why`: the events behind a number."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from streams.cli import common
from streams.cli.metrics import LONGEST_HOURS


def why(
    metric: Annotated[str, typer.Argument(help="id of the metric, e.g. net_sentiment or first_response_time.p50")],
    brand: Annotated[str, typer.Option(help="id of the brand")],
    at: Annotated[str | None, typer.Option(help="a moment: the UTC day that holds it is the window")] = None,
    start: Annotated[str | None, typer.Option("--from", help="begin of the window, instead of --at")] = None,
    end: Annotated[str | None, typer.Option("--to", help="end of the window, not included")] = None,
    hours: Annotated[float, typer.Option(help="as given to metrics", min=0.001, max=LONGEST_HOURS)] = 24.0,
    age: Annotated[float, typer.Option(help="as given to metrics", min=0.001, max=LONGEST_HOURS)] = 24.0,
    limit: Annotated[int, typer.Option(help="list at most so many events; all are counted", min=0)] = 1000,
    brands: Annotated[
        Path | None, typer.Option(help="brands.yaml; default: RESONANZ_BRANDS, else ./brands.yaml")
    ] = None,
) -> None:
    """Print a metric's value, its versions, and the events it was computed from, each with its part in the number.

    \b
    Examples:
      resonanz why net_sentiment --brand talwerk --at 2026-03-02T09:00Z
      resonanz why response_rate --brand talwerk --from 2026-03-02 --to 2026-03-09 --limit 20
    """
    from schemas.brands import BrandError
    from streams.catalogue.service import Catalogue, RequestError
    from streams.cli.metrics import common_json, say
    from streams.store import StoreError

    config = common.settings(brands=brands)
    try:
        with Catalogue.open(config) as catalogue:
            say(*catalogue.remarks)
            found = catalogue.why(
                metric, brand=brand, at=at, start=start, end=end, within_hours=hours, age_hours=age, limit=limit
            )
    except (RequestError, BrandError) as error:
        common.fail(str(error), common.USAGE)
    except StoreError as error:
        common.fail(str(error))
    common_json(found)
