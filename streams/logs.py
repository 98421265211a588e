"""Structured logs on stderr: readable lines on a terminal, JSON elsewhere. stdout belongs to results."""

from __future__ import annotations

import logging
import sys

import structlog

from streams.settings import Settings

_NOISY = ("aiokafka", "faust", "mode", "asyncio")
_SPOKEN_FOR = ("clickhouse_driver", "kafka")


def configure_logging(settings: Settings, *, quiet: bool = False) -> None:
    """Set up structlog and the standard library's logging alike. `quiet` leaves errors only (for a live display)."""
    level = logging.ERROR if quiet else getattr(logging, settings.log_level.upper())
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer], foreign_pre_chain=shared
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _NOISY:
        # The client libraries tell every request at debug, every connection at info and every slow tick as a warning.
        logging.getLogger(name).setLevel(logging.ERROR)
    for name in _SPOKEN_FOR:
        # Each failed connection with its traceback; what matters of it reaches the caller as an error, which is said in words.
        logging.getLogger(name).setLevel(logging.CRITICAL)
