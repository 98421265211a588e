"""What a source remembers of the posts it sent: which conversation a post belongs to.

A delete, a like or a Mastodon status number names a post and nothing else, but must land on the partition of its
conversation. The map is bounded (the oldest entries go first) and is stored together with the cursor; for what it no
longer knows, the worker finds the partition itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from schemas.social_event import hash64


class KeyMap:
    """Bounded map: a post's uri → its conversation's root ("" for a post that is its own root), or an alias → a uri."""

    def __init__(self, limit: int = 1_000_000) -> None:
        self._limit = limit
        self._map: dict[int, str] = {}
        self._pending: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._map)

    def put(self, name: str, value: str) -> None:
        """Remember. What is known already keeps its age."""
        key = hash64(name)
        if self._map.get(key) == value:
            return
        self._map[key] = self._pending[key] = value
        if len(self._map) > self._limit:
            for old in list(islice(self._map, self._limit // 10 + 1)):
                del self._map[old]

    def find(self, name: str) -> str | None:
        """The value, or None where nothing is known."""
        return self._map.get(hash64(name))

    def __contains__(self, name: str) -> bool:
        return hash64(name) in self._map

    def root_of(self, uri: str) -> str:
        """The root of a post's conversation; a post nothing is known of counts as its own."""
        return self._map.get(hash64(uri), "") or uri

    def load(self, entries: Iterable[tuple[int, str]]) -> None:
        """Fill from storage, oldest first."""
        self._map.update(entries)

    def take(self) -> dict[int, str]:
        """Entries added since the last call."""
        pending, self._pending = self._pending, {}
        return pending
