"""The five labelled series of mentions, and the benchmark's own scorer, from the data folder."""

from __future__ import annotations

import csv
import importlib.util
import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from benchmarks.crisis_pictures import Series
from processors.crisis.counts import CountDetector


def load_series(folder: Path) -> dict[str, Series]:
    """Series -> rows of (timestamp, epoch second, count)."""
    found = {}
    for path in sorted(folder.glob("*.csv")):
        rows = [(datetime.fromisoformat(row["timestamp"]), int(row["value"])) for row in csv.DictReader(path.open())]
        found[path.stem] = [(at, int(at.replace(tzinfo=UTC).timestamp()), value) for at, value in rows]
    return found


def alarms(series: Series, threshold: float) -> set[datetime]:
    """Timestamps of the alarms."""
    detector = CountDetector(300, threshold)
    return {at for at, second, value in series if detector.update(second, value) is not None}


def thinned(series: Series, share: float, seed: int) -> Series:
    """The same series had the brand only `share` of its mentions."""
    kept = np.random.default_rng(seed).binomial([value for _, _, value in series], share)
    return [(at, second, int(value)) for (at, second, _), value in zip(series, kept, strict=True)]


def load_scorer(shared: Path) -> ModuleType:
    """The benchmark's scorer, from the data folder."""
    spec = importlib.util.spec_from_file_location("score_mentions", shared / "tools" / "score_mentions.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Scorer:
    """Scores all series together or each by itself, remembering the alarms of each threshold."""

    def __init__(self, shared: Path, series: dict[str, Series]) -> None:
        self._module = load_scorer(shared)
        # It reads and parses the series anew for every score: once is enough.
        self._module.parse = cache(self._module.parse)
        self._module.csv = SimpleNamespace(DictReader=cache(lambda path: list(csv.DictReader(path.open()))))
        self._data = shared / "data" / "mentions"
        self._series = series
        self._alarms: dict[tuple[str, float], set[datetime]] = {}

    def found(self, name: str, threshold: float) -> set[datetime]:
        """Alarms of one series."""
        key = (name, threshold)
        if key not in self._alarms:
            self._alarms[key] = alarms(self._series[name], threshold)
        return self._alarms[key]

    def forget(self) -> None:
        """The detector has changed: no alarm found before counts any more."""
        self._alarms.clear()

    def remember(self, name: str, threshold: float, found: set[datetime]) -> None:
        """Use these alarms for a series and threshold."""
        self._alarms[name, threshold] = found

    def score(self, names: list[str], threshold: float) -> dict[str, Any]:
        """Score over the named series only."""
        windows = json.loads((self._data / "windows.json").read_text())
        labels = json.loads((self._data / "labels.json").read_text())
        texts = {"windows.json": windows, "labels.json": labels}
        chosen = {file: json.dumps({name: text[name] for name in names}) for file, text in texts.items()}
        result: dict[str, Any] = self._module.score(
            _Folder(self._data, chosen), {name: self.found(name, threshold) for name in names}
        )
        return result


class _Folder:
    """A folder in which some files read differently: the scorer takes all series its windows name."""

    def __init__(self, path: Path, texts: dict[str, str]) -> None:
        self._path, self._texts = path, texts

    def __truediv__(self, name: str) -> Any:
        return _Text(self._texts[name]) if name in self._texts else _Once(self._path / name)


class _Once:
    """A file whose `open` gives its path, for the reader that remembers what it has read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def open(self) -> Path:
        return self._path


class _Text:
    def __init__(self, text: str) -> None:
        self._text = text

    def read_text(self) -> str:
        return self._text
