"""Dead letters in the store: written by the worker from the topic, listed and replayed from the command line."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import msgspec

from schemas.dead_letter import DeadLetter, dead_letter
from schemas.social_event import hash64_bytes
from schemas.topics import DEADLETTER
from streams.store import Store
from streams.store.params import quoted

_COLUMNS = ("letter_id", "at", "stage", "reason", "original", "topic", "partition", "offset", "index", "origin")
_decoder = msgspec.json.Decoder(DeadLetter)


def decode_letters(values: Sequence[bytes]) -> list[DeadLetter]:
    """Letters from messages of the dead-letter topic; a message that is no letter becomes one itself, so nothing is lost."""
    letters = []
    for value in values:
        try:
            letters.append(_decoder.decode(value))
        except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
            origin = f"{DEADLETTER} {hash64_bytes(value):016x}"
            letters.append(
                dead_letter(
                    f"dead letter: {error}", value, at=int(time.time() * 1000), stage="deadletter", origin=origin
                )
            )
    return letters


def store_letters(store: Store, letters: Sequence[DeadLetter]) -> None:
    """Store letters; the same letter twice is one row."""
    if letters:
        columns: list[list[Any]] = [[getattr(letter, name) for letter in letters] for name in _COLUMNS]
        store.insert("dead_letters", _COLUMNS, columns)


def list_letters(store: Store, *, limit: int = 50, replayed: bool = False, reason: str = "") -> list[dict[str, Any]]:
    """Newest first: letter_id, at, stage, reason, place, size in bytes, replayed_at (None: not yet)."""
    rows = store.query(
        """
        SELECT letter_id, at, stage, reason, if(origin != '', origin, concat(topic, '/', toString(partition), '@', toString(offset),
               '#', toString(`index`))) AS place, intDiv(length(original) * 3, 4) AS bytes, replayed_at
        FROM dead_letters FINAL
        WHERE (%(replayed)s OR replayed_at = toDateTime64(0, 3, 'UTC')) AND startsWith(reason, %(reason)s)
        ORDER BY at DESC, letter_id LIMIT %(limit)s
        """,
        {"limit": limit, "replayed": replayed, "reason": reason},
    ).dicts()
    for row in rows:
        if not row["replayed_at"].timestamp():
            row["replayed_at"] = None
    return rows


def load_letters(store: Store, letter_ids: Sequence[int]) -> list[DeadLetter]:
    """Whole letters; all that were not replayed yet when no id is given."""
    chosen = "letter_id IN %(ids)s" if letter_ids else "replayed_at = toDateTime64(0, 3, 'UTC')"
    result = store.query(
        f"SELECT {quoted(_COLUMNS)} FROM dead_letters FINAL WHERE {chosen} ORDER BY at, letter_id",
        {"ids": tuple(letter_ids)} if letter_ids else None,
    )
    letters = []
    for row in result.dicts():
        row["at"] = int(row["at"].timestamp() * 1000)
        letters.append(DeadLetter(**row))
    return letters


def mark_replayed(store: Store, letters: Sequence[DeadLetter], now_ms: int) -> None:
    """Note that letters were sent again."""
    if letters:
        columns: list[list[Any]] = [[getattr(letter, name) for letter in letters] for name in _COLUMNS]
        store.insert("dead_letters", [*_COLUMNS, "replayed_at"], [*columns, [now_ms] * len(letters)])
