"""Step 6: fitted to the 8-bit encoder: the category head with its thresholds, and the temperatures of sentiment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from tokenizers import Tokenizer

from models import data, graph, scores
from models.batches import pad, shorten
from models.graph import Site, Weights
from models.network import Network
from models.value_chain import CATEGORIES, CATEGORY_LAYERS

Floats = npt.NDArray[np.float32]
_STRENGTHS = (0.003, 0.03)
_FOLDS = 3
_TEMPERATURES = np.linspace(0.5, 2.0, 61)
_THRESHOLDS = np.linspace(0.2, 0.7, 26)
_HARDLY_HELD_BACK = 10.0  # the size of the feature "ours": its coefficient costs a hundredth of another's
_MIN_POSTS = 20  # a category with fewer training posts keeps its threshold at one half
_WRITTEN_WEIGHT = 0.3  # of a post of ours, where enough real ones show a category: see docs/value_chain.md


def features(weights: Weights, sites: dict[str, Site], tokenizer: Tokenizer, texts: Sequence[str]) -> Floats:
    """What the shipped 8-bit encoder hands to its heads, for each text: the heads are then fitted to the encoder that
    will be used, not to the one it was rounded from. The last `hidden` numbers of a row are what sentiment sees."""
    width = len(CATEGORY_LAYERS) * weights.tensors["norm.weight"].size
    passing = {"categories.weight": np.eye(width, dtype=np.float32), "categories.bias": np.zeros(width, np.float32)}
    encoder = graph.build(Weights({**weights.tensors, **passing}, weights.layers), sites)
    session = ort.InferenceSession(encoder.SerializeToString(), providers=["CPUExecutionProvider"])
    rows = [shorten(e.ids) for e in tokenizer.encode_batch_fast(list(texts))]
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    pooled = np.zeros((len(rows), width), np.float32)
    for start in range(0, len(order), 64):
        chosen = order[start : start + 64]
        ids, lengths = pad([rows[i] for i in chosen])
        mask = (torch.arange(ids.shape[1]) < lengths[:, None]).long()
        feed = {"input_ids": ids.numpy(), "attention_mask": mask.numpy()}
        pooled[chosen] = session.run(["category_logits"], feed)[0]
    return pooled


def category_targets(posts: Sequence[data.Post]) -> npt.NDArray[np.bool_]:
    """Posts × categories."""
    return np.array([[c in (p.categories or ()) for c in CATEGORIES] for p in posts])


def fit_categories(
    x: Floats, y: npt.NDArray[np.bool_], real: npt.NDArray[np.bool_]
) -> tuple[Floats, Floats, dict[str, float]]:
    """Weights, biases and thresholds of a logistic regression a category on frozen features.

    Strength of regularisation and thresholds come from three-fold predictions inside the training part. A category with
    enough `real` posts is fitted mostly to them and judged by them alone: ours know other trades, but name the rare ones
    far too often. How often is left to a coefficient of its own that says "ours", hardly held back, and dropped in the
    end (correction for another prior: Saerens et al., 2002, learnt with the rest). The others rest on ours. A category
    without examples gets a bias that never reports it.
    """
    mean, spread = x.mean(0), x.std(0) + 1e-6
    z = (x - mean) / spread
    ours = np.where(real, 0.0, _HARDLY_HELD_BACK).astype(np.float32)[:, None]
    weights, biases = np.zeros((len(CATEGORIES), x.shape[1]), np.float32), np.full(len(CATEGORIES), -12, np.float32)
    thresholds = {}
    for i, name in enumerate(CATEGORIES):
        if y[:, i].sum() < _MIN_POSTS:
            continue
        enough = y[real, i].sum() >= _MIN_POSTS
        judged = real if enough else np.ones(len(y), bool)
        trust = np.where(real | ~enough, 1.0, _WRITTEN_WEIGHT)
        known = np.hstack([z, ours * enough])
        candidates = [
            (*best_threshold(out_of_fold(known, y[:, i], strength, trust)[judged], y[judged, i]), strength)
            for strength in _STRENGTHS
        ]
        _, threshold, strength = max(candidates)
        model = LogisticRegression(C=strength, max_iter=200).fit(known, y[:, i], sample_weight=trust)
        weights[i] = model.coef_[0, :-1] / spread
        biases[i] = model.intercept_[0] - float(weights[i] @ mean)
        thresholds[name] = round(float(threshold), 2)
    return weights, biases, thresholds


def out_of_fold(
    z: Floats, y: npt.NDArray[np.bool_], strength: float, trust: npt.NDArray[np.float64] | None = None
) -> Floats:
    """Three-fold predictions; `trust` is the weight of each row, by default 1."""
    trust = np.ones(z.shape[0]) if trust is None else trust
    out = np.zeros(z.shape[0], np.float32)
    solver = "lbfgs" if isinstance(z, np.ndarray) else "liblinear"  # the fast one for dense, and for sparse features
    for inside, outside in KFold(_FOLDS, shuffle=True, random_state=0).split(z):
        model = LogisticRegression(C=strength, solver=solver, max_iter=200)
        model.fit(z[inside], y[inside], sample_weight=trust[inside])
        out[outside] = model.predict_proba(z[outside])[:, 1]
    return out


def best_threshold(probabilities: Floats, y: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """The best F1 and its threshold."""
    return max((scores.f1(y, probabilities >= t), float(t)) for t in _THRESHOLDS)


def temperatures(logits: Floats, labels: npt.NDArray[np.int64], languages: Sequence[str]) -> dict[str, float]:
    """The temperature of each language (and "" for all together) with the least log loss on validation posts."""
    tags = np.array(languages)
    groups = {"": np.ones(len(tags), bool), **{lang: tags == lang for lang in data.LANGUAGES}}
    return {lang: _temperature(logits[group], labels[group]) for lang, group in groups.items()}


def _temperature(logits: Floats, labels: npt.NDArray[np.int64]) -> float:
    losses = []
    for t in _TEMPERATURES:
        scaled = logits / t - (logits / t).max(1, keepdims=True)
        log_p = scaled - np.log(np.exp(scaled).sum(1, keepdims=True))
        losses.append(-log_p[np.arange(len(labels)), labels].mean())
    return round(float(_TEMPERATURES[int(np.argmin(losses))]), 3)


def calibration(
    network: Network,
    read: Callable[[Sequence[str]], Floats],
    validation: Sequence[data.Post],
    chain: Sequence[data.Post],
    version: str,
) -> dict[str, Any]:
    """Replace the category head by one fitted to what `read` gives (`features`), and return the `resonanz` part of
    config.json with the temperatures that suit it."""
    training = [p for p in chain if p.corpus == "written" or not data.held_back(p.text)]
    real = np.array([p.corpus != "written" for p in training])
    weights, biases, thresholds = fit_categories(read([p.text for p in training]), category_targets(training), real)
    with torch.no_grad():
        network.categories = torch.nn.Linear(weights.shape[1], weights.shape[0])
        network.categories.weight.copy_(torch.from_numpy(weights))
        network.categories.bias.copy_(torch.from_numpy(biases))
        pooled = torch.from_numpy(read([p.text for p in validation]))
        logits = network.sentiment(pooled[:, -network.sentiment.in_features :]).numpy()
    labels = np.array([p.label for p in validation], np.int64)
    return {
        "version": version,
        "temperatures": temperatures(logits, labels, [p.language for p in validation]),
        "thresholds": thresholds,
        "confusion": [[round(float(v), 4) for v in row] for row in scores.confusion(labels, logits.argmax(1))],
    }
