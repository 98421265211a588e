"""How many different people speak: an author, and a text, counts once an hour."""

from __future__ import annotations

import msgspec

from processors.crisis.points import MinutePoint

WINDOW = 3_600
MAX_REMEMBERED = 4_096


class Voices(msgspec.Struct):
    """Recent negative authors and texts with the minute they were last seen; forgets after an hour.

    A flood by one author adds one voice an hour, and so does a swarm that copies one text: neither can look like a
    crowd.
    """

    authors: dict[int, int]
    texts: dict[int, int]

    def count(self, point: MinutePoint) -> int:
        """New negative voices in a minute: the smaller of its new authors and its new texts; at most `negative`."""
        if point.voices is not None:
            return point.voices
        if not point.negative:
            return 0
        authors = _new(self.authors, point.negative_author_keys, point.negative_authors, point.minute)
        texts = _new(self.texts, point.negative_text_keys, point.negative_texts, point.minute)
        return min(authors, texts, point.negative)


def _new(seen: dict[int, int], keys: tuple[int, ...], total: int, minute: int) -> int:
    """New keys; where only some of `total` keys were sent, their share of new ones is taken for all."""
    if not keys:
        return total
    fresh = 0
    for key in keys:
        last = seen.get(key)
        if last is None or abs(minute - last) >= WINDOW:
            fresh += 1
        seen[key] = minute if last is None else max(minute, last)
    if len(seen) > MAX_REMEMBERED:
        _forget(seen, minute)
    return round(fresh * max(total, len(keys)) / len(keys))


def _forget(seen: dict[int, int], minute: int) -> None:
    for key in [key for key, last in seen.items() if minute - last >= WINDOW]:
        del seen[key]
    for key in list(seen)[: max(len(seen) - MAX_REMEMBERED, 0)]:
        del seen[key]
