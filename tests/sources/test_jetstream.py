"""Bluesky: 100,000 events through every fault, what a server may do with a cursor, and every kind of frame."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from streams.sources.cursors import CursorStore
from streams.sources.jetstream import JetstreamSource
from streams.sources.jetstream_frames import Facet, Feature, Slice
from streams.sources.jetstream_records import facets, tid_us
from tests.peers.jetstream import LIKE, POST, REPOST, JetstreamPeer, commit, iso, tid
from tests.sources.support import EVENTS, Topic, run_until, shaper

START = 1_790_000_000_000_000


def post(number: int, text: str = "", **record: Any) -> dict[str, Any]:
    us = START + number * 500
    body = {"text": text or f"post number {number}", "createdAt": iso(us - 2_000_000), "langs": ["en"], **record}
    return commit(f"did:plc:author{number % 1000}", us, "create", POST, f"3k{number:011d}", body)


def uri(number: int) -> str:
    return f"at://did:plc:author{number % 1000}/{POST}/3k{number:011d}"


def source(peer: JetstreamPeer, **options: Any) -> JetstreamSource:
    options.setdefault("rewind", 0.05)
    keep = options.pop("keep", "all")
    return JetstreamSource(
        "bluesky", [peer.url], shaper("bluesky", keep=keep), version=peer.version, allow_private=True, **options
    )


FAULTS = ("cut", "close", "garbage", "truncated", "unknown", "drift", "duplicate", "reorder", "pause")


@pytest.mark.parametrize("version", [1, 2])
def test_no_event_is_lost_through_a_hundred_thousand_and_every_fault(version: int, tmp_path: Path) -> None:
    number = EVENTS
    faults = {(3 + 4 * turn) * number // 100 + 1: FAULTS[turn % len(FAULTS)] for turn in range(24)}
    if version == 2:
        faults = {at: "pause" if fault == "reorder" else fault for at, fault in faults.items()}  # v2 promises the order
    bad = sum(fault in ("garbage", "truncated", "drift") for fault in faults.values())
    cuts = sum(fault in ("cut", "close") for fault in faults.values())
    topic = Topic(fail_at={3, 6})

    async def run() -> Any:
        async with JetstreamPeer([post(n) for n in range(number)], version=version, faults=faults) as peer:
            peer.refusals.extend([(429, {"retry-after": "0"}), (500, {}), (401, {})])
            feed = source(peer)
            runner = await run_until(feed, topic, tmp_path, lambda: topic.complete(number), settle=0.3, seconds=900)
            return runner, feed

    runner, feed = asyncio.run(run())
    expected = {("create", uri(n)) for n in range(number)}
    assert topic.distinct() == expected
    assert len({event.event_id for event in topic.events}) == number
    assert 0 < len(topic.letters) <= bad  # one may go with a batch that Kafka refused: it is not in the history
    assert runner.gaps == 0
    # Every session but the first has its cause: a cut, a refusal or a Kafka failure.
    assert runner.sessions == 1 + sum(runner.faults.values()) <= 1 + cuts + 3 + 2
    assert len(topic.events) - number < 20_000  # repeats are bounded, and one row downstream
    assert 0 < feed.dropped["unknown_kind"] <= sum(fault == "unknown" for fault in faults.values())


def run_frames(peer: JetstreamPeer, folder: Path, topic: Topic, wanted: int, **options: Any) -> Any:
    """Serve the peer until `wanted` events are in the topic; return runner and source."""

    async def run() -> Any:
        async with peer:
            feed = source(peer, **options)
            return await run_until(feed, topic, folder, lambda: len(topic.events) >= wanted, settle=0.2), feed

    return asyncio.run(run())


def test_a_cursor_that_v1_moves_forward_without_a_word_is_a_gap(tmp_path: Path) -> None:
    topic, frames = Topic(), [post(n) for n in range(3000)]

    async def run() -> Any:
        async with JetstreamPeer(frames[:1000]) as peer:
            await run_until(source(peer), topic, tmp_path, lambda: len(topic.events) >= 1000)
        async with JetstreamPeer(frames) as peer:
            peer.floor = 2000  # what lies before was deleted while we were away
            return await run_until(source(peer), topic, tmp_path, lambda: len(topic.events) >= 2000, settle=0.1)

    assert asyncio.run(run()).gaps == 1
    store = CursorStore(tmp_path, "bluesky")
    ((_, gap),) = store.gaps()
    store.close()
    assert gap.reason == "cursor_clamped"
    assert (gap.from_ms, gap.to_ms) == ((START + 999 * 500) // 1000, (START + 2000 * 500) // 1000)


def test_a_resumption_that_the_server_honours_is_no_gap(tmp_path: Path) -> None:
    topic, frames = Topic(), [post(n) for n in range(2000)]

    async def run() -> Any:
        async with JetstreamPeer(frames[:1000]) as peer:
            await run_until(source(peer), topic, tmp_path, lambda: len(topic.events) >= 1000)
        async with JetstreamPeer(frames) as peer:
            runner = await run_until(source(peer), topic, tmp_path, lambda: len(topic.distinct()) >= 2000)
            return runner, peer.cursors

    runner, cursors = asyncio.run(run())
    assert runner.gaps == 0
    assert cursors == [START + 999 * 500 - 50_000]


@pytest.mark.parametrize(("floor", "reason"), [(1500, "cursor_too_old"), (0, "cursor_future")])
def test_what_v2_says_about_a_cursor_is_a_gap(floor: int, reason: str, tmp_path: Path) -> None:
    topic, frames = Topic(), [post(n) for n in range(2000)]
    first, second = (frames[:1000], frames) if floor else (frames[:1000], frames[:10])

    async def run() -> Any:
        async with JetstreamPeer(first, version=2) as peer:
            await run_until(source(peer), topic, tmp_path, lambda: len(topic.events) >= 1000)
            port = int(peer.url.rpartition(":")[2])
        async with JetstreamPeer(second, version=2, port=port) as peer:
            peer.floor = floor
            if not floor:
                task = asyncio.create_task(later(peer, [post(n) for n in range(1000, 1500)]))
            wanted = 1500
            runner = await run_until(source(peer), topic, tmp_path, lambda: len(topic.events) >= wanted, settle=0.1)
            if not floor:
                await task
            return runner

    async def later(peer: JetstreamPeer, more: list[dict[str, Any]]) -> None:
        while not peer.connections:
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.1)
        peer.extend(more)

    asyncio.run(run())
    store = CursorStore(tmp_path, "bluesky")
    reasons = {gap.reason for _, gap in store.gaps()}
    store.close()
    assert reason in reasons


def test_another_server_takes_over_when_one_does_not_answer(tmp_path: Path) -> None:
    topic = Topic()

    async def run() -> None:
        async with JetstreamPeer([post(n) for n in range(50)]) as peer:
            feed = source(peer)
            feed._urls = ["ws://127.0.0.1:9", peer.url]
            await run_until(feed, topic, tmp_path, lambda: len(topic.events) >= 50)

    asyncio.run(run())


@pytest.mark.parametrize("version", [1, 2])
def test_compressed_frames_are_read_with_the_dictionary(version: int, tmp_path: Path) -> None:
    samples = [str(post(n)).encode() for n in range(800)]
    dictionary = zstandard.train_dictionary(8192, samples).as_bytes()
    topic = Topic()
    peer = JetstreamPeer([post(n) for n in range(200)], version=version, dictionary=dictionary)
    runner, _ = run_frames(peer, tmp_path, topic, 200, compress=True, dictionary=dictionary if version == 1 else b"")
    assert len(topic.distinct()) == 200
    assert runner.refused == 0


def test_every_kind_of_frame_becomes_what_it_means(tmp_path: Path) -> None:
    us = START
    root, answer = f"at://did:plc:a/{POST}/3kroot", f"at://did:plc:b/{POST}/3kreply"
    reply = {"root": {"uri": root, "cid": "x"}, "parent": {"uri": root, "cid": "x"}}
    quote = {"$type": "app.bsky.embed.record", "record": {"uri": root, "cid": "x"}}
    picture = {
        "$type": "app.bsky.embed.recordWithMedia",
        "record": {"record": {"uri": root, "cid": "x"}},
        "media": {"$type": "app.bsky.embed.images", "images": [{"alt": "", "image": {"$type": "blob"}}]},
    }
    body = {"createdAt": iso(us)}
    frames = [
        commit("did:plc:a", us, "create", POST, "3kroot", {**body, "text": "Frage"}),
        commit("did:plc:b", us + 1, "create", POST, "3kreply", {**body, "text": "Antwort", "reply": reply}),
        commit("did:plc:b", us + 2, "update", POST, "3kreply", {**body, "text": "Antwort!", "reply": reply}),
        commit("did:plc:c", us + 3, "create", POST, "3kquote", {**body, "text": "seht", "embed": quote}),
        commit("did:plc:c", us + 4, "create", POST, "3kpic", {**body, "text": "Bild", "embed": picture}),
        commit("did:plc:d", us + 5, "create", LIKE, "3klike", {**body, "subject": {"uri": answer, "cid": "x"}}),
        commit("did:plc:d", us + 6, "create", REPOST, "3krepost", {**body, "subject": {"uri": root, "cid": "x"}}),
        commit("did:plc:d", us + 7, "delete", LIKE, "3klike", None),
        commit("did:plc:b", us + 8, "delete", POST, "3kreply", None),
        {"did": "did:plc:e", "time_us": us + 9, "kind": "account", "account": {"active": False, "status": "deleted"}},
        {"did": "did:plc:f", "time_us": us + 10, "kind": "account", "account": {"active": True}},
        {"did": "did:plc:f", "time_us": us + 11, "kind": "identity", "identity": {"handle": "f.example"}},
        commit("did:plc:f", us + 12, "create", "app.bsky.graph.follow", "3kf", {**body, "subject": "did:plc:a"}),
    ]
    topic = Topic()
    _, feed = run_frames(JetstreamPeer(frames), tmp_path, topic, 10)
    actions = ["create", "create", "update", "create", "create", "like", "repost", "unlike", "delete", "account_purge"]
    assert [event.action for event in topic.events] == actions
    conversation = [topic.events[number] for number in (0, 1, 2, 5, 6, 7, 8)]
    assert len({topic.partition(event) for event in conversation}) == 1
    created, edited = topic.events[1], topic.events[2]
    assert (created.root_uri, created.parent_uri, edited.text) == (root, root, "Antwort!")
    assert edited.revision > created.revision
    assert topic.events[3].quote_uri == topic.events[4].quote_uri == root
    assert topic.events[4].media == ("image",)
    assert topic.events[7].parent_uri == answer
    assert topic.events[8].deleted_at > 0
    assert topic.events[9].author_id == shaper("bluesky").author("did:plc:e")
    assert feed.dropped == {"account": 1, "identity": 1, "other_collection": 1}


def test_the_filter_keeps_brands_their_conversations_and_the_end_of_both(tmp_path: Path) -> None:
    us = START
    about = f"at://did:plc:a/{POST}/3kabout"
    reply = {"root": {"uri": about, "cid": "x"}, "parent": {"uri": about, "cid": "x"}}
    body = {"createdAt": iso(us)}
    frames = [
        commit("did:plc:a", us, "create", POST, "3kabout", {**body, "text": "ACME antwortet nicht"}),
        commit("did:plc:b", us + 1, "create", POST, "3kother", {**body, "text": "schönes Wetter"}),
        commit("did:plc:c", us + 2, "create", POST, "3kanswer", {**body, "text": "bei mir auch", "reply": reply}),
        commit("did:plc:acme", us + 3, "create", POST, "3kbrand", {**body, "text": "Guten Morgen"}),
        commit("did:plc:d", us + 4, "create", LIKE, "3kl1", {**body, "subject": {"uri": about, "cid": "x"}}),
        commit("did:plc:d", us + 5, "create", LIKE, "3kl2", {**body, "subject": {"uri": "at://x/y/z", "cid": "x"}}),
        commit("did:plc:b", us + 6, "delete", POST, "3kother", None),
        commit("did:plc:a", us + 7, "delete", POST, "3kabout", None),
    ]
    topic = Topic()
    _, feed = run_frames(
        JetstreamPeer(frames), tmp_path, topic, 5, keep="brands", accounts={"did:plc:acme": "acme.example"}
    )
    assert [event.uri.rpartition("/")[2] for event in topic.events] == [
        "3kabout",
        "3kanswer",
        "3kbrand",
        "3kl1",
        "3kabout",
    ]
    assert (topic.events[2].handle, topic.events[2].role) == ("acme.example", "owned")
    assert [event.handle for event in topic.events[:2]] == ["", ""]
    assert feed.dropped == {"names_no_brand": 2, "delete_of_unkept": 1}


def test_an_edit_that_first_names_the_brand_is_the_post_itself(tmp_path: Path) -> None:
    body = {"createdAt": iso(START)}
    frames = [
        commit("did:plc:a", START, "create", POST, "3ka", {**body, "text": "mein Paket ist weg"}),
        commit("did:plc:a", START + 1, "update", POST, "3ka", {**body, "text": "mein Paket von Acme ist weg"}),
        commit("did:plc:a", START + 2, "update", POST, "3ka", {**body, "text": "Acme hat es gefunden"}),
    ]
    topic = Topic()
    run_frames(JetstreamPeer(frames), tmp_path, topic, 2, keep="brands")
    assert [event.action for event in topic.events] == ["create", "update"]


def test_a_redirect_into_the_own_network_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger's server answers the handshake with a redirect to a service inside."""

    async def resolve(host: str, port: int) -> str:
        return "127.0.0.1"

    async def run() -> tuple[Any, int]:
        async with JetstreamPeer([]) as inside, JetstreamPeer([]) as outside:
            outside.refusals.extend([(302, {"location": inside.url})] * 20)
            monkeypatch.setattr("streams.sources.jetstream.public_address", resolve)
            port = outside.url.rpartition(":")[2]
            feed = JetstreamSource("bluesky", [f"ws://stranger.example:{port}"], shaper("bluesky"))
            runner = await run_until(feed, Topic(), tmp_path, lambda: outside.connections > 2)
            return runner, inside.connections

    runner, inner = asyncio.run(run())
    assert runner.faults["disconnected"] > 0
    assert inner == 0


def test_an_address_of_the_own_network_is_not_called() -> None:
    async def run() -> list[str]:
        async with JetstreamPeer([]) as peer:
            feed = JetstreamSource("bluesky", [peer.url, peer.url.replace("127.0.0.1", "localhost")], shaper("bluesky"))
            found = [finding.text for finding in await feed.check()]
            assert peer.connections == 0
            return found

    assert all("not a public address" in text for text in asyncio.run(run()))


TEXTS = st.lists(
    st.sampled_from(["Ärger", "🎉", "👩‍👩‍👧", "plain", "日本", "ß", "\n", "@acme.example", "#Werbung"]),
    min_size=1,
    max_size=12,
)


@given(TEXTS, st.integers(0, 11))
def test_mentions_are_cut_by_utf8_bytes_whatever_the_text(words: list[str], place: int) -> None:
    words.insert(min(place, len(words)), "@someone.example")
    text = " ".join(words)
    start = len(text[: text.index("@someone.example")].encode())
    marked = Facet(
        Slice(start, start + len("@someone.example")), [Feature("app.bsky.richtext.facet#mention", did="did:plc:s")]
    )
    broken = Facet(Slice(start, 10_000), [Feature(did="did:plc:t")])
    assert facets(text, [marked, broken])[0] == ("someone.example",)


@given(st.text(max_size=200), st.integers(-5, 900), st.integers(-5, 900))
def test_no_offset_makes_facets_fail(text: str, start: int, end: int) -> None:
    found = facets(
        text, [Facet(Slice(start, end), [Feature(did="did:plc:s"), Feature(tag="t"), Feature(uri="https://x")])]
    )
    assert found[1:] == (("https://x",), ("t",))


@given(st.integers(0, 2**53 - 1))
def test_a_tid_gives_back_its_microseconds(us: int) -> None:
    assert tid_us(tid(us)) == us
    assert tid_us("not a tid") == 0
