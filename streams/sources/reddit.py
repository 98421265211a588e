"""Reddit: new posts and comments of subreddits, polled through OAuth.

Source: reddit.com/dev/api (listings hold at most 1,000 items, `after` pages, X-Ratelimit headers), fullnames t1_
(comment) and t3_ (post). What was deleted stays in the listing as "[deleted]" or "[removed]".
"""

from __future__ import annotations

import base64
import time
from collections.abc import Sequence

import httpx
import msgspec

from schemas.social_event import Action, Counts, SocialEvent, event_id, hash64_bytes
from streams.decode import explain
from streams.sources.base import Denied, Finding, RateLimited, Refused, SourceFault
from streams.sources.keys import KeyMap
from streams.sources.listing import Item, ListingSource, Page
from streams.sources.net import Fetched, fetch, open_client
from streams.sources.shape import Shaper, created_ms, disclose, links_of, tags_of

SITE, API = "https://www.reddit.com", "https://oauth.reddit.com"
_GONE = frozenset({"[deleted]", "[removed]"})


class Thing(msgspec.Struct):
    """A post (t3_) or a comment (t1_). `edited` is false or seconds."""

    name: str
    created_utc: float
    author: str | None = ""
    body: str = ""
    title: str = ""
    selftext: str = ""
    url: str = ""
    permalink: str = ""
    parent_id: str = ""
    link_id: str = ""
    edited: bool | float = False
    ups: int = 0
    num_comments: int = 0


class Child(msgspec.Struct):
    """An item with its kind."""

    data: msgspec.Raw


class ListingData(msgspec.Struct):
    """A page's content."""

    children: list[Child] = []
    after: str | None = None


class Listing(msgspec.Struct):
    """A page."""

    data: ListingData


class Head(msgspec.Struct):
    """What is needed to place an item."""

    name: str
    created_utc: float
    edited: bool | float = False
    author: str | None = ""
    body: str = ""
    selftext: str = ""


_listing = msgspec.json.Decoder(Listing)
_thing = msgspec.json.Decoder(Thing)
_head = msgspec.json.Decoder(Head)
_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError)


class RedditSource(ListingSource):
    """`subreddits` without r/. Posts and comments of each are two listings."""

    kind = "reddit"

    def __init__(
        self,
        name: str,
        subreddits: Sequence[str],
        client_id: str,
        client_secret: str,
        shaper: Shaper,
        *,
        site: str = SITE,
        api: str = API,
        interval: float = 30.0,
        recheck: float = 86_400.0,
        allow_private: bool = False,
        keys: KeyMap | None = None,
    ) -> None:
        targets = [f"r/{name.removeprefix('r/')}/{what}" for name in subreddits for what in ("new", "comments")]
        super().__init__(
            name, targets, interval=interval, max_pages=10, recheck=recheck, allow_private=allow_private, keys=keys
        )
        self._credentials = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._shaper = shaper
        self._site, self._api = site, api
        self._token, self._expires = "", 0.0

    async def _authorise(self, client: httpx.AsyncClient) -> None:
        if self._token and time.monotonic() < self._expires:
            return
        answer = await fetch(
            client, f"{self._site}/api/v1/access_token", method="POST",
            data={"grant_type": "client_credentials"}, headers={"authorization": f"Basic {self._credentials}"},
        )  # fmt: skip
        try:
            granted = msgspec.json.decode(answer.body)
            self._token = str(granted["access_token"])
            self._expires = time.monotonic() + float(granted.get("expires_in", 3600)) - 60
        except (msgspec.DecodeError, KeyError, TypeError, ValueError):
            raise SourceFault("Reddit gave no access token", reason="malformed") from None

    async def _ask(self, client: httpx.AsyncClient, target: str, params: dict[str, str]) -> Fetched:
        await self._authorise(client)
        headers = {"authorization": f"Bearer {self._token}"}
        return await fetch(client, f"{self._api}/{target}", params=params, headers=headers, accept=(200, 401))

    async def _listing(self, client: httpx.AsyncClient, target: str, params: dict[str, str]) -> ListingData:
        params = {"raw_json": "1", **params}
        answer = await self._ask(client, target, params)
        if answer.status == 401:  # the token has expired early: once more with a new one
            self._token = ""
            answer = await self._ask(client, target, params)
        if answer.status == 401:
            self._token = ""
            raise Denied("Reddit: a new access token is refused too (401); check the application's permissions")
        self._note_rate(answer.headers)
        try:
            return _listing.decode(answer.body).data
        except _ERRORS as error:
            raise SourceFault(f"Reddit: {explain(error)}", reason="malformed") from None

    async def page(self, client: httpx.AsyncClient, target: str, token: str) -> Page:
        """A page of a listing."""
        found = await self._listing(client, target, {"limit": "100", **({"after": token} if token else {})})
        return Page([_item(bytes(child.data)) for child in found.children], found.after or "")

    async def present(self, client: httpx.AsyncClient, ids: Sequence[str]) -> dict[str, bytes]:
        """Posts and comments by fullname, as they are now ("[deleted]" included)."""
        found = await self._listing(client, "api/info", {"id": ",".join(ids)})
        items = [_item(bytes(child.data)) for child in found.children]
        return {item.id: item.data for item in items}

    def _note_rate(self, headers: httpx.Headers) -> None:
        """X-Ratelimit-Remaining and -Reset: how many requests are left, and for how many seconds."""
        try:
            left, reset = float(headers["x-ratelimit-remaining"]), float(headers["x-ratelimit-reset"])
        except (KeyError, ValueError):
            return
        self.quota_left = int(left)
        if left < 1:
            raise RateLimited("Reddit: no requests left", reason="rate_limited", retry_after=min(reset, 600.0))

    def normalise(self, item: bytes, received_ms: int) -> SocialEvent | None:
        """A post or a comment as an event."""
        if (missing := self.gone(item)) is not None:
            thing = Thing(missing.id, received_ms / 1000)
            return self._delete(thing, missing.uri, self.keys.recall(missing.uri) or "", received_ms)
        try:
            thing = _thing.decode(item)
        except _ERRORS as error:
            raise Refused(explain(error)) from None
        uri, keys = _uri(thing.name), self.keys
        parent, root = (_uri(thing.parent_id), _uri(thing.link_id)) if thing.name.startswith("t1_") else ("", "")
        text = thing.body or "\n\n".join(part for part in (thing.title, thing.selftext) if part)
        author = thing.author or "[deleted]"
        edited = 0 if isinstance(thing.edited, bool) else int(thing.edited * 1000)
        gone = author in _GONE or thing.body in _GONE or thing.selftext in _GONE
        known = uri in keys or ((gone or edited > 0) and keys.recall(uri) is not None)
        if gone:
            if not known and not self._shaper.keep_all:
                self.dropped["delete_of_unkept"] += 1
                return None
            return self._delete(thing, uri, root, received_ms)
        owner = self._shaper.owner(author)
        if not (
            self._shaper.keep_all or owner or known or root in keys or parent in keys or self._shaper.names_brand(text)
        ):
            self.dropped["names_no_brand"] += 1
            return None
        # What is known and was read again (see `present`) states its counts; its text counts where it was edited.
        action: Action = "update" if known and (edited or thing.name in self._cursor.kept) else "create"
        revision = edited if action == "update" else 0
        created = created_ms(int(thing.created_utc * 1000), received_ms)
        keys.put(uri, root)
        self.keep(thing.name, uri, created, received_ms)
        return disclose(
            SocialEvent(
                event_id=event_id(self._shaper.source, uri, action, revision),
                source=self._shaper.source,
                native_id=thing.name,
                uri=uri,
                url=f"https://www.reddit.com{thing.permalink}" if thing.permalink else "",
                action=action,
                revision=revision,
                author_id=self._shaper.author(author.casefold()),  # names are for good on Reddit; erasing goes by name
                handle=self._shaper.handle(author, owner),
                role="owned" if owner else "public",
                text=text,
                created_at=created,
                observed_at=received_ms,
                received_at=received_ms,
                parent_uri=parent,
                root_uri=root,
                hashtags=tags_of(text),
                links=(thing.url,) if thing.url else links_of(text),
                counts=Counts(like=max(thing.ups, 0), reply=thing.num_comments),
                counts_at=received_ms,
                collector="reddit",
            )
        )

    def _delete(self, thing: Thing, uri: str, root: str, received_ms: int) -> SocialEvent:
        self._cursor.kept.pop(thing.name, None)
        return SocialEvent(
            event_id=event_id(self._shaper.source, uri, "delete", 0),
            source=self._shaper.source,
            native_id=thing.name,
            uri=uri,
            action="delete",
            created_at=created_ms(int(thing.created_utc * 1000), received_ms),
            deleted_at=received_ms,
            delete_reason="removed" if "[removed]" in (thing.body, thing.selftext) else "author",
            observed_at=received_ms,
            received_at=received_ms,
            root_uri=root,
            collector="reddit",
        )

    async def check(self) -> list[Finding]:
        """Get a token, then one page of each listing."""
        findings = []
        async with open_client(allow_private=self._allow_private, redirects=False) as client:
            for target in self._targets:
                try:
                    page = await self.page(client, target, "")
                    findings.append(Finding(True, f"Reddit {target}: {len(page.items)} items"))
                except SourceFault as fault:
                    findings.append(Finding(False, f"Reddit {target}: {fault}"))
        return findings


def _uri(fullname: str) -> str:
    return f"reddit://{fullname}" if fullname else ""


def _item(raw: bytes) -> Item:
    """Place an item; one of another shape is passed on as it is, to be refused and kept."""
    try:
        head = _head.decode(raw)
    except _ERRORS:
        return Item(id=f"{hash64_bytes(raw):016x}", created=0, changed=1, data=raw)
    edited = 0 if isinstance(head.edited, bool) else int(head.edited * 1000)
    created = int(head.created_utc * 1000)
    gone = head.author in _GONE or head.author is None or head.body in _GONE or head.selftext in _GONE
    return Item(head.name, created, max(created, edited) + 1 if gone else edited, raw)
