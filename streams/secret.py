"""The key that pseudonymises authors: from the settings, else made once and kept in the home folder."""

from __future__ import annotations

import os
import secrets

import structlog

from streams.settings import Settings

log = structlog.get_logger(__name__)


def has_author_key(settings: Settings) -> bool:
    """Whether there is a key already: set, or made by an earlier run."""
    return settings.author_key is not None or (settings.home / "author.key").exists()


def author_key(settings: Settings) -> bytes:
    """Return the key, up to 64 bytes. Losing it means the same author gets a new id from then on."""
    if settings.author_key is not None:
        return settings.author_key.get_secret_value().encode()[:64]
    path = settings.home / "author.key"
    if not settings.embedded_kafka:
        log.warning("RESONANZ_AUTHOR_KEY is not set: this process makes its own pseudonyms", key=str(path))
    if not path.exists():
        settings.home.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_hex(32).encode())
        try:
            os.link(temporary, path)  # fails if another process was faster, and then its key is the one
        except FileExistsError:
            pass
        finally:
            os.unlink(temporary)
    return path.read_bytes()[:64]
