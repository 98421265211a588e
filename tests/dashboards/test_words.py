"""What stored codes are called: a code means one thing, and every language that is identified has its name."""

from __future__ import annotations

import pytest

from streams.console.show import label


@pytest.mark.parametrize(
    ("code", "german", "english"),
    [("no", "Norwegisch", "Norwegian"), ("sv", "Schwedisch", "Swedish"), ("de", "Deutsch", "German")],
)
def test_a_language_is_called_by_its_name(code: str, german: str, english: str) -> None:
    assert (label(code, "de"), label(code, "en")) == (german, english)


def test_people_are_not_called_negative() -> None:
    assert label("negative_people", "de") == "Personen, die sich negativ äußern"
    assert label("negative_people", "en") == "people speaking negatively"
