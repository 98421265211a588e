"""`resonanz sources`: what feeds are configured, whether they work, and where they stand."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from streams.cli import common

_HELP = """Feeds: check tokens and addresses, show cursors and gaps.

\b
Examples:
  resonanz sources check --file sources.yaml
  resonanz sources status
"""
app = typer.Typer(help=_HELP, no_args_is_help=True)

File = Annotated[Path, typer.Option("--file", "-f", help="sources.yaml")]
Brands = Annotated[Path | None, typer.Option(help="brands.yaml; default: RESONANZ_BRANDS, else ./brands.yaml")]
_DEFAULT = Path("sources.yaml")


@app.command()
def check(file: File = _DEFAULT, brands: Brands = None) -> None:
    """Try every source of sources.yaml and say in words what works and what does not. Ends with 1 if something does not.

    Nothing is written anywhere, and no secret is printed.

    \b
    Example:
      resonanz sources check --file sources.yaml
    """
    sources, _ = load(file, brands)
    if not sources:
        print("no source is enabled in", file)
        return
    raise typer.Exit(asyncio.run(_check_all(sources)))


async def _check_all(sources: Any) -> int:
    from streams.sources.base import Finding

    bad = 0
    for source in sources:
        try:
            findings = await asyncio.wait_for(source.check(), 120)
        except TimeoutError:
            findings = [Finding(False, "no answer within two minutes")]
        except Exception as error:  # one source that cannot even be tried must not hide what is said of the others
            findings = [Finding(False, f"{type(error).__name__}: {error}")]
        for finding in findings:
            bad += not finding.ok
            print(f"{'ok ' if finding.ok else 'BAD'}  {source.name}: {finding.text}")
    return common.FAILURE if bad else 0


@app.command()
def status(file: File = _DEFAULT, brands: Brands = None) -> None:
    """Show where each source stands: its cursor, when it was stored, and the gaps that were noticed.

    \b
    Example:
      resonanz sources status
    """
    from streams.sources.cursors import CursorStore

    sources, folder = load(file, brands)
    for source in sources:
        if not (folder / f"{source.name}.sqlite").exists():
            print(f"{source.name}: never ran here")
            continue
        store = CursorStore(folder, source.name)
        state = store.load()
        saved = _time(state.saved_ms) if state.saved_ms else "never"
        print(f"{source.name}: cursor stored {saved}; {store.gap_count()} gaps")
        for at, gap in store.gaps(5):
            print(f"  {_time(at)}  {gap.reason}: {gap.note}")
        store.close()


def load(file: Path, brands: Path | None) -> tuple[Any, Path]:
    """The sources of the file and the folder of their cursors, or the end of the program with a line that says why."""
    from processors.matching import BrandMatcher
    from streams.cli.ingest import environment
    from streams.sources.build import build_sources
    from streams.sources.config import SourcesError, load_sources

    settings = common.settings()
    try:
        sources = build_sources(
            load_sources(file, environment()), settings, BrandMatcher(common.brands(brands, settings))
        )
    except SourcesError as error:
        common.fail(str(error), common.USAGE)
    return sources, sources.folder


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
