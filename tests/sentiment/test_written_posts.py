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


def shared_runs(texts: list[str]) -> Counter[tuple[int, int]]:
    """How many runs of five words each pair of texts has in common."""
    places = defaultdict(set)
    for number, text in enumerate(texts):
        spoken = words(text)
        for start in range(len(spoken) - 4):
            places[tuple(spoken[start : start + 5])].add(number)
    return Counter(pair for numbers in places.values() for pair in combinations(sorted(numbers), 2))


def test_every_line_is_a_post_in_a_known_language_with_known_categories() -> None:
    for row in ROWS:
        assert row.keys() == {"lang", "text", "categories"}
        assert row["lang"] in {"de", "en"}
        assert set(row["categories"]) <= set(CATEGORIES)
        assert len(row["categories"]) == len(set(row["categories"])) <= 3
        assert data.prepare(row["text"])


def test_each_category_and_unrouted_has_posts_of_both_languages() -> None:
    counts = Counter((name, row["lang"]) for row in ROWS for name in row["categories"] or ["unrouted"])
    assert min(counts[name, lang] for name in [*CATEGORIES, "unrouted"] for lang in ("de", "en")) >= 50
    assert min(counts[name, lang] for name in ("technology", "infrastructure") for lang in ("de", "en")) >= 80


def test_no_post_is_there_twice_nor_made_from_another_by_changing_a_word() -> None:
    seen = [" ".join(words(data.prepare(row["text"]))) for row in ROWS]
    assert len(set(seen)) == len(seen)
    runs = shared_runs([row["text"] for row in ROWS])
    assert max(runs.values(), default=0) <= 3


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
    across = {pair: n for pair, n in shared_runs(ours + measured).items() if pair[0] < len(ours) <= pair[1]}
    assert max(across.values(), default=0) <= 3
