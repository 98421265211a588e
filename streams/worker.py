"""The worker: agents that never let an exception out, because an exception that leaves an agent loses what was in flight.

Every batch goes through four steps, in this order: prepare, dead letters confirmed, stored, acknowledged.
"""

from __future__ import annotations

import asyncio
import math
import os
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import faust
import msgspec
import structlog
from faust.types import StreamT

from schemas.dead_letter import DeadLetter, dead_letter
from schemas.topics import DEADLETTER, EVENTS
from streams import metrics
from streams.decode import Message, halves
from streams.letters import decode_letters, store_letters
from streams.pace import Pace
from streams.pipeline import Batch, Pipeline
from streams.pulse import Pulse
from streams.settings import Settings
from streams.store import StoreError, StoreMismatch, StoreUnavailable

log = structlog.get_logger(__name__)

LAG_SECONDS = 5.0
OnBatch = Callable[[Batch], None]
_encoder = msgspec.json.Encoder()


class HandedBack(Exception):
    """What was taken is given up unacknowledged: the partitions move or the worker stops, and the store does not answer."""


class Worker:
    """Binds a Pipeline to the app. `progress[partition]` is the offset after the last message this worker acknowledged."""

    def __init__(
        self,
        app: faust.App,
        pipeline: Pipeline,
        settings: Settings,
        on_batch: OnBatch | None = None,
        *,
        partitions: int,
        pulse: Pulse | None = None,
    ) -> None:
        """`partitions`: how many `social.events` has."""
        self.app = app
        self._partitions = partitions
        self._pulse = pulse or Pulse()
        self._full = False
        self.progress: dict[int, int] = {}
        self.letters_kept = 0
        self.letters_sent = 0
        self._newest_ms = 0
        self._told: set[int] = set()
        self._pipeline = pipeline
        self._settings = settings
        self._on_batch = on_batch
        self._after_batch: list[Callable[[Batch], Awaitable[None]]] = []
        self._pace = Pace(settings.batch_messages)
        # One thread: the pipeline keeps state, and the embedded store serves one connection a thread.
        self.thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pipeline")
        self._events = app.topic(EVENTS, key_serializer="raw", value_serializer="raw", key_type=bytes, value_type=bytes)
        self._letters = app.topic(DEADLETTER, key_serializer="raw", value_serializer="raw", value_type=bytes, acks=True)
        app.agent(self._events, name="events", concurrency=1)(self._guarded(self._process))
        app.agent(self._letters, name="letters", concurrency=1)(self._guarded(self._keep_letters))
        app.on_partitions_revoked.connect(self._revoked)
        app.timer(LAG_SECONDS)(self._lag_timer)

    def watermark_ms(self) -> int:
        """The moment up to which this worker has seen everything: now, or while it lags the newest post it has stored."""
        now = int(time.time() * 1000)
        return min(now, self._newest_ms) if any(self.lags().values()) else now

    def lags(self) -> dict[int, int]:
        """Messages not acknowledged yet, by partition of those this worker has."""
        consumer = self.app.consumer
        return {
            tp.partition: max(0, (consumer.highwater(tp) or 0) - self.position(tp.partition))
            for tp in consumer.assignment()
            if tp.topic == EVENTS
        }

    def position(self, partition: int) -> int:
        """The offset after the last message acknowledged, by this worker or the one that had the partition before."""
        committed = self.app.consumer._committed_offset.get(faust.types.TP(EVENTS, partition)) or 0
        return max(self.progress.get(partition, 0), committed)

    def after_batch(self, listener: Callable[[Batch], Awaitable[None]]) -> None:
        """Call `listener` with each batch that was stored, before the batch is reported."""
        self._after_batch.append(listener)

    def _guarded(self, process: Callable[[list[Any]], Awaitable[None]]) -> Callable[[StreamT[bytes]], Awaitable[None]]:
        """An agent that takes batches and never lets an exception out."""

        async def agent(stream: StreamT[bytes]) -> None:
            async for taken in stream.noack_take(self._settings.batch_messages, within=self._settings.batch_seconds):
                try:
                    await process(list(taken))
                except asyncio.CancelledError:
                    raise
                except HandedBack as reason:
                    log.info("a batch is handed back", reason=str(reason))
                except BaseException:
                    # Leaving the agent would acknowledge what was not stored. A restart reads it again.
                    log.critical("fatal error in the worker; it stops here and loses nothing", exc_info=True)
                    os._exit(70)

        return agent

    def _leaving(self) -> bool:
        """Whether Faust waits for what is at hand, before partitions move or the worker stops. Afterwards it reads on from
        the committed offsets, so what is not acknowledged by then comes again."""
        return self.app.should_stop or not self.app.consumer.flow_active

    @staticmethod
    def _hand_back(events: Iterable[Any], reason: str) -> None:
        for event in events:
            event.message.acked = (
                True  # Faust waits for it no longer; without an ack of the consumer it is not committed
            )
        raise HandedBack(reason)

    async def _keep_letters(self, events: list[Any]) -> None:
        letters = decode_letters([event.message.value or b"" for event in events])
        try:
            await self._patiently(lambda: store_letters(self._pipeline.writer, letters))
        except HandedBack as reason:
            self._hand_back(events, str(reason))
        for event in events:
            event.ack()
            self.letters_kept = event.message.offset + 1

    async def _process(self, events: list[Any]) -> None:
        """In portions of some seconds, so that neither a stop nor a rebalance has to wait for all that was taken."""
        done = 0
        self._full = len(events) >= self._settings.batch_messages
        while done < len(events):
            if self._leaving():
                self._hand_back(events[done:], "the worker stops or partitions move")
            portion = events[done : done + self._pace.size]
            try:
                with self._pace.measure(len(portion)):
                    await self._portion(portion)
            except HandedBack as reason:
                self._hand_back(events[done:], str(reason))
            done += len(portion)

    async def _portion(self, events: list[Any]) -> None:
        messages = [
            Message(e.message.topic, e.message.partition, e.message.offset, e.message.value or b"") for e in events
        ]
        batch = await self._safely(messages)
        for event in events:
            event.ack()
        for message in messages:
            self.progress[message.partition] = max(self.progress.get(message.partition, 0), message.offset + 1)
        metrics.LAST_BATCH.set(time.time())
        self._newest_ms = max([self._newest_ms, *batch.received])
        self._observe_age(batch)
        self._tell_lags()
        for listener in self._after_batch:
            await listener(batch)
        if self._on_batch is not None:
            self._on_batch(batch)

    async def _safely(self, messages: list[Message]) -> Batch:
        """Prepare and store, however long the store takes. A batch that fails for another reason is split until the
        event at fault is alone; that one becomes a dead letter."""
        try:
            batch: Batch = await self._patiently(lambda: self._pipeline.prepare(messages))
            await self._patiently(lambda: self._pipeline.store(batch))
        except HandedBack:
            raise
        except StoreError as error:
            return await self._split(messages, f"store: {error}")
        except Exception as error:  # a defect of ours must not stop the stream
            log.exception("batch failed", messages=len(messages))
            return await self._split(messages, f"internal: {type(error).__name__}: {error}")
        await self._send_letters(batch.refused)
        await self._forward(batch)
        return batch

    async def _split(self, messages: list[Message], reason: str) -> Batch:
        parts: Sequence[Message] = messages if len(messages) > 1 else halves(messages[0])
        if len(parts) > 1:
            middle = len(parts) // 2
            first, second = await self._safely(list(parts[:middle])), await self._safely(list(parts[middle:]))
            return merged(first, second)
        message = parts[0]
        letter = dead_letter(
            reason, message.value, at=int(time.time() * 1000), stage="process",
            topic=message.topic, partition=message.partition, offset=message.offset, index=message.first,
        )  # fmt: skip
        metrics.DEAD_LETTERS.labels("process", metrics.field_of(reason)).inc()
        await self._send_letters([letter])
        return Batch(refused=[letter], read=1)

    async def _patiently(self, action: Callable[[], Any]) -> Any:
        """Run on the pipeline's thread; while the store is unavailable, or does not fit this program (rights, tables), wait
        (up to `retry_seconds`) and try again. Raises HandedBack when the worker has to let go meanwhile."""
        pause = 0.1
        loop = asyncio.get_running_loop()
        while True:
            try:
                return await loop.run_in_executor(self.thread, action)
            except StoreUnavailable as error:
                metrics.STORE_FAILURES.labels("unavailable").inc()
                log.warning("store unavailable; trying again", pause=round(pause, 1), reason=str(error)[:200])
                problem = "the store is unavailable"
            except StoreMismatch as error:
                metrics.STORE_FAILURES.labels("mismatch").inc()
                log.error(
                    "the store and this worker do not fit; waiting until that is mended, nothing is lost",
                    pause=round(pause, 1), reason=str(error)[:500],
                )  # fmt: skip
                problem = "the store refuses this worker"
            if self._leaving():
                raise HandedBack(problem)
            await asyncio.sleep(pause)
            pause = min(pause * 2, self._settings.retry_seconds)

    async def _send_letters(self, letters: Iterable[DeadLetter]) -> None:
        """Write dead letters and wait for Kafka's confirmation: only then may their messages be acknowledged."""
        sent = [await self._letters.send(value=_encoder.encode(letter)) for letter in letters]
        for future in sent:
            self.letters_sent = max(self.letters_sent, (await future).offset + 1)

    async def _forward(self, batch: Batch) -> None:
        """Send edits and deletions to the partition that holds their post. Where the topic has fewer partitions than it had, nobody
        reads that one any more: then it is done here."""
        there = [(partition, event) for partition, event in batch.forwards if partition < self._partitions]
        gone = [
            Message(EVENTS, partition, 0, _encoder.encode(event))
            for partition, event in batch.forwards
            if partition >= self._partitions
        ]
        sent = [
            await self._events.send(value=_encoder.encode(event), partition=partition) for partition, event in there
        ]
        for future in sent:
            await future
        if gone:
            done = await self._safely(gone)
            batch.brands |= done.brands
            batch.minutes = tuple(sorted({*batch.minutes, *done.minutes}))

    async def _revoked(self, _app: Any, revoked: Iterable[Any], **_: Any) -> None:
        partitions = [tp.partition for tp in revoked if tp.topic == EVENTS]
        await asyncio.get_running_loop().run_in_executor(self.thread, self._pipeline.forget_shards, partitions)

    async def _lag_timer(self) -> None:
        """Also while no batch gets through: that is when the lag matters."""
        try:
            self._tell_lags()
        except Exception:  # an exception that leaves a timer would stop the app
            log.exception("the lag is not known")

    def _observe_age(self, batch: Batch) -> None:
        now = time.time() * 1000
        behind = (now - max(batch.received, default=now)) / 1000
        self._pulse.behind = math.inf if self._full else behind
        metrics.AGE_SECONDS.observe_all(
            [(now - received) / 1000 if received < now else 0.0 for received in batch.received]
        )

    def _tell_lags(self) -> None:
        lags = self.lags()
        for partition, lag in lags.items():
            metrics.LAG.labels(EVENTS, partition).set(lag)
        for partition in self._told - lags.keys():  # another worker's now: the old value here would stay for ever
            metrics.LAG.remove(EVENTS, partition)
        self._told = set(lags)


def merged(first: Batch, second: Batch) -> Batch:
    """One report for the two halves of a split batch."""
    return Batch(
        refused=first.refused + second.refused,
        read=first.read + second.read,
        stored=first.stored + second.stored,
        scored=first.scored + second.scored,
        brands=first.brands | second.brands,
        minutes=tuple(sorted({*first.minutes, *second.minutes})),
        received=first.received + second.received,
    )
