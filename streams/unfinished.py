"""After a kill: a batch whose posts are stored, while what is derived from them may be not.

A Kafka that outlives the worker delivers such a batch again. The broker of an embedded run ends with it, so the next run stores the
posts of that batch once more from the store itself, which writes whatever was left out. The time of a file says when the batch was begun.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from processors.enrich import INDEX
from streams import amend
from streams.pipeline import Batch, Pipeline
from streams.store import Store, derive

_EARLIER_MS = 1_000
"""A file's time may be some milliseconds off."""


class Unfinished:
    """The file. It is there from the first batch of a run until the run has ended in an orderly way."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def begin(self) -> None:
        """A batch is begun."""
        self._path.touch()

    def end(self) -> None:
        """The last batch is finished."""
        self._path.unlink(missing_ok=True)

    def since_ms(self) -> int | None:
        """When the batch was begun that the last run may have left unfinished; None when it ended in an orderly way."""
        try:
            return int(self._path.stat().st_mtime * 1000) - _EARLIER_MS
        except FileNotFoundError:
            return None


def mend(pipeline: Pipeline, since_ms: int) -> int:
    """Derive anew what rests on the posts stored since then; return how many there are. Raises StoreError; doing it again is harmless."""
    store = pipeline.writer
    rows = amend.rows_since(store, since_ms)
    if not rows:
        return 0
    pipeline.unfinished = True  # should this be cut off too, the file keeps its time
    pipeline.store(Batch(columns=list(map(list, zip(*rows, strict=True)))))
    pipeline.unfinished = True
    # An edit may have taken a brand away whose counts nobody has corrected.
    shards, minutes = {row[INDEX["shard"]] for row in rows}, {row[INDEX["minute"]] for row in rows}
    derive.clear_minutes(store, _counted(store, shards, minutes))
    derive.minutes(store, shards, minutes)
    pipeline.unfinished = False
    return len(rows)


def _counted(store: Store, shards: Collection[int], minutes: Collection[int]) -> list[tuple[int, str, int]]:
    found = store.rows(
        "SELECT shard, brand, toInt64(toUnixTimestamp(minute)) FROM brand_minute FINAL "
        f"WHERE posts > 0 AND shard IN ({','.join(map(str, shards))}) AND minute IN {derive.key_set(minutes, 'UInt32')}"
    )
    return [(shard, brand, minute) for shard, brand, minute in found]
