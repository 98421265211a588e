"""`resonanz recompute`: derived rows anew from the stored events."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from streams.cli import common


def recompute(
    start: Annotated[str | None, typer.Option("--from", help="begin, e.g. 2026-03-02; default: first post")] = None,
    end: Annotated[str | None, typer.Option("--to", help="end, not included; default: after the last post")] = None,
) -> None:
    """Rebuild every derived row of a span of time from `events`; print how many rows there are, and for each table whether it is unchanged.

    Derived rows are absolute values, so the result equals what the workers wrote, and they may go on working. Needed after
    changing the number of partitions. Goes through the span step by step and says on stderr how far it is.

    \b
    Example:
      resonanz recompute --from 2026-03-02 --to 2026-03-09
    """
    from streams.catalogue.rebuild import rebuild, span
    from streams.catalogue.service import RequestError, window
    from streams.store import StoreError, open_store
    from streams.store.migrate import migrate

    config = common.settings()
    try:
        with open_store(config.clickhouse_url(), config.home) as store:
            migrate(store, config.clickhouse_cluster)
            begin, finish = window(store, start, end, span)
            print(json.dumps(rebuild(store, begin, finish, _say)))
    except RequestError as error:
        common.fail(str(error), common.USAGE)
    except StoreError as error:
        common.fail(str(error))


def _say(done: int, of: int) -> None:
    print(f"recompute: {done:,} of {of:,} posts", file=sys.stderr, flush=True)
