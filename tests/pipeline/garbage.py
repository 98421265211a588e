"""Garbage that real feeds and attackers send, each with the field its dead letter must name."""

from __future__ import annotations

import json
from typing import Any

GOOD: dict[str, Any] = {
    "uri": "https://example.org/posts/{n}",
    "source": "mastodon",
    "author": {"handle": "someone"},
    "text": "Danke für die schnelle Hilfe",
    "created_at": "2026-02-03T10:00:00Z",
}


def _with(n: int, **changes: Any) -> bytes:
    post = {**GOOD, "uri": f"https://example.org/bad/{n}", **changes}
    return json.dumps({k: v for k, v in post.items() if v is not ...}).encode()


def garbage(n: int) -> list[tuple[bytes, str]]:
    """One of each kind: (line, field the reason must name). `n` makes the uris differ."""
    return [
        (b"this is not json", "json"),
        (b'{"uri": "https://example.org/cut', "json"),
        (b"[1, 2, 3]", "event"),
        (b'"a string"', "event"),
        (b"null", "event"),
        (_with(n, uri=...), "uri"),
        (_with(n, author=...), "author"),
        (_with(n, text=...), "text"),
        (_with(n, created_at=...), "created_at"),
        (_with(n, text=17), "text"),
        (_with(n, author="someone"), "author"),
        (_with(n, author={"handle": 5}), "author.handle"),
        (_with(n, author={"handle": ""}), "author.handle"),
        (_with(n, created_at="yesterday"), "created_at"),
        (_with(n, created_at="1970-01-01T00:00:00Z"), "created_at"),
        (_with(n, created_at="2099-01-01T00:00:00Z"), "created_at"),
        (_with(n, action="explode"), "action"),
        (_with(n, counts={"like": -1}), "counts.like"),
        (_with(n, counts={"like": "many"}), "counts.like"),
        (_with(n, text="x" * 1_000_000), "text"),
        (_with(n, text="   "), "text"),
        (_with(n, text="nul \u0000 byte"), "text"),
        (_with(n).replace(b"Danke", b"Dan\xff\xfeke"), "json"),
        (_with(n).replace(b"Danke", b"\\ud800"), "json"),
        (_with(n).replace(b"Danke", b"Dan\x00ke"), "json"),
        (b"[" * 1_000_000, "event"),
        (b'{"a":' * 200_000, "json"),
        (_with(n, uri="u" * 5000), "uri"),
        (_with(n, uri=""), "uri"),
    ]
