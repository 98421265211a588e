"""Normalised text: what is searched for brands and phrases, and what makes two posts "the same text".

Each step takes what the step before gave, so that a post is folded and stripped once: `fold`, then `bare`, then `words`.
"""

from __future__ import annotations

import re
import string
import unicodedata

from schemas.social_event import hash64_bytes

_LINK_OR_NAME = re.compile(r"(?:https?://|www\.)\S+|@[\w.\-@]+")
_NAME = string.ascii_letters + string.digits + "_.-"
_WORD = re.compile(r"\w+")
_SPELLING = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_TO_SPACE = bytes(c if chr(c).isalnum() or c == ord("_") else 32 for c in range(128)) + bytes(128)


def fold(text: str) -> str:
    """Fold case so that "STRASSE" meets "Straße", and compose letters: some devices write "ü" as "u" and a mark of its own."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFC", text.casefold())


def bare(folded: str) -> str:
    """Folded text without links and user names."""
    if "http" in folded or "www." in folded or not folded.isascii():
        return _LINK_OR_NAME.sub(" ", folded)
    if "@" not in folded:
        return folded
    first, *rest = folded.split("@")  # the commonest case, at a quarter of what the expression costs
    return " ".join([first, *(part.lstrip(_NAME) for part in rest)])


def words(stripped: str) -> str:
    """The words of `bare` text with one space between them; umlauts are spelt out, punctuation and emoji are gone."""
    if stripped.isascii():  # a table over bytes costs a third of a regular expression, and this runs for every post
        return b" ".join(stripped.encode().translate(_TO_SPACE).split()).decode()
    return " ".join(_WORD.findall(stripped.translate(_SPELLING)))


def fingerprint(said: str) -> int:
    """An unsigned 64-bit hash of `words`; 0 of none.

    Copies of a post by other accounts, with another link or another greeting handle, share it.
    """
    return hash64_bytes(said.encode("utf-8", "surrogatepass")) if said else 0
