"""Cutting token sequences into windows, and windows into micro-batches of similar length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

WINDOW = 128
"""Tokens of a window with its start and end marks: the length the model was trained with."""

STRIDE = 96
"""Distance between the starts of neighbouring windows; the overlap keeps a negation with what it negates."""

MAX_WINDOWS = 12

BATCH_TOKENS = 2048
"""Padded tokens of a micro-batch: the activations of a layer then stay in a core's second-level cache."""

MAX_BATCH = 64


def windows(ids: Sequence[int], limit: int = MAX_WINDOWS) -> list[list[int]]:
    """Windows over `ids` (start mark first, end mark last), each with both marks; evenly spread if there are too many.

    >>> windows([0, 5, 6, 2])
    [[0, 5, 6, 2]]
    """
    if len(ids) <= WINDOW:
        return [list(ids)]
    start, body, end = ids[0], ids[1:-1], ids[-1]
    size = WINDOW - 2
    starts = list(range(0, max(1, len(body) - size), STRIDE))
    if starts[-1] + size < len(body):
        starts.append(len(body) - size)
    if len(starts) > limit:
        starts = [starts[round(i * (len(starts) - 1) / max(1, limit - 1))] for i in range(limit)]
    return [[start, *body[s : s + size], end] for s in starts]


def micro_batches(
    lengths: Sequence[int], *, max_tokens: int = BATCH_TOKENS, max_batch: int = MAX_BATCH
) -> Iterator[list[int]]:
    """Indices of `lengths` in groups of similar length, longest first, so that threads finish together.

    A group's padded size (its longest member × its count) stays within `max_tokens`; a group of one always fits.
    """
    group: list[int] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True):
        if group and (len(group) == max_batch or lengths[group[0]] * (len(group) + 1) > max_tokens):
            yield group
            group = []
        group.append(index)
    if group:
        yield group
