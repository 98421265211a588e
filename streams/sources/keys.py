"""What a source remembers of the posts it sent: which conversation a post belongs to.

A delete, a like or a Mastodon status number names a post and nothing else, but must land on the partition of its
conversation. The map in memory is bounded (the oldest entries go first); it is stored together with the cursor, and a
delete or an edit of something older is looked up there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice

from schemas.social_event import hash64


class KeyMap:
    """Bounded map: a post's uri → its conversation's root ("" for a post that is its own root), or an alias → a uri.

    `share`: another map whose memory this one uses too (several servers of one network); what is unsaved stays its own.
    """

    def __init__(self, limit: int = 1_000_000, *, share: KeyMap | None = None) -> None:
        self._limit = limit
        self._map: dict[int, str] = share._map if share is not None else {}
        self._unsaved: dict[int, str] = {}
        self._before: dict[int, str | None] = {}
        self.older: Callable[[int], str | None] = lambda _: None
        """Looks up what memory forgot, by the hash of its name."""

    def __len__(self) -> int:
        return len(self._map)

    def put(self, name: str, value: str) -> None:
        """Remember. What is known already keeps its age."""
        key = hash64(name)
        old = self._map.get(key)
        if old == value:
            return
        self._before.setdefault(key, old)
        self._map[key] = self._unsaved[key] = value
        if len(self._map) > self._limit:
            for oldest in list(islice(self._map, self._limit // 10 + 1)):
                self._map.pop(oldest, None)

    def settle(self, name: str, value: str) -> str:
        """Remember unless something is known already; return what holds from now on. Safe between threads."""
        key = hash64(name)
        holds = self._map.setdefault(key, value)
        if holds is value:
            self._before.setdefault(key, None)
            self._unsaved[key] = value
        return holds

    def find(self, name: str) -> str | None:
        """The value, or None where nothing is known."""
        return self._map.get(hash64(name))

    def recall(self, name: str) -> str | None:
        """The value, also of what is stored but no longer in memory: for the rare deletes and edits."""
        key = hash64(name)
        value = self._map.get(key)
        return self.older(key) if value is None else value

    def __contains__(self, name: str) -> bool:
        return hash64(name) in self._map

    def root_of(self, uri: str) -> str:
        """The root of a post's conversation; a post nothing is known of counts as its own."""
        return self._map.get(hash64(uri), "") or uri

    def load(self, entries: Iterable[tuple[int, str]]) -> None:
        """Fill from storage, oldest first."""
        self._map.update(entries)

    def unsaved(self) -> dict[int, str]:
        """Entries added since `saved`."""
        return self._unsaved

    def saved(self) -> None:
        """What was added is stored."""
        self._unsaved, self._before = {}, {}

    def undo(self) -> None:
        """Forget what was added since `saved`: its events never reached Kafka, so nobody knows these posts yet."""
        for key, old in self._before.items():
            if old is None:
                self._map.pop(key, None)
            else:
                self._map[key] = old
        self.saved()
