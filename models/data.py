"""The labelled posts training reads, with the class priors of each corpus and a fixed held-back part."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.value_chain import airline_categories, railway_categories
from processors.sentiment.text import prepare

CLASSES = ("negative", "neutral", "positive")
LANGUAGES = ("de", "en", "fr", "es", "it", "pt")
ABSENT = -30.0
"""Log prior of a class that a corpus does not have: it then competes only among the classes it does have."""


@dataclass(frozen=True)
class Post:
    """One training example; either target may be missing."""

    text: str
    language: str
    corpus: str
    label: int | None = None
    categories: frozenset[str] | None = None


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def umsab(data: Path, split: str) -> list[Post]:
    """`train` or `val` of the Unified Multilingual Sentiment Analysis Benchmark, six languages, balanced classes."""
    return [
        Post(prepare(row["text"]), row["lang"], "umsab", CLASSES.index(row["label"]))
        for row in read_lines(data / "sentiment" / f"{split}.jsonl")
    ]


def extra(data: Path) -> list[Post]:
    """SemEval, SB10k, MPC and Mozetič et al.: other sources, other class priors, without texts seen in UMSAB."""
    seen = {post.text for split in ("train", "val") for post in umsab(data, split)}
    posts = {}
    for row in read_lines(data / "sentiment" / "extra.jsonl"):
        text = prepare(row["text"])
        if text and text not in seen:
            posts[text] = Post(text, row["lang"], row["corpus"], CLASSES.index(row["label"]))
    return list(posts.values())


def value_chain(data: Path) -> list[Post]:
    """Airline tweets with a negative reason and railway posts with aspects, mapped to Porter's categories."""
    posts = {}
    for row in read_lines(data / "airlines" / "tweets.jsonl"):
        categories = airline_categories(row["label"], row["negative_reason"])
        if categories is not None:
            text = prepare(row["text"])
            posts[text] = Post(text, "en", "airlines", None, categories)
    for row in read_lines(data / "sentiment" / "germeval2017_dev.jsonl"):
        categories = railway_categories(row["relevant"], row["aspects"])
        if categories is not None:
            text = prepare(row["text"])
            posts[text] = Post(text, "de", "germeval", None, categories)
    return list(posts.values())


def written() -> list[Post]:
    """Our own posts for the value chain, beside this file: for categories and trades that the corpora hardly hold."""
    path = Path(__file__).with_name("value_chain_posts.jsonl")
    return [Post(prepare(r["text"]), r["lang"], "written", None, frozenset(r["categories"])) for r in read_lines(path)]


def held_back(text: str) -> bool:
    """A fixed fifth of all texts, by a hash of the prepared text: never trained on, whatever file they come from."""
    return hashlib.sha256(text.casefold().encode()).digest()[0] % 5 == 0


def log_priors(posts: Iterable[Post]) -> dict[tuple[str, str], tuple[float, float, float]]:
    """Per (corpus, language) the log of 3 × the share of each class; `ABSENT` for a class that does not occur.

    Added to the logits in the loss, so that the network learns the classes as if every corpus were balanced
    (logit adjustment: Menon et al., 2021).
    """
    counts: dict[tuple[str, str], Counter[int]] = {}
    for post in posts:
        if post.label is not None:
            counts.setdefault((post.corpus, post.language), Counter())[post.label] += 1
    result = {}
    for key, counter in counts.items():
        total = counter.total()
        shares = [counter[c] / total for c in range(3)]
        result[key] = tuple(math.log(3 * s) if s > 0.005 else ABSENT for s in shares)
    return result  # type: ignore[return-value]
