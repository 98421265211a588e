"""What every command shares: settings and brands with clear errors, and one way to end."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NoReturn

import typer

from schemas.brands import BrandBook, BrandError
from streams.settings import Settings, SettingsError, load_settings

USAGE, FAILURE = 2, 1


def fail(message: str, code: int = FAILURE) -> NoReturn:
    """Print one line on stderr and end."""
    print(f"resonanz: {message}", file=sys.stderr)
    raise typer.Exit(code)


def settings(**overrides: Any) -> Settings:
    """The settings, or the end of the program with a line that names the wrong one."""
    try:
        return load_settings(**overrides)
    except SettingsError as error:
        fail(str(error), USAGE)


def brands(path: Path | None, config: Settings) -> BrandBook:
    """The brand book from --brands, else from the settings."""
    from streams.brandfile import load_brands

    try:
        return load_brands(path or config.brands)
    except BrandError as error:
        fail(str(error), USAGE)


def known_errors() -> tuple[type[Exception], ...]:
    """Errors whose message is written for the user; anything else is a defect and shows its traceback."""
    from kafka.errors import KafkaError

    from processors.sentiment import ModelError
    from streams.kafka.admin import KafkaUnreachable
    from streams.kafka.broker import BrokerError
    from streams.runtime import Crashed
    from streams.store import StoreError

    return (KafkaUnreachable, BrokerError, StoreError, Crashed, ModelError, KafkaError, OSError)
