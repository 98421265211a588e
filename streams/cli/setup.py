"""`resonanz topics` and `resonanz migrate`: what a deployment runs once before its workers start."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from streams.cli import common


def topics() -> None:
    """Create the Kafka topics that are missing and show all of them. Running it again changes nothing.

    Needs RESONANZ_KAFKA. Partitions, replication and min.insync.replicas come from the settings.

    \b
    Example:
      RESONANZ_KAFKA=kafka://kafka:9092 RESONANZ_PARTITIONS=12 RESONANZ_REPLICATION=3 resonanz topics
    """
    config = common.settings()
    if config.embedded_kafka:
        common.fail("RESONANZ_KAFKA is not set; an embedded run makes its topics itself", common.USAGE)
    from schemas.topics import TOPICS
    from streams.kafka.admin import Admin

    rows = []
    try:
        with Admin(config, config.bootstrap) as admin:
            created = admin.ensure_topics()
            for topic in TOPICS:
                days = int(topic.config.get("retention.ms", "0")) / 86_400_000
                state = "created" if topic.name in created else "exists"
                rows.append((topic.name, state, str(admin.partitions(topic.name)), f"{days:g} days", topic.purpose))
    except common.known_errors() as error:
        common.fail(str(error))
    _table(("topic", "state", "partitions", "kept", "holds"), rows)


def migrate(
    keep: Annotated[
        list[str] | None,
        typer.Option(help="TABLE=DAYS: drop rows older than that, 0 keeps for ever; may be given several times"),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="apply nothing; end with 1 when migrations are missing")
    ] = False,
) -> None:
    """Bring the tables of the store to this version. Running it again changes nothing.

    With RESONANZ_CLICKHOUSE_CLUSTER, replicated tables are made, and distributed ones over them.

    \b
    Examples:
      resonanz migrate
      resonanz migrate --keep events=400 --keep brand_minute=1200
    """
    config = common.settings()
    from streams.store import StoreError, open_store
    from streams.store.migrate import migrate as apply
    from streams.store.migrate import migrations, pending
    from streams.store.retention import doubt, parse
    from streams.store.retention import keep as keep_for

    try:
        days = parse(keep or [])
    except StoreError as error:
        common.fail(str(error), common.USAGE)
    if note := doubt(days):
        print(f"resonanz: note: {note}", file=sys.stderr)
    try:
        with open_store(config.clickhouse_url(), config.home) as store:
            missing = {migration.number for migration in pending(store)}
            if not check:
                apply(store, config.clickhouse_cluster)
                keep_for(store, days, config.clickhouse_cluster)
    except common.known_errors() as error:
        common.fail(str(error))
    word = "missing" if check else "applied"
    _table(
        ("migration", "state"),
        [(f"{m.number:03d}_{m.name}", word if m.number in missing else "in place") for m in migrations()],
    )
    if check and missing:
        raise typer.Exit(common.FAILURE)


def _table(names: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*names, header_style="bold")
    for row in rows:
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else 160).print(table)
