"""The pipeline of one batch, without Kafka and without Faust: decode → match → score → store → derive.

`Pipeline` runs on one thread. `prepare` does everything that needs no store; `store` may be called again and again
with the same batch (it is idempotent) until the store accepts it. The order inside `store` is what makes a crash
harmless: truth first, derived rows second, and only then does the caller acknowledge.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain

import msgspec
import structlog

from processors.enrich import COLUMNS, INDEX, Columns, Row, enrich_all
from processors.matching import BrandMatcher
from schemas.dead_letter import DeadLetter, dead_letter
from schemas.social_event import SocialEvent
from streams import amend, metrics
from streams.amend import ShardState, Waiting
from streams.decode import Message, Placed, decode
from streams.scoring import Scorer, score
from streams.store import Store, StoreMismatch, StoreRefused, derive, dialogues
from streams.store import batch as blocks

log = structlog.get_logger(__name__)

_I = INDEX
_AMENDING = frozenset({"update", "delete", "account_purge"})


class Batch(msgspec.Struct):
    """A prepared batch: posts and acts as columns (in the order of `COLUMNS`), events that amend stored rows, refusals;
    then what storing it touched."""

    columns: Columns = msgspec.field(default_factory=lambda: [[] for _ in COLUMNS])
    amending: list[tuple[Placed, Row]] = []
    refused: list[DeadLetter] = []
    read: int = 0
    forwards: list[tuple[int, SocialEvent]] = []
    stored: int = 0
    scored: int = 0
    brands: frozenset[str] = frozenset()
    minutes: tuple[int, ...] = ()
    received: list[int] = []

    def rows(self) -> list[Row]:
        """The columns as rows."""
        return list(map(list, zip(*self.columns, strict=True)))


class Pipeline:
    """One worker's pipeline. `clock` returns the time in ms since the epoch. `visible` is called when the store shows more than before,
    `begin` before the first attempt to store a batch; `unfinished`: since then, that batch has not been stored to its end.
    """

    def __init__(
        self,
        store: Store,
        matcher: BrandMatcher,
        model: Scorer | None,
        *,
        clock: Callable[[], int] = lambda: int(time.time() * 1000),
        visible: Callable[[], None] = lambda: None,
        begin: Callable[[], None] = lambda: None,
    ) -> None:
        self.writer = store
        self.unfinished = False
        self._visible = visible
        self._begin = begin
        self._matcher = matcher
        self._model = model
        self._clock = clock
        self._shards: dict[int, ShardState] = {}
        self._waiting = Waiting()
        self._newest: dict[int, int] = {}

    @property
    def model_version(self) -> str:
        """Version of the sentiment model, "" without one."""
        return self._model.version if self._model is not None else ""

    def forget_shards(self, shards: Iterable[int]) -> None:
        """Drop what is remembered of partitions that another worker may have written meanwhile."""
        for shard in shards:
            self._shards.pop(shard, None)
            self._newest.pop(shard, None)

    def _states(self, shards: set[int]) -> dict[int, ShardState]:
        """States of partitions, loaded from the store at first use: all in one go, for it may read all there is."""
        if missing := shards - self._shards.keys():
            self._shards |= ShardState.load(self.writer, missing)
        return {shard: self._shards[shard] for shard in shards}

    def prepare(self, messages: Sequence[Message]) -> Batch:
        """Decode, validate, match and score a batch. Raises nothing but StoreUnavailable (first use of a partition)."""
        now = self._clock()
        with metrics.STAGE_SECONDS.labels("decode").time():
            decoded = decode(messages, now)
        batch = Batch(refused=decoded.refused, read=len(decoded.events) + len(decoded.refused))
        with metrics.STAGE_SECONDS.labels("enrich").time():
            self._enrich(decoded.events, now, batch)
        with metrics.STAGE_SECONDS.labels("score").time():
            self._score(batch)
        metrics.BATCH_SIZE.observe(batch.read)
        metrics.EVENTS.labels("decode", "accepted").inc(len(decoded.events))
        metrics.EVENTS.labels("decode", "refused").inc(len(decoded.refused))
        for letter in decoded.refused:
            metrics.DEAD_LETTERS.labels(letter.stage, metrics.field_of(letter.reason)).inc()
        return batch

    def _enrich(self, events: Sequence[Placed], now: int, batch: Batch) -> None:
        amending = [placed for placed in events if placed.event.action in _AMENDING]
        others = [placed for placed in events if placed.event.action not in _AMENDING] if amending else events
        if others:
            batch.columns = self._columns(others, now)
            self._remember_owned(batch.columns)
        if amending:
            rows = map(list, zip(*self._columns(amending, now), strict=True))
            batch.amending = list(zip(amending, rows, strict=True))

    def _columns(self, events: Sequence[Placed], now: int) -> Columns:
        shards = [placed.partition for placed in events]
        states = self._states(set(shards))
        return enrich_all(
            [placed.event for placed in events],
            self._matcher,
            lambda shard, post: states[shard].owned.get(post, ""),
            shards=shards,
            positions=[placed.offset << 16 | min(placed.index, 0xFFFF) for placed in events],
            now_ms=now,
        )

    def _remember_owned(self, columns: Columns) -> None:
        owners = columns[_I["owner"]]
        if any(owners):
            for shard, post, owner, action in zip(
                columns[_I["shard"]], columns[_I["post_id"]], owners, columns[_I["action"]], strict=True
            ):
                if owner and action == "create":
                    self._shards[shard].remember_owned(post, owner)

    def _score(self, batch: Batch) -> None:
        amending = [list(column) for column in zip(*(row for _, row in batch.amending), strict=True)]
        for columns in (batch.columns, amending):
            if columns and columns[0]:
                batch.scored += score(columns, self._model)
        if amending:
            rows = map(list, zip(*amending, strict=True))
            batch.amending = [(placed, row) for (placed, _), row in zip(batch.amending, rows, strict=True)]

    def store(self, batch: Batch) -> None:
        """Write the batch and its derived rows. Raises StoreUnavailable: call it again. Calling it twice is harmless."""
        if not self.unfinished:
            self._begin()
        self.unfinished = True
        self._store(batch)
        self.unfinished = False

    def _store(self, batch: Batch) -> None:
        emptied: set[tuple[int, str, int]] = set()
        batch.forwards = []
        dialogues.keep_counts(self.writer, batch.columns, [r for p, r in batch.amending if p.event.counts is not None])
        known = dialogues.known(self.writer, batch.columns[_I["root_id"]], batch.columns[_I["post_id"]])
        columns = amend.settle(self.writer, batch.columns, known.places)
        if batch.amending:
            rows: list[Row] = list(map(list, zip(*columns, strict=True)))
            batch.forwards += amend.apply(self.writer, batch.amending, rows, emptied)
            columns = list(map(list, zip(*rows, strict=True)))
        if not columns or not columns[0]:
            return
        columns = blocks.once_each(columns)
        shards = set(columns[_I["shard"]])
        newest = self._newest_minutes(shards)
        # Should anything fail below, what is new is asked of the store again: parts of this batch may be in it by then.
        for shard in shards:
            del self._newest[shard]
        try:
            left = blocks.write(self.writer, columns, newest, known.roots)
        except StoreMismatch:  # no row is at fault
            raise
        except StoreRefused as error:
            self._isolate(columns, batch, error)
            left = blocks.everything(columns)
        changed = self._apply_waiting(columns, emptied, batch)
        self._derive(shards, left.and_also(blocks.everything(changed)), emptied)
        for shard, minute in zip(columns[_I["shard"]], columns[_I["minute"]], strict=True):
            if minute > newest[shard]:
                newest[shard] = minute
        self._newest |= newest
        self._report(columns, changed, emptied, batch)
        self._visible()

    def _newest_minutes(self, shards: Iterable[int]) -> dict[int, int]:
        """The latest minute (epoch seconds) stored of each shard, 0 for none."""
        for shard in shards:
            if shard not in self._newest:
                found = self.writer.rows(
                    "SELECT toInt64(toUnixTimestamp(minute)) FROM events "
                    f"WHERE shard = {int(shard)} ORDER BY minute DESC LIMIT 1"  # in the sorting key's order: read from the end
                )
                self._newest[shard] = found[0][0] if found else 0
        return {shard: self._newest[shard] for shard in shards}

    def _isolate(self, columns: Columns, batch: Batch, error: StoreRefused) -> None:
        """The store will never take these rows as they are: halve them until the one at fault is alone, and set it aside."""
        rows = len(columns[0])
        if rows == 1:
            row = {name: column[0] for name, column in zip(COLUMNS, columns, strict=True)}
            log.error("the store refuses a row", uri=row["uri"], reason=str(error)[:300])
            batch.refused.append(
                dead_letter(
                    f"store: {error}",
                    msgspec.json.encode(row),
                    at=self._clock(),
                    stage="store",
                    partition=row["shard"],
                    offset=row["position"] >> 16,
                    index=row["position"] & 0xFFFF,
                )
            )
            metrics.DEAD_LETTERS.labels("store", "store").inc()
            return
        for begin, end in ((0, rows // 2), (rows // 2, rows)):
            self._store_only([column[begin:end] for column in columns], batch)

    def _store_only(self, columns: Columns, batch: Batch) -> None:
        try:
            blocks.store_only(self.writer, columns)
        except StoreMismatch:
            raise
        except StoreRefused as error:
            self._isolate(columns, batch, error)

    def _derive(self, shards: set[int], left: blocks.Left, emptied: set[tuple[int, str, int]]) -> None:
        """Compute from the store what the batch alone could not tell."""
        with metrics.STORE_SECONDS.labels("brand_minute").time():
            derive.clear_minutes(self.writer, emptied)
            derive.minutes(self.writer, shards, left.minutes | {key[2] for key in emptied})
        self._visible()  # the counts are right from here on; what follows may take as long again
        threads = dialogues.threads(self.writer, left.roots)
        with metrics.STORE_SECONDS.labels("conversations").time():
            derive.conversations(self.writer, left.roots, threads)
        with metrics.STORE_SECONDS.labels("dialogues").time():
            dialogues.refresh(self.writer, left.roots, left.replies, left.amended, threads)

    @staticmethod
    def _report(columns: Columns, changed: Columns, emptied: set[tuple[int, str, int]], batch: Batch) -> None:
        brands, minutes = columns[_I["brands"]], columns[_I["minute"]]
        touched = {minute for minute, named in zip(minutes, brands, strict=True) if named}
        batch.stored = len(minutes) + len(changed[0])
        batch.brands = frozenset(chain.from_iterable(brands)) | {key[1] for key in emptied}
        batch.minutes = tuple(sorted(touched | {key[2] for key in emptied}))
        batch.received = columns[_I["received_at"]]

    def _apply_waiting(self, columns: Columns, emptied: set[tuple[int, str, int]], batch: Batch) -> Columns:
        """Apply what waits for the posts of this batch, whichever partition it came on; store and return the changed rows.

        The posts are stored already, and `amend` looks for the post once more after it has written what waits. So of two
        workers, one with the post and one with its deletion, at least the one that writes last sees both.
        """
        self._waiting.catch_up(self.writer)
        waiting = self._waiting.ids
        keys = zip(columns[_I["shard"]], columns[_I["post_id"]], strict=True)
        arrived = {(shard, post) for shard, post in keys if post in waiting} if waiting else set()
        if not arrived:
            return [[] for _ in COLUMNS]
        now = self._clock()
        found = Batch()
        waited = amend.waiting_events(self.writer, arrived)
        self._enrich([Placed(event, shard, 0, 0) for shard, event in waited], now, found)
        self._score(found)
        rows: list[Row] = []
        batch.forwards += amend.apply(self.writer, found.amending, rows, emptied)
        if not rows:
            return [[] for _ in COLUMNS]
        changed = blocks.once_each(list(map(list, zip(*rows, strict=True))))
        self._store_only(changed, batch)
        return changed


def summary(batches: Iterable[Batch]) -> Counter[str]:
    """Totals over batches, for tests and reports."""
    total: Counter[str] = Counter()
    for batch in batches:
        total.update(read=batch.read, stored=batch.stored, scored=batch.scored, refused=len(batch.refused))
    return total
