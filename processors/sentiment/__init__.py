"""Sentiment and value chain of posts, from one pass of a small multilingual transformer that is shipped with us.

>>> from processors.sentiment import open_model
>>> model = open_model(None)                                          # doctest: +SKIP
>>> model.predict(["Der Zug war pünktlich und sauber!"])[0].label     # doctest: +SKIP
'positive'
"""

from processors.sentiment.factory import open_model
from processors.sentiment.model import SentimentModel
from processors.sentiment.prediction import CATEGORIES, CLASSES, Model, ModelError, Prediction, Stats
from processors.sentiment.text import prepare

__all__ = [
    "CATEGORIES",
    "CLASSES",
    "Model",
    "ModelError",
    "Prediction",
    "SentimentModel",
    "Stats",
    "open_model",
    "prepare",
]
