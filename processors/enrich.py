"""From a validated SocialEvent to a row of the table `events`: everything but language and sentiment, which are scored in batches.

A row is a list in the order of `COLUMNS`. Nothing here depends on what else is in the batch except `parent_owner`, the
brand that wrote the post answered, which the caller looks up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from processors.matching import BrandMatcher
from processors.media import direction, media_class, paid_status
from processors.text import fingerprint
from processors.validate import event_time
from schemas.social_event import Counts, SocialEvent, hash64, post_id

Row = list[Any]

COLUMNS: tuple[str, ...] = (
    "shard", "minute", "post_id", "version", "event_id", "root_id", "parent_id", "action", "deleted",
    "source", "source_instance", "uri", "url", "root_uri", "parent_uri", "quote_uri", "repost_uri",
    "created_at", "observed_at", "received_at", "late", "revision", "author_id", "handle", "followers", "bot", "role",
    "text", "text_hash", "language", "brands", "owner", "media_class", "direction", "paid", "paid_evidence",
    "sentiment", "p_negative", "p_neutral", "p_positive", "value_chain", "model_version",
    "mentions", "hashtags", "links",
    "like_count", "reply_count", "repost_count", "quote_count", "view_count", "counts_at", "position",
)  # fmt: skip
INDEX: dict[str, int] = {name: number for number, name in enumerate(COLUMNS)}

LATE_MS = 5 * 60_000
"""A post received more than this after it was written amends a minute that dashboards already showed."""

_RANK = {"create": 0, "update": 1, "delete": 2}
_NO_COUNTS = Counts()
_U32 = (1 << 32) - 1


def version(event: SocialEvent) -> int:
    """Order of an event among those of the same post: delete after update after create, then by revision.

    It depends on the event alone, so that any order of arrival ends with the same row.
    """
    return (_RANK.get(event.action, 0) << 57) | (event.revision + 1)


def enrich(
    event: SocialEvent,
    matcher: BrandMatcher,
    parent_owner: Callable[[int], str],
    *,
    shard: int,
    position: int,
    now_ms: int,
) -> Row:
    """Build the row. `position` places the event in its partition: offset << 16 | index in the pack."""
    source, uri, parent_uri = event.source, event.uri, event.parent_uri
    own_id = post_id(source, uri)
    parent_id = post_id(source, parent_uri) if parent_uri else 0
    root_uri = event.root_uri or parent_uri or uri
    root_id = own_id if root_uri == uri else parent_id if root_uri == parent_uri else hash64(source, root_uri)
    if event.action in ("like", "unlike", "repost", "follow", "account_purge"):
        own_id = event.event_id
    at = event_time(event, now_ms)
    received = event.received_at or now_ms
    owner = matcher.owner(source, event.handle)
    extra = (*event.hashtags, *("@" + m.removeprefix("@") for m in event.mentions)) if event.hashtags or event.mentions else ()
    brands = matcher.match(event.text, extra) if event.text else ()
    addressed = bool(brands)
    if owner and owner not in brands:
        brands = (*brands, owner)
    paid, evidence = paid_status(event)
    counts = event.counts or _NO_COUNTS
    return [
        shard, at // 60_000 * 60, own_id, version(event), event.event_id, root_id, parent_id, event.action, 0,
        source, event.source_instance, uri, event.url, root_uri, parent_uri, event.quote_uri, event.repost_uri,
        at, event.observed_at or received, received, 1 if received - at > LATE_MS else 0, event.revision,
        event.author_id, event.handle, min(event.followers or 0, _U32), 1 if event.declared_bot else 0,
        "owned" if owner else event.role,
        event.text, fingerprint(event.text) if event.text else 0, "", brands, owner, media_class(owner, paid),
        direction(event, owner, brands, parent_owner(parent_id) if parent_id and not owner else "", addressed),
        paid, evidence, "", 0.0, 0.0, 0.0, (), "",
        event.mentions, event.hashtags, event.links,
        min(counts.like, _U32), min(counts.reply, _U32), min(counts.repost, _U32), min(counts.quote, _U32),
        min(counts.view, _U32), event.counts_at or (received if event.counts is not None else 0), position,
    ]  # fmt: skip


_ERASED: dict[str, Any] = {
    "text": "", "text_hash": 0, "url": "", "handle": "", "mentions": (), "hashtags": (), "links": (),
    "quote_uri": "", "paid_evidence": "",
}  # fmt: skip
_KEPT_ON_UPDATE = ("shard", "minute", "created_at", "root_id", "root_uri", "parent_id", "parent_uri", "late", "author_id")
_COUNTS = ("like_count", "reply_count", "repost_count", "quote_count", "view_count", "counts_at")
_SCORES = ("language", "sentiment", "p_negative", "p_neutral", "p_positive", "value_chain", "model_version")
_CONTENT = (
    "text", "text_hash", "brands", "owner", "media_class", "direction", "paid", "paid_evidence", "mentions",
    "hashtags", "links", "handle", "followers", "bot", "role", *_SCORES,
)  # fmt: skip


def tombstone(existing: Row, event: SocialEvent, position: int) -> Row:
    """The row of a deleted post: its content is gone, its place in the conversation, its author's hash and its brands stay."""
    row = list(existing)
    for name, value in _ERASED.items():
        row[INDEX[name]] = value
    row[INDEX["deleted"]] = 1
    row[INDEX["action"]] = "delete"
    row[INDEX["event_id"]] = event.event_id
    row[INDEX["version"]] = version(event) if event.action == "delete" else (2 << 57) | (event.revision + 1)
    row[INDEX["position"]] = position
    return row


def amended(existing: Row, update: Row, *, content: bool, counts: bool) -> Row:
    """The row of an edited post. It keeps its sorting key, so that it replaces the old row.

    `content`: the update states the text; `counts`: it states a snapshot of interaction counts. What it does not
    state stays as it was.
    """
    row = list(update)
    kept: Sequence[str] = (*_KEPT_ON_UPDATE, *(() if content else _CONTENT), *(() if counts else _COUNTS))
    for name in kept:
        row[INDEX[name]] = existing[INDEX[name]]
    return row
