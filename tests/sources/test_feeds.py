"""RSS and Atom: conditional requests, changes, bad servers, and addresses that must not be called."""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from streams.sources.base import SourceFault
from streams.sources.feeds import FeedSource
from streams.sources.net import Forbidden, fetch, is_public, open_client, public_address, retry_after
from tests.peers.http import HttpPeer
from tests.sources.support import EVENTS, Topic, run_until, shaper


class FeedPeer(HttpPeer):
    """Serves an RSS feed of the newest items. `step` more of them appear with each request."""

    def __init__(self, total: int = 0, step: int = 0, window: int = 0) -> None:
        super().__init__()
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
        self.visible = min(self.total, self.visible + self.step)
        items = self.items
        if items is None:
            items = [item(n) for n in reversed(range(max(0, self.visible - self.window), self.visible))]
        body = rss(items)
        etag = f'"{hash(body)}"'
        if request.headers.get("if-none-match") == etag:
            self.conditional += 1
            return web.Response(status=304, headers={"etag": etag})
        return web.Response(text=body, content_type="application/rss+xml", headers={"etag": etag})

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


def source(peer: FeedPeer, *paths: str, **options: Any) -> FeedSource:
    options.setdefault("interval", 0.01)
    urls = [f"{peer.url}/{path}" for path in paths or ("feed.xml",)]
    return FeedSource("blogs", urls, shaper("rss"), least=0.01, allow_private=True, **options)


def test_every_entry_arrives_once_through_server_errors_and_kafka_failures(tmp_path: Path) -> None:
    total = max(200, EVENTS // 50)  # feeds are small, and their parser is slow
    topic = Topic(fail_at={2, 5})

    async def run() -> Any:
        async with FeedPeer(total, step=total // 20, window=total // 5) as peer:
            peer.refusals.extend([(500, {}), (429, {"retry-after": "0"})])
            feed = source(peer)
            return await run_until(feed, topic, tmp_path, lambda: topic.complete(total), seconds=250)

    runner = asyncio.run(run())
    assert topic.distinct() == {("create", f"https://blog.example/{n}") for n in range(total)}
    assert runner.gaps == 0


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
            await run_until(feed, topic, tmp_path, lambda: len(topic.events) >= 1 and feed.dropped["feed_failed"] >= 4)
            return dict(feed.dropped)

    assert asyncio.run(run())["feed_failed"] >= 4
    assert len(topic.events) == 1


PRIVATE = [
    "127.0.0.1", "10.0.0.8", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "::1", "fe80::1", "fd00::1",
    "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "224.0.0.1", "100.64.0.1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_of_the_own_network_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1/", "http://[::1]:1/", "http://localhost:1/", "http://2130706433:1/", "file:///etc/passwd"],
)
def test_a_feed_address_inside_the_own_network_is_not_called(url: str) -> None:
    async def call() -> None:
        async with open_client() as client:
            await fetch(client, url)

    with pytest.raises(SourceFault) as caught:
        asyncio.run(call())
    assert isinstance(caught.value, Forbidden) or "UnsupportedProtocol" in str(caught.value)


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
