"""The pipeline of one batch, without Kafka and without Faust: decode → match → score → store → derive.

`Pipeline` runs on one thread. `prepare` does everything that needs no store; `store` may be called again and again
with the same batch (it is idempotent) until the store accepts it. The order inside `store` is what makes a crash
harmless: truth first, derived rows second, and only then does the caller acknowledge.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import msgspec
import structlog

from processors.enrich import COLUMNS, INDEX, Row, amended, enrich, tombstone
from processors.language import identify
from processors.matching import BrandMatcher
from processors.needs_answer import needs_answer
from schemas.dead_letter import DeadLetter, dead_letter
from schemas.social_event import SocialEvent
from streams import amend, metrics
from streams.amend import ShardState, Waiting
from streams.decode import Message, Placed, decode
from streams.store import Store, StoreMismatch, StoreRefused, derive, dialogues
from streams.store import batch as blocks

log = structlog.get_logger(__name__)

_I = INDEX
_AMENDING = frozenset({"update", "delete", "account_purge"})


class Scorer(Protocol):
    """What the pipeline asks of a sentiment model (see `processors.sentiment`)."""

    version: str

    def predict(self, texts: Sequence[str], languages: Sequence[str] | None = None) -> list[Any]: ...


class Batch(msgspec.Struct):
    """A prepared batch: rows of posts and acts, events that amend stored rows, refusals; then what storing it touched."""

    rows: list[Row] = []
    amending: list[tuple[Placed, Row]] = []
    refused: list[DeadLetter] = []
    read: int = 0
    forwards: list[tuple[int, SocialEvent]] = []
    stored: int = 0
    scored: int = 0
    brands: frozenset[str] = frozenset()
    minutes: tuple[int, ...] = ()
    received: list[int] = []


class Pipeline:
    """One worker's pipeline. `clock` returns the time in ms since the epoch."""

    def __init__(
        self,
        store: Store,
        matcher: BrandMatcher,
        model: Scorer | None,
        *,
        clock: Callable[[], int] = lambda: int(time.time() * 1000),
    ) -> None:
        self.writer = store
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

    def shard(self, number: int) -> ShardState:
        """State of a partition, loaded from the store at first use."""
        state = self._shards.get(number)
        if state is None:
            state = self._shards[number] = ShardState.load(self.writer, number)
        return state

    def prepare(self, messages: Sequence[Message]) -> Batch:
        """Decode, validate, match and score a batch. Raises nothing but StoreUnavailable (first use of a partition)."""
        now = self._clock()
        with metrics.STAGE_SECONDS.labels("decode").time():
            decoded = decode(messages, now)
        batch = Batch(refused=decoded.refused, read=len(decoded.events) + len(decoded.refused))
        with metrics.STAGE_SECONDS.labels("enrich").time():
            for placed in decoded.events:
                self._enrich(placed, now, batch)
        with metrics.STAGE_SECONDS.labels("score").time():
            self._score(batch)
        metrics.BATCH_SIZE.observe(batch.read)
        metrics.EVENTS.labels("decode", "accepted").inc(len(decoded.events))
        metrics.EVENTS.labels("decode", "refused").inc(len(decoded.refused))
        for letter in decoded.refused:
            metrics.DEAD_LETTERS.labels(letter.stage, metrics.field_of(letter.reason)).inc()
        return batch

    def _enrich(self, placed: Placed, now: int, batch: Batch) -> None:
        state = self.shard(placed.partition)
        event = placed.event
        row = enrich(
            event,
            self._matcher,
            lambda parent: state.owned.get(parent, ""),
            shard=placed.partition,
            position=placed.position,
            now_ms=now,
        )
        if row[_I["owner"]] and event.action == "create":
            state.remember_owned(row[_I["post_id"]], row[_I["owner"]])
        if event.action in _AMENDING:
            batch.amending.append((placed, row))
        else:
            batch.rows.append(row)

    def _score(self, batch: Batch) -> None:
        self._predict(batch)
        for row in (*batch.rows, *(row for _, row in batch.amending)):
            if row[_I["text"]] and not row[_I["owner"]]:
                named = bool(row[_I["brands"]])
                addressed = named and self._matcher.addressing.speaks_to(row[_I["text"]], row[_I["mentions"]])
                row[_I["asks"]] = needs_answer(row[_I["text"]], row[_I["sentiment"]], addressed=addressed, named=named)

    def _predict(self, batch: Batch) -> None:
        rows = [row for row in (*batch.rows, *(row for _, row in batch.amending)) if row[_I["text"]]]
        if not rows:
            return
        if self._model is None:
            # No model needs the language, so what the feed declares is believed and only the rest is identified.
            self._identify([row for row in rows if not row[_I["language"]]])
            metrics.SCORED.labels("off").inc(len(rows))
            return
        texts = self._identify(rows)
        with metrics.INFERENCE_SECONDS.time():
            predictions = self._model.predict(texts, [row[_I["language"]] for row in rows])
        for row, prediction in zip(rows, predictions, strict=True):
            row[_I["sentiment"]] = prediction.label
            row[_I["p_negative"]], row[_I["p_neutral"]], row[_I["p_positive"]] = prediction.probabilities
            row[_I["value_chain"]] = prediction.value_chain
            row[_I["model_version"]] = prediction.model_version
        batch.scored = len(rows)
        metrics.SCORED.labels("model").inc(len(rows))

    @staticmethod
    def _identify(rows: list[Row]) -> list[str]:
        """Set the rows' languages; a text that says too little keeps what its feed declared. Returns the texts."""
        texts = [row[_I["text"]] for row in rows]
        for row, language in zip(rows, identify(texts) if texts else (), strict=True):
            if language:
                row[_I["language"]] = language
        return texts

    def store(self, batch: Batch) -> None:
        """Write the batch and its derived rows. Raises StoreUnavailable: call it again. Calling it twice is harmless."""
        rows = list(batch.rows)
        emptied: set[tuple[int, str, int]] = set()
        batch.forwards = []
        stated = (row for placed, row in batch.amending if placed.event.counts is not None)
        dialogues.keep_counts(self.writer, [*rows, *stated])
        self._amend(batch, batch.amending, rows, emptied)
        if not rows:
            return
        rows = blocks.once_each(rows)
        shards = {row[_I["shard"]] for row in rows}
        newest = self._newest_minutes(shards)
        # Should anything fail below, what is new is asked of the store again: parts of this batch may be in it by then.
        for shard in shards:
            del self._newest[shard]
        try:
            left = blocks.write(self.writer, rows, newest)
        except StoreMismatch:  # no row is at fault
            raise
        except StoreRefused as error:
            self._isolate(rows, batch, error)
            left = blocks.everything(rows)
        changed = self._apply_waiting(rows, emptied, batch)
        self._derive(shards, left.and_also(blocks.everything(changed)), emptied)
        self._newest |= _latest(rows, newest)
        self._report([*rows, *changed], emptied, batch)

    def _newest_minutes(self, shards: Iterable[int]) -> dict[int, int]:
        """The latest minute (epoch seconds) stored of each shard, 0 for none."""
        for shard in shards:
            if shard not in self._newest:
                sql = f"SELECT toInt64(toUnixTimestamp(max(minute))) FROM events WHERE shard = {int(shard)}"
                self._newest[shard] = self.writer.query(sql).scalar()
        return {shard: self._newest[shard] for shard in shards}

    def _isolate(self, rows: list[Row], batch: Batch, error: StoreRefused) -> None:
        """The store will never take these rows as they are: halve them until the one at fault is alone, and set it aside."""
        if len(rows) == 1:
            row = rows[0]
            log.error("the store refuses a row", uri=row[_I["uri"]], reason=str(error)[:300])
            batch.refused.append(
                dead_letter(
                    f"store: {error}",
                    msgspec.json.encode(dict(zip(COLUMNS, row, strict=True))),
                    at=self._clock(),
                    stage="store",
                    partition=row[_I["shard"]],
                    offset=row[_I["position"]] >> 16,
                    index=row[_I["position"]] & 0xFFFF,
                )
            )
            metrics.DEAD_LETTERS.labels("store", "store").inc()
            return
        middle = len(rows) // 2
        for half in (rows[:middle], rows[middle:]):
            self._store_only(half, batch)

    def _store_only(self, rows: list[Row], batch: Batch) -> None:
        try:
            blocks.store_only(self.writer, rows)
        except StoreMismatch:
            raise
        except StoreRefused as error:
            self._isolate(rows, batch, error)

    def _derive(self, shards: set[int], left: blocks.Left, emptied: set[tuple[int, str, int]]) -> None:
        """Compute from the store what the batch alone could not tell."""
        with metrics.STORE_SECONDS.labels("brand_minute").time():
            derive.clear_minutes(self.writer, emptied)
            derive.minutes(self.writer, shards, left.minutes | {key[2] for key in emptied})
        threads = dialogues.threads(self.writer, left.roots)
        with metrics.STORE_SECONDS.labels("conversations").time():
            derive.conversations(self.writer, left.roots, threads)
        with metrics.STORE_SECONDS.labels("dialogues").time():
            dialogues.refresh(self.writer, left.roots, left.replies, left.amended, threads)

    @staticmethod
    def _report(rows: list[Row], emptied: set[tuple[int, str, int]], batch: Batch) -> None:
        brands, minute, received = _I["brands"], _I["minute"], _I["received_at"]
        touched = {row[minute] for row in rows if row[brands]} | {key[2] for key in emptied}
        batch.stored = len(rows)
        batch.brands = frozenset(brand for row in rows for brand in row[brands]) | {key[1] for key in emptied}
        batch.minutes = tuple(sorted(touched))
        batch.received = [row[received] for row in rows]

    def _amend(
        self, batch: Batch, amending: list[tuple[Placed, Row]], rows: list[Row], emptied: set[tuple[int, str, int]]
    ) -> None:
        """Turn edits, deletes and purges into replacing rows; park those whose post has not arrived."""
        if not amending:
            return
        shards = {placed.partition for placed, _ in amending}
        ids = {row[_I["post_id"]] for _, row in amending}
        current = amend.stored_rows(self.writer, shards, ids)
        position = {(row[_I["shard"]], row[_I["post_id"]]): number for number, row in enumerate(rows)}
        unknown: list[tuple[Placed, Row]] = []
        for placed, row in amending:
            if placed.event.action == "account_purge":
                self._purge(placed, rows, emptied)
                continue
            key = (placed.partition, row[_I["post_id"]])
            in_batch = position.get(key)
            existing = rows[in_batch] if in_batch is not None else current.get(key)
            if existing is not None and in_batch is not None and key in current:
                existing = max(existing, current[key], key=lambda r: r[_I["version"]])
            if existing is None:
                unknown.append((placed, row))
                continue
            self._replace(placed, row, existing, rows, position, emptied)
        self._park(unknown, batch)

    def _replace(
        self,
        placed: Placed,
        row: Row,
        existing: Row,
        rows: list[Row],
        position: dict[tuple[int, int], int],
        emptied: set[tuple[int, str, int]],
    ) -> None:
        if placed.event.action == "delete":
            new = existing if existing[_I["deleted"]] else tombstone(existing, placed.event, placed.position)
        else:
            new = amended(existing, row, states_counts=placed.event.counts is not None)
        emptied.update((existing[_I["shard"]], brand, existing[_I["minute"]]) for brand in existing[_I["brands"]])
        key = (placed.partition, row[_I["post_id"]])
        if key in position:
            rows[position[key]] = new
        else:
            position[key] = len(rows)
            rows.append(new)

    def _purge(self, placed: Placed, rows: list[Row], emptied: set[tuple[int, str, int]]) -> None:
        author = placed.event.author_id
        found = amend.author_rows(self.writer, placed.partition, author)
        mine = [
            i for i, row in enumerate(rows) if row[_I["author_id"]] == author and row[_I["shard"]] == placed.partition
        ]
        for i in mine:
            rows[i] = tombstone(rows[i], placed.event, placed.position)
        known = {rows[i][_I["post_id"]] for i in mine}
        for (shard, post), row in found.items():
            emptied.update((shard, brand, row[_I["minute"]]) for brand in row[_I["brands"]])
            if post not in known:
                rows.append(tombstone(row, placed.event, placed.position))

    def _apply_waiting(self, rows: list[Row], emptied: set[tuple[int, str, int]], batch: Batch) -> list[Row]:
        """Apply what waits for the posts of this batch, whichever partition it came on; store and return the changed rows.

        The posts are stored already, and `_park` looks for the post once more after it has written what waits. So of two
        workers, one with the post and one with its deletion, at least the one that writes last sees both.
        """
        self._waiting.catch_up(self.writer)
        arrived = [(row[_I["shard"]], row[_I["post_id"]]) for row in rows if row[_I["post_id"]] in self._waiting.ids]
        if not arrived:
            return []
        now = self._clock()
        found = Batch()
        for shard, event in amend.waiting_events(self.writer, set(arrived)):
            self._enrich(Placed(event, shard, 0, 0), now, found)
        self._score(found)
        changed: list[Row] = []
        self._amend(batch, found.amending, changed, emptied)
        changed = blocks.once_each(changed)
        if changed:
            self._store_only(changed, batch)
        return changed

    def _park(self, unknown: list[tuple[Placed, Row]], batch: Batch) -> None:
        """Send an amendment to the partition that holds its post; if none does, keep it until the post arrives."""
        waiting = self._forward(unknown, batch)
        if waiting:
            amend.keep_waiting(self.writer, [(p.partition, row[_I["post_id"]], p.event) for p, row in waiting])
            self._forward(waiting, batch)  # the post may have come between the look and the writing

    def _forward(self, unknown: list[tuple[Placed, Row]], batch: Batch) -> list[tuple[Placed, Row]]:
        """Note for sending those whose post is stored on another partition; return the others."""
        if not unknown:
            return []
        holders = amend.holders(self.writer, {row[_I["post_id"]] for _, row in unknown})
        batch.forwards += [(at, placed.event) for placed, row in unknown for at in holders.get(row[_I["post_id"]], ())]
        return [(placed, row) for placed, row in unknown if row[_I["post_id"]] not in holders]


def _latest(rows: Iterable[Row], newest: dict[int, int]) -> dict[int, int]:
    """The latest minute of each shard with these rows added."""
    latest = dict(newest)
    shard, minute = _I["shard"], _I["minute"]
    for row in rows:
        if row[minute] > latest[row[shard]]:
            latest[row[shard]] = row[minute]
    return latest


def summary(batches: Iterable[Batch]) -> Counter[str]:
    """Totals over batches, for tests and reports."""
    total: Counter[str] = Counter()
    for batch in batches:
        total.update(read=batch.read, stored=batch.stored, scored=batch.scored, refused=len(batch.refused))
    return total
