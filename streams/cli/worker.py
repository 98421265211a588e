"""`resonanz worker` and `resonanz up`: the stream processor, in a cluster or on its own."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import SecretStr

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


def up(
    brands: Brands = None,
    model: Model = None,
    sources: Annotated[Path | None, typer.Option(help="sources.yaml; default: ./sources.yaml, if there is one")] = None,
) -> None:
    """Run everything on this machine: sources, broker, worker, store and the web console. Ends with Ctrl-C.

    \b
    Example:
      resonanz up --brands brands.yaml --sources sources.yaml
    """
    config = _with_token(common.settings(model=model, brands=brands))
    book = common.brands(brands, config)
    path = sources or Path("sources.yaml")
    if sources is None and not path.exists():
        _serve(config, book, console=True)
        return
    from processors.matching import BrandMatcher
    from streams.cli.ingest import environment
    from streams.sources.build import build_sources
    from streams.sources.config import SourcesError, load_sources

    try:
        built = build_sources(load_sources(path, environment()), config, BrandMatcher(book))
    except SourcesError as error:
        common.fail(str(error), common.USAGE)
    _serve(config, book, console=True, sources=built)


def _with_token(config: Any) -> Any:
    """With a token for the console where it needs one, the same after starting anew."""
    from streams.console.guard import is_loopback, new_token

    if config.console_token is not None or is_loopback(config.console_host):
        return config
    token = os.environ["RESONANZ_CONSOLE_TOKEN"] = new_token()
    return config.model_copy(update={"console_token": SecretStr(token)})


def _serve(config: Any, book: Any, *, console: bool = False, sources: Any = None) -> None:
    from streams.logs import configure_logging
    from streams.serve import serve

    configure_logging(config)
    try:
        again = asyncio.run(serve(config, book, console=console, sources=sources))
    except common.known_errors() as error:
        common.fail(str(error))
    if again:
        # The same process with the same words: whoever supervises it sees no end, and the memory is given back.
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
