"""What a storm is about."""

from __future__ import annotations

import math

import pytest

from processors.crisis import PostEvidence, describe_posts, term_counts
from processors.crisis.evidence import PRIOR_WEIGHT, SMOOTHING, normalise


def posts() -> list[PostEvidence]:
    storm = [
        PostEvidence(
            f"@acme my flight was cancelled and nobody answers the phone, {word} https://x.test/1",
            f"author{i}",
            followers=i * 10,
            language="en",
            value_chain=("operations", "service"),
            links=("https://news.test/outage",),
        )
        for i, word in enumerate(
            ["shame", "awful", "again", "really", "wow", "terrible", "sad", "angry", "never", "bye"]
        )
    ]
    return [*storm, PostEvidence("@acme bad coffee", "barista", followers=5_000, language="en")]


BACKGROUND = term_counts([f"@acme thanks for the nice coffee number {i}, my flight was good" for i in range(200)])


def test_the_terms_name_the_cause() -> None:
    found = describe_posts(posts(), BACKGROUND, brand_terms=["ACME"])
    named = " ".join(term.term for term in found.terms)
    assert "cancelled" in named
    assert "phone" in named
    assert "coffee" not in named
    assert "acme" not in named
    assert found.terms[0].posts == 10


def test_loudest_typical_links_and_shares() -> None:
    found = describe_posts(posts(), BACKGROUND)
    assert found.loudest[0].author == "barista"
    assert all("cancelled" in post.text for post in found.typical)
    assert found.links == (("https://news.test/outage", 10),)
    assert found.value_chain["service"] == pytest.approx(10 / 21, abs=1e-3)
    assert found.value_chain["unrouted"] == pytest.approx(1 / 21, abs=1e-3)
    assert (found.posts, found.authors, found.distinct_texts) == (11, 11, 11)


def test_copies_cannot_write_the_headline() -> None:
    copied = [PostEvidence("Buy cheap zorkmids now!!", f"bot{i}") for i in range(100)]
    found = describe_posts(posts() + copied, BACKGROUND)
    assert "zorkmids" not in " ".join(term.term for term in found.terms)
    assert found.distinct_texts == 12


def test_examples_come_from_different_authors() -> None:
    loud = [PostEvidence(f"complaint number {i} about the cancelled flight", "one", followers=10**6) for i in range(5)]
    found = describe_posts(posts() + loud, BACKGROUND)
    assert len({post.author for post in found.loudest}) == len(found.loudest)
    assert len({post.author for post in found.typical}) == len(found.typical)


def test_log_odds_equal_the_published_formula() -> None:
    here = ["flight late late", "flight awful", "flight late again"]
    background = {"flight": 50, "late": 5, "good": 45}
    found = {
        term.term: term.z
        for term in describe_posts([PostEvidence(t, str(i)) for i, t in enumerate(here)], background).terms
    }
    counts = term_counts(here)
    n, m = sum(counts.values()), 100
    prior = 5 * PRIOR_WEIGHT / m + SMOOTHING
    total = PRIOR_WEIGHT + SMOOTHING * len(counts)
    own, other = 2 + prior, 5 + prior
    odds = math.log(own / (n + total - own)) - math.log(other / (m + total - other))
    z = odds / math.sqrt(1 / own + 1 / other)
    assert z < 1.96
    assert "late" not in found


def test_nothing_in_nothing_out() -> None:
    found = describe_posts([])
    assert (found.posts, found.terms, found.loudest, found.value_chain) == (0, (), (), {})


def test_german_words_and_names() -> None:
    assert normalise("@acme Die Züge fallen AUS! https://t.co/x #Ärger") == "die züge fallen aus ärger"
