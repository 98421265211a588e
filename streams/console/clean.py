"""Making what strangers wrote safe to show. Nothing from a post ever becomes markup; this removes what misleads as text."""

from __future__ import annotations

import unicodedata
from urllib.parse import urlsplit

MAX_TEXT = 1200
MAX_WORD = 120
_DIRECTION = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_KEPT = frozenset("\n\u200c\u200d")
"""The zero-width joiner stays, because emoji are made with it, and the non-joiner, because Persian is written with it."""


def clean_text(text: str, limit: int = MAX_TEXT) -> str:
    """Text without control and direction characters, without piles of accents, cut at `limit` characters.

    A word of more than `MAX_WORD` characters is cut too. The result is still text, never markup: show it as text.
    """
    kept: list[str] = []
    marks = word = 0
    for character in text[: limit * 4]:
        category = unicodedata.category(character)
        if character in _DIRECTION or (category in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp") and character not in _KEPT):
            character = " " if category in ("Cc", "Zl", "Zp") else ""
        if category in ("Mn", "Me"):
            marks += 1
            if marks > 2:
                continue
        else:
            marks = 0
        word = 0 if character.isspace() else word + 1
        if word == MAX_WORD + 1:
            kept.append("…")
        if word > MAX_WORD:
            continue
        kept.append(character)
        if len(kept) >= limit:
            kept.append("…")
            break
    return "".join(kept).strip()


def clean_line(text: str, limit: int = 120) -> str:
    """As `clean_text`, on one line."""
    return " ".join(clean_text(text, limit).split())


def safe_link(url: str) -> str | None:
    """The URL if it is a plain http(s) address with a host and without a password, else None.

    The host is returned in its ASCII form, so that look-alike letters show as xn--….
    """
    if not url or len(url) > 2000 or any(c.isspace() or not c.isprintable() or c in '\\"<>`' for c in url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        return None
    try:
        ascii_host = host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError:
        return None
    place = ascii_host if port is None else f"{ascii_host}:{port}"
    return parts._replace(netloc=place).geturl()
