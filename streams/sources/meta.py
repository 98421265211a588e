"""Meta's webhooks (Facebook pages, Instagram comments) as SocialEvents.

Source: developers.facebook.com/docs/graph-api/webhooks/reference/page (field `feed`: item, verb, post_id, comment_id,
parent_id, created_time, message, from) and /instagram (field `comments`: id, text, from, media, parent_id).
"""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import msgspec

from schemas.social_event import Action, SocialEvent, event_id
from streams.decode import explain
from streams.sources.base import Refused
from streams.sources.keys import KeyMap
from streams.sources.shape import Shaper, created_ms, disclose, links_of, mentions_of, ms_of, tags_of

MAX_AGE = 48 * 3600
"""Seconds. Meta repeats for up to 36 hours what was not acknowledged; what is older is a replay."""

_VERBS: dict[str, Action] = {
    "add": "create",
    "edited": "update",
    "edit": "update",
    "remove": "delete",
    "delete": "delete",
}
_POSTS = frozenset({"post", "status", "photo", "video", "share", "album", "event", "link"})


class Person(msgspec.Struct, gc=False):
    """Who did it. Facebook leaves it out for people who did not allow it."""

    id: str = ""
    name: str = ""
    username: str = ""


class Ref(msgspec.Struct, gc=False):
    """A medium."""

    id: str = ""


class Value(msgspec.Struct, gc=False):
    """`changes[].value` of a page's feed or of Instagram comments."""

    item: str = ""
    verb: str = "add"
    post_id: str = ""
    comment_id: str = ""
    parent_id: str = ""
    created_time: int | str = 0
    message: str = ""
    link: str = ""
    author: Person | None = msgspec.field(default=None, name="from")
    id: str = ""
    text: str = ""
    media: Ref | None = None


class Change(msgspec.Struct, gc=False):
    """One change, with what its envelope said. `time` in seconds."""

    platform: str
    time: int
    field: str
    value: Value


_change = msgspec.json.Decoder(Change)
_body = msgspec.json.Decoder(dict[str, Any])


def split(body: bytes, now: float | None = None) -> list[bytes]:
    """A notification's changes, each with its envelope. Raises ValueError for what is no notification or too old."""
    try:
        notice = _body.decode(body)
        platform = str(notice["object"])
        items = []
        for entry in notice["entry"]:
            at = int(entry["time"])
            seconds = at // 1000 if at > 10**11 else at  # Instagram sends ms in places
            if (time.time() if now is None else now) - seconds > MAX_AGE:
                raise ValueError("an entry is older than two days")
            changes = list(entry.get("changes") or ())
            if not changes:  # messages and the like: counted as something we do not read
                changes = [{"field": next((key for key in entry if key not in ("id", "time")), "nothing"), "value": {}}]
            items += [
                msgspec.json.encode({"platform": platform, "time": seconds, "field": c["field"], "value": c["value"]})
                for c in changes
            ]
        return items
    except (msgspec.DecodeError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"not a Meta notification ({type(error).__name__})") from None


class ChangeReader:
    """Changes as events. `shapers`: by platform, "page" and "instagram"."""

    def __init__(self, shapers: dict[str, Shaper], keys: KeyMap, dropped: Counter[str]) -> None:
        self._shapers = shapers
        self._keys = keys
        self._dropped = dropped

    def read(self, item: bytes, received_ms: int) -> SocialEvent | None:
        """The event, or None for what is not a post, a comment or a reaction. Raises Refused."""
        try:
            change = _change.decode(item)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
            raise Refused(explain(error)) from None
        shaper = self._shapers.get(change.platform)
        value = change.value
        if shaper is None:
            return self._drop("unknown_kind")
        if change.platform == "instagram":
            if change.field not in ("comments", "live_comments") or not value.id:
                return self._drop("unknown_kind")
            value.item, value.comment_id, value.message = "comment", value.id, value.text
            value.post_id = value.media.id if value.media is not None else ""
        elif change.field != "feed":
            return self._drop("unknown_kind")
        if value.item in ("reaction", "like"):
            return self._reaction(shaper, change, received_ms)
        if value.item != "comment" and value.item not in _POSTS:
            return self._drop("unknown_kind")
        if value.verb not in _VERBS:
            return self._drop("unknown_kind")
        return self._post(shaper, change, _VERBS[value.verb], received_ms)

    def _drop(self, reason: str) -> SocialEvent | None:
        self._dropped[reason] += 1
        return None

    @staticmethod
    def _uri(platform: str, native: str) -> str:
        return f"https://www.{'facebook' if platform == 'page' else 'instagram'}.com/{native}" if native else ""

    def _post(self, shaper: Shaper, change: Change, action: Action, received_ms: int) -> SocialEvent:
        value, platform = change.value, change.platform
        comment = value.item == "comment"
        uri = self._uri(platform, value.comment_id if comment else value.post_id)
        if not uri:
            raise Refused(f"uri: a {value.item or 'change'} without its id")
        root = self._uri(platform, value.post_id) if comment else ""
        parent = (self._uri(platform, value.parent_id) or root) if comment else ""
        author = value.author or Person()
        owner = shaper.owner(author.id) or shaper.owner(author.username)
        observed = change.time * 1000
        revision = observed if action == "update" else 0
        text = value.message
        if action == "create":
            self._keys.put(uri, root)
        return disclose(
            SocialEvent(
                event_id=event_id(shaper.source, uri, action, revision),
                source=shaper.source,
                native_id=value.comment_id if comment else value.post_id,
                uri=uri,
                url=uri,
                action=action,
                revision=revision,
                # Whoever stays unnamed counts as somebody of their own.
                author_id=shaper.author(author.id or f"unnamed {uri}"),
                handle=shaper.handle(author.username or author.name, owner),
                role="owned" if owner else "public",
                text=text,
                created_at=created_ms(_seconds(value.created_time) * 1000, received_ms)
                if value.created_time
                else observed,
                observed_at=observed,
                received_at=received_ms,
                deleted_at=observed if action == "delete" else 0,
                delete_reason="removed" if action == "delete" else "",
                parent_uri=parent,
                root_uri=root or (self._keys.find(uri) or ""),
                hashtags=tags_of(text),
                mentions=mentions_of(text),
                links=(value.link,) if value.link else links_of(text),
                media=(value.item,) if value.item in ("photo", "video") else (),
                collector="webhook",
            )
        )

    def _reaction(self, shaper: Shaper, change: Change, received_ms: int) -> SocialEvent | None:
        value = change.value
        post = self._uri(change.platform, value.post_id)
        subject = self._uri(change.platform, value.comment_id) or post
        if not subject or value.verb not in ("add", "remove"):
            return self._drop("unknown_kind")
        author = shaper.author(
            value.author.id if value.author is not None and value.author.id else f"unnamed {subject}"
        )
        action: Action = "like" if value.verb == "add" else "unlike"
        observed = change.time * 1000
        uri = f"{subject}#reaction-{author:016x}"  # the reader's own id stays out of it
        return SocialEvent(
            event_id=event_id(shaper.source, uri, action, observed),
            source=shaper.source,
            uri=uri,
            action=action,
            revision=observed,
            author_id=author,
            created_at=observed,
            observed_at=observed,
            received_at=received_ms,
            parent_uri=subject,
            root_uri=post,
            collector="webhook",
        )


def _seconds(value: int | str) -> int:
    """`created_time` is a number of seconds, or ISO 8601 in older versions."""
    return value if isinstance(value, int) else ms_of(value) // 1000
