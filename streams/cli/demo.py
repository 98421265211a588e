"""`resonanz demo`: see it work, with nothing to set up."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from streams.cli import common


def demo(
    seconds: Annotated[
        float | None, typer.Option(help="end after this many seconds of stream; default: run until Ctrl-C", min=1)
    ] = None,
    headless: Annotated[
        bool, typer.Option("--headless", help="no live display, no web console; only the summary line")
    ] = False,
    picture: Annotated[Path | None, typer.Option(help="save the last picture of the live display as SVG")] = None,
    model: Annotated[str | None, typer.Option(help="sentiment model: a folder, a hub name, or off")] = None,
) -> None:
    """Watch an invented live stream of three competing brands become live figures; a crisis begins after 20 seconds.

    Everything runs in this process: broker, worker, sentiment model, store. The last line of stdout is a JSON summary.

    \b
    Examples:
      resonanz demo
      resonanz demo --seconds 60 --headless
    """
    config = common.settings(model=model)
    from streams.demo import run_demo
    from streams.display import save_picture, show

    save = (lambda state, runtime: save_picture(state, runtime, picture)) if picture else None
    visible = not headless and sys.stdout.isatty()
    try:
        result = asyncio.run(
            run_demo(config, seconds, display=show if visible else None, console=not headless, finish=save)
        )
    except common.known_errors() as error:
        common.fail(str(error))
    except KeyboardInterrupt:
        return
    print(json.dumps(result, ensure_ascii=False))
