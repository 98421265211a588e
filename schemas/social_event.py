"""`SocialEvent`: the one record that crosses Kafka between a source and the processors.

A Kafka message holds either one event (a JSON object) or a pack of events of one partition (a JSON array). Times are
integers, milliseconds since 1970-01-01 UTC, because they are compared and stored far more often than they are read.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Annotated, Literal

import msgspec

SCHEMA_VERSION = 1

Action = Literal["create", "update", "delete", "like", "unlike", "repost", "follow", "account_purge"]
Role = Literal["owned", "partner", "public"]
Paid = Literal["yes", "no", "unknown"]

POST_ACTIONS: frozenset[str] = frozenset({"create", "update", "delete"})
"""Actions that state a post's content or its end; the others state an act on a post or an account."""


MAX_TEXT = 100_000
"""Characters. Longer texts are documents or attacks, not posts."""
MAX_URI = 2_048
MAX_LIST = 256
MAX_SHORT = 256
"""Characters of what is a name: source, handle, native id."""

# Bounds are checked while a message is read, where they cost next to nothing; `processors.validate` states them in words.
_Text = Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
_Short = Annotated[str, msgspec.Meta(max_length=MAX_SHORT)]
_Uri = Annotated[str, msgspec.Meta(max_length=MAX_URI)]
_Uris = Annotated[tuple[_Uri, ...], msgspec.Meta(max_length=MAX_LIST)]
_Number = Annotated[int, msgspec.Meta(ge=0)]


class Counts(msgspec.Struct, gc=False, frozen=True, omit_defaults=True):
    """Interaction counts as a platform showed them at `SocialEvent.counts_at`: a snapshot, never to be summed."""

    like: _Number = 0
    reply: _Number = 0
    repost: _Number = 0
    quote: _Number = 0
    view: _Number = 0


class SocialEvent(msgspec.Struct, gc=False, kw_only=True, omit_defaults=True):
    """One social event. Defaults mean "not stated"; they are left out of the JSON.

    `event_id` = hash(source, uri, action, revision) (see `event_id`) survives every replay. `author_id` is a keyed hash,
    0 where the feed does not name an author (a delete). `root_uri` and `parent_uri` are empty for a post that starts a
    conversation. For like, unlike and repost, `parent_uri` names the post acted on.
    """

    event_id: int
    source: _Short
    uri: _Uri
    created_at: int
    action: Action = "create"
    schema_version: int = SCHEMA_VERSION
    tenant: _Short = ""
    source_instance: _Short = ""
    native_id: _Short = ""
    url: _Uri = ""
    revision: int = 0
    author_id: int = 0
    handle: _Short = ""
    followers: _Number | None = None
    declared_bot: bool | None = None
    role: Role = "public"
    text: _Text = ""
    lang_declared: _Uris = ()
    observed_at: int = 0
    received_at: int = 0
    parent_uri: _Uri = ""
    root_uri: _Uri = ""
    quote_uri: _Uri = ""
    repost_uri: _Uri = ""
    mentions: _Uris = ()
    hashtags: _Uris = ()
    links: _Uris = ()
    media: _Uris = ()
    counts: Counts | None = None
    counts_at: int = 0
    paid: Paid = "unknown"
    paid_evidence: _Short = ""
    deleted_at: int = 0
    delete_reason: _Short = ""
    source_cursor: _Uri = ""
    collector: _Short = ""


def hash64(*parts: str, key: bytes = b"") -> int:
    """Return an unsigned 64-bit BLAKE2b hash (RFC 7693) of the parts; parts are separated, so ("a", "bc") != ("ab", "c").

    Sixty-four bits suffice because rows are told apart within one shard and one minute; a chance collision there
    is expected less than once in a thousand years at a billion posts a day. `key` (up to 64 bytes) makes it a keyed hash.
    """
    return hash64_bytes("\x1f".join(parts).encode("utf-8", "surrogatepass"), key)


def hash64_bytes(data: bytes, key: bytes = b"") -> int:
    """Return an unsigned 64-bit BLAKE2b hash of bytes."""
    return int.from_bytes(blake2b(data, digest_size=8, key=key).digest(), "little")


def event_id(source: str, uri: str, action: str, revision: int) -> int:
    """The deterministic id of an event: the same event read twice gets the same id."""
    return hash64(source, uri, action, str(revision))


def post_id(source: str, uri: str) -> int:
    """The id of the post an event is about, shared by its create, its edits and its delete."""
    # As `hash64(source, uri)`, written out: it runs several times for every event.
    return int.from_bytes(
        blake2b(f"{source}\x1f{uri}".encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little"
    )


def conversation_key(event: SocialEvent) -> str:
    """The Kafka key: the conversation's root where known, else the parent, else the post's own uri.

    The fallback to the parent keeps a reply and the post it answers together on feeds that do not name the root.
    """
    return event.root_uri or event.parent_uri or event.uri
