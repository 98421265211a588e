"""Hand-made posts: negation is read right; how much irony is, docs/sentiment.md says as it is."""

from __future__ import annotations

import re
from pathlib import Path

from processors.sentiment import open_model

IRONY = (  # all negative
    "Ich liebe es, im Regen auf den Bus zu warten, der nicht kommt.",
    "Herzlichen Glückwunsch, ihr habt es geschafft, alles noch schlechter zu machen.",
    "Love waiting two hours on hold. Best service ever 🙃",
    "Na toll, schon wieder 40 Minuten Verspätung. Danke, Bahn!",
    "Great, another delayed flight. Just what I needed today.",
    "Super Service: drei Wochen keine Antwort.",
    "Oh wonderful, my luggage is in another country. Again.",
    "Klasse App, stürzt nur bei jedem zweiten Klick ab.",
)
NEGATION = {
    "Das ist gar nicht schlecht!": "positive",
    "Not bad at all!": "positive",
    "Das Essen war nicht gut.": "negative",
    "The service was not good.": "negative",
    "Ich bin nicht zufrieden.": "negative",
    "I am not happy with this.": "negative",
    "Ich kann mich nicht beschweren, alles super.": "positive",
    "I can't complain, everything was great.": "positive",
}


def test_negation_is_read_right_in_both_languages() -> None:
    answers = open_model().predict(list(NEGATION))
    assert {text: a.label for text, a in zip(NEGATION, answers, strict=True)} == NEGATION


def test_the_documentation_says_how_much_irony_is_understood() -> None:
    right = sum(answer.label == "negative" for answer in open_model().predict(list(IRONY)))
    text = (Path(__file__).parents[2] / "docs" / "sentiment.md").read_text(encoding="utf-8")
    said = re.search(r"irony and sarcasm \(German, English\) \| (\d) of (\d)", text)
    assert said
    assert (int(said[1]), int(said[2])) == (right, len(IRONY))
