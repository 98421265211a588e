"""Fitting the category head to real and to written posts, and the loss that only training knows."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed: pip install -r models/requirements.txt")
pytest.importorskip("onnx", reason="onnx is not installed: pip install -r models/requirements.txt")

import torch
from scipy.stats import entropy

from models import finish, train
from processors.sentiment import CATEGORIES


def test_real_posts_decide_a_category_they_show_and_ours_the_others() -> None:
    chance = np.random.default_rng(1)
    x = chance.normal(size=(600, 4)).astype(np.float32)
    real = np.arange(600) < 400
    y = np.zeros((600, len(CATEGORIES)), bool)
    y[:, 1] = np.where(real, x[:, 0] > 0, x[:, 1] > 0)  # real and written posts disagree on what it is
    y[:, 0] = ~real & (x[:, 2] > 0)  # only ours show it
    weights, biases, thresholds = finish.fit_categories(x, y, real)
    assert weights[1, 0] > 3 * abs(weights[1, 1])
    assert weights[0, 2] > 0
    assert set(thresholds) == {CATEGORIES[0], CATEGORIES[1]}
    assert biases[8] == -12
    assert not weights[8].any()


def test_how_often_ours_show_a_category_says_nothing_of_how_often_it_comes() -> None:
    chance = np.random.default_rng(2)
    x = chance.normal(size=(3000, 4)).astype(np.float32)
    real = np.arange(3000) < 2000
    y = np.zeros((3000, len(CATEGORIES)), bool)
    y[:, 1] = chance.random(3000) < np.where(real, 0.05, 0.9)  # whatever the features say
    weights, biases, _ = finish.fit_categories(x, y, real)
    assert np.mean(1 / (1 + np.exp(-(x @ weights[1] + biases[1])))) == pytest.approx(0.05, abs=0.02)


def test_disagreement_of_two_passes_is_the_symmetric_divergence() -> None:
    chance = np.random.default_rng(5)
    one, other = chance.normal(size=(2, 7, 3)).astype(np.float32)

    def shares(logits: np.ndarray) -> np.ndarray:
        return np.exp(logits) / np.exp(logits).sum(1, keepdims=True)

    p, q = shares(one), shares(other)
    expected = np.mean([(entropy(a, b) + entropy(b, a)) / 2 for a, b in zip(p, q, strict=True)])
    assert train.disagreement(torch.tensor(one), torch.tensor(other)).item() == pytest.approx(expected, rel=1e-5)
    assert train.disagreement(torch.tensor(one), torch.tensor(one)).item() == 0
