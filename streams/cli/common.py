"""What every command shares: settings and brands with clear errors, and one way to end."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

if TYPE_CHECKING:
    from streams.store import Store

from schemas.brands import BrandBook, BrandError
from streams.settings import Settings, SettingsError, load_settings

USAGE, FAILURE = 2, 1


def fail(message: str, code: int = FAILURE) -> NoReturn:
    """Print one line on stderr and end."""
    print(f"resonanz: {message}", file=sys.stderr)
    raise typer.Exit(code)


def settings(**overrides: Any) -> Settings:
    """The settings, or the end of the program with a line that names the wrong one.

    From here on logs hold errors only, on stderr: standard output holds the answer. What runs on says `configure_logging` again.
    """
    from streams.logs import configure_logging

    try:
        config = load_settings(**overrides)
    except SettingsError as error:
        fail(str(error), USAGE)
    configure_logging(config, quiet=config.log_level == "info")
    return config


def brands(path: Path | None, config: Settings) -> BrandBook:
    """The brand book from --brands, else from the settings."""
    from streams.brandfile import load_brands

    try:
        return load_brands(path or config.brands)
    except BrandError as error:
        fail(str(error), USAGE)


@contextmanager
def store() -> Iterator[Store]:
    """The migrated store; a StoreError ends the program with its sentence."""
    config = settings()
    from streams.store import StoreError, open_store
    from streams.store.migrate import migrate

    try:
        with open_store(config.clickhouse_url(), config.home) as opened:
            migrate(opened, config.clickhouse_cluster)
            yield opened
    except StoreError as error:
        fail(str(error))


def known_errors() -> tuple[type[Exception], ...]:
    """Errors whose message is written for the user; anything else is a defect and shows its traceback."""
    from kafka.errors import KafkaError

    from processors.sentiment import ModelError
    from streams.console.server import ConsoleError
    from streams.kafka.admin import KafkaUnreachable
    from streams.kafka.broker import BrokerError
    from streams.replay import ReplayTimeout
    from streams.runtime import Crashed
    from streams.store import StoreError

    return (
        *(KafkaUnreachable, BrokerError, StoreError, Crashed, ModelError, ReplayTimeout, ConsoleError),
        *(KafkaError, OSError),
    )
