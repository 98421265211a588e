"""`resonanz doctor`: is everything here that a run needs?"""

from __future__ import annotations

import os
import platform
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import typer

from schemas.brands import BrandBook
from streams.cli import common

Check = Callable[[Any], str]


def doctor() -> None:
    """Check Python, settings, brands, Kafka, the store, topics, lag and the sentiment model; say what to do where one fails.

    \b
    Example:
      RESONANZ_KAFKA=kafka://kafka:9092 resonanz doctor
    """
    config = common.settings()
    failed = 0
    checks: tuple[tuple[str, Check], ...] = (
        ("python", _python),
        ("settings", _settings),
        ("home", _home),
        ("brands", _brands),
        ("kafka", _kafka),
        ("store", _store),
        ("model", _model),
    )
    for name, check in checks:
        try:
            print(f"ok    {name:10}{check(config)}")
        except Exception as error:  # a check must not end the others
            failed += 1
            print(f"FAIL  {name:10}{str(error) or type(error).__name__}")
    if failed:
        print(f"{failed} of {len(checks)} checks failed", file=sys.stderr)
        raise typer.Exit(1)


def _python(_config: Any) -> str:
    return f"{platform.python_version()} on {platform.system()} {platform.machine()}"


def _settings(_config: Any) -> str:
    """A misspelled variable is no error: others may share the prefix. But whoever set it should know that nobody reads it."""
    from difflib import get_close_matches

    from streams.settings import Settings

    fields = [f"RESONANZ_{name.upper()}" for name in Settings.model_fields]
    known = {*fields, "RESONANZ_SECRETS_DIR", "RESONANZ_GRAFANA_CLICKHOUSE_PASSWORD"}
    given = {name for name in os.environ if name.upper().startswith("RESONANZ_")}
    unread = sorted(name for name in given if name.upper() not in known)
    said = [name + "".join(f" (meant: {near}?)" for near in get_close_matches(name, fields, 1)) for name in unread]
    count = f"variables set: {len(given) - len(unread)}"
    return f"{count}; nobody reads {', '.join(said)}" if said else count


def _home(config: Any) -> str:
    try:
        config.home.mkdir(parents=True, exist_ok=True)
        probe = config.home / ".writable"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        raise OSError(
            f"{config.home} cannot be used as a folder ({error.strerror}): set RESONANZ_HOME to another one"
        ) from error
    return str(config.home.resolve())


def _brands(config: Any) -> str:
    from streams.brandfile import load_brands

    book = load_brands(config.brands)
    if not book.brands:
        return "none configured: posts are stored, but no figure has a brand (see docs/brands.md)"
    named = ", ".join(brand.id for brand in book.brands)
    shared = _shared(book)
    return f"{named}; a post has one owner, but more than one brand names {', '.join(shared)}" if shared else named


def _shared(book: BrandBook) -> list[str]:
    """Accounts that several brands name as theirs; the last of them gets the posts."""
    named = Counter(
        account for brand in book.brands for account in {a.casefold().replace(":@", ":") for a in brand.accounts}
    )
    return sorted(account for account, brands in named.items() if brands > 1)


def _kafka(config: Any) -> str:
    from schemas.topics import EVENTS
    from streams.kafka.admin import Admin, KafkaUnreachable
    from streams.kafka.broker import EmbeddedBroker

    if config.embedded_kafka:
        with EmbeddedBroker() as broker:
            return f"embedded broker starts ({broker.address})"
    with Admin(config, config.bootstrap) as admin:
        if missing := admin.missing():
            raise KafkaUnreachable(
                f"{', '.join(config.bootstrap)} answers, but has no topic {', '.join(missing)}: run resonanz topics"
            )
        partitions = admin.lag(config.group, EVENTS)
        return f"{', '.join(config.bootstrap)}: {len(partitions)} partitions, lag {sum(p.lag for p in partitions)} messages"


def _store(config: Any) -> str:
    from streams.store import StoreError, open_store
    from streams.store.migrate import migrate, migrations, pending

    with open_store(config.clickhouse_url(), config.home) as store:
        if not config.clickhouse:
            migrate(store)
        elif missing := pending(store):  # a look must not change a server
            names = ", ".join(f"{m.number:03d}_{m.name}" for m in missing)
            raise StoreError(f"the server answers, but lacks the migrations {names}: run resonanz migrate")
        engine, posts = store.query("SELECT version(), count() FROM events").rows[0]
    return f"ClickHouse {engine}{'' if config.clickhouse else ' (embedded)'}, migration {migrations()[-1].number:03d}, about {posts} posts"


def _model(config: Any) -> str:
    from streams.runtime import open_scorer

    model = open_scorer(config)
    if model is None:
        return "switched off (RESONANZ_MODEL=off): no post gets a sentiment"
    label = model.predict(["Das ist wunderbar, vielen Dank!"])[0].label
    return f"{model.version}: “Das ist wunderbar, vielen Dank!” is {label}"
