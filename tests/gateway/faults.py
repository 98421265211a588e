"""Faults on demand: the content of one file says how the gateway misbehaves, from the next query on.

| content | what a client sees |
|---|---|
| `refuse [CODE]` (or an empty file) | every query and INSERT fails with that code, else 242 TABLE_IS_READ_ONLY |
| `drop` | cut in the middle: a SELECT after its first block, an INSERT after its data; nothing is stored |
| `drop-after` | everything is done and stored, then the connection is cut instead of the confirmation |
| `slow SECONDS` | every query waits that long, then works |
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

READ_ONLY = 242


class Kind(StrEnum):
    """What goes wrong."""

    NONE = "none"
    REFUSE = "refuse"
    DROP = "drop"
    DROP_AFTER = "drop-after"
    SLOW = "slow"


class Fault(NamedTuple):
    """A kind and its number: the error code of `refuse`, the seconds of `slow`."""

    kind: Kind = Kind.NONE
    value: float = 0.0


def parse(content: str) -> Fault:
    """Read a fault file's content. Raises ValueError naming the content when it is none of the table above."""
    kind, _, value = content.strip().partition(" ")
    try:
        if kind in ("", Kind.REFUSE):
            return Fault(Kind.REFUSE, int(value or READ_ONLY))
        if kind == Kind.SLOW:
            return Fault(Kind.SLOW, float(value))
        if not value:
            return Fault(Kind(kind))
    except ValueError:
        pass
    raise ValueError(f"unknown fault: {content!r}")


def current(path: Path | None) -> Fault:
    """The fault to show now; none when there is no file. Raises ValueError as `parse`."""
    if path is None:
        return Fault()
    try:
        content = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Fault()
    return parse(content)
