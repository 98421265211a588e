"""Posts of X as SocialEvents. Source: docs.x.com/x-api/fundamentals/data-dictionary."""

from __future__ import annotations

from typing import Any

import msgspec

from schemas.social_event import Action, Counts, SocialEvent, event_id
from streams.sources.keys import KeyMap
from streams.sources.shape import Shaper, created_ms, disclose, ms_of


class Reference(msgspec.Struct):
    """replied_to, quoted or retweeted."""

    type: str
    id: str


class Tag(msgspec.Struct):
    """A hashtag, a mention or a link."""

    tag: str = ""
    username: str = ""
    expanded_url: str = ""


class Entities(msgspec.Struct):
    """What is marked in the text."""

    hashtags: list[Tag] = []
    mentions: list[Tag] = []
    urls: list[Tag] = []


class Metrics(msgspec.Struct):
    """Counts of a post, or of a user (followers)."""

    like_count: int = 0
    reply_count: int = 0
    retweet_count: int = 0
    quote_count: int = 0
    impression_count: int = 0
    followers_count: int | None = None


class Note(msgspec.Struct):
    """The whole text of a long post; `Post.text` holds its first 280 characters."""

    text: str = ""
    entities: Entities | None = None


class Post(msgspec.Struct):
    """`data`."""

    id: str
    text: str = ""
    note_tweet: Note | None = None
    author_id: str = ""
    created_at: str = ""
    conversation_id: str = ""
    lang: str = ""
    referenced_tweets: list[Reference] = []
    entities: Entities | None = None
    public_metrics: Metrics | None = None
    edit_history_tweet_ids: list[str] = []


class User(msgspec.Struct):
    """`includes.users`."""

    id: str
    username: str = ""
    public_metrics: Metrics | None = None


class Includes(msgspec.Struct):
    """What was expanded."""

    users: list[User] = []


class Line(msgspec.Struct):
    """A line: a post, or errors that announce the end."""

    data: Post | None = None
    includes: Includes | None = None
    errors: list[dict[str, Any]] = []


def event_of(post: Post, user: User | None, shaper: Shaper, keys: KeyMap, received_ms: int) -> SocialEvent:
    """The event of a post; an edit is an update of the first post it names."""
    first = post.edit_history_tweet_ids[0] if post.edit_history_tweet_ids else post.id
    edited = first != post.id
    uri = _uri(first)
    # An edit of a post that was never sent (no rule matched it until now) has nothing to amend: it is the post.
    action: Action = "update" if edited and keys.recall(uri) is not None else "create"
    named = {reference.type: reference.id for reference in post.referenced_tweets}
    root = _uri(post.conversation_id) if post.conversation_id and post.conversation_id != first else ""
    repost = _uri(named.get("retweeted", ""))
    if repost:
        action = "repost"
    handle = user.username if user is not None else ""
    owner = shaper.owner(handle)
    followers = user.public_metrics.followers_count if user is not None and user.public_metrics is not None else None
    note = post.note_tweet
    text = note.text if note is not None and note.text else post.text
    marks = (note.entities if note is not None else None) or post.entities or Entities()
    counts = post.public_metrics
    observed = ms_of(post.created_at) or received_ms
    revision = observed if edited and action != "repost" else 0
    keys.put(uri, root)
    return disclose(
        SocialEvent(
            event_id=event_id(shaper.source, uri, action, revision),
            source=shaper.source,
            native_id=post.id,
            uri=uri,
            url=_uri(post.id),
            action=action,
            revision=revision,
            author_id=shaper.author(post.author_id),
            handle=shaper.handle(handle, owner),
            followers=followers,
            role="owned" if owner else "public",
            text=text,
            lang_declared=(post.lang,) if post.lang and post.lang != "und" else (),
            created_at=created_ms(ms_of(post.created_at), received_ms),
            observed_at=observed,
            received_at=received_ms,
            parent_uri=_uri(named.get("replied_to", "")) or repost,
            root_uri=root or (keys.root_of(repost) if repost else ""),
            quote_uri=_uri(named.get("quoted", "")),
            repost_uri=repost,
            mentions=tuple(mark.username for mark in marks.mentions),
            hashtags=tuple(mark.tag for mark in marks.hashtags),
            links=tuple(mark.expanded_url for mark in marks.urls if mark.expanded_url),
            counts=_counts(counts) if counts is not None else None,
            counts_at=received_ms if counts is not None else 0,
            collector="x",
        )
    )


def _uri(post: str) -> str:
    return f"https://x.com/i/status/{post}" if post else ""


def _counts(found: Metrics) -> Counts:
    return Counts(found.like_count, found.reply_count, found.retweet_count, found.quote_count, found.impression_count)
