"""The posts written for the value chain: what training reads must be whole, varied and apart from what is measured."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from itertools import combinations
from pathlib import Path

from models import data
from processors.sentiment import CATEGORIES
from tests.conftest import shared

FILE = Path(data.__file__).with_name("value_chain_posts.jsonl")
ROWS = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def runs(text: str) -> set[tuple[str, ...]]:
    """The runs of five words of a text."""
    spoken = words(text)
    return {tuple(spoken[start : start + 5]) for start in range(len(spoken) - 4)}


def places(texts: list[str]) -> dict[tuple[str, ...], list[int]]:
    """Which texts hold a run."""
    found: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, text in enumerate(texts):
        for run in runs(text):
            found[run].append(number)
    return found


def test_every_line_is_a_post_in_a_known_language_with_known_categories() -> None:
    for row in ROWS:
        assert row.keys() == {"lang", "text", "categories"}
        assert row["lang"] in {"de", "en"}
        assert set(row["categories"]) <= set(CATEGORIES)
        assert len(row["categories"]) == len(set(row["categories"])) <= 3
        assert data.prepare(row["text"])


def test_each_category_and_unrouted_has_posts_of_both_languages() -> None:
    counts = Counter((name, row["lang"]) for row in ROWS for name in row["categories"] or ["unrouted"])
    assert min(counts[name, lang] for name in [*CATEGORIES, "unrouted"] for lang in ("de", "en")) >= 80
    assert min(counts[name, lang] for name in ("technology", "infrastructure") for lang in ("de", "en")) >= 140


def test_no_post_is_there_twice_nor_made_from_another_by_changing_a_word() -> None:
    seen = [" ".join(words(data.prepare(row["text"]))) for row in ROWS]
    assert len(set(seen)) == len(seen)
    shared_runs = Counter(
        pair for numbers in places([row["text"] for row in ROWS]).values() for pair in combinations(numbers, 2)
    )
    assert max(shared_runs.values(), default=0) <= 3


def test_training_reads_them_as_a_corpus_of_its_own() -> None:
    posts = data.written()
    assert {p.corpus for p in posts} == {"written"}
    assert len(posts) == len(ROWS)
    assert all(p.label is None and p.categories is not None for p in posts)


def test_none_is_or_resembles_a_post_that_figures_are_measured_on() -> None:
    folder = shared("data/airlines/tweets.jsonl").parent.parent
    measured = [post.text for post in data.value_chain(folder)]
    ours = [post.text for post in data.written()]
    assert not {" ".join(words(text)) for text in ours} & {" ".join(words(text)) for text in measured}
    where = places(ours)
    for text in measured:
        shared_runs = Counter(number for run in runs(text) for number in where.get(run, ()))
        assert max(shared_runs.values(), default=0) <= 3, text
