"""RSS and Atom: conditional requests, changes, bad servers, and addresses that must not be called."""

from __future__ import annotations

import asyncio
import gzip
import random
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web
from prometheus_client import REGISTRY

from streams.sources.base import SourceFault
from streams.sources.feeds import FeedSource, parse, shown
from streams.sources.net import Fetched, Forbidden, fetch, is_public, open_client, public_address, retry_after
from tests.peers.http import HttpPeer
from tests.sources.support import EVENTS, Topic, run_until, shaper


class FeedPeer(HttpPeer):
    """Serves an RSS feed of the newest items. `step` more of them appear with each request that succeeds.

    `faults`: number of the visit → cut (in the middle of the body) · garbage · slow (a body that drips) · duplicate (every
    item twice) · reorder · stale (the document of the visit before, with its validator) · drift (items without what items
    have) · unknown (elements nobody knows).
    """

    def __init__(self, total: int = 0, step: int = 0, window: int = 0, faults: dict[int, str] | None = None) -> None:
        super().__init__()
        self.faults = dict(faults or {})
        self.visits = 0
        self._last = ""
        self.total, self.step, self.window = total, step, window
        self.visible = 0
        self.items: list[str] | None = None
        self.conditional = 0
        self.app.router.add_get("/feed.xml", self._feed)
        self.app.router.add_get("/bomb.xml", self._bomb)
        self.app.router.add_get("/entities.xml", self._entities)
        self.app.router.add_get("/page.html", self._page)
        self.app.router.add_get("/inside", self._redirect)

    async def _feed(self, request: web.Request) -> web.Response:
        self.visits += 1
        fault = self.faults.pop(self.visits, "")
        if fault == "garbage":
            return web.Response(body=b"\x00\x01 no feed", content_type="application/rss+xml")
        if fault not in ("cut", "stale"):
            self.visible = min(self.total, self.visible + self.step)
        items = self.items
        if items is None:
            items = [item(n) for n in reversed(range(max(0, self.visible - self.window), self.visible))]
        if fault == "duplicate":
            items = [*items, *items]
        elif fault == "reorder":
            random.Random(1).shuffle(items)
        elif fault == "drift":
            items = ["<item/>", "<item><pubDate>gestern</pubDate></item>", "<item><guid/><title/></item>", *items]
        elif fault == "unknown":
            items = ["<x:teleport xmlns:x='urn:x'>?</x:teleport>", *items]
        body = self._last if fault == "stale" else rss(items)
        self._last = body
        if fault in ("cut", "slow"):
            return await self._in_pieces(request, body.encode(), fault)
        etag = f'"{hash(body)}"'
        if request.headers.get("if-none-match") == etag:
            self.conditional += 1
            return web.Response(status=304, headers={"etag": etag})
        return web.Response(text=body, content_type="application/rss+xml", headers={"etag": etag})

    async def _in_pieces(self, request: web.Request, body: bytes, fault: str) -> web.Response:
        answer = web.StreamResponse(headers={"content-type": "application/rss+xml", "content-length": str(len(body))})
        await answer.prepare(request)
        for start in range(0, len(body), len(body) // 5 + 1):
            if fault == "cut" and start > len(body) // 2 and request.transport is not None:
                request.transport.abort()
                break
            await answer.write(body[start : start + len(body) // 5 + 1])
            await asyncio.sleep(0.05)
        return answer  # type: ignore[return-value]

    async def _bomb(self, _: web.Request) -> web.Response:
        body = gzip.compress(b" " * 60_000_000)
        return web.Response(body=body, headers={"content-encoding": "gzip", "content-type": "application/xml"})

    async def _entities(self, _: web.Request) -> web.Response:
        text = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><rss><channel>&b;</channel></rss>'
        return web.Response(text=text, content_type="application/xml")

    async def _page(self, _: web.Request) -> web.Response:
        return web.Response(text="<html><body>hello</body></html>", content_type="text/html")

    async def _redirect(self, request: web.Request) -> web.Response:
        raise web.HTTPFound(request.query["to"])


def item(number: int, text: str = "") -> str:
    return (
        f"<item><guid isPermaLink='false'>g{number}</guid><title>Titel {number}</title><link>https://blog.example/{number}</link>"
        f"<description>{text or f'&lt;p&gt;Inhalt {number}&lt;/p&gt;'}</description><pubDate>Mon, 21 Sep 2026 10:00:00 GMT</pubDate></item>"
    )


def rss(items: list[str]) -> str:
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>Blog</title><language>de-DE</language>{''.join(items)}</channel></rss>"


def uri(peer: FeedPeer, number: int) -> str:
    return f"{peer.url}/feed.xml#g{number}"


def source(peer: FeedPeer, *paths: str, **options: Any) -> FeedSource:
    options.setdefault("interval", 0.01)
    urls = [f"{peer.url}/{path}" for path in paths or ("feed.xml",)]
    return FeedSource("blogs", urls, shaper("rss"), least=0.01, allow_private=True, **options)


FAULTS = ("cut", "garbage", "slow", "duplicate", "reorder", "stale", "drift", "unknown")


def test_no_entry_is_lost_through_a_hundred_thousand_and_every_fault(tmp_path: Path) -> None:
    number = EVENTS if EVENTS >= 50_000 else EVENTS // 4  # feedparser reads 2,500 entries a second
    step = number // 40
    faults = {3 + 3 * turn: FAULTS[turn % len(FAULTS)] for turn in range(12)}
    topic = Topic(fail_at={2, 12})  # the first batch, and one with a cursor to go back to

    async def run() -> Any:
        async with FeedPeer(number, step, window=2 * step + 20, faults=faults) as peer:  # two visits' news
            peer.refusals.extend([(500, {}), (429, {"retry-after": "0"}), (401, {})])
            feed = source(peer)
            runner = await run_until(feed, topic, tmp_path, lambda: topic.complete(number), seconds=1500)
            return runner, feed, peer

    runner, feed, peer = asyncio.run(run())
    assert topic.distinct() == {("create", uri(peer, n)) for n in range(number)}
    assert len(topic.events) - number <= 2 * step  # what a failing Kafka made us read again
    assert runner.gaps == 0
    assert runner.faults["kafka"] == 2
    assert runner.sessions == 2
    assert feed.failed["rate_limited"] == feed.failed["denied"] == 1
    assert {letter.reason for letter in topic.letters.values()} == {"text: is empty"}
    assert peer.visits < 100


def test_an_unchanged_feed_costs_nothing_and_a_changed_entry_is_an_update(tmp_path: Path) -> None:
    topic = Topic()

    async def run() -> int:
        async with FeedPeer() as peer:
            peer.items = [item(1), item(2)]
            await run_until(source(peer), topic, tmp_path, lambda: len(topic.events) >= 2 and peer.conditional > 1)
            peer.items = [item(1), item(2, "Neue Fassung #Werbung")]
            await run_until(source(peer), topic, tmp_path, lambda: len(topic.events) >= 3, settle=0.1)
            return peer.conditional

    assert asyncio.run(run()) > 1
    assert [event.action for event in topic.events] == ["create", "create", "update"]
    assert topic.events[2].text == "Titel 2\n\nNeue Fassung #Werbung"
    assert topic.events[2].paid == "yes"
    assert topic.events[0].lang_declared == ("de",)


def test_an_entry_that_names_the_brand_only_after_a_change_is_a_post(tmp_path: Path) -> None:
    """As an edit it would wait for a post that never comes, and no figure would ever show it."""
    topic = Topic()

    async def run() -> None:
        async with FeedPeer() as peer:
            feed = FeedSource(
                "blogs", [f"{peer.url}/feed.xml"], shaper("rss", keep="brands"),
                interval=0.01, least=0.01, allow_private=True,
            )  # fmt: skip
            peer.items = [item(1, "noch ohne Namen")]
            await run_until(feed, topic, tmp_path, lambda: feed.dropped["names_no_brand"] >= 1, settle=0.1)
            for number, text in enumerate(("Neu: alles über acme", "Neu: alles über acme, verbessert"), start=1):
                peer.items = [item(1, text)]
                await run_until(feed, topic, tmp_path, lambda n=number: len(topic.events) >= n, settle=0.1)

    asyncio.run(run())
    assert [event.action for event in topic.events] == ["create", "update"]
    assert topic.events[0].revision == 0 < topic.events[1].revision


def test_a_feed_that_rolled_over_between_two_visits_is_a_gap(tmp_path: Path) -> None:
    topic = Topic()

    async def run() -> Any:
        async with FeedPeer() as peer:
            peer.items = [item(1), item(2)]
            await run_until(source(peer), topic, tmp_path, lambda: len(topic.events) >= 2)
            peer.items = [item(8), item(9)]
            return await run_until(source(peer), topic, tmp_path, lambda: len(topic.events) >= 4)

    assert asyncio.run(run()).gaps == 1


def test_one_failing_feed_does_not_hold_up_the_others(tmp_path: Path) -> None:
    topic = Topic()

    async def run() -> dict[str, int]:
        async with FeedPeer() as peer:
            peer.items = [item(1)]
            feed = source(peer, "page.html", "missing.xml", "bomb.xml", "entities.xml", "feed.xml")
            await run_until(feed, topic, tmp_path, lambda: len(topic.events) >= 1 and feed.failed.total() >= 4)
            return dict(feed.failed)

    assert asyncio.run(run()).keys() >= {"not_a_feed", "denied", "too_large", "entities"}
    assert len(topic.events) == 1


def test_entries_that_share_a_link_or_lack_guid_and_link_are_all_read(tmp_path: Path) -> None:
    """A podcast links every episode to its home page; an item needs no more than a title."""
    topic = Topic()
    home = "<link>https://show.example/</link>"

    async def run() -> None:
        async with FeedPeer() as peer:
            peer.items = [
                f"<item><guid isPermaLink='false'>{n}</guid>{home}<title>Folge {n}</title></item>" for n in "123"
            ]
            peer.items += ["<item><title>nur ein Titel</title></item>", "<item><title>und noch einer</title></item>"]
            await run_until(source(peer), topic, tmp_path, lambda: len(topic.events) >= 5 and peer.conditional > 1)

    asyncio.run(run())
    assert len({event.uri for event in topic.events}) == 5


def test_a_second_change_without_a_new_date_is_an_update_too(tmp_path: Path) -> None:
    topic = Topic()

    async def run() -> None:
        async with FeedPeer() as peer:
            for number, text in enumerate(("eins", "zwei", "drei"), start=1):
                peer.items = [item(1, text)]
                await run_until(source(peer), topic, tmp_path, lambda n=number: len(topic.events) >= n)

    asyncio.run(run())
    assert [event.text.partition("\n\n")[2] for event in topic.events] == ["eins", "zwei", "drei"]
    assert topic.events[2].revision > topic.events[1].revision > 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_found_wherever_a_feed_declares_them(encoding: str) -> None:
    declared = "<!-- " + "x" * 9000 + " --><!DOCTYPE r [<!ENTITY a 'aaaa'>]><rss><channel/></rss>"
    answer = Fetched(200, httpx.Headers({}), declared.encode(encoding), "https://x.example/")
    with pytest.raises(SourceFault) as caught:
        parse("https://x.example/", answer)
    assert caught.value.reason == "entities"


def test_a_feed_that_always_fails_is_counted_although_nothing_is_read(tmp_path: Path) -> None:
    def counted() -> float:
        return (
            REGISTRY.get_sample_value("resonanz_source_faults_total", {"source": "broken", "reason": "denied"}) or 0.0
        )

    async def run() -> None:
        async with FeedPeer() as peer:
            feed = FeedSource(
                "broken", [f"{peer.url}/missing.xml"], shaper("rss"), interval=0.01, least=0.01, allow_private=True
            )
            await run_until(feed, Topic(), tmp_path, lambda: counted() >= 2)

    asyncio.run(run())


def test_an_address_is_shown_without_what_may_be_secret() -> None:
    assert shown("https://jo:secret@feeds.example/a?token=secret") == "https://feeds.example/a"


PRIVATE = [
    "127.0.0.1", "10.0.0.8", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "::1", "fe80::1", "fd00::1",
    "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "224.0.0.1", "100.64.0.1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_of_the_own_network_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://[::1]:1/",
        "http://localhost:1/",
        "http://2130706433:1/",
        "http://0x7f000001:1/",
        "http://0177.0.0.1:1/",
        "http://127.1:1/",
        "http://[::ffff:127.0.0.1]:1/",
        "http://0:1/",
        "file:///etc/passwd",
    ],
)
def test_a_feed_address_inside_the_own_network_is_not_called(url: str) -> None:
    async def call() -> None:
        async with open_client() as client:
            await fetch(client, url)

    with pytest.raises(SourceFault) as caught:
        asyncio.run(call())
    assert (
        isinstance(caught.value, Forbidden)
        or caught.value.reason == "address"
        or "UnsupportedProtocol" in str(caught.value)
    )


def test_a_redirect_into_the_own_network_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first address counts as public here, as a stranger's server would; where it redirects to does not."""

    async def run() -> tuple[str, int]:
        async with HttpPeer() as inner, FeedPeer() as outer:

            async def resolve(host: str, port: int) -> str:
                return "127.0.0.1" if host == "stranger.example" else await public_address(host, port)

            monkeypatch.setattr("streams.sources.net.public_address", resolve)
            async with open_client() as client:
                try:
                    await fetch(
                        client, f"http://stranger.example:{outer.port}/inside", params={"to": f"{inner.url}/secret"}
                    )
                except Forbidden as refusal:
                    return str(refusal), inner.requests
            return "", inner.requests

    message, requests = asyncio.run(run())
    assert "not a public address" in message
    assert requests == 0


def test_a_name_that_changes_its_mind_after_the_check_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: the first answer is public, every later one is loopback. Only the address checked is connected to."""
    answers = iter(["93.184.215.14"])
    asked: list[str] = []

    async def resolve(self: Any, host: str, port: int, **_: Any) -> list[Any]:
        return [(2, 1, 6, "", (next(answers, "127.0.0.1"), port))]

    async def run() -> None:
        async with HttpPeer() as inner, open_client() as client:
            monkeypatch.setattr("asyncio.base_events.BaseEventLoop.getaddrinfo", resolve)

            async def send(self: Any, request: httpx.Request) -> httpx.Response:
                asked.append(request.url.host)
                return httpx.Response(200, stream=httpx.ByteStream(b""))

            monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", send)
            await fetch(client, f"http://rebinding.example:{inner.port}/")
            with pytest.raises(Forbidden):
                await fetch(client, f"http://rebinding.example:{inner.port}/")
            assert inner.requests == 0

    asyncio.run(run())
    assert asked == ["93.184.215.14"]


def test_a_bomb_is_cut_off_at_its_limit_and_a_slow_body_at_its_deadline() -> None:
    async def run() -> tuple[str, str]:
        async with FeedPeer() as peer, open_client(allow_private=True) as client:
            with pytest.raises(SourceFault) as large:
                await fetch(client, f"{peer.url}/bomb.xml", limit=1_000_000)
            peer.slow.append(5)
            with pytest.raises(SourceFault) as slow:
                await fetch(client, f"{peer.url}/feed.xml", deadline=0.2)
            return large.value.reason, slow.value.reason

    assert asyncio.run(run()) == ("too_large", "timeout")


def test_retry_after_is_read_as_seconds_and_as_a_date() -> None:
    assert retry_after({"retry-after": "7"}) == 7
    assert retry_after({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0
    assert retry_after({"retry-after": "soon"}) is None
    assert retry_after({"retry-after": "999999999"}) == 3600
