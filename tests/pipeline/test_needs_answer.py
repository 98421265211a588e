"""Which posts need an answer: whom a post speaks to, and that the rule does what docs/dialogues.md says of it."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from benchmarks.needs_answer import LABELS, asks, measure
from processors.matching import BrandMatcher
from schemas.brands import parse_brands
from tests.conftest import shared

BOOK = parse_brands(
    {
        "brands": [
            {"id": "acme", "name": "Acme", "terms": ["Acme", "@acme"], "accounts": ["mastodon:acme@social.example"]}
        ]
    }
)
MATCHER = BrandMatcher(BOOK)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@acme where is my parcel?", True),
        ("@acme @jo the parcel never came", True),
        ('."@acme" the parcel never came', True),
        ("@acme@social.example the parcel never came", True),
        ("@jo @acme their parcels never come, that is why", False),
        ("@jo@social.example @acme wie lange ist das schon kaputt?", False),
        ("@jo Acme, where is my parcel?", True),
        ("My parcel never came @acme", True),
        ("Acme parcels never come", False),
        ("@acme thank you so much!", False),
    ],
)
def test_a_post_that_opens_with_somebody_elses_account_is_a_reply_to_them(text: str, expected: bool) -> None:
    assert asks(MATCHER, text) is expected


def test_the_judgements_hold_hashes_and_no_text() -> None:
    rows = [json.loads(line) for line in LABELS.read_text(encoding="utf-8").splitlines()]
    assert Counter(row["corpus"] for row in rows) == {"railway": 150, "airlines": 150}
    assert all(row.keys() == {"corpus", "text_sha256", "needs_answer"} for row in rows)
    assert {row["needs_answer"] for row in rows} == {"yes", "no", "unclear"}


def test_the_measured_figures_are_those_of_the_documentation() -> None:
    found = measure(shared("data/airlines/tweets.jsonl").parent.parent)
    railway, airlines = found["labelled"]["railway"], found["labelled"]["airlines"]
    assert (railway["n"], railway["false_alarms"], railway["missed"]) == (118, 13, 7)
    assert (airlines["n"], airlines["false_alarms"], airlines["missed"]) == (138, 14, 9)
    assert found["answered"]["recall"]["value"] == pytest.approx(500 / 525)
    assert found["sentiment"]["precision"]["value"] == pytest.approx(0.907, abs=5e-4)
    assert found["invented"]["without_sentiment"]["recall"]["value"] > 0.97
