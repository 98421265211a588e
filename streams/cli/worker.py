"""`resonanz worker` and `resonanz up`: the stream processor, in a cluster or on its own."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Annotated, Any

import typer

from streams.cli import common

Brands = Annotated[Path | None, typer.Option(help="brands.yaml; default: RESONANZ_BRANDS, else ./brands.yaml")]
Model = Annotated[str | None, typer.Option(help="sentiment model: a folder, a hub name, or off")]


def worker(brands: Brands = None, model: Model = None) -> None:
    """Run a worker of the cluster: consume social.events, score, store, acknowledge. Ends on SIGTERM, losing nothing.

    Needs RESONANZ_KAFKA and RESONANZ_CLICKHOUSE. /metrics and /health are served on RESONANZ_METRICS_PORT.

    \b
    Example:
      RESONANZ_KAFKA=kafka://kafka:9092 RESONANZ_CLICKHOUSE=clickhouse://clickhouse:9000/default resonanz worker
    """
    config = common.settings(model=model, brands=brands)
    if config.embedded_kafka:
        common.fail(
            "RESONANZ_KAFKA is not set; a worker needs a cluster. For a run on this machine alone: resonanz up",
            common.USAGE,
        )
    _serve(config, common.brands(brands, config))


def up(brands: Brands = None, model: Model = None) -> None:
    """Run everything on this machine: broker, worker, store. Ends with Ctrl-C.

    \b
    Example:
      resonanz up --brands brands.yaml
    """
    config = common.settings(model=model, brands=brands)
    _serve(config, common.brands(brands, config))


def _serve(config: Any, book: Any) -> None:
    from streams.logs import configure_logging

    configure_logging(config)
    try:
        asyncio.run(serve(config, book))
    except common.known_errors() as error:
        common.fail(str(error))


async def serve(config: Any, book: Any) -> None:
    """Run until SIGTERM or SIGINT. Raises what `Runtime` raises, and Crashed when the worker ends by itself."""
    import structlog

    from streams.http import HealthServer
    from streams.runtime import Crashed, Runtime

    log = structlog.get_logger(__name__)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with Runtime(config, book) as runtime:

        def problem() -> str | None:
            try:
                runtime.check()
            except Crashed as error:
                return str(error)
            return None

        def not_ready() -> str | None:
            return problem() or (None if runtime.joined else "joining the consumer group")

        server = HealthServer(config.metrics_host, config.metrics_port, live=problem, ready=not_ready)
        await server.start()
        log.info("metrics and health", url=f"http://{config.metrics_host}:{server.port}")
        try:
            while not stop.is_set():
                runtime.check()
                try:
                    await asyncio.wait_for(stop.wait(), 1.0)
                except TimeoutError:
                    pass
        finally:
            await server.stop()
