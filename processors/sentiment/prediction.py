"""What a sentiment model answers, what it counts, and how it fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

CLASSES = ("negative", "neutral", "positive")
"""Sentiment classes in the order of every probability triple."""

CATEGORIES = (
    "inbound_logistics",
    "operations",
    "outbound_logistics",
    "marketing_sales",
    "service",
    "procurement",
    "technology",
    "human_resources",
    "infrastructure",
)
"""Porter's nine activities in the order of the model's second output."""


class ModelError(RuntimeError):
    """A model cannot be used; the message is one sentence for the operator, naming the path and what to do."""


class Prediction(msgspec.Struct, frozen=True, gc=False):
    """The answer for one text: the most likely class, calibrated probabilities in `CLASSES` order, and categories.

    `value_chain` holds category ids, most likely first; it is empty when none applies or the model has no such head.
    """

    label: str
    probabilities: tuple[float, float, float]
    value_chain: tuple[str, ...]
    model_version: str


@dataclass
class Stats:
    """Running totals of one model object. Seconds are summed over threads."""

    posts: int = 0
    cache_hits: int = 0
    empty: int = 0
    windows: int = 0
    tokens: int = 0
    batches: int = 0
    shortened: int = 0
    failed: int = 0
    tokenise_seconds: float = 0.0
    infer_seconds: float = 0.0
    shortened_by: dict[str, int] = field(default_factory=dict)

    def shorten(self, step: str, posts: int) -> None:
        """Count posts that were read in part because the deadline allowed no more; `step` names the fallback."""
        self.shortened += posts
        self.shortened_by[step] = self.shortened_by.get(step, 0) + posts


class Model(Protocol):
    """What the pipeline needs of a sentiment model, whatever runs it."""

    version: str
    stats: Stats

    def predict(
        self, texts: Sequence[str], languages: Sequence[str] | None = None, *, deadline: float | None = None
    ) -> list[Prediction]:
        """Answers for `texts`, in order."""
        ...
