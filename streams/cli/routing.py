"""`resonanz routing`: what waits for whom in the company, and what customers come to talk about."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from streams.cli import common


def routing(
    brand: Annotated[str, typer.Option(help="id of the brand")],
    start: Annotated[str | None, typer.Option("--from", help="begin, e.g. 2026-03-02; default: first post")] = None,
    end: Annotated[str | None, typer.Option("--to", help="end, not included; default: after the last post")] = None,
    brands: Annotated[
        Path | None, typer.Option(help="brands.yaml; default: RESONANZ_BRANDS, else ./brands.yaml")
    ] = None,
) -> None:
    """Print open questions and complaints by the department in charge, and the terms that come up, each with example posts; JSON.

    Departments and contacts are the `owners` of the brand in brands.yaml. Terms are compared with the span of equal length before.

    \b
    Example:
      resonanz routing --brand talwerk --from 2026-03-02 --to 2026-03-09
    """
    from schemas.brands import BrandError
    from streams.catalogue.routing import routing as found
    from streams.catalogue.service import Catalogue, RequestError
    from streams.cli.metrics import common_json, say
    from streams.store import StoreError

    config = common.settings(brands=brands)
    try:
        with Catalogue.open(config) as catalogue:
            asked = catalogue.request(brand=brand, start=start, end=end)
            configured = catalogue.book.get(brand)
            say(*catalogue.remarks)
            if not configured.owners:
                say(f"{brand} names no owners, so nobody is in charge of anything: see `owners` in docs/brands.md")
            answer = found(catalogue.store, configured, asked.start, asked.end)
    except (RequestError, BrandError) as error:
        common.fail(str(error), common.USAGE)
    except StoreError as error:
        common.fail(str(error))
    common_json(answer)
