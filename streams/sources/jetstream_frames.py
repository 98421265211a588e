"""Frames of Bluesky Jetstream, version 1 and 2, decoded into one shape.

Sources of the formats: github.com/bluesky-social/jetstream (v1 `/subscribe`; v2 lexicon
`network.bsky.jetstream.subscribeEvents`, framed after atproto proposal 0015), the lexicons `app.bsky.feed.post`,
`app.bsky.feed.like`, `app.bsky.feed.repost` and `app.bsky.richtext.facet`.

Frames are decoded leniently: unknown fields and unknown kinds do no harm, a field of the wrong type is a refusal.
"""

from __future__ import annotations

import msgspec

from streams.decode import explain
from streams.sources.base import Refused
from streams.sources.shape import ms_of

_V2 = "network.bsky.jetstream.subscribeEvents#"


class Ref(msgspec.Struct, gc=False):
    """A strong reference, of which only the address matters."""

    uri: str = ""


class Reply(msgspec.Struct, gc=False):
    """`reply` of a post."""

    root: Ref | None = None
    parent: Ref | None = None


class Slice(msgspec.Struct, gc=False, rename="camel"):
    """UTF-8 byte offsets into the text, end exclusive."""

    byte_start: int = 0
    byte_end: int = 0


class Feature(msgspec.Struct, gc=False):
    """What a facet marks: a mention (did), a link (uri) or a tag."""

    kind: str = msgspec.field(default="", name="$type")
    did: str = ""
    uri: str = ""
    tag: str = ""


class Facet(msgspec.Struct, gc=False):
    """A marked stretch of the text."""

    index: Slice
    features: list[Feature] = []


class EmbedRecord(msgspec.Struct, gc=False):
    """`app.bsky.embed.record` holds {uri}, `recordWithMedia` holds {record: {uri}}."""

    uri: str = ""
    record: Ref | None = None


class Embed(msgspec.Struct, gc=False):
    """What is attached to a post: a quote, a link card, pictures, a video."""

    record: EmbedRecord | None = None
    external: Ref | None = None
    images: list[msgspec.Raw] = []
    video: msgspec.Raw | None = None
    media: Embed | None = None


class Record(msgspec.Struct, gc=False, rename="camel"):
    """A post, like or repost: every field of the three that is read."""

    text: str = ""
    created_at: str = ""
    reply: Reply | None = None
    langs: list[str] | None = None
    facets: list[Facet] | None = None
    embed: Embed | None = None
    tags: list[str] | None = None
    subject: Ref | str | None = None


class Account(msgspec.Struct, gc=False):
    """Status of an account."""

    active: bool = True
    status: str = ""


class Commit(msgspec.Struct, gc=False):
    """One record's change."""

    operation: str
    collection: str
    rkey: str
    rev: str = ""
    record: Record | None = None


class FrameV1(msgspec.Struct, gc=False):
    """A frame of `/subscribe`."""

    did: str
    time_us: int
    kind: str
    commit: Commit | None = None
    account: Account | None = None


class PayloadV2(msgspec.Struct, gc=False, rename="camel"):
    """The message inside a v2 frame; `name` and `message` belong to #info."""

    kind: str = msgspec.field(default="", name="$type")
    seq: int = 0
    did: str = ""
    time: str = ""
    witnessed_at: str = ""
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    rev: str = ""
    record: Record | None = None
    account: Account | None = None
    name: str = ""
    message: str = ""


class FrameV2(msgspec.Struct, gc=False):
    """`$type` is "message" (proposal 0015 called it "event"), or "error", which ends the stream."""

    kind: str = msgspec.field(name="$type")
    payload: PayloadV2 | None = None
    error: str = ""
    message: str = ""


_v1 = msgspec.json.Decoder(FrameV1)
_v2 = msgspec.json.Decoder(FrameV2)
_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError)


class Frame(msgspec.Struct, gc=False):
    """What both versions come to. `kind`: commit, account, identity, sync, info, error, or what the server invents."""

    kind: str
    did: str = ""
    time_us: int = 0
    seq: int = 0
    commit: Commit | None = None
    account: Account | None = None
    name: str = ""
    message: str = ""


def decode_v1(data: bytes) -> Frame:
    """A v1 frame. Raises Refused."""
    try:
        frame = _v1.decode(data)
    except _ERRORS as error:
        raise Refused(explain(error)) from None
    return Frame(frame.kind, frame.did, frame.time_us, 0, frame.commit, frame.account)


def decode_v2(data: bytes) -> Frame:
    """A v2 frame. Raises Refused."""
    try:
        frame = _v2.decode(data)
    except _ERRORS as error:
        raise Refused(explain(error)) from None
    payload = frame.payload
    if payload is None:
        return Frame(frame.kind, name=frame.error, message=frame.message)
    kind = payload.kind.removeprefix(_V2)
    commit = None
    if kind == "commit":
        commit = Commit(payload.operation, payload.collection, payload.rkey, payload.rev, payload.record)
    time_us = ms_of(payload.witnessed_at or payload.time) * 1000
    return Frame(kind, payload.did, time_us, payload.seq, commit, payload.account, payload.name, payload.message)
