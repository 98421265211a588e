"""`resonanz console`: the web console beside a cluster, or on an embedded store that no other process uses."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Annotated, Any

import typer

from streams.cli import common


def console(
    brands: Annotated[
        Path | None, typer.Option(help="brands.yaml; default: RESONANZ_BRANDS, else ./brands.yaml")
    ] = None,
    host: Annotated[str | None, typer.Option(help="address to listen on; beyond 127.0.0.1 a token is demanded")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="port; 0: a free one")] = None,
) -> None:
    """Serve the web console. Ends with Ctrl-C.

    `resonanz demo` and `resonanz up` bring their own console; this one is for a cluster's store (RESONANZ_CLICKHOUSE), or
    for looking at an embedded store after a replay.

    \b
    Examples:
      resonanz console
      RESONANZ_CONSOLE_TOKEN=… resonanz console --host 0.0.0.0
    """
    config = common.settings(brands=brands)
    book = common.brands(brands, config)
    from streams.console.server import ConsoleError
    from streams.logs import configure_logging
    from streams.store import StoreError

    configure_logging(config)
    try:
        asyncio.run(_serve(config, book, host or config.console_host, config.console_port if port is None else port))
    except (ConsoleError, StoreError) as error:
        common.fail(str(error))


async def _serve(config: Any, book: Any, host: str, port: int) -> None:
    from streams.console.server import serve_console
    from streams.store import open_store
    from streams.store.migrate import migrate

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    store = await asyncio.to_thread(open_store, config.clickhouse_url(), config.home)
    try:
        await asyncio.to_thread(migrate, store, config.clickhouse_cluster)

        def ready(url: str) -> None:
            # A token that was set is known to whoever set it: the output of a container is a log.
            print(f"console: {url.partition('?')[0] if config.console_token else url}", flush=True)

        await serve_console(store, config, book, host=host, port=port, stop=stop, ready=ready)
    finally:
        await asyncio.to_thread(store.close)
