"""What `config.json` of a model folder says about its outputs, checked before the first post is read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from processors.sentiment.prediction import CATEGORIES, CLASSES, ModelError


class Calibration(msgspec.Struct, frozen=True):
    """The `resonanz` part of `config.json`; every field may be missing, as in models of others.

    `temperatures` divide the sentiment logits, by language; "" is the one for any other language. `thresholds` are the
    probabilities from which a category is reported. `confusion` holds, for each true class, the share of validation
    posts predicted as each class, in `CLASSES` order.
    """

    version: str = ""
    temperatures: dict[str, float] = {}
    thresholds: dict[str, float] = {}
    confusion: list[list[float]] = []

    def temperature(self, language: str) -> float:
        """The temperature for posts in `language` (two letters, or "")."""
        return self.temperatures.get(language, self.temperatures.get("", 1.0))


class ModelConfig(msgspec.Struct, frozen=True):
    """The fields read from a Hugging Face `config.json`."""

    id2label: dict[str, str] = {}
    resonanz: Calibration = Calibration()


def read_config(folder: Path) -> ModelConfig:
    """Parse `config.json`. Raises ModelError when it is missing or malformed."""
    path = folder / "config.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=ModelConfig)
    except FileNotFoundError:
        raise ModelError(
            f"No model in {folder}: config.json is missing. Give a folder in Hugging Face layout."
        ) from None
    except msgspec.DecodeError as error:
        raise ModelError(f"{path} cannot be read: {error}.") from None


def class_order(id2label: Mapping[str, Any], label_map: Mapping[str, str] | None, source: str) -> list[int]:
    """For each of `CLASSES`, the index of the model's output that means it.

    `label_map` maps the model's own label names to ours, e.g. ``{"LABEL_0": "negative"}``; without it the names must
    already be ours, in any case. Raises ModelError when a class stays without an output.
    """
    names = {str(v).lower(): int(k) for k, v in id2label.items()}
    mapping = {k.lower(): v.lower() for k, v in (label_map or {}).items()}
    order = {mapping.get(name, name): index for name, index in names.items()}
    missing = [c for c in CLASSES if c not in order]
    if missing:
        raise ModelError(
            f"The model {source} has the labels {sorted(names)}, none of which is mapped to {', '.join(missing)}: "
            f"set a label map such as {{'label_0': '{missing[0]}'}} for each of {', '.join(CLASSES)}."
        )
    return [order[c] for c in CLASSES]


def check_categories(calibration: Calibration, outputs: int, source: str) -> None:
    """Raises ModelError when the second output does not hold one value a category."""
    if outputs not in (0, len(CATEGORIES)):
        raise ModelError(f"The second output of {source} has {outputs} values, expected {len(CATEGORIES)} categories.")
    unknown = set(calibration.thresholds) - set(CATEGORIES)
    if unknown:
        raise ModelError(
            f"config.json of {source} has thresholds for unknown categories: {', '.join(sorted(unknown))}."
        )


def verify_checksums(folder: Path) -> None:
    """Compare every file named in SHA256SUMS, if there is one. Raises ModelError naming the first file that differs."""
    sums = folder / "SHA256SUMS"
    if not sums.exists():
        return
    for line in sums.read_text(encoding="utf-8").splitlines():
        expected, _, name = line.partition("  ")
        path = folder / name
        if not path.is_file():
            raise ModelError(f"{path} is missing: the model folder is incomplete, install the package again.")
        if hashlib.sha256(path.read_bytes()).hexdigest() != expected:
            raise ModelError(f"{path} is damaged (its checksum differs): install the package again.")
