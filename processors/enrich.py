"""From a validated SocialEvent to a row of the table `events`: everything but language and sentiment, which are scored in batches.

A row is a list in the order of `COLUMNS`. Nothing here depends on what else is in the batch except `parent_owner`, the
brand that wrote the post answered, which the caller looks up.
"""

from __future__ import annotations

from collections.abc import Callable
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
    "asks", "deleted_at",
)  # fmt: skip
INDEX: dict[str, int] = {name: number for number, name in enumerate(COLUMNS)}

LATE_MS = 5 * 60_000
"""A post received more than this after it was written amends a minute that dashboards already showed."""

_CREATED, _AMENDED, _DELETED = 0, 1, 2
_NO_COUNTS = Counts()
_U32 = (1 << 32) - 1


def version(rank: int, revision: int, counts_at: int) -> int:
    """Order among the rows of one post: a delete after an edit after the create, then by edit and by counts snapshot.

    It grows whenever either of the two does and depends on what was said alone, not on when it arrived, so that any
    order of arrival ends with the same row.
    """
    return (rank << 58) | (revision + counts_at + 1)


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
    extra = (
        (*event.hashtags, *("@" + m.removeprefix("@") for m in event.mentions))
        if event.hashtags or event.mentions
        else ()
    )
    # Most feeds list only what stands in the text anyway; reading that twice would double the cost of matching.
    extra = tuple(word for word in extra if word not in event.text)
    brands = matcher.match(event.text, extra) if event.text else ()
    addressed = bool(brands)
    if owner and owner not in brands:
        brands = (*brands, owner)
    paid, evidence = paid_status(event)
    counts = event.counts or _NO_COUNTS
    counts_at = event.counts_at or (received if event.counts is not None else 0)
    rank = _CREATED if event.action == "create" else _AMENDED
    return [
        shard, at // 60_000 * 60, own_id, version(rank, event.revision, counts_at), event.event_id, root_id, parent_id, event.action, 0,
        source, event.source_instance, uri, event.url, root_uri, parent_uri, event.quote_uri, event.repost_uri,
        at, event.observed_at or received, received, 1 if received - at > LATE_MS else 0, event.revision,
        event.author_id, event.handle, min(event.followers or 0, _U32), 1 if event.declared_bot else 0,
        "owned" if owner else event.role,
        event.text, fingerprint(event.text) if event.text else 0, _declared(event.lang_declared), brands, owner, media_class(owner, paid),
        direction(event, owner, brands, parent_owner(parent_id) if parent_id and not owner else "", addressed),
        paid, evidence, "", 0.0, 0.0, 0.0, (), "",
        event.mentions, event.hashtags, event.links,
        min(counts.like, _U32), min(counts.reply, _U32), min(counts.repost, _U32), min(counts.quote, _U32),
        min(counts.view, _U32), counts_at, position,
        0, 0,
    ]  # fmt: skip


def _declared(languages: tuple[str, ...]) -> str:
    """The one language a feed declares, as two letters; "" for none or several."""
    return languages[0][:2].lower() if len(languages) == 1 else ""


_ERASED: dict[str, Any] = {
    "text": "", "text_hash": 0, "url": "", "handle": "", "mentions": (), "hashtags": (), "links": (),
    "quote_uri": "", "paid_evidence": "",
}  # fmt: skip
_COUNTS = ("like_count", "reply_count", "repost_count", "quote_count", "view_count", "counts_at")
_SCORES = ("language", "sentiment", "p_negative", "p_neutral", "p_positive", "value_chain", "model_version")
_CONTENT = (
    "revision", "text", "text_hash", "brands", "owner", "media_class", "direction", "paid", "paid_evidence", "mentions",
    "hashtags", "links", "handle", "followers", "bot", "role", "asks", *_SCORES,
)  # fmt: skip


def tombstone(existing: Row, event: SocialEvent, position: int) -> Row:
    """The row of a deleted post: its content is gone, its place in the conversation, its author's hash and its brands stay."""
    row = list(existing)
    _erase(row)
    row[INDEX["deleted"]] = 1
    row[INDEX["action"]] = "delete"
    row[INDEX["event_id"]] = event.event_id
    # A delete's own time, where the feed states one; some repeat the post's instead.
    stated = event.created_at if event.created_at > existing[INDEX["created_at"]] else 0
    row[INDEX["deleted_at"]] = event.deleted_at or stated or event.received_at
    row[INDEX["version"]] = version(_DELETED, row[INDEX["revision"]], row[INDEX["counts_at"]])
    row[INDEX["position"]] = position
    return row


def _erase(row: Row) -> None:
    for name, value in _ERASED.items():
        row[INDEX[name]] = value


def amended(existing: Row, update: Row, *, states_counts: bool) -> Row:
    """The row of an edited post: the newer text and the newer counts, each by its own clock; its sorting key stays.

    `states_counts`: the update carries a snapshot of interaction counts. What the update does not state, and what it
    states but is older than what is stored, stays as it was. An update that changes nothing returns `existing`. A deleted
    post stays deleted and without content, yet its brands and counts are those of its last state: an edit that
    arrives after the deletion, and one that arrives before, end alike.
    """
    text, revision, counts_at = INDEX["text"], INDEX["revision"], INDEX["counts_at"]
    newer_text = bool(update[text]) and update[revision] > existing[revision]
    newer_counts = states_counts and update[counts_at] > existing[counts_at]
    if not (newer_text or newer_counts):
        return existing
    row = list(existing)
    for name in (*(_CONTENT if newer_text else ()), *(_COUNTS if newer_counts else ())):
        row[INDEX[name]] = update[INDEX[name]]
    if existing[INDEX["deleted"]]:
        _erase(row)
    else:
        for name in ("event_id", "position", "action"):
            row[INDEX[name]] = update[INDEX[name]]
    row[INDEX["version"]] = version(_DELETED if existing[INDEX["deleted"]] else _AMENDED, row[revision], row[counts_at])
    return row
