"""`resonanz sources run`: the feeds of sources.yaml into a cluster's Kafka, as a process of their own."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from streams.cli import common


def run(
    file: Annotated[Path, typer.Option("--file", "-f", help="sources.yaml")] = Path("sources.yaml"),
    brands: Annotated[
        Path | None, typer.Option(help="brands.yaml; default: RESONANZ_BRANDS, else ./brands.yaml")
    ] = None,
) -> None:
    """Run the sources until SIGTERM. Needs RESONANZ_KAFKA. Cursors are kept in RESONANZ_HOME.

    `${NAME}` in sources.yaml is a variable, or the file NAME in the folder RESONANZ_SECRETS_DIR.
    /metrics and /health are served on RESONANZ_METRICS_PORT.

    \b
    Example:
      RESONANZ_KAFKA=kafka://kafka:9092 resonanz sources run --file sources.yaml
    """
    config = common.settings()
    if config.embedded_kafka:
        common.fail("RESONANZ_KAFKA is not set. For a run on this machine alone: resonanz up", common.USAGE)
    from processors.matching import BrandMatcher
    from streams.logs import configure_logging
    from streams.sources.build import build_sources
    from streams.sources.config import SourcesError, load_sources

    configure_logging(config)
    try:
        loaded = load_sources(file, environment())
        sources = build_sources(loaded, config, BrandMatcher(common.brands(brands, config)))
    except SourcesError as error:
        common.fail(str(error), common.USAGE)
    if not sources:
        common.fail(f"no source is enabled in {file}", common.USAGE)
    try:
        asyncio.run(serve(config, sources))
    except common.known_errors() as error:
        common.fail(str(error))


def environment() -> Mapping[str, str]:
    """Variables, and below them the files of the secrets folder by their names."""
    folder = os.environ.get("RESONANZ_SECRETS_DIR")
    files = (
        {p.name: p.read_text(encoding="utf-8").strip() for p in Path(folder).iterdir() if p.is_file()} if folder else {}
    )
    return {**files, **os.environ}


async def serve(config: Any, sources: Any) -> None:
    """Run until SIGTERM or SIGINT, or until finite sources have ended. Raises KafkaUnreachable and OSError."""
    import structlog

    from schemas.topics import EVENTS
    from streams.http import HealthServer
    from streams.kafka.admin import Admin
    from streams.kafka.producer import EventProducer
    from streams.sources.build import run_sources

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    def partitions() -> int:
        with Admin(config, config.bootstrap) as admin:
            return admin.partitions(EVENTS)

    count = await asyncio.to_thread(partitions)
    server = HealthServer(config.metrics_host, config.metrics_port, live=lambda: None, ready=lambda: None)
    await server.start()
    structlog.get_logger(__name__).info("metrics and health", url=f"http://{config.metrics_host}:{server.port}")
    try:
        await run_sources(sources, lambda: EventProducer(config, config.bootstrap, count), stop)
    finally:
        await server.stop()
