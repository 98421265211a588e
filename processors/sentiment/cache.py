"""Answers for texts seen before: reposts and copied texts are read once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock

from processors.sentiment.reader import Reading

MAX_CHARACTERS = 1_000
"""Longer texts are hardly ever repeated and would make the cache's memory unbounded."""


class ReadingCache:
    """A bounded map from prepared text to the model's raw reading, least recently used out first. Thread-safe."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._entries: OrderedDict[str, Reading] = OrderedDict()
        self._lock = Lock()

    def get_many(self, texts: Iterable[str]) -> dict[str, Reading]:
        """The known ones of `texts`."""
        found = {}
        with self._lock:
            for text in texts:
                reading = self._entries.get(text)
                if reading is not None:
                    self._entries.move_to_end(text)
                    found[text] = reading
        return found

    def put_many(self, readings: Iterable[tuple[str, Reading]]) -> None:
        """Remember readings; forgets the oldest beyond the size."""
        with self._lock:
            for text, reading in readings:
                if len(text) <= MAX_CHARACTERS:
                    self._entries[text] = reading
                    self._entries.move_to_end(text)
            while len(self._entries) > self._size:
                self._entries.popitem(last=False)
