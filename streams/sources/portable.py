"""Portable JSON Lines, one post a line: the format of files, replays, tests and the simulator.

Required: `uri`, `author` ({"handle": …}), `text`, `created_at` (ISO 8601). A delete needs `uri` and `action` only.
Optional: `source`, `action`, `lang`, `revision`, `parent_uri`, `root_uri`, `quote_uri`, `repost_uri`, `counts`,
`counts_at`, `paid`, `author.followers`, `author.declared_bot`, `links`, `hashtags`, `mentions`, `url`, `deleted_at`,
`delete_reason`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

import msgspec

from processors.matching import BrandMatcher
from processors.validate import reason_to_refuse
from schemas.social_event import Action, Counts, Paid, SocialEvent, event_id, hash64
from streams.decode import explain
from streams.sources.base import Refused
from streams.sources.keys import KeyMap
from streams.sources.shape import disclose

_TAG = re.compile(r"#(\w{2,100})")
_HANDLE = re.compile(r"(?<![\w@.])@([\w][\w.\-]*(?:@[\w.\-]+)?)")


class PortableAuthor(msgspec.Struct, gc=False):
    """Who wrote the post."""

    handle: str
    followers: int | None = None
    declared_bot: bool | None = None
    id: str = ""


class PortablePost(msgspec.Struct, gc=False):
    """One line. Unknown fields are ignored: platforms' exports carry many."""

    uri: str
    created_at: datetime | None = None
    author: PortableAuthor | None = None
    text: str | None = None
    source: str = ""
    action: Action = "create"
    lang: str | tuple[str, ...] | None = None
    revision: int | None = None
    url: str | None = None
    parent_uri: str | None = None
    root_uri: str | None = None
    quote_uri: str | None = None
    repost_uri: str | None = None
    counts: Counts | None = None
    counts_at: datetime | None = None
    paid: Paid | bool | None = None
    links: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    deleted_at: datetime | None = None
    delete_reason: str | None = None


_decoder = msgspec.json.Decoder(PortablePost)


class PortableReader:
    """Turns lines into events. Authors are pseudonymised here, before anything leaves the process.

    `key`: secret of the keyed hash. Handles are kept for brand accounts, and for everybody only if `keep_handles`.
    `source`: what posts are said to come from that do not say it themselves.
    """

    def __init__(
        self,
        key: bytes,
        matcher: BrandMatcher,
        *,
        keep_handles: bool = False,
        collector: str = "replay",
        source: str = "file",
    ) -> None:
        self._key = key
        self._matcher = matcher
        self._keep_handles = keep_handles
        self._collector = collector
        self._source = source

    def read(self, line: bytes, now_ms: int) -> SocialEvent:
        """Read one line. Raises Refused with a reason that names the field."""
        try:
            post = _decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
            raise Refused(explain(error)) from None
        return self.convert(post, now_ms)

    def convert(self, post: PortablePost, now_ms: int) -> SocialEvent:
        """Convert a decoded line. Raises Refused."""
        if (
            post.action not in ("delete", "account_purge")
            and post.text is None
            and post.counts is None
            and not post.parent_uri
        ):
            raise Refused("text: Object missing required field `text`")
        created = post.created_at or (post.deleted_at if post.action == "delete" else None)
        if created is None and post.action not in ("delete", "account_purge"):
            raise Refused("created_at: Object missing required field `created_at`")
        if post.author is None and post.action not in ("delete", "update"):
            raise Refused("author: Object missing required field `author`")
        if post.author is not None and not (post.author.handle.strip() or post.author.id):
            raise Refused("author.handle: is empty")
        event = self._event(post, _ms(created) if created else now_ms, now_ms)
        reason = reason_to_refuse(event, now_ms)
        if reason is not None:
            raise Refused(reason)
        return event

    def _event(self, post: PortablePost, created: int, now_ms: int) -> SocialEvent:
        author, source, text = post.author, post.source or self._source, post.text or ""
        owner = self._matcher.owner(source, author.handle) if author else ""
        counts_at = _ms(post.counts_at) if post.counts_at else 0
        revision = post.revision if post.revision is not None else _revision(post, created, counts_at)
        lang = (post.lang,) if isinstance(post.lang, str) and post.lang else tuple(post.lang or ())
        return SocialEvent(
            event_id=event_id(source, post.uri, post.action, revision),
            source=source,
            uri=post.uri,
            action=post.action,
            created_at=created,
            revision=revision,
            author_id=hash64(source, author.id or author.handle.casefold(), key=self._key) if author else 0,
            handle=author.handle if author and (owner or self._keep_handles) else "",
            followers=author.followers if author else None,
            declared_bot=author.declared_bot if author else None,
            role="owned" if owner else "public",
            text=text,
            lang_declared=lang,
            received_at=now_ms,
            url=post.url or "",
            parent_uri=post.parent_uri or "",
            root_uri=post.root_uri or "",
            quote_uri=post.quote_uri or "",
            repost_uri=post.repost_uri or "",
            mentions=post.mentions or (tuple(_HANDLE.findall(text)) if "@" in text else ()),
            hashtags=post.hashtags or (tuple(_TAG.findall(text)) if "#" in text else ()),
            links=post.links,
            counts=post.counts,
            counts_at=counts_at,
            paid=_paid(post.paid),
            deleted_at=_ms(post.deleted_at) if post.deleted_at else 0,
            delete_reason=post.delete_reason or "",
            collector=self._collector,
        )


def portable_event(reader: PortableReader, keys: KeyMap, line: bytes, now_ms: int) -> SocialEvent:
    """Read a line as a source does: `paid` from disclosure tags, and the root that an edit or a delete leaves out.

    Raises Refused.
    """
    event = reader.read(line, now_ms)
    if event.action == "create":
        if root := event.root_uri or event.parent_uri:
            keys.put(event.uri, root)
    elif event.action in ("update", "delete") and not event.root_uri and not event.parent_uri:
        event.root_uri = keys.find(event.uri) or ""
    return disclose(event)


def _revision(post: PortablePost, created: int, counts_at: int) -> int:
    """Updates without a revision are ordered by the times they state."""
    if post.action != "update":
        return 0
    return max(created, counts_at)


def _paid(value: Paid | bool | None) -> Paid:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value


def _ms(moment: datetime) -> int:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)  # feeds that leave the zone out mean UTC
    try:
        return int(moment.timestamp() * 1000)
    except (OverflowError, ValueError, OSError):
        raise Refused("created_at: is not a date that can be stored") from None
