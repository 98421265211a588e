"""Language, sentiment and value chain of a batch's posts, and with them whether a post wants an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from processors.enrich import INDEX, Columns
from processors.language import identify
from processors.needs_answer import decide
from streams import metrics

_I = INDEX


class Scorer(Protocol):
    """What the pipeline asks of a sentiment model (see `processors.sentiment`)."""

    version: str

    def predict(self, texts: Sequence[str], languages: Sequence[str] | None = None) -> list[Any]: ...


def score(columns: Columns, model: Scorer | None) -> int:
    """Fill in language, sentiment, value chain and `asks` of `processors.enrich` columns; return how many posts the model read."""
    read = _predict(columns, model)
    columns[_I["asks"]] = list(map(decide, columns[_I["asks"]], columns[_I["sentiment"]]))
    return read


def _predict(columns: Columns, model: Scorer | None) -> int:
    texts, languages = columns[_I["text"]], columns[_I["language"]]
    written = [number for number, text in enumerate(texts) if text]
    if model is None:
        # No model needs the language, so what the feed declares is believed and only the rest is identified.
        _identify([number for number in written if not languages[number]], texts, languages)
        metrics.SCORED.labels("off").inc(len(written))
        return 0
    if not written:
        return 0
    _identify(written, texts, languages)
    with metrics.INFERENCE_SECONDS.time():
        predictions = model.predict([texts[n] for n in written], [languages[n] for n in written])
    for name, values in (
        ("sentiment", [p.label for p in predictions]),
        ("p_negative", [p.probabilities[0] for p in predictions]),
        ("p_neutral", [p.probabilities[1] for p in predictions]),
        ("p_positive", [p.probabilities[2] for p in predictions]),
        ("value_chain", [p.value_chain for p in predictions]),
        ("model_version", [p.model_version for p in predictions]),
    ):
        column = list(columns[_I[name]])
        for number, value in zip(written, values, strict=True):
            column[number] = value
        columns[_I[name]] = column
    metrics.SCORED.labels("model").inc(len(written))
    return len(written)


def _identify(numbers: list[int], texts: list[str], languages: list[str]) -> None:
    """Set the languages of some posts; a text that says too little keeps what its feed declared."""
    if numbers:
        for number, language in zip(numbers, identify([texts[n] for n in numbers]), strict=True):
            if language:
                languages[number] = language
