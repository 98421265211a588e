"""Language identification of short posts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.language import identify


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Der Zug hat schon wieder Verspätung, unfassbar", "de"),
        ("the train is late again, unbelievable", "en"),
        ("le train est encore en retard, c'est incroyable", "fr"),
        ("el tren llega otra vez con retraso, increíble", "es"),
        ("il treno è di nuovo in ritardo, incredibile", "it"),
        ("o comboio está outra vez atrasado, inacreditável", "pt"),
        ("Поезд снова опаздывает, невероятно", "ru"),
        ("電車がまた遅れています。信じられない", "ja"),
        ("der zug ist schon wieder zu spaet, eine frechheit @db https://t.co/x #bahn", "de"),
    ],
)
def test_clear_posts_are_recognised(text: str, language: str) -> None:
    assert identify([text]) == [language]


@pytest.mark.parametrize(
    "text", ["", " ", "😂😂😂", "@user http", "https://a.b/c @x", "123 456", "!!!", "\ud800", "\x00\x01"]
)
def test_without_words_the_language_is_unknown(text: str) -> None:
    assert identify([text]) == [""]


@given(st.lists(st.text(max_size=120), max_size=5))
@settings(max_examples=60, deadline=None)
def test_any_text_gets_a_code_or_nothing(texts: list[str]) -> None:
    codes = identify(texts)
    assert len(codes) == len(texts)
    assert all(code == "" or (len(code) == 2 and code.isascii()) for code in codes)


def test_on_labelled_posts_at_most_three_in_a_hundred_are_wrong(validation: list[dict[str, Any]]) -> None:
    codes = identify([row["text"] for row in validation])
    pairs = list(zip(codes, (row["lang"] for row in validation), strict=True))
    right = sum(code == truth for code, truth in pairs) / len(pairs)
    wrong = sum(code not in ("", truth) for code, truth in pairs) / len(pairs)
    assert right >= 0.95
    assert wrong <= 0.03
