"""The command line. Modules of commands are imported when they are called: start-up stays fast."""

from __future__ import annotations

from typing import Annotated

import typer

from streams.cli import alerts, dashboards, deadletters, ingest, sources
from streams.cli.console import console
from streams.cli.demo import demo
from streams.cli.detect import detect
from streams.cli.doctor import doctor
from streams.cli.forget import forget
from streams.cli.metrics import metrics
from streams.cli.query import query
from streams.cli.recompute import recompute
from streams.cli.replay import replay
from streams.cli.routing import routing
from streams.cli.sales import sales
from streams.cli.score import score
from streams.cli.setup import migrate, topics
from streams.cli.simulate import simulate
from streams.cli.why import why
from streams.cli.worker import up, worker

app = typer.Typer(
    name="resonanz",
    help="Open streaming social analytics: relevance and dialogue, live, and an early word of a brand crisis.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a pretty traceback would print posts and passwords
    context_settings={"help_option_names": ["-h", "--help"]},
)
_COMMANDS = (
    *(demo, replay, query, metrics, why, routing, recompute, up, worker, console, score, detect),
    *(sales, simulate, topics, migrate, forget, doctor),
)
for command in _COMMANDS:
    app.command()(command)
sources.app.command("run")(ingest.run)
for name, group in (
    ("alerts", alerts.app),
    ("dashboards", dashboards.app),
    ("sources", sources.app),
    ("deadletters", deadletters.app),
):
    app.add_typer(group, name=name)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(version("resonanz"))
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="print the version and end")
    ] = False,
) -> None:
    """Settings come from RESONANZ_… variables (docs/settings.md). Without any, everything runs in this process."""


def main() -> None:
    """Entry point of `resonanz`."""
    app()
