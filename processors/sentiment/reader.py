"""The model's raw reading of texts: tokeniser and ONNX session, in windows and micro-batches over a few threads."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from processors.sentiment.batching import BATCH_TOKENS, MAX_BATCH, MAX_WINDOWS, micro_batches, windows
from processors.sentiment.prediction import Stats

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

Floats = npt.NDArray[np.float32]

_PADDING = 1
_SHORT = 48  # tokens read of a post under the last fallback: the whole of four posts in five
_BATCHES_A_DEADLINE = 4


@dataclass(frozen=True, slots=True)
class Reading:
    """Logits of one text, before calibration: three classes, and the value-chain categories if the model has them."""

    sentiment: tuple[float, ...]
    categories: tuple[float, ...]


class Reader:
    """Runs one ONNX session from several threads, each with its own micro-batches.

    The session itself uses one thread a call: two threads with a batch each are a third faster than two threads
    sharing every matrix product, and the same holds for 64. onnxruntime and tokenizers release the GIL.
    """

    def __init__(
        self, session: InferenceSession, tokenizer: Tokenizer, threads: int, stats: Stats, clock: Callable[[], float]
    ) -> None:
        self._session, self._tokenizer, self._stats, self._clock = session, tokenizer, stats, clock
        self._inputs = [i.name for i in session.get_inputs()]
        self._has_categories = len(session.get_outputs()) > 1
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="sentiment")
        self._lock = Lock()
        self._tokens_per_second = 0.0

    def read(self, texts: Sequence[str], deadline: float | None) -> list[Reading]:
        """Readings of prepared, non-empty `texts`; `deadline` is the number of seconds that should be enough."""
        started = self._clock()
        encoded = [e.ids for e in self._tokenizer.encode_batch_fast(list(texts))]
        tokenising = self._clock() - started
        cut, batch_tokens = self._windows(encoded, None if deadline is None else deadline - tokenising)
        owners = [i for i, parts in enumerate(cut) for _ in parts]
        rows = [part for parts in cut for part in parts]
        batches = list(micro_batches([len(r) for r in rows], max_tokens=batch_tokens, max_batch=MAX_BATCH))
        results = list(self._pool.map(lambda batch: self._run([rows[i] for i in batch]), batches))
        with self._lock:
            self._stats.tokenise_seconds += tokenising
            self._stats.windows += len(rows)
        sentiment = np.zeros((len(rows), results[0][0].shape[1]), np.float32)
        categories = np.zeros((len(rows), results[0][1].shape[1]), np.float32)
        for batch, (s, c) in zip(batches, results, strict=True):
            sentiment[batch], categories[batch] = s, c
        return _join(len(texts), owners, [len(r) for r in rows], sentiment, categories)

    def _windows(self, encoded: list[list[int]], seconds: float | None) -> tuple[list[list[list[int]]], int]:
        """Windows of each text, and the size of a micro-batch. Under a deadline that the measured speed cannot meet,
        first long texts are read in their first and last window only, then every text in its first tokens only."""
        cut = [windows(ids) for ids in encoded]
        speed = self._tokens_per_second * self._threads
        if seconds is None or not speed:
            return cut, BATCH_TOKENS
        allowed = max(0.0, seconds) * speed
        for step, shorten in (("two_windows", _two_windows), ("first_tokens", _first_tokens)):
            if sum(len(part) for parts in cut for part in parts) <= allowed:
                break
            shorter = [shorten(ids) for ids in encoded]
            with self._lock:
                self._stats.shorten(step, sum(a != b for a, b in zip(cut, shorter, strict=True)))
            cut = shorter
        return cut, int(min(BATCH_TOKENS, max(_SHORT, allowed / _BATCHES_A_DEADLINE / self._threads)))

    def _run(self, rows: list[list[int]]) -> tuple[Floats, Floats]:
        width = max(map(len, rows))
        ids = np.full((len(rows), width), _PADDING, np.int64)
        mask = np.zeros((len(rows), width), np.int64)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = row
            mask[i, : len(row)] = 1
        feed: dict[str, Any] = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        started = self._clock()
        outputs = self._session.run(None, {name: feed[name] for name in self._inputs})
        elapsed = self._clock() - started
        with self._lock:
            self._stats.infer_seconds += elapsed
            self._stats.tokens += ids.size
            self._stats.batches += 1
            if elapsed > 0:
                speed = ids.size / elapsed
                self._tokens_per_second = (
                    0.8 * self._tokens_per_second + 0.2 * speed if self._tokens_per_second else speed
                )
        categories = outputs[1] if self._has_categories else np.zeros((len(rows), 0), np.float32)
        return outputs[0], categories

    def close(self) -> None:
        """Stop the threads."""
        self._pool.shutdown()


def _two_windows(ids: list[int]) -> list[list[int]]:
    return windows(ids, limit=2)


def _first_tokens(ids: list[int]) -> list[list[int]]:
    return [ids if len(ids) <= _SHORT else [*ids[: _SHORT - 1], ids[-1]]]


def _join(n: int, owners: list[int], lengths: list[int], sentiment: Floats, categories: Floats) -> list[Reading]:
    """One reading a text: the mean of its windows' sentiment by length, and the categories of its first window.

    What a post is about stands at its beginning; the strongest of twelve windows names a category too many in seven of
    ten cases (measured on long railway posts: docs/value_chain.md).
    """
    parts: list[list[int]] = [[] for _ in range(n)]
    for row, owner in enumerate(owners):
        parts[owner].append(row)
    readings = []
    for rows in parts:
        if len(rows) == 1:
            s, c = sentiment[rows[0]], categories[rows[0]]
        else:
            s = np.average(sentiment[rows], axis=0, weights=[lengths[r] for r in rows])
            c = categories[rows[0]]
        readings.append(Reading(tuple(map(float, s)), tuple(map(float, c))))
    return readings


def default_clock() -> float:
    """Seconds of a monotonic clock: only differences mean anything."""
    return time.perf_counter()


__all__ = ["MAX_WINDOWS", "Reader", "Reading", "default_clock"]
