"""Text preparation shared by training and inference: what the encoder sees of a post.

Whatever carries no sentiment but varies freely (user names, link targets, the number of repeated letters, invisible
characters) is mapped to one form, so that such edits cannot change a prediction and reposts meet in the cache.
"""

from __future__ import annotations

import html
import re
import unicodedata

MAX_CHARACTERS = 20_000
"""Longer posts are cut here before tokenising: three hundred times the median post, about ten windows of tokens."""

_TO_SPACE = [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0xFFFC, 0xFFFD]
_INVISIBLE = [
    0xAD,
    0x034F,
    0x061C,
    0x180E,
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    0xFEFF,
]
_SURROGATES = range(0xD800, 0xE000)
_TRANSLATION: dict[int, str] = {**dict.fromkeys(_TO_SPACE, " "), **dict.fromkeys([*_INVISIBLE, *_SURROGATES], "")}

_TAG = re.compile(
    r"<(?:/?(?:p|br|a|b|i|em|strong|span|div|ul|ol|li|blockquote|code|pre|h[1-6])\b[^<>]{0,500}|!--.{0,500}?--)>",
    re.IGNORECASE | re.DOTALL,
)
_LINK = re.compile(r"(?:https?://|www\.)\S+|\bpic\.twitter\.com/\S+|\bt\.co/\w+", re.I)
_MAIL = re.compile(r"(?<![\w@])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_USER = re.compile(r"(?<![\w@])@\w[\w.-]*(?:@[\w-]+(?:\.[\w-]+)+)?")
_USERS = re.compile(r"@user(?:[\s,:]+@user)+")
_LINKS = re.compile(r"\bhttp(?:\s+http)+\b")
_REPEATED = re.compile(r"(.{1,4}?)\1{3,}", re.S)
_SPACE = re.compile(r"\s+")


def prepare(text: str) -> str:
    """The form of `text` that is tokenised: one line, users as ``@user``, links as ``http``, repeats squeezed to three.

    HTML tags and entities are resolved, control and invisible characters dropped, a post written in capitals is
    lowered. Never raises; the result may be empty. Idempotent up to entities that were escaped twice.
    """
    text = text[:MAX_CHARACTERS].translate(_TRANSLATION)
    if "&" in text:
        text = html.unescape(text).translate(_TRANSLATION)
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "@" in text:
        # again at the end: an address leaves a user behind, whose full stop goes as any user's does
        text = _USER.sub("@user", _MAIL.sub("@user", _USER.sub("@user", text)))
    if "." in text or "://" in text:
        text = _LINK.sub("http", text)
    text = _SPACE.sub(" ", text).strip()
    text = _REPEATED.sub(r"\1\1\1", text)
    text = _LINKS.sub("http", _USERS.sub("@user", text))
    return _lower_capitals(unicodedata.normalize("NFC", text[:MAX_CHARACTERS]))


def _lower_capitals(text: str) -> str:
    """Posts in capitals split into three times as many pieces, most of them never seen in training."""
    if text.islower():
        return text
    letters = [c for c in text.replace("@user", "").replace("http", "") if c.isalpha()]
    capitals = sum(map(str.isupper, letters))
    return text.lower() if len(letters) >= 12 and capitals > 0.6 * len(letters) else text
