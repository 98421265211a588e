"""Cutting a webhook's body into portable posts."""

from __future__ import annotations

import msgspec

_list = msgspec.json.Decoder(list[msgspec.Raw])
_any = msgspec.json.Decoder(msgspec.Raw)
MAX_ITEMS = 5000


def split_events(body: bytes) -> list[bytes]:
    """One post (a JSON object), several (a JSON array), or JSON Lines. Raises ValueError when it is none of these."""
    text = body.strip()
    if not text:
        raise ValueError("it is empty")
    try:
        if text[:1] == b"[":
            items = [bytes(item) for item in _list.decode(text)]
        else:
            items = [line.strip() for line in text.splitlines() if line.strip()]
            if len(items) > 1 and not all(item.startswith(b"{") and item.endswith(b"}") for item in items):
                items = [text]  # one object, written over several lines
            for item in items:
                _any.decode(item)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(f"it is not JSON: {error}") from None
    if any(item[:1] != b"{" for item in items):
        raise ValueError("it must be a post, a list of posts or JSON Lines of posts")
    if len(items) > MAX_ITEMS:
        raise ValueError(f"it holds {len(items)} posts; at most {MAX_ITEMS} are taken at once")
    return items
