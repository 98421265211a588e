"""`resonanz dashboards`: the Grafana dashboards as files, or onto a server."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from streams.cli import common
from streams.settings import leads_somewhere

_HELP = """Grafana dashboards, made from the same panels as the console.

\b
Examples:
  resonanz dashboards export --out dashboards
  resonanz dashboards publish --url https://grafana.example --dry-run --diff
"""
app = typer.Typer(name="dashboards", help=_HELP, no_args_is_help=True)
Brands = Annotated[
    Path | None, typer.Option(help="brands.yaml, for the competitor sets; default: RESONANZ_BRANDS, else ./brands.yaml")
]


@app.command()
def export(
    out: Annotated[Path, typer.Option(help="folder to write to; it is made if missing", file_okay=False)],
    brands: Brands = None,
) -> None:
    """Write every dashboard as a JSON file, for Grafana's provisioning. Files that are equal are not touched.

    \b
    Example:
      resonanz dashboards export --out deploy/grafana/dashboards
    """
    rendered = _rendered(brands)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, dashboard in rendered.items():
            path, text = (
                out / f"{name}.json",
                json.dumps(dashboard, indent=1, sort_keys=True, ensure_ascii=False) + "\n",
            )
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8")
                print(path)
    except OSError as error:
        common.fail(f"cannot write {error.filename}: {error.strerror}")


@app.command()
def publish(
    url: Annotated[str, typer.Option(help="Grafana's address")],
    brands: Brands = None,
    clickhouse: Annotated[
        str | None,
        typer.Option(
            help="clickhouse://user@host:9000/database for Grafana; password: RESONANZ_GRAFANA_CLICKHOUSE_PASSWORD"
        ),
    ] = None,
    prometheus: Annotated[str | None, typer.Option(help="Prometheus' address as Grafana sees it")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="change nothing, show what would change")] = False,
    show_diff: Annotated[bool, typer.Option("--diff", help="show every difference")] = False,
    insecure: Annotated[bool, typer.Option("--insecure", help="do not check the server's certificate")] = False,
) -> None:
    """Publish folder, data sources and dashboards to a Grafana server. Needs a service account's token in RESONANZ_GRAFANA_TOKEN.

    Running it twice changes nothing the second time. Without --clickhouse and --prometheus the data sources must exist
    with the uids `clickhouse` and `prometheus`.

    \b
    Examples:
      resonanz dashboards publish --url https://grafana.example --dry-run --diff
      resonanz dashboards publish --url https://grafana.example --clickhouse clickhouse://reader@clickhouse:9000/resonanz
    """
    token = os.environ.get("RESONANZ_GRAFANA_TOKEN", "")
    if not token:
        common.fail(
            "set RESONANZ_GRAFANA_TOKEN to the token of a Grafana service account with the role Admin", common.USAGE
        )
    rendered = _rendered(brands)
    from dashboards.publish import DataSources, Publisher, PublishError

    sources = DataSources(_clickhouse_source(clickhouse), {"url": prometheus} if prometheus else None)
    try:
        for step in Publisher(url, token, verify=not insecure).publish(rendered, sources, dry_run=dry_run):
            would = "would be " if dry_run and step.action != "unchanged" else ""
            print(f"{step.what}: {would}{step.action}")
            if step.diff and show_diff:
                print(step.diff)
    except PublishError as error:
        common.fail(str(error))


def _rendered(brands: Path | None) -> dict[str, dict[str, Any]]:
    config = common.settings(brands=brands)
    book = common.brands(brands, config)
    from dashboards.checks import BuildError, check
    from dashboards.grafana import render_all
    from streams.dashboards import series_names

    rendered = render_all(book)
    try:
        check(rendered, series_names())
    except BuildError as error:
        common.fail(f"the dashboards do not build:\n{error}")
    return rendered


def _clickhouse_source(url: str | None) -> dict[str, Any] | None:
    if url is None:
        return None
    if not leads_somewhere(url, "clickhouse", "clickhouses"):
        common.fail("--clickhouse must look like clickhouse://user@host:9000/database", common.USAGE)
    parts = urlsplit(url)
    settings = {
        "host": parts.hostname,
        "port": parts.port or (9440 if parts.scheme == "clickhouses" else 9000),
        "protocol": "native",
        "secure": parts.scheme == "clickhouses",
        "username": parts.username or "default",
        "defaultDatabase": parts.path.strip("/") or "default",
    }
    password = os.environ.get("RESONANZ_GRAFANA_CLICKHOUSE_PASSWORD", "")
    return {"jsonData": settings, **({"secureJsonData": {"password": password}} if password else {})}
