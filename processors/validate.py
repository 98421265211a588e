"""Semantic validation of a decoded SocialEvent: what the types cannot say. Every reason starts with the field at fault."""

from __future__ import annotations

from datetime import UTC, datetime

from schemas.social_event import POST_ACTIONS, SocialEvent

MAX_TEXT = 100_000
"""Characters. Longer texts are documents or attacks, not posts."""
MAX_URI = 2_048
MAX_LIST = 256
EARLIEST_MS = int(datetime(2004, 1, 1, tzinfo=UTC).timestamp() * 1000)
"""No social platform's post is older; an earlier date is a default value (1970) or a mistake."""
FUTURE_TOLERANCE_MS = 24 * 3_600_000
"""A clock may be wrong by a time zone, not by years. Within it, the event's window is clamped (see `event_time`)."""
CLAMP_MS = 5 * 60_000


def reason_to_refuse(event: SocialEvent, now_ms: int) -> str | None:
    """Return why the event cannot be used, starting with the field's name, or None if it can.

    `now_ms` is the time of receipt; it stands in for `received_at` where the source did not state one.
    """
    if not event.uri:
        return "uri: is empty"
    if len(event.uri) > MAX_URI:
        return f"uri: is longer than {MAX_URI} characters"
    if not event.source:
        return "source: is empty"
    created = event.created_at
    if created < EARLIEST_MS:
        return f"created_at: {_iso(created)} is before 2004"
    if created > (event.received_at or now_ms) + FUTURE_TOLERANCE_MS:
        return f"created_at: {_iso(created)} lies more than a day in the future"
    if event.event_id < 0 or event.event_id >= 1 << 64:
        return "event_id: is not an unsigned 64-bit number"
    if event.author_id < 0 or event.author_id >= 1 << 64:
        return "author_id: is not an unsigned 64-bit number"
    if event.revision < 0 or event.revision >= 1 << 56:
        return "revision: is not between 0 and 2**56"
    if event.action not in POST_ACTIONS:
        return _refuse_act(event)
    return _refuse_content(event)


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
    if max(len(event.links), len(event.hashtags), len(event.mentions), len(event.media)) > MAX_LIST:
        return f"links, hashtags, mentions, media: at most {MAX_LIST} entries each"
    counts = event.counts
    if counts is not None and min(counts.like, counts.reply, counts.repost, counts.quote, counts.view) < 0:
        return "counts: a count is negative"
    return None


def _is_utf8(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def event_time(event: SocialEvent, now_ms: int) -> int:
    """The time, in ms, at which the event counts: `created_at`, at most five minutes after it was received."""
    latest = (event.received_at or now_ms) + CLAMP_MS
    return event.created_at if event.created_at <= latest else latest


def _iso(ms: int) -> str:
    try:
        return datetime.fromtimestamp(ms / 1000, UTC).date().isoformat()
    except (OverflowError, ValueError, OSError):
        return f"{ms} ms"
