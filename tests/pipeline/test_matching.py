"""Brands are found as whole words, in any case, with any/all/none, as a regular expression finds them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.matching import BrandMatcher
from schemas.brands import BrandError, parse_brands
from tests import oracle

TERMS = {"acme": ["Acme", "acme bikes"], "rad": ["#rad", "Rad"], "strasse": ["Straße"], "at": ["@helpdesk"]}
MATCHER = BrandMatcher(parse_brands({"brands": [{"id": i, "name": i, "terms": t} for i, t in TERMS.items()]}))

words = st.sampled_from(
    [
        "Acme",
        "ACME",
        "acmebikes",
        "acme bikes",
        "Rad",
        "#rad",
        "Radio",
        "x",
        "_rad",
        "@helpdesk",
        "@helpdesk2",
        ".",
        "-",
        "😡",
        "und",
    ]
)


@given(st.lists(words, max_size=12).map(" ".join), st.text(max_size=5))
def test_matches_what_a_regular_expression_matches(text: str, noise: str) -> None:
    text = unicodedata.normalize("NFC", text + noise.replace("ß", "").replace("ẞ", ""))
    expected = tuple(
        brand
        for brand, terms in TERMS.items()
        if brand != "strasse" and oracle.names(text.casefold(), [t.casefold() for t in terms])
    )
    assert tuple(b for b in MATCHER.match(text) if b != "strasse") == expected


@pytest.mark.parametrize("text", ["STRASSE", "straße", "Die Straße!"])
def test_sharp_s_meets_its_capitals(text: str) -> None:
    assert MATCHER.match(text) == ("strasse",)


def test_a_letter_and_its_mark_written_apart_are_one_letter() -> None:
    """Apple's file names, some keyboards and PDF copies write "ü" as two characters; it is the same word, and "é" is no "e"."""
    matcher = BrandMatcher(
        parse_brands(
            {
                "brands": [
                    {"id": "muell", "name": "Müller", "terms": ["Müller"]},
                    {"id": "ro", "name": "Rose", "terms": ["Rose"]},
                ]
            }
        )
    )
    assert matcher.match("Der Mu\u0308ller-Laden") == matcher.match("Der Müller-Laden") == ("muell",)
    assert matcher.match("Ein Rose\u0301") == matcher.match("Ein Rosé") == ()
    assert matcher.addressing.speaks_to("Mu\u0308ller, wo bleibt mein Paket?", ())


def test_all_and_none_disambiguate() -> None:
    matcher = BrandMatcher(
        parse_brands({"brands": [{"id": "kauz", "name": "Kauz", "terms": ["kauz"], "none": ["vogel"], "all": ["rad"]}]})
    )
    assert matcher.match("Mein Kauz Rad") == ("kauz",)
    assert matcher.match("Mein Kauz") == ()
    assert matcher.match("Kauz, der Vogel auf dem Rad") == ()


def test_handle_of_an_account_names_the_brand_and_owns_its_posts() -> None:
    matcher = BrandMatcher(
        parse_brands({"brands": [{"id": "b", "name": "B", "accounts": ["bluesky:B.example", "*:bteam"]}]})
    )
    assert matcher.match("hallo @b.example") == ("b",)
    assert matcher.owner("bluesky", "@b.EXAMPLE") == "b"
    assert matcher.owner("mastodon", "b.example") == ""
    assert matcher.owner("mastodon", "bteam") == "b"


@pytest.mark.parametrize(
    ("brand", "word"),
    [
        ({"id": "B", "name": "x", "terms": ["x"]}, "id"),
        ({"id": "b", "name": "x"}, "nothing can match"),
        ({"id": "b", "name": "x", "terms": ["x"], "acounts": []}, "acounts"),
        ({"id": "b", "name": "x", "accounts": ["nobody"]}, "source:handle"),
        ({"id": "b", "name": "x", "terms": ["x"], "time_zone": "Mars/Base"}, "Mars/Base"),
        ({"id": "b", "name": "x", "terms": [" "]}, "empty"),
    ],
)
def test_wrong_brand_entry_is_named(brand: dict[str, object], word: str) -> None:
    with pytest.raises(BrandError, match=word):
        parse_brands({"brands": [brand]}, "brands.yaml")
