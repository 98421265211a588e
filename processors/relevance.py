"""Relevance from counted posts: rates, mood, diversity. Every function states what it returns when there is nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from processors.dialogue.survival import Z95

RAREFIED_TO = 100
"""Author diversity is stated for this many posts, so that windows of any size can be compared."""


def net_sentiment(positive: int, neutral: int, negative: int) -> tuple[float, float, float] | None:
    """(P − N) / (P + N + U) × 100 with its 95 % interval; None without scored posts.

    The interval is the normal one for a difference of multinomial shares, with two posts added to each of the
    three classes (as Agresti and Coull 1998 do for one share), so that it does not collapse when all posts agree.
    """
    n = positive + neutral + negative
    if not n:
        return None
    value = (positive - negative) / n
    m = n + 6
    p, q = (positive + 2) / m, (negative + 2) / m
    half = Z95 * math.sqrt(max(p + q - (p - q) ** 2, 0.0) / m)
    centre = p - q
    low, high = max(-1.0, min(centre - half, value)), min(1.0, max(centre + half, value))
    return value * 100, low * 100, high * 100


def polarity(positive: int, negative: int) -> float | None:
    """(P − N) / (P + N); None when no post is positive or negative."""
    return (positive - negative) / (positive + negative) if positive + negative else None


def corrected_net_sentiment(counts: Sequence[int], confusion: Sequence[Sequence[float]]) -> float | None:
    """Net sentiment corrected for the model's known confusion (adjusted count, Forman 2008, for several classes).

    counts      predicted (negative, neutral, positive)
    confusion   row i: counts or shares of predictions for posts that truly are of class i, same order

    Solves shares = Mᵀ · truth by least squares, keeps the truth within the simplex; None without posts or where the
    matrix cannot tell the classes apart.
    """
    n = sum(counts)
    rows = np.asarray(confusion, dtype=np.float64)
    totals = rows.sum(axis=1, keepdims=True)
    if not n or rows.shape != (3, 3) or not (totals > 0).all():
        return None
    rates = (rows / totals).T
    if abs(np.linalg.det(rates)) < 1e-3:
        return None
    truth = np.clip(np.linalg.solve(rates, np.asarray(counts, dtype=np.float64) / n), 0.0, None)
    truth /= truth.sum()
    return float(truth[2] - truth[0]) * 100


def author_diversity(histogram: Mapping[int, int], posts: int = RAREFIED_TO) -> float | None:
    """Effective number of authors (Hill number of order 2) expected among `posts` posts; None below two posts.

    histogram: posts written → number of authors who wrote so many. Formula: Chao et al., "Rarefaction and extrapolation
    with Hill numbers", Ecological Monographs 84, 2014: 1 / (1/m + (m − 1)/m · Σ x(x − 1) / (n(n − 1))).
    """
    n = sum(wrote * authors for wrote, authors in histogram.items())
    if n < 2:
        return None
    same = sum(wrote * (wrote - 1) * authors for wrote, authors in histogram.items()) / (n * (n - 1))
    return 1 / (1 / posts + (posts - 1) / posts * same)


def gini(histogram: Mapping[int, int]) -> float | None:
    """Gini coefficient of posts per author: 0 if all write equally often; None without authors. Same input as above."""
    authors = sum(histogram.values())
    posts = sum(wrote * count for wrote, count in histogram.items())
    if not authors or not posts:
        return None
    below, area = 0, 0.0
    for wrote, count in sorted(histogram.items()):
        area += count * (2 * below + wrote * count)
        below += wrote * count
    return 1 - area / (authors * posts)
