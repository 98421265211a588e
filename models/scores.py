"""Figures of merit, written out: the same formulas as any library's, without one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.data import CLASSES, LANGUAGES
from models.value_chain import CATEGORIES

Labels = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float64]


def f1(truth: npt.NDArray[np.bool_], predicted: npt.NDArray[np.bool_]) -> float:
    """F1 of one class, 0..1; 0 when it neither occurs nor is predicted."""
    return float(2 * np.sum(truth & predicted) / max(1, truth.sum() + predicted.sum()))


def macro_f1(truth: Labels, predicted: Labels) -> float:
    """Mean F1 of the three sentiment classes, in per cent."""
    return 100 * float(np.mean([f1(truth == c, predicted == c) for c in range(len(CLASSES))]))


def by_language(truth: Labels, predicted: Labels, languages: Sequence[str]) -> dict[str, float]:
    """Macro-F1 of each language and their mean ("mean"), in per cent."""
    tags = np.array(languages)
    scores = {
        lang: macro_f1(truth[tags == lang], predicted[tags == lang]) for lang in LANGUAGES if np.any(tags == lang)
    }
    return {"mean": float(np.mean(list(scores.values()))), **scores}


def confusion(truth: Labels, predicted: Labels) -> Matrix:
    """Rows: true class, columns: predicted class; each row sums to 1."""
    counts = np.zeros((3, 3))
    np.add.at(counts, (truth, predicted), 1)
    return counts / np.maximum(1, counts.sum(1, keepdims=True))


def standard_error(truth: Labels, predicted: Labels, languages: Sequence[str], draws: int = 300) -> float:
    """Standard error of the mean of the languages' macro-F1, by bootstrap over posts within each language."""
    chance = np.random.default_rng(0)
    tags = np.array(languages)
    groups = [np.flatnonzero(tags == lang) for lang in LANGUAGES]
    means = []
    for _ in range(draws):
        drawn = [chance.choice(g, len(g)) for g in groups if len(g)]
        means.append(np.mean([macro_f1(truth[d], predicted[d]) for d in drawn]))
    return float(np.std(means))


def categories_table(truth: npt.NDArray[np.bool_], predicted: npt.NDArray[np.bool_]) -> dict[str, dict[str, float]]:
    """Precision, recall, F1 (per cent) and support of each category, and of "unrouted" (none of them)."""
    truth = np.concatenate([truth, ~truth.any(1, keepdims=True)], axis=1)
    predicted = np.concatenate([predicted, ~predicted.any(1, keepdims=True)], axis=1)
    table = {}
    for i, name in enumerate((*CATEGORIES, "unrouted")):
        hit = float(np.sum(truth[:, i] & predicted[:, i]))
        table[name] = {
            "precision": 100 * hit / max(1, predicted[:, i].sum()),
            "recall": 100 * hit / max(1, truth[:, i].sum()),
            "f1": 100 * f1(truth[:, i], predicted[:, i]),
            "n": int(truth[:, i].sum()),
        }
    return table


def categories_macro_f1(table: dict[str, dict[str, float]]) -> float:
    """Mean F1 over the rows of `categories_table` that occur."""
    return float(np.mean([row["f1"] for row in table.values() if row["n"] > 0]))
