"""Mastodon: 100,000 statuses through cuts and garbage, several servers, and every kind of event."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Any

from streams.sources.keys import KeyMap
from streams.sources.mastodon import MastodonSource
from streams.sources.mastodon_records import StatusReader
from tests.peers.mastodon import MastodonPeer, Script, status
from tests.sources.support import EVENTS, Topic, run_until, shaper

START = 1_790_000_000_000
FAULTS = ("cut", "garbage", "close", "unknown", "duplicate", "drift")


def source(peer: MastodonPeer, name: str = "masto", **options: Any) -> MastodonSource:
    return MastodonSource(name, peer.url, shaper("mastodon"), rewind=0.5, allow_private=True, **options)


def test_no_status_is_lost_through_a_hundred_thousand_and_every_fault(tmp_path: Path) -> None:
    script: Script = [("update", status(n, START + n)) for n in range(EVENTS)]
    faults = {(3 + 8 * turn) * EVENTS // 100: FAULTS[turn % len(FAULTS)] for turn in range(12)}
    topic = Topic(fail_at={4})
    cuts = sum(fault in ("cut", "close") for fault in faults.values())

    async def run() -> Any:
        async with MastodonPeer(script, faults) as peer:
            peer.refusals.extend([(429, {"retry-after": "0"}), (503, {}), (401, {})])
            feed = source(peer, max_pages=5000)  # what fits into the buffers of a cut connection is missed too
            return await run_until(feed, topic, tmp_path, lambda: topic.complete(EVENTS), seconds=900)

    runner = asyncio.run(run())
    assert topic.distinct() == {("create", str(value["uri"])) for _, value in script}
    assert runner.sessions == 1 + sum(runner.faults.values()) <= 1 + cuts + 3 + 2
    assert 0 < len(topic.letters) <= sum(fault in ("garbage", "drift") for fault in faults.values())
    assert runner.gaps == runner.sessions - 1 - 3  # edits and deletes of the time away: said once for every resumption


def test_two_servers_that_show_the_same_status_make_one_event(tmp_path: Path) -> None:
    script: Script = [("update", status(n, START + n)) for n in range(300)]
    seen_elsewhere: Script = []
    for name, value in script:
        account = {**value["account"], "acct": value["account"]["acct"] + "@127.0.0.1"}
        seen_elsewhere.append((name, {**value, "id": str(int(value["id"]) + 7), "account": account}))
    topic = Topic()

    async def run() -> None:
        async with MastodonPeer(script) as one, MastodonPeer(seen_elsewhere) as two:
            for number, peer in enumerate((one, two)):
                wanted = 300 * (number + 1)
                await run_until(source(peer, f"m{number}"), topic, tmp_path, lambda n=wanted: len(topic.events) >= n)

    asyncio.run(run())
    assert len(topic.events) == 600
    assert len({event.event_id for event in topic.events}) == 300


def test_an_event_without_an_end_is_cut_off(tmp_path: Path) -> None:
    script: Script = [("update", status(n, START + n)) for n in range(20)]
    topic = Topic()

    async def run() -> Any:
        async with MastodonPeer(script, {10: "endless"}, away=0) as peer:
            return await run_until(source(peer), topic, tmp_path, lambda: topic.complete(20))

    assert asyncio.run(run()).faults["too_large"] == 1


def reader(keep: str = "all") -> StatusReader:
    return StatusReader("social.example", shaper("mastodon", keep=keep), KeyMap(), Counter())  # type: ignore[arg-type]


def item(name: str, value: Any) -> bytes:
    return f"{name}\n{value if isinstance(value, str) else json.dumps(value)}".encode()


def test_a_delete_lands_on_the_partition_of_its_create() -> None:
    records, topic = reader(), Topic()
    first, answer, deeper = status(1, START), status(2, START + 1), status(3, START + 2)
    answer["in_reply_to_id"], deeper["in_reply_to_id"] = first["id"], answer["id"]
    for value in (first, answer):
        assert records.read(item("update", value), START + 100) is not None
    created = records.read(item("update", deeper), START + 100)
    deleted = records.read(item("delete", deeper["id"]), START + 200)
    assert created is not None
    assert deleted is not None
    assert created.root_uri == first["uri"]
    assert created.parent_uri == answer["uri"]
    assert deleted.uri == created.uri
    assert deleted.action == "delete"
    assert topic.partition(deleted) == topic.partition(created)


def test_an_edit_replaces_the_text_and_orders_by_its_time() -> None:
    records = reader()
    value = status(1, START)
    created = records.read(item("update", value), START + 5)
    edited = records.read(
        item("status.update", {**value, "content": "<p>neu</p>", "edited_at": "2026-09-21T14:13:20.500Z"}), START + 9
    )
    assert created is not None
    assert edited is not None
    assert (created.action, created.revision) == ("create", 0)
    assert (edited.action, edited.text) == ("update", "neu")
    assert edited.revision > 0
    assert edited.event_id != created.event_id


def test_an_edit_that_first_names_the_brand_is_the_post_itself() -> None:
    """Its create was not kept: an update would wait for it for ever."""
    records = reader("brands")
    value = status(1, START, "<p>Mein Paket ist weg</p>")
    assert records.read(item("update", value), START) is None
    edited = {**value, "content": "<p>Mein Paket von Acme ist weg</p>", "edited_at": "2026-09-21T14:13:20.500Z"}
    first = records.read(item("status.update", edited), START + 9)
    second = records.read(item("status.update", {**edited, "edited_at": "2026-09-21T14:14:20.500Z"}), START + 99)
    assert first is not None
    assert second is not None
    assert (first.action, second.action) == ("create", "update")
    assert second.revision > first.revision > 0


def test_a_reply_seen_on_two_servers_is_one_post_of_one_conversation() -> None:
    """One server knows the parent, the other does not; apart they would be two rows on two partitions."""
    topic, keys = Topic(), KeyMap()
    one = StatusReader("one.example", shaper("mastodon"), keys, Counter())
    two = StatusReader("two.example", shaper("mastodon"), KeyMap(share=keys), Counter())
    parent, reply = status(1, START), status(2, START + 1, in_reply_to_id=status(1, START)["id"])
    one.read(item("update", parent), START)
    first = one.read(item("update", reply), START + 5)
    elsewhere = {**reply, "id": "77", "in_reply_to_id": "76"}
    second = two.read(item("update", elsewhere), START + 6)
    assert first is not None
    assert second is not None
    assert first.event_id == second.event_id
    assert topic.partition(first) == topic.partition(second)


def test_warning_bot_language_quote_tags_and_disclosure_are_read() -> None:
    value = status(
        1, START, "<p>Neu: <a href='https://acme.example/x'><span class='invisible'>https://</span><span>acme.example/x</span></a> "
        "<a href='#'>#<span>Anzeige</span></a> &amp; mehr</p><p>Gru&szlig;</p>",
        spoiler_text="Werbung", language=None, tags=[{"name": "anzeige"}], mentions=[{"acct": "acme@social.example"}],
        quote={"state": "accepted", "quoted_status": status(9, START - 50)},
        media_attachments=[{"type": "image"}, {"type": "gifv"}], favourites_count=3,
    )  # fmt: skip
    value["account"]["bot"] = True
    event = reader().read(item("update", value), START + 5)
    assert event is not None
    assert event.text == "Werbung\n\nNeu: https://acme.example/x #Anzeige & mehr\n\nGruß"
    assert (event.paid, event.paid_evidence) == ("yes", "#anzeige")
    assert event.declared_bot is True
    assert event.lang_declared == ()
    assert event.quote_uri.endswith("/statuses/9")
    assert event.links == ("https://acme.example/x",)
    assert event.mentions == ("acme@social.example",)
    assert event.media == ("image", "gifv")
    assert event.counts is not None
    assert event.counts.like == 3


def test_only_brand_accounts_keep_their_handle() -> None:
    records = reader()
    public, brand = status(1, START), status(2, START)
    brand["account"]["acct"] = "Acme"
    one, two = records.read(item("update", public), START), records.read(item("update", brand), START)
    assert one is not None
    assert two is not None
    assert (one.handle, one.role) == ("", "public")
    assert (two.handle, two.role) == ("acme@social.example", "owned")
    assert one.author_id != two.author_id


def test_with_brands_only_what_concerns_a_brand_is_kept() -> None:
    records = reader("brands")
    about = status(1, START, "<p>Die ACME hat geantwortet</p>")
    other = status(2, START)
    answer = status(3, START, "<p>stimmt</p>", in_reply_to_id=about["id"])
    kept = [records.read(item("update", value), START) for value in (about, other, answer)]
    assert [event is not None for event in kept] == [True, False, True]
    assert records.read(item("delete", other["id"]), START) is None
    assert records.read(item("delete", answer["id"]), START) is not None
