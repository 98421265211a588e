"""The sentences of an alert are German and English as people write them, also for very few people."""

from __future__ import annotations

import pytest

from processors.crisis.alert import CrisisEvidence
from processors.crisis.explain import explain_de, explain_en


def evidence(voices: int, expected: float) -> CrisisEvidence:
    return CrisisEvidence(
        voices=voices, expected_voices=expected, mentions=60, expected_mentions=20.0, negative=21, positive=9, authors=50, paid=0,
        negative_share=0.35, usual_negative_share=0.24, share_sigmas=2.0, volume_sigmas=2.0, surprise=3.0, usual_peak=1.0,
        peak_spread=1.0, crest=2.0, sigmas={}, reach_ratio=1.0, sources={}, votes={},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("voices", "expected", "german", "english"),
    [
        (486, 290.2, "haben sich 486 verschiedene Personen negativ geäußert, üblich sind um diese Zeit etwa 290.",
         "486 different people have posted negatively; about 290 are usual at this time."),
        (12_345, 3.4, "haben sich 12.345 verschiedene Personen negativ geäußert, üblich sind um diese Zeit etwa 3.",
         "12,345 different people have posted negatively; about 3 are usual at this time."),
        (9, 0.04, "haben sich 9 verschiedene Personen negativ geäußert, üblich ist um diese Zeit kaum jemand.",
         "9 different people have posted negatively; hardly anybody is usual at this time."),
        (1, 1.2, "hat sich eine Person negativ geäußert, üblich ist um diese Zeit etwa eine Person.",
         "one person has posted negatively; about one is usual at this time."),
        (0, 10.0, "hat sich niemand negativ geäußert, üblich sind um diese Zeit etwa 10.",
         "nobody has posted negatively; about 10 are usual at this time."),
    ],
)  # fmt: skip
def test_numbers_of_people_are_said_as_people_say_them(voices: int, expected: float, german: str, english: str) -> None:
    found = evidence(voices, expected)
    assert german in explain_de("Acme", "watch", "none", 1_769_767_200, found)
    assert english in explain_en("Acme", "watch", "none", 1_769_767_200, found)
