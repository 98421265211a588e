"""Semantic validation of a decoded SocialEvent: what the types cannot say. Every reason starts with the field at fault."""

from __future__ import annotations

from datetime import UTC, datetime

from schemas.social_event import MAX_LIST, MAX_SHORT, MAX_TEXT, MAX_URI, POST_ACTIONS, SocialEvent

EARLIEST_MS = int(datetime(2004, 1, 1, tzinfo=UTC).timestamp() * 1000)
"""No social platform's post is older; an earlier date is a default value (1970) or a mistake."""
FUTURE_TOLERANCE_MS = 24 * 3_600_000
"""A clock may be wrong by a time zone, not by years. Within it, the event's window is clamped (see `event_time`)."""
CLAMP_MS = 5 * 60_000


def reason_to_refuse(event: SocialEvent, now_ms: int, *, bounded: bool = False) -> str | None:
    """Return why the event cannot be used, starting with the field's name, or None if it can.

    `now_ms` is the time of receipt; it stands in for `received_at` where the source did not state one. `bounded`: the event
    was read from JSON without NUL characters, so no field is too long (see `SocialEvent`) or ill-formed.
    """
    if not event.uri:
        return "uri: is empty"
    if len(event.uri) > MAX_URI:
        return f"uri: is longer than {MAX_URI} characters"
    if not event.source:
        return "source: is empty"
    created, latest = event.created_at, now_ms + FUTURE_TOLERANCE_MS
    if created < EARLIEST_MS:
        return f"created_at: {_iso(created)} is before 2004"
    if created > latest:
        return f"created_at: {_iso(created)} lies more than a day in the future"
    received, observed, counted, deleted = event.received_at, event.observed_at, event.counts_at, event.deleted_at
    if (
        max(received, observed, counted, deleted) > latest
        or min(received or created, observed or created, counted or created, deleted or created) < EARLIEST_MS
    ):
        times = {"received_at": received, "observed_at": observed, "counts_at": counted, "deleted_at": deleted}
        name = next(name for name, at in times.items() if at and not EARLIEST_MS <= at <= latest)
        return f"{name}: {_iso(times[name])} is no time at which a post can have been seen"
    if event.event_id < 0 or event.event_id >= 1 << 64:
        return "event_id: is not an unsigned 64-bit number"
    if event.author_id < 0 or event.author_id >= 1 << 64:
        return "author_id: is not an unsigned 64-bit number"
    if event.revision < 0 or event.revision >= 1 << 56:
        return "revision: is not between 0 and 2**56"
    counts = event.counts
    if counts is not None and min(counts.like, counts.reply, counts.repost, counts.quote, counts.view) < 0:
        return "counts: a count is negative"
    if not bounded and not _is_small(event) and (reason := _refuse_size(event)) is not None:
        return reason
    if event.action not in POST_ACTIONS:
        return _refuse_act(event)
    return _refuse_content(event)


_SHORT = ("source", "source_instance", "tenant", "handle", "native_id", "paid_evidence", "delete_reason", "collector")
_ADDRESSES = ("uri", "url", "parent_uri", "root_uri", "quote_uri", "repost_uri", "source_cursor")
_LISTS = ("links", "hashtags", "mentions", "media", "lang_declared")


def _is_small(event: SocialEvent) -> bool:
    """Whether everything but the text is short even together, which nearly always is so and is quick to see."""
    names = f"{event.source}{event.source_instance}{event.tenant}{event.handle}{event.native_id}{event.paid_evidence}"
    names += f"{event.delete_reason}{event.collector}{event.followers or 0}"
    addresses = f"{event.uri}{event.url}{event.parent_uri}{event.root_uri}{event.quote_uri}{event.repost_uri}"
    if (
        len(names) > MAX_SHORT
        or len(addresses) + len(event.source_cursor) > MAX_URI
        or not _is_clean(names + addresses)
    ):
        return False
    if event.followers is not None and event.followers < 0:
        return False
    if not (event.hashtags or event.mentions or event.links or event.media or event.lang_declared):
        return True
    words = (*event.links, *event.hashtags, *event.mentions, *event.media, *event.lang_declared)
    return len(words) <= MAX_LIST and sum(map(len, words)) <= MAX_URI


def _refuse_size(event: SocialEvent) -> str | None:
    """A field that is far too long is an attack or a mistake, and would make a message that Kafka does not take."""
    for name in _SHORT:
        if len(getattr(event, name)) > MAX_SHORT:
            return f"{name}: is longer than {MAX_SHORT} characters"
    for name in _ADDRESSES:
        value = getattr(event, name)
        if len(value) > MAX_URI:
            return f"{name}: is longer than {MAX_URI} characters"
        if value and not _is_clean(value):
            return f"{name}: holds a NUL character or a lone surrogate"
    for name in _LISTS:
        values = getattr(event, name)
        if values:
            if len(values) > MAX_LIST:
                return f"{name}: at most {MAX_LIST} entries are read"
            if max(map(len, values)) > MAX_URI:
                return f"{name}: an entry is longer than {MAX_URI} characters"
    if event.followers is not None and event.followers < 0:
        return "followers: is negative"
    if not event.handle.isascii() and not _is_utf8(event.handle):
        return "handle: holds a lone surrogate, which is not valid Unicode"
    return None


def _refuse_act(event: SocialEvent) -> str | None:
    if event.action in ("like", "unlike", "repost") and not (event.parent_uri or event.repost_uri):
        return f"parent_uri: a {event.action} must name the post it acts on"
    return None


def _refuse_content(event: SocialEvent) -> str | None:
    if event.action == "delete":
        return None
    text = event.text
    if not text.strip() and not event.media and not event.links and not event.quote_uri and not event.repost_uri:
        if event.action == "update" and event.counts is not None:
            return None
        return "text: is empty"
    if len(text) > MAX_TEXT:
        return f"text: has {len(text)} characters, at most {MAX_TEXT} are read"
    if "\x00" in text:
        return "text: holds a NUL character"
    if not _is_utf8(text):
        return "text: holds a lone surrogate, which is not valid Unicode"
    if event.author_id == 0:
        return "author_id: is missing"
    if event.parent_uri == event.uri:
        return "parent_uri: the post answers itself"
    return None


def _is_utf8(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_clean(text: str) -> bool:
    return "\x00" not in text and _is_utf8(text)


def event_time(event: SocialEvent, now_ms: int) -> int:
    """The time, in ms, at which the event counts: `created_at`, at most five minutes after it was received."""
    latest = (event.received_at or now_ms) + CLAMP_MS
    return event.created_at if event.created_at <= latest else latest


def _iso(ms: int) -> str:
    try:
        return datetime.fromtimestamp(ms / 1000, UTC).date().isoformat()
    except (OverflowError, ValueError, OSError):
        return f"{ms} ms"
