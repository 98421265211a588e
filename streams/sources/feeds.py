"""RSS and Atom feeds, polled politely: conditional GET, an interval per feed, and the server's own wishes.

One source reads many feeds; one that fails is left alone for a while and never holds up the others. Entries are told
apart by guid, then by link. An entry whose words changed is an update. If a feed that was read before holds nothing but
new entries, older ones may have fallen out of it between two visits: a gap.
"""

from __future__ import annotations

import asyncio
import calendar
import random
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import msgspec
import structlog

from schemas.social_event import SocialEvent, event_id, hash64
from streams.decode import explain
from streams.sources.base import Batch, Finding, Refused, Source, SourceFault
from streams.sources.keys import KeyMap
from streams.sources.net import Fetched, fetch, open_client
from streams.sources.shape import Shaper, created_ms, disclose, links_of, plain_text

log = structlog.get_logger(__name__)

_SEEN = 2000
MAX_FEED = 8 * 1024 * 1024


class FeedState(msgspec.Struct):
    """What is kept of a feed: validators of the last answer, and guid → hash of the words, as far as they are in it."""

    etag: str = ""
    modified: str = ""
    seen: dict[str, int] = {}


class Entry(msgspec.Struct):
    """An entry, as feedparser understands it. Times in ms, 0 where the feed gives none."""

    feed: str
    key: str
    uri: str
    link: str
    text: str
    author: str
    published: int
    updated: int
    tags: list[str]
    language: str
    known: bool


_entry = msgspec.json.Decoder(Entry)
_encoder = msgspec.json.Encoder()


class FeedSource(Source):
    """`urls`: the feeds. `interval` in seconds between two visits to one feed; never below `least`."""

    kind = "rss"

    def __init__(
        self,
        name: str,
        urls: Sequence[str],
        shaper: Shaper,
        *,
        interval: float = 300.0,
        least: float = 30.0,
        allow_private: bool = False,
        keys: KeyMap | None = None,
    ) -> None:
        super().__init__(name, keys)
        self._urls = list(urls)
        self._shaper = shaper
        self._interval = max(interval, least)
        self._allow_private = allow_private
        self._client: httpx.AsyncClient | None = None
        self._states: dict[str, FeedState] = {}
        self._due: dict[str, float] = {}
        self._failures: dict[str, int] = {}

    async def connect(self, cursor: str) -> None:
        """Take up the states of the feeds. Visits that were due stay due."""
        stored = msgspec.json.decode(cursor, type=dict[str, FeedState]) if cursor else {}
        states = {url: stored.get(url, FeedState()) for url in self._urls}
        # What was read but not confirmed has to be read again at once.
        self._due = {
            url: self._due.get(url, 0.0) if self._states.get(url) == states[url] else 0.0 for url in self._urls
        }
        self._states = states
        self._client = open_client(allow_private=self._allow_private)

    async def read(self) -> AsyncIterator[Batch]:
        """Visit what is due, for ever."""
        while True:
            url = min(self._due, key=lambda name: self._due[name])
            await asyncio.sleep(max(0.0, self._due[url] - time.monotonic()))
            items: list[bytes] = []
            try:
                items = await self._visit(url)
                self._failures.pop(url, None)
                self._due[url] = time.monotonic() + self._interval * random.uniform(0.9, 1.1)
            except SourceFault as fault:
                self._put_off(url, fault)
            yield Batch(items)

    def _put_off(self, url: str, fault: SourceFault) -> None:
        """Leave a failing feed alone: longer each time, at least as long as it asked, at most a day."""
        number = self._failures[url] = self._failures.get(url, 0) + 1
        wait = max(min(self._interval * 2.0 ** min(number, 20), 86_400.0), fault.retry_after or 0.0)
        self._due[url] = time.monotonic() + wait
        self.failed[fault.reason] += 1
        log.warning(
            "feed failed",
            source=self.name,
            feed=shown(url),
            reason=fault.reason,
            problem=str(fault),
            next_try=round(wait),
        )

    async def _visit(self, url: str) -> list[bytes]:
        if self._client is None:
            raise SourceFault("not connected")
        state = self._states[url]
        headers = {"accept": "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5"}
        if state.etag:
            headers["if-none-match"] = state.etag
        if state.modified:
            headers["if-modified-since"] = state.modified
        answer = await fetch(self._client, url, headers=headers, limit=MAX_FEED)
        if answer.status == 304:
            return []
        entries = await asyncio.to_thread(parse, url, answer)
        return self._news(url, state, entries, answer)

    def _news(self, url: str, state: FeedState, entries: list[Entry], answer: Fetched) -> list[bytes]:
        """Entries that are new or changed, oldest first."""
        fresh = []
        for entry in entries:
            words = hash64(entry.text)
            entry.known = entry.key in state.seen
            if state.seen.get(entry.key) != words:
                fresh.append(entry)
        if state.seen and entries and not any(entry.known for entry in entries):
            self.gap(
                "feed_rolled_over",
                f"{shown(url)}: no entry of the last visit is left; some may have come and gone unread",
            )
        kept = {entry.key: hash64(entry.text) for entry in entries}
        kept.update((key, words) for key, words in state.seen.items() if key not in kept)
        self._states[url] = FeedState(
            answer.headers.get("etag", ""),
            answer.headers.get("last-modified", ""),
            dict(list(kept.items())[: max(_SEEN, len(entries))]),
        )
        fresh.sort(key=lambda entry: entry.published or entry.updated)
        return [_encoder.encode(entry) for entry in fresh]

    def normalise(self, item: bytes, received_ms: int) -> SocialEvent | None:
        """An entry as an event."""
        try:
            entry = _entry.decode(item)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:  # a dead letter that was edited by hand
            raise Refused(explain(error)) from None
        tags = tuple(tag for tag in entry.tags if tag)
        known = self.keys.recall(entry.uri) is not None if entry.known else entry.uri in self.keys
        if not (self._shaper.keep_all or known or self._shaper.names_brand(entry.text, tags)):
            self.dropped["names_no_brand"] += 1
            return None
        self.keys.put(entry.uri, "")
        owner = self._shaper.owner(entry.feed)
        # Feeds change words without changing the date: the visit orders the changes.
        # A change of an entry that was never sent (it named no brand until now) has nothing to amend: it is the post.
        edited = entry.known and known
        revision = max(entry.updated, received_ms) if edited else 0
        action: Any = "update" if edited else "create"
        return disclose(
            SocialEvent(
                event_id=event_id(self._shaper.source, entry.uri, action, revision),
                source=self._shaper.source,
                source_instance=httpx.URL(entry.feed).host,
                uri=entry.uri,
                url=entry.link,
                action=action,
                revision=revision,
                author_id=self._shaper.author(f"{entry.feed} {entry.author.casefold()}"),
                handle=self._shaper.handle(entry.author, owner),
                role="owned" if owner else "public",
                text=entry.text,
                lang_declared=(entry.language,) if entry.language else (),
                created_at=created_ms(entry.published or entry.updated, received_ms),
                observed_at=received_ms,
                received_at=received_ms,
                hashtags=tags,
                links=(entry.link,) if entry.link else links_of(entry.text),
                collector="rss",
            )
        )

    def position(self) -> str:
        """The states of all feeds."""
        return _encoder.encode(self._states).decode() if any(s.seen for s in self._states.values()) else ""

    async def close(self) -> None:
        """Close the client."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def check(self) -> list[Finding]:
        """Visit every feed once."""
        findings = []
        await self.connect("")
        for url in self._urls:
            try:
                found = await self._visit(url)
                findings.append(
                    Finding(
                        bool(found),
                        f"{shown(url)}: {len(found)} entries" if found else f"{shown(url)}: holds no entries",
                    )
                )
            except SourceFault as fault:
                findings.append(Finding(False, f"{shown(url)}: {fault}"))
        await self.close()
        return findings


def shown(url: str) -> str:
    """A feed's address for people: without its query and its user, which may hold a private feed's token."""
    scheme, separator, rest = url.partition("?")[0].partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{separator}{host.rpartition('@')[2]}{slash}{path}"


def parse(url: str, answer: Fetched) -> list[Entry]:
    """Entries of a feed. Raises SourceFault when it is none."""
    import feedparser  # type: ignore[import-untyped]

    body = answer.body.replace(b"\0", b"") if b"\0" in answer.body else answer.body  # UTF-16 hides it behind zeros
    if b"<!ENTITY" in body or b"utf-7" in body[:200].lower():
        # Entities that expand each other are the one thing a feed of a few bytes can do harm with; no feed needs them.
        raise SourceFault("the feed declares entities of its own; it is not read", reason="entities")
    headers = {"content-type": answer.headers.get("content-type", "application/xml"), "content-location": answer.url}
    found = feedparser.parse(answer.body, response_headers=headers)
    if not found.entries and (found.bozo or not found.version):
        raise SourceFault(
            f"the answer is not a feed ({found.get('bozo_exception', 'unknown format')})", reason="not_a_feed"
        )
    language = str(found.feed.get("language", "")).split("-")[0].lower()
    title = str(found.feed.get("title", "")) or url
    return [_read_entry(url, raw, title, language) for raw in found.entries]


def _read_entry(url: str, raw: Any, feed_title: str, language: str) -> Entry:
    link, guid = str(raw.get("link", "")), str(raw.get("id", ""))
    body = next((part.get("value", "") for part in raw.get("content", ())), "") or raw.get("summary", "")
    title, words = plain_text(str(raw.get("title", ""))), plain_text(str(body))
    text = words if words.startswith(title) else f"{title}\n\n{words}".strip()
    # An entry may lack both; then its words are all it is known by.
    key = guid or link or f"{hash64(text):016x}"
    return Entry(
        feed=shown(url),
        key=key,
        # A link is no name where there is a guid: all episodes of a podcast may link to its home page.
        uri=key if key.startswith(("http://", "https://", "urn:", "tag:")) else f"{shown(url)}#{key}",
        link=link,
        text=text,
        author=str(raw.get("author", "")) or feed_title,
        published=_ms(raw.get("published_parsed")),
        updated=_ms(raw["updated_parsed"]) if "updated_parsed" in raw else 0,
        tags=[str(tag.get("term") or "").replace(" ", "") for tag in raw.get("tags", ())][:50],
        language=language,
        known=False,
    )


def _ms(parsed: Any) -> int:
    """feedparser's time is a struct_time in UTC, or None for a date that nobody can read."""
    try:
        return max(0, int(calendar.timegm(parsed)) * 1000) if parsed else 0
    except (TypeError, ValueError, OverflowError):
        return 0
