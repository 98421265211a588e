"""The normalised text that matching, copies and the needs-answer rule share, against plain regular expressions."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.text import bare, fingerprint, fold, words

_POSTS = st.text(alphabet="ab_ .,!?@-:/hwt\n'ÄäßÖé😡’", max_size=60) | st.text(max_size=40)


def _expected(text: str) -> str:
    """What the documentation says, the slow way."""
    folded = unicodedata.normalize("NFC", text.casefold())
    without = re.sub(r"(?:https?://|www\.)\S+|@[\w.\-@]+", " ", folded)
    for umlaut, spelt in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        without = without.replace(umlaut, spelt)
    return " ".join(re.findall(r"\w+", without))


@given(_POSTS)
def test_fast_roads_give_what_the_expressions_give(text: str) -> None:
    assert words(bare(fold(text))) == _expected(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("@acme Wo bleibt mein Rad?! https://x.example/1", "wo bleibt mein rad https://y.example/2 @other"),
        ("Für immer", "@jo FUER   immer!!!"),
        ("Für immer", "Fu\u0308r immer"),
    ],
)
def test_copies_with_other_links_names_and_case_share_a_fingerprint(one: str, other: str) -> None:
    assert fingerprint(words(bare(fold(one)))) == fingerprint(words(bare(fold(other)))) != 0


@pytest.mark.parametrize("text", ["", "@acme", "https://x.example/1", "?!"])
def test_a_post_without_words_has_no_fingerprint(text: str) -> None:
    assert fingerprint(words(bare(fold(text)))) == 0
