"""The model under test: the shipped one, or the folder that RESONANZ_MODEL names."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from processors.sentiment import SentimentModel
from processors.sentiment.model import SHIPPED

ROOT = Path(__file__).parents[2]


def model_folder() -> Path:
    """Skips where no model has been installed (a source tree without Git LFS or before `make model`)."""
    folder = Path(os.environ.get("RESONANZ_MODEL") or SHIPPED)
    if not (folder / "config.json").exists():
        pytest.skip(f"no model in {folder}: run `make model`, or set RESONANZ_MODEL")
    return folder


@pytest.fixture(scope="session")
def folder() -> Path:
    return model_folder()


@pytest.fixture(scope="session")
def model(folder: Path) -> SentimentModel:
    return SentimentModel.load(folder, threads=2)


@pytest.fixture(scope="session")
def validation() -> list[dict[str, Any]]:
    """Labelled posts kept outside the repository."""
    shared = Path(os.environ.get("RESONANZ_SHARED") or ROOT.parent / "shared")
    file = shared / "data" / "sentiment" / "val.jsonl"
    if not file.exists():
        pytest.skip(f"no labelled posts: {file} does not exist (set RESONANZ_SHARED)")
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
