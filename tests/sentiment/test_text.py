"""What the encoder sees of a post."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from processors.sentiment.text import MAX_CHARACTERS, prepare


@pytest.mark.parametrize(
    ("text", "prepared"),
    [
        ("@DB_Bahn danke! https://t.co/abc", "@user danke! http"),
        ("danke @bahn@mastodon.social.", "danke @user"),
        ("@a @b @c hallo", "@user hallo"),
        ("schreib an max.muster@firma.de bitte", "schreib an @user bitte"),
        ("siehe www.bahn.de und http://x.y/z?q=1", "siehe http und http"),
        ("sooooooo gut!!!!!!!! 😂😂😂😂😂😂", "sooo gut!!! 😂😂😂"),
        ("hahahahahahaha", "hahaha"),
        ("<p>Hallo<br/>Welt</p> &amp; Co", "Hallo Welt & Co"),
        ("I <3 you & a<b", "I <3 you & a<b"),
        ("ICH HASSE DAS ALLES", "ich hasse das alles"),
        ("Die DB ist super", "Die DB ist super"),
        ("un\u00adsicht\u200bbar\ufeff", "unsichtbar"),
        ("viel \t\n  Platz\u00a0hier", "viel Platz hier"),
        ("a\x00b\x07c", "a b c"),
        ("u\u0308ber", "über"),
        ("", ""),
        (" \u200b\n", ""),
        ("\ud800", ""),
    ],
)
def test_posts_are_brought_to_one_form(text: str, prepared: str) -> None:
    assert prepare(text) == prepared


def test_kept_are_negation_emoji_hashtags_and_umlauts() -> None:
    text = "nicht schön 😡 #bahnstreik, isn't it?"
    assert prepare(text) == text


@given(st.text(max_size=300))
def test_any_text_becomes_one_clean_line(text: str) -> None:
    prepared = prepare(text)
    assert prepared == prepared.strip()
    assert "\n" not in prepared
    prepared.encode("utf-8")


@given(st.text(alphabet="abcäöü .!?@#😀", max_size=80))
@example("a@b.b.")
@example("@_@_.a.")
def test_preparing_twice_changes_nothing(text: str) -> None:
    assert prepare(prepare(text)) == prepare(text)


@pytest.mark.parametrize("unit", ["a", "<!--", "<a ", "@a.", "&lt;", "http://", "ab", "a@b.", "é", "😂", "x@", "<p"])
def test_long_hostile_texts_take_no_time(unit: str) -> None:
    """Guards the regular expressions against quadratic backtracking."""
    started = time.process_time()
    assert len(prepare(unit * 100_000)) <= MAX_CHARACTERS
    assert time.process_time() - started < 1.0
