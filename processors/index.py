"""Indices: a weighted mean of named parts, never shown without them."""

from __future__ import annotations

import math
from collections.abc import Mapping

import msgspec
import numpy as np

RELEVANCE_WEIGHTS: dict[str, float] = {
    "share_of_voice": 0.25,
    "earned_share": 0.15,
    "engagement_rate": 0.2,
    "net_sentiment": 0.2,
    "author_diversity": 0.1,
    "reach_weighted_mentions": 0.1,
}
DIALOGUE_WEIGHTS: dict[str, float] = {
    "response_rate": 0.3,
    "answered_within.24h": 0.2,
    "answered_share": 0.15,
    "reciprocity": 0.15,
    "dialogue_share": 0.1,
    "balance": 0.1,
}


class Part(msgspec.Struct, frozen=True):
    """One part of an index: its value, what it is turned into, and its weight among the parts that are known."""

    value: float | None
    score: float | None
    weight: float


def relevance_index(
    brand: str, values: Mapping[str, Mapping[str, float | None]]
) -> tuple[float | None, dict[str, Part]]:
    """Φ(weighted mean of z-scores) × 100 against the competitor set.

    values   metric id → brand → value. A part is left out where the brand has no value, or where fewer than two
    brands have one or all are equal; the other weights grow in proportion. None when no part is left.
    """
    scores: dict[str, float | None] = {}
    for metric in RELEVANCE_WEIGHTS:
        known = {b: v for b, v in values.get(metric, {}).items() if v is not None}
        spread = float(np.std(list(known.values()))) if len(known) > 1 else 0.0
        own = known.get(brand)
        mean = float(np.mean(list(known.values()))) if known else 0.0
        scores[metric] = None if own is None or spread <= 1e-12 * max(1.0, abs(mean)) else (own - mean) / spread
    mean_z, parts = _weighted(RELEVANCE_WEIGHTS, scores, {m: values.get(m, {}).get(brand) for m in RELEVANCE_WEIGHTS})
    return (None if mean_z is None else 50 * (1 + math.erf(mean_z / math.sqrt(2)))), parts


def dialogue_index(values: Mapping[str, float | None]) -> tuple[float | None, dict[str, Part]]:
    """Weighted mean of parts that are each 0..100; None when none is known. `values`: part → 0..100."""
    return _weighted(DIALOGUE_WEIGHTS, values, values)


def _weighted(
    weights: Mapping[str, float], scores: Mapping[str, float | None], values: Mapping[str, float | None]
) -> tuple[float | None, dict[str, Part]]:
    total = sum(weight for name, weight in weights.items() if scores.get(name) is not None)
    parts, mean = {}, 0.0
    for name, weight in weights.items():
        score = scores.get(name)
        share = weight / total if score is not None else 0.0
        mean += share * (score or 0.0)
        parts[name] = Part(values.get(name), score, round(share, 6))
    return (mean if total else None), parts
