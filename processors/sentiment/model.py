"""The shipped sentiment model: one encoder pass for sentiment and value chain, in onnxruntime."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from processors.sentiment.prediction import CATEGORIES, CLASSES, ModelError, Prediction, Stats
from processors.sentiment.settings import Calibration, check_categories, class_order, read_config, verify_checksums
from processors.sentiment.text import prepare

if TYPE_CHECKING:
    from processors.sentiment.cache import ReadingCache
    from processors.sentiment.reader import Reader, Reading

SHIPPED = Path(__file__).parent / "shipped"
CACHE_SIZE = 50_000
NOTHING_SAID = (0.0, 1.0, 0.0)
"""Probabilities of a text without a single visible character: it expresses no opinion."""


class SentimentModel:
    """Sentiment and value chain of short texts. Create with `load`; one object serves any number of threads."""

    def __init__(
        self, reader: Reader, cache: ReadingCache, calibration: Calibration, order: list[int], stats: Stats
    ) -> None:
        self._reader, self._cache, self._calibration, self._order = reader, cache, calibration, order
        self._thresholds = [calibration.thresholds.get(c, 0.5) for c in CATEGORIES]
        self._lock = Lock()
        self.stats = stats
        self.version = calibration.version or "unversioned"
        self.confusion = tuple(tuple(row) for row in calibration.confusion)
        """Share of each predicted class by true class on the validation posts; empty if the model does not say."""

    @classmethod
    def load(
        cls,
        path: Path | None = None,
        *,
        threads: int | None = None,
        label_map: Mapping[str, str] | None = None,
        cache_size: int = CACHE_SIZE,
        clock: Callable[[], float] | None = None,
    ) -> SentimentModel:
        """Open the model folder at `path` (Hugging Face layout with `onnx/model.onnx`), by default the shipped one.

        `threads` is the number of batches read at the same time, by default one for each CPU this process may use.
        Raises ModelError, in one sentence, when something is missing, damaged or does not fit.
        """
        from processors.sentiment.cache import ReadingCache
        from processors.sentiment.reader import Reader, default_clock

        folder = path or SHIPPED
        config = read_config(folder)
        verify_checksums(folder)
        order = class_order(config.id2label, label_map, str(folder))
        count = threads or available_cpus()
        session, tokenizer = open_session(folder), open_tokenizer(folder)
        outputs = session.get_outputs()
        check_categories(config.resonanz, outputs[1].shape[-1] if len(outputs) > 1 else 0, str(folder))
        stats = Stats()
        reader = Reader(session, tokenizer, count, stats, clock or default_clock)
        return cls(reader, ReadingCache(cache_size), config.resonanz, order, stats)

    def predict(
        self, texts: Sequence[str], languages: Sequence[str] | None = None, *, deadline: float | None = None
    ) -> list[Prediction]:
        """Answers for `texts`, in order; blocks. Any string is accepted.

        `languages` (two letters or "", one a text) choose the calibration. `deadline` is the number of seconds that the
        call should take at most: when the measured speed does not allow it, long texts are read in part (counted in
        `stats.shortened`), but every text gets an answer.
        """
        prepared = [prepare(text) for text in texts]
        wanted = {text for text in prepared if text}
        readings = self._cache.get_many(wanted)
        new = sorted(wanted - readings.keys())
        if new:
            fresh = dict(zip(new, self._reader.read(new, deadline), strict=True))
            readings |= fresh
            if deadline is None:
                self._cache.put_many(fresh.items())
        with self._lock:
            self.stats.posts += len(texts)
            self.stats.cache_hits += sum(map(bool, prepared)) - len(new)
            self.stats.empty += len(texts) - sum(map(bool, prepared))
        tags = languages if languages is not None else [""] * len(texts)
        return [self._answer(readings.get(text), tag) for text, tag in zip(prepared, tags, strict=True)]

    def _answer(self, reading: Reading | None, language: str) -> Prediction:
        if reading is None:
            return Prediction(CLASSES[1], NOTHING_SAID, (), self.version)
        scale = self._calibration.temperature(language)
        probabilities = softmax([reading.sentiment[i] / scale for i in self._order])
        label = CLASSES[max(range(3), key=probabilities.__getitem__)]
        return Prediction(label, probabilities, self._categories(reading.categories), self.version)

    def _categories(self, logits: Sequence[float]) -> tuple[str, ...]:
        scores = [1 / (1 + math.exp(-max(-60.0, min(60.0, logit)))) for logit in logits]
        above = [i for i, score in enumerate(scores) if score >= self._thresholds[i]]
        return tuple(CATEGORIES[i] for i in sorted(above, key=scores.__getitem__, reverse=True))

    def close(self) -> None:
        """Stop the model's threads."""
        self._reader.close()


def softmax(logits: Sequence[float]) -> tuple[float, float, float]:
    """Probabilities of three logits; they sum to one."""
    top = max(logits)
    a, b, c = (math.exp(logit - top) for logit in logits)
    total = a + b + c
    return a / total, b / total, c / total


def available_cpus() -> int:
    """CPUs this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def open_session(folder: Path):  # type: ignore[no-untyped-def]
    """An onnxruntime session over `onnx/model.onnx` (or `model.onnx`) that computes in the calling thread."""
    import onnxruntime as ort

    file = next((f for f in (folder / "onnx" / "model.onnx", folder / "model.onnx") if f.is_file()), None)
    if file is None:
        raise ModelError(f"No ONNX model in {folder}: onnx/model.onnx is missing.")
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return ort.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises a dozen unrelated types, all meaning that this file will not do
        raise ModelError(f"onnxruntime cannot open {file}: {str(error).splitlines()[0]}") from None


def open_tokenizer(folder: Path):  # type: ignore[no-untyped-def]
    """The folder's `tokenizer.json`, without padding or truncation; marks such as ``</s>`` inside posts stay text."""
    from tokenizers import Tokenizer

    file = folder / "tokenizer.json"
    if not file.is_file():
        raise ModelError(f"No tokenizer in {folder}: tokenizer.json is missing.")
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # tokenizers raises bare Exception for malformed files
        raise ModelError(f"{file} cannot be read: {error}") from None
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.encode_special_tokens = True
    return tokenizer
