"""`resonanz replay`: past posts through the whole pipeline."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from streams.cli import common


def replay(
    files: Annotated[
        list[Path], typer.Argument(help="portable JSON Lines (also .gz, .zst)", exists=True, dir_okay=False)
    ],
    brands: Annotated[
        Path | None, typer.Option(help="brands.yaml; default: RESONANZ_BRANDS, else ./brands.yaml")
    ] = None,
    speed: Annotated[str, typer.Option(help="max, or how many times faster than the posts were written")] = "max",
    model: Annotated[str | None, typer.Option(help="sentiment model: a folder, a hub name, or off")] = None,
    timeout: Annotated[
        float, typer.Option(help="seconds to wait at the end until all is stored; 0: no limit", min=0)
    ] = 0,
) -> None:
    """Feed files through the whole pipeline, wait until everything is stored, and print one JSON summary line.

    Repeating a replay changes no number. Bad lines become dead letters, with the reason.

    \b
    Examples:
      resonanz replay posts.jsonl --brands brands.yaml
      resonanz replay 2026-*.jsonl.gz --speed 60
    """
    config = common.settings(model=model, brands=brands)
    book = common.brands(brands, config)
    pace = _speed(speed)
    from streams.logs import configure_logging

    configure_logging(config, quiet=config.log_level == "info" and sys.stderr.isatty())
    try:
        result = asyncio.run(_run(config, book, files, pace, timeout))
    except common.known_errors() as error:
        common.fail(str(error))
    except KeyboardInterrupt:
        common.fail("stopped; what was stored stays, run the same command again to complete it", 130)
    print(json.dumps(result))


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not value > 0:  # nan is not
        common.fail(f"--speed must be max or a number above 0, not {text!r}", common.USAGE)
    return value


async def _run(config: Any, book: Any, files: list[Path], speed: float | None, timeout: float) -> dict[str, Any]:
    from streams.replay import replay_cluster, replay_embedded

    started = time.monotonic()
    run = replay_embedded if config.embedded_kafka else replay_cluster
    result = await run(config, book, files, speed, timeout or None)
    result["seconds"] = round(time.monotonic() - started, 2)
    return result
