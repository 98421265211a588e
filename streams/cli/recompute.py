"""`resonanz recompute`: derived rows anew from the stored events."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from streams.cli import common


def recompute(
    start: Annotated[str | None, typer.Option("--from", help="begin, e.g. 2026-03-02; default: first post")] = None,
    end: Annotated[str | None, typer.Option("--to", help="end, not included; default: after the last post")] = None,
) -> None:
    """Rebuild every derived row of a span of time from `events`, and print how many rows there are and how many differed.

    Derived rows are absolute values, so the result equals what the workers wrote; needed after changing the number of partitions.

    \b
    Example:
      resonanz recompute --from 2026-03-02 --to 2026-03-09
    """
    from streams.catalogue.rebuild import rebuild
    from streams.catalogue.service import RequestError, window
    from streams.store import StoreError, open_store
    from streams.store.migrate import migrate

    config = common.settings()
    try:
        with open_store(config.clickhouse_url(), config.home) as store:
            migrate(store)
            begin, finish = window(store, start, end)
            print(json.dumps(rebuild(store, begin, finish)))
    except RequestError as error:
        common.fail(str(error), common.USAGE)
    except StoreError as error:
        common.fail(str(error))
