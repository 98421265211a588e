"""What the model is compared with, on the same posts: TF-IDF with logistic regression, and VADER for English."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import FeatureUnion, Pipeline

from models import data, scores
from models.finish import best_threshold, category_targets, out_of_fold
from models.value_chain import CATEGORIES


def vectoriser() -> FeatureUnion:
    """Words and word pairs beside character n-grams: the usual strong choice for short texts."""
    return FeatureUnion(
        [
            ("words", TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)),
            (
                "characters",
                TfidfVectorizer(
                    analyzer="char_wb", ngram_range=(2, 5), min_df=3, sublinear_tf=True, max_features=100_000
                ),
            ),
        ]
    )


def sentiment_tfidf(training: Sequence[data.Post], validation: Sequence[data.Post]) -> npt.NDArray[np.int64]:
    """Predicted classes of `validation`, from one regression over all languages."""
    regression = OneVsRestClassifier(LogisticRegression(C=3.0, solver="liblinear"))
    pipeline = Pipeline([("tfidf", vectoriser()), ("regression", regression)])
    pipeline.fit([p.text for p in training], [p.label for p in training])
    return np.asarray(pipeline.predict([p.text for p in validation]), np.int64)


def sentiment_vader(validation: Sequence[data.Post]) -> npt.NDArray[np.int64]:
    """VADER's class of each post, with its authors' thresholds (compound ±0.05)."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyser = SentimentIntensityAnalyzer()
    compound = np.array([analyser.polarity_scores(p.text)["compound"] for p in validation])
    return np.where(compound <= -0.05, 0, np.where(compound >= 0.05, 2, 1))


def categories_tfidf(training: Sequence[data.Post], held_back: Sequence[data.Post]) -> npt.NDArray[np.bool_]:
    """Predicted categories of `held_back`; thresholds tuned as for our head, by three-fold predictions."""
    vectors = vectoriser().fit([p.text for p in training])
    x, z, y = (
        vectors.transform([p.text for p in training]),
        vectors.transform([p.text for p in held_back]),
        category_targets(training),
    )
    predicted = np.zeros((len(held_back), len(CATEGORIES)), bool)
    for i in range(len(CATEGORIES)):
        if y[:, i].sum() >= 20:
            _, threshold = best_threshold(out_of_fold(x, y[:, i], 10.0), y[:, i])
            model = LogisticRegression(C=10.0, solver="liblinear").fit(x, y[:, i])
            predicted[:, i] = model.predict_proba(z)[:, 1] >= threshold
    return predicted


def figures(source: Path) -> dict[str, Any]:
    """All baselines on the validation posts and on the held-back fifth of the value-chain posts."""
    train, validation = data.umsab(source, "train"), data.umsab(source, "val")
    truth, tags = np.array([p.label for p in validation], np.int64), [p.language for p in validation]
    english = [i for i, tag in enumerate(tags) if tag == "en"]
    chain = data.value_chain(source)
    held = [p for p in chain if data.held_back(p.text)]
    predicted = categories_tfidf([p for p in chain if not data.held_back(p.text)], held)
    return {
        "tfidf": scores.by_language(truth, sentiment_tfidf(train, validation), tags),
        "vader": {"en": scores.macro_f1(truth[english], sentiment_vader([validation[i] for i in english]))},
        "chain": scores.categories_table(category_targets(held), predicted),
    }
