"""Any text-classification model of the Hugging Face hub, or a local folder, through `transformers.pipeline`."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from threading import Lock
from typing import Any

from processors.sentiment.prediction import CLASSES, ModelError, Prediction, Stats
from processors.sentiment.settings import class_order
from processors.sentiment.text import prepare

BATCH = 32


class TorchModel:
    """The interface of `SentimentModel` over a `transformers` pipeline; without value chain and calibration."""

    def __init__(
        self, pipeline: Callable[..., Any], names: Sequence[str], version: str, clock: Callable[[], float]
    ) -> None:
        self._pipeline, self._names, self._clock = pipeline, list(names), clock
        self._lock = Lock()
        self.version = version
        self.stats = Stats()

    @classmethod
    def load(
        cls,
        name_or_path: str,
        *,
        threads: int | None = None,
        label_map: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> TorchModel:
        """Open a model by name or folder. Raises ModelError when torch is missing, the model cannot be had, or a class
        has no label."""
        try:
            installed = version("torch")
        except PackageNotFoundError:
            raise ModelError(
                f"The model {name_or_path} has no ONNX file and needs torch: pip install 'resonanz[torch]', "
                "or unset RESONANZ_MODEL to use the shipped model."
            ) from None
        import torch
        from transformers import pipeline

        if threads:
            torch.set_num_threads(threads)
        try:
            pipe = pipeline("text-classification", model=name_or_path, top_k=None, device="cpu", truncation=True)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise ModelError(f"The model {name_or_path} cannot be opened: {reason}") from None
        labels = {str(k): str(v) for k, v in pipe.model.config.id2label.items()}
        order = class_order(labels, label_map, name_or_path)
        names = [labels[str(i)] for i in order]
        return cls(pipe, names, f"{name_or_path.rstrip('/').rsplit('/', 1)[-1]} (torch {installed})", clock)

    def predict(
        self, texts: Sequence[str], languages: Sequence[str] | None = None, *, deadline: float | None = None
    ) -> list[Prediction]:
        """Answers for `texts`, in order; blocks. `languages` and `deadline` have no effect on this road."""
        prepared = [prepare(text) for text in texts]
        wanted = sorted({text for text in prepared if text}, key=len)
        started = self._clock()
        answers = self._pipeline(wanted, batch_size=BATCH) if wanted else []
        with self._lock:
            self.stats.infer_seconds += self._clock() - started
            self.stats.posts += len(texts)
            self.stats.empty += sum(not text for text in prepared)
        known = {text: self._triple(answer) for text, answer in zip(wanted, answers, strict=True)}
        return [self._answer(known.get(text, (0.0, 1.0, 0.0))) for text in prepared]

    def _triple(self, answer: Sequence[Mapping[str, Any]]) -> tuple[float, float, float]:
        """Probabilities of our classes, over those alone: a model may have further ones (e.g. "mixed")."""
        scores = {str(entry["label"]): float(entry["score"]) for entry in answer}
        a, b, c = (scores[name] for name in self._names)
        total = a + b + c
        return (a / total, b / total, c / total) if total > 0 else (0.0, 1.0, 0.0)

    def _answer(self, probabilities: tuple[float, float, float]) -> Prediction:
        label = CLASSES[max(range(3), key=probabilities.__getitem__)]
        return Prediction(label, probabilities, (), self.version)
