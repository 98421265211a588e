"""Mastodon's events as SocialEvents.

Source: docs.joinmastodon.org, entities Status, Account, Quote, and the streaming API's events update, status.update,
delete. Ids are local to a server, `uri` is global; content is HTML; a delete is an id and nothing else.
"""

from __future__ import annotations

from collections import Counter

import msgspec

from schemas.social_event import Action, Counts, SocialEvent, event_id
from streams.decode import explain
from streams.sources.base import Refused
from streams.sources.keys import KeyMap
from streams.sources.shape import Shaper, created_ms, disclose, links_of, ms_of, plain_text

SOURCE = "mastodon"


class Account(msgspec.Struct, gc=False):
    """Who wrote it. `acct` carries the server's name for accounts of other servers only."""

    acct: str
    bot: bool | None = None
    followers_count: int | None = None


class Named(msgspec.Struct, gc=False):
    """A hashtag (name) or a mention (acct)."""

    name: str = ""
    acct: str = ""


class Media(msgspec.Struct, gc=False):
    """An attachment."""

    type: str = "unknown"


class Card(msgspec.Struct, gc=False):
    """A link's preview."""

    url: str = ""


class Quote(msgspec.Struct, gc=False):
    """A quoted status (Mastodon 4.5); None until its author agreed."""

    quoted_status: Status | None = None


class Status(msgspec.Struct, gc=False):
    """A post, as far as it is read."""

    id: str
    uri: str
    account: Account
    created_at: str = ""
    content: str | None = ""
    edited_at: str | None = None
    in_reply_to_id: str | None = None
    spoiler_text: str | None = ""
    language: str | None = None
    url: str | None = None
    reblog: Status | None = None
    quote: Quote | None = None
    tags: list[Named] = []
    mentions: list[Named] = []
    media_attachments: list[Media] = []
    card: Card | None = None
    favourites_count: int = 0
    reblogs_count: int = 0
    replies_count: int = 0


_decoder = msgspec.json.Decoder(Status)
_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError)


class StatusReader:
    """Reads items: the event's name, a line end, its data. `host` is the server that all ids belong to."""

    def __init__(self, host: str, shaper: Shaper, keys: KeyMap, dropped: Counter[str]) -> None:
        self._host = host
        self._shaper = shaper
        self._keys = keys
        self._dropped = dropped
        self.newest_id = 0

    def read(self, item: bytes, received_ms: int) -> SocialEvent | None:
        """The event, or None for what is not wanted. Raises Refused."""
        name, _, data = item.partition(b"\n")
        if name == b"delete":
            return self._delete(data.strip(b'" \n').decode("ascii", "replace"), received_ms)
        if name not in (b"update", b"status.update"):
            return self._drop("unknown_kind")
        try:
            status = _decoder.decode(data)
        except _ERRORS as error:
            raise Refused(explain(error)) from None
        event = self._status(status, received_ms)
        if status.id.isdecimal():
            self.newest_id = max(self.newest_id, int(status.id))
        return event

    def _drop(self, reason: str) -> SocialEvent | None:
        self._dropped[reason] += 1
        return None

    def _alias(self, local_id: str) -> str:
        return f"{self._host}/{local_id}"

    def _address(self, account: Account) -> str:
        """user@server, also for the server's own accounts, so that it is the same seen from everywhere."""
        return (account.acct if "@" in account.acct else f"{account.acct}@{self._host}").casefold()

    def _status(self, status: Status, received_ms: int) -> SocialEvent | None:
        keys, address = self._keys, self._address(status.account)
        owner = self._shaper.owner(address)
        if status.reblog is not None:
            return self._reblog(status, status.reblog, address, owner, received_ms)
        text = plain_text(status.content or "")
        if status.spoiler_text:
            text = f"{status.spoiler_text}\n\n{text}"
        tags = tuple(tag.name for tag in status.tags)
        mentions = tuple(mention.acct for mention in status.mentions)
        quoted = status.quote.quoted_status if status.quote is not None else None
        parent = self._parent(status)
        edited = ms_of(status.edited_at) if status.edited_at else 0
        sent = (keys.recall(status.uri) if edited else keys.find(status.uri)) is not None
        known = sent or (parent and parent in keys) or (quoted is not None and quoted.uri in keys)
        if not (self._shaper.keep_all or owner or known or self._shaper.names_brand(text, tags, mentions)):
            return self._drop("names_no_brand")
        # Another server may have shown it before, and know another parent: the post stays in one conversation.
        root = keys.settle(status.uri, (keys.find(parent) or parent) if parent else "")
        keys.put(self._alias(status.id), status.uri)
        # An edit of a post that was never sent (it named no brand until now) has nothing to amend: it is the post.
        action: Action = "update" if edited and sent else "create"
        counts = Counts(like=status.favourites_count, repost=status.reblogs_count, reply=status.replies_count)
        links = links_of(text)
        if status.card is not None and status.card.url and status.card.url not in links:
            links = (*links, status.card.url)
        return disclose(
            SocialEvent(
                event_id=event_id(SOURCE, status.uri, action, edited),
                source=SOURCE,
                source_instance=self._host,
                native_id=status.id,
                uri=status.uri,
                url=status.url or "",
                action=action,
                revision=edited,
                author_id=self._shaper.author(address),
                handle=self._shaper.handle(address, owner),
                followers=status.account.followers_count,
                declared_bot=status.account.bot,
                role="owned" if owner else "public",
                text=text,
                lang_declared=(status.language,) if status.language else (),
                created_at=created_ms(ms_of(status.created_at), received_ms),
                observed_at=received_ms,
                received_at=received_ms,
                parent_uri=parent,
                root_uri=root,
                quote_uri=quoted.uri if quoted is not None else "",
                mentions=mentions,
                hashtags=tags,
                links=links,
                media=tuple(media.type for media in status.media_attachments[:16]),
                counts=counts if counts != Counts() else None,
                counts_at=received_ms if counts != Counts() else 0,
                collector="mastodon",
            )
        )

    def _parent(self, status: Status) -> str:
        """The parent's uri. One never seen is named by server and number: the post still counts as an answer."""
        if not status.in_reply_to_id:
            return ""
        return self._keys.find(self._alias(status.in_reply_to_id)) or f"mastodon://{self._alias(status.in_reply_to_id)}"

    def _reblog(self, status: Status, of: Status, address: str, owner: str, received_ms: int) -> SocialEvent | None:
        if not (self._shaper.keep_all or of.uri in self._keys):
            return self._drop("names_no_brand")
        return SocialEvent(
            event_id=event_id(SOURCE, status.uri, "repost", 0),
            source=SOURCE,
            source_instance=self._host,
            native_id=status.id,
            uri=status.uri,
            action="repost",
            author_id=self._shaper.author(address),
            handle=self._shaper.handle(address, owner),
            declared_bot=status.account.bot,
            created_at=created_ms(ms_of(status.created_at), received_ms),
            observed_at=received_ms,
            received_at=received_ms,
            parent_uri=of.uri,
            root_uri=self._keys.root_of(of.uri),
            repost_uri=of.uri,
            collector="mastodon",
        )

    def _delete(self, local_id: str, received_ms: int) -> SocialEvent | None:
        uri = self._keys.recall(self._alias(local_id))
        if not uri:
            return self._drop("delete_of_unkept")
        return SocialEvent(
            event_id=event_id(SOURCE, uri, "delete", 0),
            source=SOURCE,
            source_instance=self._host,
            native_id=local_id,
            uri=uri,
            action="delete",
            created_at=received_ms,
            deleted_at=received_ms,
            delete_reason="author",
            observed_at=received_ms,
            received_at=received_ms,
            root_uri=self._keys.recall(uri) or "",
            collector="mastodon",
        )
