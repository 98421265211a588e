"""The board report and alerts in words: both languages, every verdict, nothing from outside becomes markup."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import product

import msgspec
import pytest

from dashboards.board import Desk, Facts, Figure, Verdict
from processors.crisis.alert import CrisisEvidence
from schemas.brands import parse_brands
from streams.console.alerts import explained
from streams.console.board_page import report
from streams.console.board_words import ENDINGS, HEADLINES, headline
from streams.console.view import View
from streams.simulator import brands

COURSE = [(1, 2, 3)] * 14


def _facts(**values: object) -> Facts:
    now = {name: Figure(value, value - 2, value + 2, 2000) for name, value in
           {"share_of_voice": 34.4, "earned_share": 81.2, "net_sentiment": -52.0, "response_rate": 41.0, "reciprocity": 30.0}.items()}  # fmt: skip
    desks = (Desk("operations", 2112, 1757, 910, 90_000.0, "Quality <q@x.example>"),)
    given = {
        "rivals": {"us": 34.4, "them": 65.6},
        "asked": 1663,
        "open": 1125,
        "oldest": 604_800.0,
        "desks": desks,
        "alerts": (("critical", ""),),
    }
    return Facts(brand="us", start=1_760_000_000, end=1_760_604_800, now=now, before=now, **{**given, **values})  # type: ignore[arg-type]


class _Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.words = ""
        self.feed(str(text))

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.found.add(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


def test_german_report_writes_german_numbers_and_sentences() -> None:
    words = _Tags(report(_facts(), COURSE, "Talwerk", View(lang="de", page="report"))).words
    assert "Über Talwerk wird gesprochen, aber vor allem kritisch" in words
    assert "1.757 von 2.112 Beiträgen zu Produktion und Qualität sind kritisch" in words
    assert "1.125 Anliegen sind offen, das älteste seit 7 Tg." in words
    assert not re.search(r"\b(the|of|posts|answered)\b", words)


def test_english_report_writes_english_numbers_and_sentences() -> None:
    words = _Tags(report(_facts(), COURSE, "Talwerk", View(lang="en", page="report"))).words
    assert "People talk about Talwerk, but mostly in criticism" in words
    assert "1,757 of 2,112 posts about Operations are critical" in words
    assert not re.search(r"\b(und|der|Beiträge|beantwortet)\b", words)


def test_names_and_owners_stay_text() -> None:
    page = report(_facts(), COURSE, "<img src=x onerror=alert(1)>", View(lang="en", page="report"))
    assert "img" not in _Tags(page).found
    assert "q" not in _Tags(page).found
    assert "Quality <q@x.example>" in _Tags(page).words


def test_name_written_from_right_to_left_stays_beside_the_date() -> None:
    page = report(_facts(), COURSE, "שלום", View(lang="de", page="report"))
    assert "<bdi>שלום</bdi> · " in page


def test_nothing_stored_gives_a_report_that_says_so() -> None:
    empty = Facts(brand="us", start=0, end=604_800, now={}, before={})
    words = _Tags(report(empty, [(0, 0, 0)] * 14, "Talwerk", View(lang="en", page="report"))).words
    assert "Too little was written about Talwerk to judge" in words
    assert "nan" not in words.lower()
    assert "Nothing yet" in words
    assert "tallest bar: 0 posts" in words
    assert "No crisis is reported" in words
    unwatched = msgspec.structs.replace(empty, watched=False)
    words = _Tags(report(unwatched, [(0, 0, 0)] * 14, "Talwerk", View(lang="en", page="report"))).words
    assert "No crisis is reported" not in words
    assert "Nobody is watching for crises" in words


@pytest.mark.parametrize(("reason", "ending"), list(product(HEADLINES, ENDINGS)))
def test_every_pair_of_verdicts_makes_one_sentence(reason: str, ending: str) -> None:
    for lang in ("de", "en"):
        text = headline("Talwerk", Verdict("yes", reason), Verdict("no", ending), lang)
        assert text.endswith(".")
        assert text.count(".") == 1
        assert ", ," not in text


def test_alert_speaks_of_the_brand_by_name_in_the_readers_time_and_numbers() -> None:
    evidence = CrisisEvidence(
        voices=2851, expected_voices=352.0, mentions=4000, expected_mentions=900.0, negative=3000, positive=200, authors=3500, paid=0,
        negative_share=0.75, usual_negative_share=0.27, share_sigmas=9.0, volume_sigmas=8.0, surprise=9.0, usual_peak=1.0,
        peak_spread=1.0, crest=1.0, sigmas={3600: 9.0}, reach_ratio=1.2, sources={"bluesky": 3}, votes={"volume": True},
    )  # fmt: skip
    onset = datetime(2026, 3, 2, 12, 38, tzinfo=UTC)
    row = {
        "brand": "talwerk", "severity": "critical", "previous": "warning", "onset": onset,
        "evidence": msgspec.json.encode(evidence).decode(), "explanation_de": "alt", "explanation_en": "old",
    }  # fmt: skip
    book = parse_brands(brands(), "simulator")
    german = explained(row, View(lang="de", zone="Europe/Berlin"), book)
    assert "Talwerk" in german
    assert "2.851 verschiedene Personen" in german
    assert "02.03., 13:38 Uhr" in german
    assert "2,851 different people" in explained(row, View(lang="en", zone="America/New_York"), book)
    assert "2 March, 07:38" in explained(row, View(lang="en", zone="America/New_York"), book)
    assert explained({**row, "evidence": "{}"}, View(lang="en"), book) == "old"
