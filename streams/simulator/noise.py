"""How texts look once people typed them: lower case, missing umlauts, typing errors, capitals, emoji, hashtags."""

from __future__ import annotations

from collections.abc import Callable

Draw = Callable[[], float]

EMOJI = {
    "positive": ("😍", "🙌", "👍", "🎉", "😊", "🚴", "💚", "🤩", "☀️", "👏"),
    "negative": ("😡", "🤬", "😤", "👎", "🙄", "😞", "🤦", "💩", "😠"),
    "brand": ("🚲", "🌿", "🛠️", "🙂", "☀️", "💚"),
    "neutral": ("🤔", "🚲", "🙂", "👀"),
}
TAGS = {
    "de": ("#ebike", "#fahrrad", "#radpendeln", "#radliebe", "#mobilität", "#alltagsrad"),
    "en": ("#ebike", "#bikecommute", "#cycling", "#ebikes", "#bikelife"),
}
_ASCII = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def type_like(text: str, style: str, sentiment: str, draw: Draw) -> str:
    """Return the text as a person of this style types it. Handles, hashtags and brand names stay legible."""
    if style == "plain":
        return text
    if style == "lower":
        return text.lower()
    if style == "ascii":
        return text.translate(_ASCII)
    if style == "loud":
        return text.upper() if sentiment == "negative" and draw() < 0.6 and "@" not in text else text
    return _mistype(text, draw)


def emoji(sentiment: str, draw: Draw) -> str:
    """Return one to three emoji that fit the sentiment."""
    choices = EMOJI[sentiment]
    face = choices[int(draw() * len(choices))]
    many = draw()
    return face if many < 0.75 else face * (2 if many < 0.92 else 3)


def hashtag(language: str, draw: Draw) -> str:
    """Return a hashtag of the trade that names no brand."""
    choices = TAGS[language]
    return choices[int(draw() * len(choices))]


def _mistype(text: str, draw: Draw) -> str:
    """Swap, drop or double one letter inside a lower-case word; names are capitalised, handles and tags have a sign."""
    words = text.split(" ")
    for _ in range(6):
        at = int(draw() * len(words))
        word = words[at]
        if len(word) > 4 and word.isalpha() and word.islower():
            letter = 1 + int(draw() * (len(word) - 3))
            kind = draw()
            if kind < 0.5:
                word = word[:letter] + word[letter + 1] + word[letter] + word[letter + 2 :]
            elif kind < 0.8:
                word = word[:letter] + word[letter + 1 :]
            else:
                word = word[:letter] + word[letter] + word[letter:]
            words[at] = word
            break
    return " ".join(words)
