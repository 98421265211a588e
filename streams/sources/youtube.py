"""YouTube comments, polled through the Data API v3.

Source: developers.google.com/youtube/v3/docs/commentThreads/list (1 unit of the day's quota a page; `replies` holds a
subset of the answers, and an answer to an old thread does not move it to the front: not every answer is found) and
…/comments/list (1 unit for 50 ids; a comment that is missing was deleted). Units are counted here too, because the API says
nothing until they are gone; they are filled again at midnight in California.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn, TypeVar

import httpx
import msgspec

from schemas.social_event import Action, Counts, SocialEvent, event_id, hash64_bytes
from streams.decode import explain
from streams.sources.base import Denied, Finding, RateLimited, Refused, SourceFault
from streams.sources.keys import KeyMap
from streams.sources.listing import Gone, Item, ListingSource, Page
from streams.sources.net import Fetched, fetch, open_client
from streams.sources.shape import Shaper, created_ms, disclose, links_of, mentions_of, ms_of, tags_of

API = "https://www.googleapis.com/youtube/v3"
_Answer = TypeVar("_Answer")


class ChannelId(msgspec.Struct):
    """The author's channel."""

    value: str = ""


class Snippet(msgspec.Struct, rename="camel"):
    """What a comment says."""

    text_original: str = ""
    text_display: str = ""
    author_display_name: str = ""
    author_channel_id: ChannelId | None = None
    published_at: str = ""
    updated_at: str = ""
    like_count: int = 0
    video_id: str = ""
    parent_id: str = ""


class Comment(msgspec.Struct):
    """A comment; `video` is filled in from its thread."""

    id: str
    snippet: Snippet
    video: str = ""


class Replies(msgspec.Struct):
    """Some of the answers."""

    comments: list[Comment] = []


class ThreadSnippet(msgspec.Struct, rename="camel"):
    """A thread's first comment."""

    top_level_comment: Comment
    video_id: str = ""


class Thread(msgspec.Struct):
    """A thread."""

    snippet: ThreadSnippet
    replies: Replies | None = None


class ThreadPage(msgspec.Struct, rename="camel"):
    """An answer of commentThreads.list. Threads are decoded one by one: a strange one must not hide the others."""

    items: list[msgspec.Raw] = []
    next_page_token: str = ""


_page = msgspec.json.Decoder(ThreadPage)
_thread = msgspec.json.Decoder(Thread)
_comment = msgspec.json.Decoder(Comment)
_encoder = msgspec.json.Encoder()


class CommentPage(msgspec.Struct):
    """An answer of comments.list."""

    items: list[msgspec.Raw] = []


_comments = msgspec.json.Decoder(CommentPage)


class YouTubeSource(ListingSource):
    """`targets`: channel ids (UC…) or video ids."""

    kind = "youtube"
    chunk = 50
    day_begins = 8 * 3600  # Pacific standard time: in summer an hour late, which only spends less

    def __init__(
        self,
        name: str,
        targets: Sequence[str],
        api_key: str,
        shaper: Shaper,
        *,
        api: str = API,
        interval: float = 300.0,
        quota: int = 10_000,
        max_pages: int = 50,
        recheck: float = 86_400.0,
        allow_private: bool = False,
        keys: KeyMap | None = None,
    ) -> None:
        super().__init__(
            name, targets, interval=interval, max_pages=max_pages, limit=quota, recheck=recheck,
            allow_private=allow_private, keys=keys,
        )  # fmt: skip
        self._api_key = api_key
        self._shaper = shaper
        self._api = api

    async def page(self, client: httpx.AsyncClient, target: str, token: str) -> Page:
        """A page of threads with the answers that come with them."""
        by = "allThreadsRelatedToChannelId" if target.startswith("UC") and len(target) == 24 else "videoId"
        params = {
            "part": "snippet,replies",
            by: target,
            "order": "time",
            "maxResults": "100",
            "textFormat": "plainText",
        }
        if token:
            params["pageToken"] = token
        found = await self._ask(client, "commentThreads", params, _page)
        return Page([item for raw in found.items for item in _items(bytes(raw))], found.next_page_token)

    async def present(self, client: httpx.AsyncClient, ids: Sequence[str]) -> dict[str, bytes]:
        """Comments by id, as they are now."""
        params = {"part": "snippet", "id": ",".join(ids), "textFormat": "plainText"}
        present: dict[str, bytes] = {}
        for raw in (await self._ask(client, "comments", params, _comments)).items:
            comment = _comment.decode(raw)
            present[comment.id] = bytes(raw)
        return {native: self._with_video(native, raw) for native, raw in present.items()}

    def _with_video(self, native: str, raw: bytes) -> bytes:
        """comments.list names no video: it is known from the first time."""
        comment = _comment.decode(raw)
        if (kept := self._cursor.kept.get(native)) is not None:
            comment.video = kept.uri.partition("?v=")[2].partition("&lc=")[0]
        return _encoder.encode(comment)

    async def _ask(
        self, client: httpx.AsyncClient, what: str, params: dict[str, str], decoder: msgspec.json.Decoder[_Answer]
    ) -> _Answer:
        self.spend()
        headers = {"x-goog-api-key": self._api_key}  # not in the address: addresses end up in logs
        answer = await fetch(client, f"{self._api}/{what}", params=params, headers=headers, accept=(200, 400, 403))
        if answer.status != 200:
            self._refused(answer)
        try:
            return decoder.decode(answer.body)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise SourceFault(f"YouTube: {explain(error)}", reason="malformed") from None

    def _refused(self, answer: Fetched) -> NoReturn:
        """A used-up quota, comments that are switched off, a key that may not, or (400) a key that is none."""
        body, said = answer.body, answer.body[:200].decode("utf-8", "replace")
        if b"quotaExceeded" in body or b"rateLimitExceeded" in body:
            self.gap("quota", "YouTube says that the day's quota is used up")
            raise RateLimited("YouTube: the day's quota is used up", reason="quota", retry_after=3600)
        if b"commentsDisabled" in body:
            raise Denied("YouTube: comments are switched off there")
        if answer.status == 403 or b"API_KEY_INVALID" in body or b"keyInvalid" in body:
            raise Denied(f"YouTube: the API key is refused ({answer.status}) {said}")
        raise SourceFault(f"YouTube: the request is refused (400) {said}", reason="unexpected")

    def normalise(self, item: bytes, received_ms: int) -> SocialEvent | None:
        """A comment as an event."""
        if (missing := self.gone(item)) is not None:
            return self._delete(missing, received_ms)
        try:
            comment = _comment.decode(item)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise Refused(explain(error)) from None
        said = comment.snippet
        text = said.text_original or said.text_display
        video = f"https://www.youtube.com/watch?v={comment.video or said.video_id}"
        uri = f"{video}&lc={comment.id}"
        parent = f"{video}&lc={said.parent_id}" if said.parent_id else video
        channel = said.author_channel_id.value if said.author_channel_id is not None else ""
        owner = self._shaper.owner(channel) or self._shaper.owner(said.author_display_name)
        published, updated = ms_of(said.published_at), ms_of(said.updated_at)
        known = uri in self.keys or (updated > published and self.keys.recall(uri) is not None)
        if not (self._shaper.keep_all or owner or known or parent in self.keys or self._shaper.names_brand(text)):
            self.dropped["names_no_brand"] += 1
            return None
        edited = updated if updated > published else 0
        # What is known and was read again (see `present`) states its counts; its text counts where it was edited.
        action: Action = "update" if known and (edited or comment.id in self._cursor.kept) else "create"
        revision = edited if action == "update" else 0
        counts = Counts(like=said.like_count) if said.like_count or action == "update" else None
        self.keys.put(uri, video)
        self.keep(comment.id, uri, created_ms(published, received_ms), received_ms)
        return disclose(
            SocialEvent(
                event_id=event_id(self._shaper.source, uri, action, revision),
                source=self._shaper.source,
                native_id=comment.id,
                uri=uri,
                url=uri,
                action=action,
                revision=revision,
                author_id=self._shaper.author(channel or said.author_display_name),
                handle=self._shaper.handle(said.author_display_name, owner),
                role="owned" if owner else "public",
                text=text,
                created_at=created_ms(published, received_ms),
                observed_at=received_ms,
                received_at=received_ms,
                parent_uri=parent,
                root_uri=video,
                hashtags=tags_of(text),
                mentions=mentions_of(text),
                links=links_of(text),
                counts=counts,
                counts_at=received_ms if counts is not None else 0,
                collector="youtube",
            )
        )

    def _delete(self, missing: Gone, received_ms: int) -> SocialEvent:
        return SocialEvent(
            event_id=event_id(self._shaper.source, missing.uri, "delete", 0),
            source=self._shaper.source,
            native_id=missing.id,
            uri=missing.uri,
            action="delete",
            created_at=received_ms,
            deleted_at=received_ms,
            delete_reason="no longer there",
            observed_at=received_ms,
            received_at=received_ms,
            root_uri=missing.uri.partition("&lc=")[0],
            collector="youtube",
        )

    async def check(self) -> list[Finding]:
        """Ask for one page of each target."""
        findings = []
        async with open_client(allow_private=self._allow_private, redirects=False) as client:
            for target in self._targets:
                try:
                    page = await self.page(client, target, "")
                    left = f"; {self.quota_left} units left by our count"
                    findings.append(Finding(True, f"YouTube {target}: {len(page.items)} comments{left}"))
                except SourceFault as fault:
                    findings.append(Finding(False, f"YouTube {target}: {fault}"))
        return findings


def _items(raw: bytes) -> list[Item]:
    """The comments of a thread; a thread of another shape is passed on as it is, to be refused and kept."""
    try:
        thread = _thread.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return [Item(id=f"{hash64_bytes(raw):016x}", created=0, changed=1, data=raw)]
    comments: list[Any] = [thread.snippet.top_level_comment, *(thread.replies.comments if thread.replies else ())]
    items = []
    for comment in comments:
        comment.video = thread.snippet.video_id or comment.snippet.video_id
        published, updated = ms_of(comment.snippet.published_at), ms_of(comment.snippet.updated_at)
        changed = updated if updated > published else 0
        items.append(Item(comment.id, published, changed, _encoder.encode(comment)))
    return items
