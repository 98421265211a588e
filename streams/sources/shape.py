"""What every source does alike: pseudonyms, times, tags, disclosure, and which posts are wanted at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from html import unescape
from typing import Literal

from processors.matching import BrandMatcher
from processors.media import paid_status
from processors.validate import EARLIEST_MS
from schemas.social_event import SocialEvent, hash64

Keep = Literal["brands", "all"]

_TAG = re.compile(r"#(\w{2,100})")
_HANDLE = re.compile(r"(?<![\w@.])@([\w][\w.\-]*(?:@[\w.\-]+)?)")
_LINK = re.compile(r"https?://[^\s<>\"']+")
_DROPPED_ELEMENT = re.compile(r"<(script|style|template|head)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.S | re.I)
_BREAK = re.compile(r"<br\s*/?>", re.I)
_BLOCK_END = re.compile(r"</(?:p|div|h[1-6]|li|blockquote|ul|ol|tr)\s*>\s*", re.I)
_ELEMENT = re.compile(r"</?[a-zA-Z][^>]*>|<[!?][^>]*>")
_SPACES = re.compile(r"[ \t\r\f\v\u00a0]+")
_MANY_LINES = re.compile(r"\n{3,}")


class Shaper:
    """Pseudonymises authors and decides what is kept. `key` is the secret of the keyed hash (`streams.secret`).

    The native author id and the handle of the public never leave a source: `author` returns a keyed hash, `handle` the
    name of brand accounts only, unless `keep_handles`.
    """

    def __init__(
        self, source: str, key: bytes, matcher: BrandMatcher, *, keep_handles: bool = False, keep: Keep = "brands"
    ) -> None:
        self.source = source
        self.matcher = matcher
        self.keep_all = keep == "all"
        self._key = key
        self._keep_handles = keep_handles

    def author(self, native: str) -> int:
        """The author's pseudonym: an unsigned 64-bit keyed hash."""
        return hash64(self.source, native, key=self._key)

    def owner(self, handle: str) -> str:
        """The brand whose account this is, or ""."""
        return self.matcher.owner(self.source, handle)

    def handle(self, handle: str, owner: str) -> str:
        """The handle as far as it may be kept."""
        return handle if owner or self._keep_handles else ""

    def names_brand(self, text: str, tags: Sequence[str] = (), mentions: Sequence[str] = ()) -> bool:
        """Whether the text, its tags or its mentions name a brand."""
        if not tags and not mentions:
            return bool(self.matcher.match(text))
        return bool(self.matcher.match(text, (*tags, *("@" + name for name in mentions))))


def disclose(event: SocialEvent) -> SocialEvent:
    """Set `paid` and its evidence from disclosure tags (#Werbung, #Anzeige, #ad …); nothing is guessed."""
    if event.paid == "unknown" and (event.hashtags or "#" in event.text):
        paid, evidence = paid_status(event)
        if paid in ("yes", "no"):
            event.paid, event.paid_evidence = paid, evidence  # type: ignore[assignment]
    return event


def tags_of(text: str) -> tuple[str, ...]:
    """Hashtags in a text, without the sign."""
    return tuple(_TAG.findall(text)) if "#" in text else ()


def mentions_of(text: str) -> tuple[str, ...]:
    """Handles addressed in a text, without the sign."""
    return tuple(_HANDLE.findall(text)) if "@" in text else ()


def links_of(text: str) -> tuple[str, ...]:
    """Web addresses in a text."""
    return tuple(link.rstrip(".,;:!?)]") for link in _LINK.findall(text)) if "://" in text else ()


def plain_text(html: str) -> str:
    """HTML as text: line breaks for <br>, a blank line between paragraphs, entities decoded once, no markup left.

    Written for what Mastodon and feeds send. Mastodon splits a link into spans, some of them invisible; together they
    are the whole address, so all of them are kept.
    """
    if "<" in html:
        html = _DROPPED_ELEMENT.sub(" ", html)
        html = _BREAK.sub("\n", html)
        html = _BLOCK_END.sub("\n\n", html)
        end = html.rfind(">") + 1  # no element ends later; a search there would go to the end from every "<"
        html = _ELEMENT.sub("", html[:end]) + html[end:]
    text = unescape(html) if "&" in html else html
    text = _SPACES.sub(" ", text)
    if "\n" in text:
        text = _MANY_LINES.sub("\n\n", "\n".join(line.strip() for line in text.split("\n")))
    return text.strip()


def ms_of(text: str) -> int:
    """An ISO 8601 time in ms since the epoch; 0 where it is none. A time without a zone means UTC."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return int(moment.timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        return 0


def created_ms(declared: int, observed: int) -> int:
    """When a post counts as written: what its client declares, but not after the feed saw it, and not before 2004.

    Clients declare anything. Bluesky's own AppView orders posts by min(createdAt, indexedAt) for the same reason.
    """
    return declared if EARLIEST_MS <= declared <= observed else observed
