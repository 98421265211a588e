"""Commits and account changes of Bluesky as SocialEvents.

Sources: the lexicons `app.bsky.feed.post`, `app.bsky.feed.like`, `app.bsky.feed.repost`, `app.bsky.richtext.facet`, and
atproto.com/specs/tid.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from schemas.social_event import SocialEvent, event_id
from streams.sources.base import Refused
from streams.sources.jetstream_frames import Account, Commit, Embed, Facet, Frame, Ref
from streams.sources.keys import KeyMap
from streams.sources.shape import Shaper, created_ms, disclose, ms_of

POST, LIKE, REPOST = "app.bsky.feed.post", "app.bsky.feed.like", "app.bsky.feed.repost"
SOURCE = "bluesky"

_DIGITS = str.maketrans("234567abcdefghijklmnopqrstuvwxyz", "0123456789abcdefghijklmnopqrstuv")


def tid_us(rev: str) -> int:
    """The time in a TID, in µs since the epoch; 0 for what is none. It orders a repository's commits."""
    if len(rev) != 13:
        return 0
    try:
        return int(rev.translate(_DIGITS), 32) >> 10
    except ValueError:
        return 0


class RecordReader:
    """Commits and account changes as events. `accounts`: brand accounts, did → handle."""

    def __init__(self, shaper: Shaper, keys: KeyMap, dropped: Counter[str], accounts: dict[str, str]) -> None:
        self._shaper = shaper
        self._keys = keys
        self._dropped = dropped
        self.accounts = accounts

    def read(self, frame: Frame, received_ms: int) -> SocialEvent | None:
        """The event of a frame, or None for what is not wanted. Raises Refused."""
        commit = frame.commit
        if commit is not None:
            if commit.collection == POST:
                return self._post(frame, commit, received_ms)
            if commit.collection == LIKE or commit.collection == REPOST:
                return self._act(frame, commit, received_ms)
            return self._drop("other_collection")
        if frame.kind == "account" and frame.account is not None:
            return self._account(frame, frame.account, received_ms)
        return self._drop(frame.kind if frame.kind in ("identity", "sync", "account") else "unknown_kind")

    def _drop(self, reason: str) -> SocialEvent | None:
        self._dropped[reason] += 1
        return None

    def _post(self, frame: Frame, commit: Commit, received_ms: int) -> SocialEvent | None:
        uri = f"at://{frame.did}/{POST}/{commit.rkey}"
        if commit.operation == "delete":
            return self._delete(uri, frame, commit, received_ms)
        record = commit.record
        if record is None or commit.operation not in ("create", "update"):
            raise Refused(f"operation: {commit.operation!r} without a record")
        did, text, keys = frame.did, record.text, self._keys
        mentions: tuple[str, ...] = ()
        links: tuple[str, ...] = ()
        tags = tuple(record.tags) if record.tags else ()
        if record.facets:
            mentions, links, found = facets(text, record.facets)
            tags = (*found, *tags) if tags else found
        parent = root = ""
        if record.reply is not None:
            parent = record.reply.parent.uri if record.reply.parent else ""
            root = (record.reply.root.uri if record.reply.root else "") or parent
        quote, media, card = embedded(record.embed) if record.embed is not None else ("", (), "")
        if card:
            links = (*links, card)
        handle = self.accounts.get(did, "")
        edited = commit.operation == "update" and keys.recall(uri) is not None
        if not (self._shaper.keep_all or handle or self._shaper.names_brand(text, tags, mentions)) and not (
            edited or uri in keys or (parent and (root in keys or parent in keys)) or (quote and quote in keys)
        ):
            return self._drop("names_no_brand")
        keys.put(uri, root)
        observed = frame.time_us // 1000
        revision = tid_us(commit.rev)
        # An edit of a post that was never sent (it named no brand until now) has nothing to amend: it is the post.
        action: Any = "update" if edited else "create"
        event = SocialEvent(
            event_id=event_id(SOURCE, uri, action, revision),
            source=SOURCE,
            uri=uri,
            action=action,
            native_id=commit.rkey,
            url=f"https://bsky.app/profile/{did}/post/{commit.rkey}",
            revision=revision,
            author_id=self._shaper.author(did),
            handle=handle,
            role="owned" if handle else "public",
            text=text,
            lang_declared=tuple(record.langs[:3]) if record.langs else (),
            created_at=created_ms(ms_of(record.created_at), observed),
            observed_at=observed,
            received_at=received_ms,
            parent_uri=parent,
            root_uri=root,
            quote_uri=quote,
            mentions=mentions,
            hashtags=tags,
            links=links,
            media=media,
            source_cursor=str(frame.seq or frame.time_us),
            collector="jetstream",
        )
        return disclose(event) if tags or "#" in text else event

    def _delete(self, uri: str, frame: Frame, commit: Commit, received_ms: int) -> SocialEvent | None:
        root = self._keys.recall(uri)
        if root is None and not self._shaper.keep_all:
            return self._drop("delete_of_unkept")
        observed = frame.time_us // 1000
        revision = tid_us(commit.rev)
        return SocialEvent(
            event_id=event_id(SOURCE, uri, "delete", revision),
            source=SOURCE,
            uri=uri,
            action="delete",
            native_id=commit.rkey,
            revision=revision,
            author_id=self._shaper.author(frame.did),
            created_at=observed,
            deleted_at=observed,
            delete_reason="author",
            observed_at=observed,
            received_at=received_ms,
            root_uri=root or "",
            source_cursor=str(frame.seq or frame.time_us),
            collector="jetstream",
        )

    def _act(self, frame: Frame, commit: Commit, received_ms: int) -> SocialEvent | None:
        uri = f"at://{frame.did}/{commit.collection}/{commit.rkey}"
        keys = self._keys
        action: Any = "like" if commit.collection == LIKE else "repost"
        if commit.operation == "delete":
            # Only the act's own address is named; what it acted on is known if its create was kept.
            subject = keys.recall(uri) or ""
            if action == "repost" or not subject:
                return self._drop("delete_of_unkept")
            action = "unlike"
        else:
            named = commit.record.subject if commit.record is not None else None
            subject = named.uri if isinstance(named, Ref) else ""
            if not subject:
                raise Refused(f"subject: a {action} must name a post")
            if subject in keys:
                keys.put(uri, subject)
            elif not self._shaper.keep_all:
                return self._drop("names_no_brand")
        observed = frame.time_us // 1000
        revision = tid_us(commit.rev)
        declared = ms_of(commit.record.created_at) if commit.record is not None else 0
        return SocialEvent(
            event_id=event_id(SOURCE, uri, action, revision),
            source=SOURCE,
            uri=uri,
            action=action,
            native_id=commit.rkey,
            revision=revision,
            author_id=self._shaper.author(frame.did),
            handle=self.accounts.get(frame.did, ""),
            created_at=created_ms(declared, observed),
            observed_at=observed,
            received_at=received_ms,
            parent_uri=subject,
            root_uri=keys.root_of(subject),
            repost_uri=subject if action == "repost" else "",
            source_cursor=str(frame.seq or frame.time_us),
            collector="jetstream",
        )

    def _account(self, frame: Frame, account: Account, received_ms: int) -> SocialEvent | None:
        if account.active or account.status != "deleted":
            return self._drop("account")
        observed = frame.time_us // 1000
        uri = f"at://{frame.did}"
        return SocialEvent(
            event_id=event_id(SOURCE, uri, "account_purge", observed),
            source=SOURCE,
            uri=uri,
            action="account_purge",
            revision=observed,
            author_id=self._shaper.author(frame.did),
            created_at=observed,
            deleted_at=observed,
            delete_reason="account deleted",
            observed_at=observed,
            received_at=received_ms,
            source_cursor=str(frame.seq or frame.time_us),
            collector="jetstream",
        )


def facets(text: str, found: list[Facet]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """(mentions, links, tags) of a text's facets. Offsets count UTF-8 bytes; one that lies outside the text is ignored.

    A mention's facet names a did; the handle that people and brand terms use is what the text shows there.
    """
    mentions: list[str] = []
    links: list[str] = []
    tags: list[str] = []
    raw = b""
    for facet in found:
        for feature in facet.features:
            if feature.tag:
                tags.append(feature.tag)
            elif feature.uri:
                links.append(feature.uri)
            elif feature.did:
                raw = raw or text.encode("utf-8", "surrogatepass")
                start, end = facet.index.byte_start, facet.index.byte_end
                if 0 <= start < end <= len(raw):
                    mentions.append(raw[start:end].decode("utf-8", "ignore").removeprefix("@"))
    return tuple(mentions), tuple(links), tuple(tags)


def embedded(embed: Embed) -> tuple[str, tuple[str, ...], str]:
    """(quoted post, media kinds, link card) of an embed."""
    quote = ""
    if embed.record is not None:
        quote = embed.record.record.uri if embed.record.record is not None else embed.record.uri
    shown = embed.media or embed
    media = ("image",) * min(len(shown.images), 4) + (("video",) if shown.video is not None else ())
    return quote, media, shown.external.uri if shown.external is not None else ""
