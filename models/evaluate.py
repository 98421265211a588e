"""Step 8: figures of a finished model folder, computed through the pipeline's own inference code."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models import baselines, data, scores
from models.finish import category_targets
from models.value_chain import CATEGORIES
from processors.sentiment import SentimentModel

TRIAL = {"mean": 67.7, "de": 75.6, "en": 70.2, "fr": 71.2, "es": 60.5, "it": 64.3, "pt": 64.5}


def labels_of(posts: Sequence[data.Post]) -> scores.Labels:
    """Class indices."""
    return np.array([p.label for p in posts], np.int64)


def predict(model: SentimentModel, posts: Sequence[data.Post]) -> scores.Labels:
    """The model's class of each post."""
    answers = model.predict([p.text for p in posts], [p.language for p in posts])
    return np.array([data.CLASSES.index(a.label) for a in answers], np.int64)


def sentiment_figures(model: SentimentModel, source: Path, compared: dict[str, Any]) -> dict[str, Any]:
    """Validation figures by language and class, with the baselines; the German railway posts beside them."""
    validation = data.umsab(source, "val")
    truth, tags = labels_of(validation), [p.language for p in validation]
    predicted = predict(model, validation)
    railway = [
        data.Post(data.prepare(row["text"]), "de", "germeval", data.CLASSES.index(row["label"]))
        for row in data.read_lines(source / "sentiment" / "germeval2017_dev.jsonl")
    ]
    railway_predicted = predict(model, railway)
    per_class = {
        name: {
            lang: 100 * scores.f1(truth[m] == c, predicted[m] == c)
            for lang in data.LANGUAGES
            if (m := np.array(tags) == lang).any()
        }
        for c, name in enumerate(data.CLASSES)
    }
    return {
        "model": scores.by_language(truth, predicted, tags),
        "standard_error": scores.standard_error(truth, predicted, tags),
        "trial": TRIAL,
        "tfidf": compared["tfidf"],
        "vader": compared["vader"],
        "per_class": per_class,
        "confusion": scores.confusion(truth, predicted).tolist(),
        "calibration_error": calibration_error(model, validation),
        "germeval2017_dev": {
            "macro_f1": scores.macro_f1(labels_of(railway), railway_predicted),
            "accuracy": 100 * float(np.mean(labels_of(railway) == railway_predicted)),
            "n": len(railway),
        },
    }


def calibration_error(model: SentimentModel, posts: Sequence[data.Post]) -> float:
    """Expected calibration error over ten bins of the winning probability, in per cent (Guo et al., 2017)."""
    answers = model.predict([p.text for p in posts], [p.language for p in posts])
    confidence = np.array([max(a.probabilities) for a in answers])
    correct = np.array([data.CLASSES[p.label or 0] == a.label for p, a in zip(posts, answers, strict=True)])
    bins = np.minimum(9, (confidence * 10).astype(int))
    gaps = [
        abs(correct[bins == b].mean() - confidence[bins == b].mean()) * (bins == b).mean()
        for b in range(10)
        if (bins == b).any()
    ]
    return 100 * float(sum(gaps))


def chain_figures(model: SentimentModel, source: Path, compared: dict[str, Any]) -> dict[str, Any]:
    """Categories on the held-back fifth, beside TF-IDF with logistic regression on the same split."""
    posts = data.value_chain(source)
    held = [p for p in posts if data.held_back(p.text)]
    truth = category_targets(held)
    answers = model.predict([p.text for p in held], [p.language for p in held])
    ours = np.array([[c in a.value_chain for c in CATEGORIES] for a in answers])
    tables = {"model": scores.categories_table(truth, ours), "tfidf": compared["chain"]}
    return {
        "macro_f1": {name: scores.categories_macro_f1(table) for name, table in tables.items()},
        "tables": tables,
        "n_train": len(posts) - len(held),
        "n_held_back": len(held),
    }


def all_figures(model: SentimentModel, source: Path, compared: dict[str, Any]) -> dict[str, Any]:
    """Everything the model card says; `compared` are the figures of the baselines."""
    return {
        "sentiment": sentiment_figures(model, source, compared),
        "value_chain": chain_figures(model, source, compared),
    }


def main() -> None:
    """Print all figures of a folder as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--model", type=Path, default=None, help="model folder; default: the shipped one")
    options = parser.parse_args()
    model = SentimentModel.load(options.model)
    print(json.dumps(all_figures(model, options.data, baselines.figures(options.data)), indent=1))


if __name__ == "__main__":
    main()
