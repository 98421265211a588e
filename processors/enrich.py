"""From a validated SocialEvent to a row of the table `events`: everything but language and sentiment, which are scored in batches.

A row is a list in the order of `COLUMNS`. Nothing here depends on what else is in the batch except the direction of a
reply, which needs the brand that wrote the post answered; the caller knows those stored before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any

from processors.matching import BrandMatcher
from processors.media import direction, media_class, paid_status
from processors.needs_answer import Wording, wording
from processors.text import bare, fingerprint, fold, words
from processors.validate import event_time
from schemas.social_event import POST_ACTIONS, Counts, SocialEvent, post_id

Row = list[Any]
Columns = list[list[Any]]

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
_NOT_STATED = ("unknown", "")
_U32 = (1 << 32) - 1
_CHUNK = 1000


def version(rank: int, revision: int, counts_at: int) -> int:
    """Order among the rows of one post: a delete after an edit after the create, then by edit and by counts snapshot.

    It grows whenever either of the two does and depends on what was said alone, not on when it arrived, so that any
    order of arrival ends with the same row.
    """
    return (rank << 58) | (revision + counts_at + 1)


_FIELDS = attrgetter(
    "event_id", "action", "source", "source_instance", "uri", "url", "parent_uri", "quote_uri", "repost_uri", "revision",
    "author_id", "handle", "text", "mentions", "hashtags", "links",
)  # fmt: skip


def enrich_all(
    events: Sequence[SocialEvent],
    matcher: BrandMatcher,
    owned: Callable[[int, int], str],
    *,
    shards: Sequence[int],
    positions: Sequence[int],
    now_ms: int,
) -> Columns:
    """Build the columns, in the order of `COLUMNS`: a list of one value an event each.

    Columns and not rows, because what is done to a whole column at once costs a third of doing it row by row; a thousand
    events at a time, because what the steps hand to each other then stays in the processor's cache.

    owned      (shard, post id) → the brand that wrote a post stored before, "" for none or not known
    shards     the partition of each event
    positions  its place there: offset << 16 | index in the pack
    """
    owners = [matcher.owner(e.source, e.handle) if e.handle else "" for e in events]
    ours = {
        (shard, post_id(e.source, e.uri)): owner
        for shard, e, owner in zip(shards, events, owners, strict=True)
        if owner
    }

    def wrote(shard: int, post: int) -> str:
        return ours.get((shard, post)) or owned(shard, post)

    columns: Columns = [[] for _ in COLUMNS]
    for start in range(0, len(events), _CHUNK):
        part = slice(start, start + _CHUNK)
        found = _some(events[part], matcher, owners[part], wrote, shards[part], positions[part], now_ms)
        for column, values in zip(columns, found, strict=True):
            column += values
    return columns


def _some(
    events: Sequence[SocialEvent],
    matcher: BrandMatcher,
    owners: list[str],
    wrote: Callable[[int, int], str],
    shards: Sequence[int],
    positions: Sequence[int],
    now_ms: int,
) -> Columns:
    """`enrich_all` for events whose `owners` are known, at least one. `wrote`: as `owned` there, this batch's posts included."""
    (event_ids, actions, sources, instances, uris, urls, parent_uris, quote_uris, repost_uris, revisions, author_ids,
     handles, texts, mentions, hashtags, links) = map(list, zip(*map(_FIELDS, events), strict=True))  # fmt: skip
    own_ids = [post_id(source, uri) for source, uri in zip(sources, uris, strict=True)]
    parent_ids = [post_id(source, parent) if parent else 0 for source, parent in zip(sources, parent_uris, strict=True)]
    root_uris = [e.root_uri or parent or uri for e, parent, uri in zip(events, parent_uris, uris, strict=True)]
    root_ids = [
        own if root == uri else parent_id if root == parent else post_id(source, root)
        for own, root, uri, parent_id, parent, source in zip(
            own_ids, root_uris, uris, parent_ids, parent_uris, sources, strict=True
        )
    ]
    post_ids = [
        own if action in POST_ACTIONS else event_id
        for own, action, event_id in zip(own_ids, actions, event_ids, strict=True)
    ]
    received = [e.received_at or now_ms for e in events]
    at = [event_time(e, now_ms) for e in events]
    paid = [
        _NOT_STATED if e.paid == "unknown" and not tags and "#" not in text else paid_status(e)
        for e, tags, text in zip(events, hashtags, texts, strict=True)
    ]
    folded = [fold(text) for text in texts]
    stripped = [bare(text) for text in folded]
    said = [words(text) for text in stripped]
    named = [
        matcher.match_folded(_with_tags(text, tags, people) if tags or people else text) if text else ()
        for text, tags, people in zip(folded, hashtags, mentions, strict=True)
    ]
    brands = [
        (*found, owner) if owner and owner not in found else found for found, owner in zip(named, owners, strict=True)
    ]
    speaks_to = matcher.addressing.speaks_to
    asks = [
        Wording.NO
        if owner or not text
        else wording(text, plain, spoken, addressed=bool(found) and speaks_to(text, people), named=bool(found))
        for owner, text, plain, spoken, found, people in zip(
            owners, texts, stripped, said, named, mentions, strict=True
        )
    ]
    directions = [
        direction(
            e,
            owner,
            found,
            wrote(shard, parent) if parent and not owner else "",
            bool(by_name),
        )
        for e, owner, found, shard, parent, by_name in zip(
            events, owners, brands, shards, parent_ids, named, strict=True
        )
    ]
    counts, counts_at = _counts(events, received)
    ranks = [_CREATED if action == "create" else _AMENDED for action in actions]
    none, zero, empty = [""] * len(events), [0] * len(events), [()] * len(events)
    return [
        list(shards), [t // 60_000 * 60 for t in at], post_ids, list(map(version, ranks, revisions, counts_at)), event_ids,
        root_ids, parent_ids, actions, zero,
        sources, instances, uris, urls, root_uris, parent_uris, quote_uris, repost_uris,
        at, [e.observed_at or r for e, r in zip(events, received, strict=True)], received,
        [1 if r - t > LATE_MS else 0 for r, t in zip(received, at, strict=True)], revisions,
        author_ids, handles, [min(e.followers or 0, _U32) for e in events], [1 if e.declared_bot else 0 for e in events],
        ["owned" if owner else e.role for owner, e in zip(owners, events, strict=True)],
        texts, list(map(fingerprint, said)), [_declared(e.lang_declared) for e in events], brands, owners,
        [media_class(owner, status) for owner, (status, _) in zip(owners, paid, strict=True)], directions,
        [status for status, _ in paid], [evidence for _, evidence in paid],
        none, list(zero), list(zero), list(zero), empty, list(none),
        mentions, hashtags, links,
        *counts, counts_at, list(positions),
        asks, list(zero),
    ]  # fmt: skip


def enrich(event: SocialEvent, matcher: BrandMatcher, parent_owner: Callable[[int], str], *, now_ms: int) -> Row:
    """`enrich_all` for one event at place 0 of shard 0."""
    columns = enrich_all(
        [event], matcher, lambda _, parent: parent_owner(parent), shards=[0], positions=[0], now_ms=now_ms
    )
    return [column[0] for column in columns]


def _with_tags(folded: str, hashtags: Sequence[str], mentions: Sequence[str]) -> str:
    """The text and what a feed lists beside it. Most list only what stands in the text: that is not read twice."""
    extra = ""
    for hashtag in hashtags:
        if (name := _folded_tag(hashtag)) not in folded:
            extra += " " + name
    for mention in mentions:
        if (name := _folded_name(mention)) not in folded:
            extra += " " + name
    return f"{folded}\n{extra[1:]}" if extra else folded


@lru_cache(16_384)
def _folded_tag(hashtag: str) -> str:
    return fold(hashtag)


@lru_cache(16_384)
def _folded_name(mention: str) -> str:
    return "@" + fold(mention).removeprefix("@")


def _counts(events: Sequence[SocialEvent], received: Sequence[int]) -> tuple[Columns, list[int]]:
    """The five counts and the time at which they were so; zeros where the feed states none."""
    if all(e.counts is None for e in events):
        return [[0] * len(events) for _ in range(5)], [e.counts_at for e in events]
    counts = [e.counts or _NO_COUNTS for e in events]
    at = [e.counts_at or (r if e.counts is not None else 0) for e, r in zip(events, received, strict=True)]
    return [[min(getattr(c, name), _U32) for c in counts] for name in ("like", "reply", "repost", "quote", "view")], at


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
    """The row of a deleted post: its content is gone, its place in the conversation, its author's hash and its brands stay.

    An act (a like, a repost, a follow) stays an act, for no conversation has a place for it; its address, which names who did it, goes too.
    """
    row = list(existing)
    _erase(row)
    row[INDEX["deleted"]] = 1
    if existing[INDEX["action"]] in POST_ACTIONS:
        row[INDEX["action"]] = "delete"
        row[INDEX["event_id"]] = event.event_id
    else:
        row[INDEX["uri"]] = ""
    # A delete's own time, where the feed states one; some repeat the post's instead.
    stated = event.created_at if event.created_at > existing[INDEX["created_at"]] else 0
    row[INDEX["deleted_at"]] = event.deleted_at or stated or event.received_at
    row[INDEX["version"]] = version(_DELETED, row[INDEX["revision"]], row[INDEX["counts_at"]])
    row[INDEX["position"]] = position
    return row


def _erase(row: Row) -> None:
    for name, value in _ERASED.items():
        row[INDEX[name]] = value


def states_text(event: SocialEvent) -> bool:
    """Whether an edit says what the post's text is now. None is a statement too where a picture or the like is all that is left; an
    edit with counts and nothing else leaves the text out."""
    return bool(event.text or event.media or (event.counts is None and (event.links or event.quote_uri)))


def amended(existing: Row, update: Row, *, states_text: bool, states_counts: bool) -> Row:
    """The row of an edited post: the newer text and the newer counts, each by its own clock; its sorting key stays.

    `states_text`: see there; `states_counts`: the update carries a snapshot of interaction counts. What the update does not
    state, and what it states but is older than what is stored, stays as it was. An update that changes nothing returns `existing`. A deleted
    post stays deleted and without content, yet its brands and counts are those of its last state: an edit that
    arrives after the deletion, and one that arrives before, end alike.
    """
    revision, counts_at = INDEX["revision"], INDEX["counts_at"]
    newer_text = states_text and update[revision] > existing[revision]
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
