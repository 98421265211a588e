"""The store's figures equal a plain-Python count of the same posts, whatever their order, repetition, edits and deletes."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from schemas.social_event import SocialEvent
from schemas.topics import EVENTS
from streams.decode import Message
from streams.forget import _by_handle
from streams.sources.portable import PortableReader
from streams.store import Store, derive
from tests import oracle
from tests.pipeline.support import BRANDS, NOW, Feeder, post


def figures(store: Store) -> dict[tuple[str, datetime], tuple[int, int]]:
    rows = store.query(
        "SELECT brand, minute, sum(posts) AS p, uniqExactArray(authors) FROM brand_minute FINAL GROUP BY brand, minute HAVING p > 0"
    )
    return {(brand, minute): (posts, authors) for brand, minute, posts, authors in rows}


def expected(events: list[dict[str, Any]]) -> dict[tuple[str, datetime], tuple[int, int]]:
    return {key: (cell["posts"], len(cell["authors"])) for key, cell in oracle.minutes(events, BRANDS).items()}


def talks(store: Store) -> dict[str, dict[str, int]]:
    rows = store.query(
        "SELECT root_uri, sum(posts), sum(deleted), sum(authors) FROM conversations FINAL GROUP BY root_uri"
    )
    return {uri: {"posts": posts, "deleted": deleted, "authors": authors} for uri, posts, deleted, authors in rows}


def story() -> list[dict[str, Any]]:
    """Creates, a thread, edits that change the brand, deletes, repeats: everything that moves a figure."""
    texts = [
        "Acme ist toll",
        "Globex ist langsam",
        "Nichts von beiden",
        "Acme und Globex im Vergleich",
        "ACME! #acmebikes",
        "Acmeology ist etwas anderes",
    ]
    events = [post(n, texts[n % len(texts)]) for n in range(60)]
    for n in range(60, 75):  # a thread below post 3
        parent = "https://social.example/3" if n == 60 else f"https://social.example/{n - 1}"
        events.append(post(n, f"Antwort {n} an Acme", parent_uri=parent, root_uri="https://social.example/3"))
    events.append(post(0, "Doch lieber Globex", action="update", revision=5))
    events.append(post(0, "Ein Zwischenstand mit Acme", action="update", revision=3))
    events.append(post(8, "Jetzt ohne Marke", action="update", revision=1))
    for n in (1, 6, 62):
        root = {"root_uri": "https://social.example/3"} if n == 62 else {}
        events.append(
            {
                "uri": f"https://social.example/{n}",
                "source": "mastodon",
                "action": "delete",
                "created_at": "2026-02-03T11:00:00Z",
                **root,
            }
        )
    return events


@pytest.mark.parametrize("seed", range(4))
def test_any_order_and_any_repetition_gives_the_same_figures(store: Store, seed: int) -> None:
    events = story()
    shuffled = [*events, *random.Random(seed).choices(events, k=25)]
    if seed:
        random.Random(seed).shuffle(shuffled)
    feeder, size = Feeder(store), (5, 200, 30, 12)[seed % 4]
    for start in range(0, len(shuffled), size):
        feeder.feed(shuffled[start : start + size])
    assert figures(store) == expected(events)
    assert talks(store) == oracle.conversations(events)


def test_replaying_everything_changes_no_row(store: Store) -> None:
    feeder, events = Feeder(store), story()
    feeder.feed(events)
    before = store.query(
        "SELECT * EXCEPT (stored_at, position, received_at, observed_at) FROM events FINAL ORDER BY post_id"
    ).rows
    Feeder(store).feed(events)
    after = store.query(
        "SELECT * EXCEPT (stored_at, position, received_at, observed_at) FROM events FINAL ORDER BY post_id"
    ).rows
    assert before == after


def test_deleted_post_leaves_no_content_but_keeps_its_place(store: Store) -> None:
    feeder = Feeder(store)
    feeder.feed([post(1, "Acme, streng geheim https://leak.example", hashtags=["geheim"])])
    feeder.feed([{"uri": "https://social.example/1", "source": "mastodon", "action": "delete"}])
    ((text, tags, deleted, root),) = store.query("SELECT text, hashtags, deleted, root_uri FROM events FINAL").rows
    assert (text, tags, deleted, root) == ("", [], 1, "https://social.example/1")
    assert figures(store) == {}
    store.execute("OPTIMIZE TABLE events FINAL")
    assert store.query("SELECT count() FROM events WHERE text LIKE %(x)s", {"x": "%geheim%"}).scalar() == 0


def test_delete_before_its_post_still_deletes_it(store: Store) -> None:
    feeder = Feeder(store)
    feeder.feed([{"uri": "https://social.example/1", "source": "mastodon", "action": "delete"}])
    assert store.query("SELECT count() FROM events").scalar() == 0
    Feeder(store).feed([post(1)])  # another worker: what waits must come from the store
    assert store.query("SELECT deleted FROM events FINAL").rows == [(1,)]
    assert figures(store) == {}


def test_delete_on_another_partition_is_forwarded_to_the_post(store: Store) -> None:
    feeder = Feeder(store)
    feeder.feed([post(2, root_uri="https://social.example/root", parent_uri="https://social.example/root")])
    (shard,) = store.query("SELECT shard FROM events").rows[0]
    message = next(
        m
        for m in (feeder.messages([{"uri": "https://social.example/2", "source": "mastodon", "action": "delete"}]))[:1]
    )
    elsewhere = message._replace(partition=(shard + 1) % 3)
    batch = feeder.run([elsewhere])
    assert [(target, event.action) for target, event in batch.forwards] == [(shard, "delete")]
    feeder.run([message._replace(partition=shard)])
    assert store.query("SELECT deleted FROM events FINAL").rows == [(1,)]


def test_account_purge_erases_every_post_of_the_author(store: Store) -> None:
    feeder = Feeder(store)
    feeder.feed([post(n, f"Acme {n}") for n in range(14)])
    purge = feeder.reader.read(
        b'{"uri": "https://social.example/@person1", "source": "mastodon", "action": "account_purge", "author": {"handle": "person1"}}',
        1_770_120_000_000,
    )
    feeder.run([Message(EVENTS, shard, 99, msgspec.json.encode(purge)) for shard in range(3)])
    rows = store.query("SELECT uri, deleted, text FROM events FINAL WHERE action != 'account_purge'").rows
    assert {uri for uri, deleted, _ in rows if deleted} == {"https://social.example/1", "https://social.example/8"}
    assert all((text == "") == bool(deleted) for _, deleted, text in rows)


@pytest.mark.parametrize("together", [True, False])
def test_account_purge_erases_what_its_author_did_to_posts_of_others(store: Store, together: bool) -> None:
    """In one batch with the purge or stored before: a like never becomes a deleted post, and nothing in it names its author."""
    feeder = Feeder(store)
    feeder.reader = PortableReader(b"test key", feeder.matcher, keep_handles=True)
    root = "https://social.example/2"
    feeder.feed([post(2)])
    like = post(
        3,
        "",
        action="like",
        uri="https://social.example/users/jo/likes/1",
        author={"handle": "jo"},
        parent_uri=root,
        root_uri=root,
    )
    purge = feeder.reader.read(
        b'{"uri": "https://social.example/@jo", "source": "mastodon", "action": "account_purge", "author": {"handle": "jo"}}',
        NOW,
    )
    purges = [Message(EVENTS, shard, 99, msgspec.json.encode(purge)) for shard in range(3)]
    likes = feeder.messages([like])
    for messages in [[*likes, *purges]] if together else [likes, purges]:
        feeder.run(messages)
    feeder.run(likes)  # once more, as after a crash
    rows = store.query(
        "SELECT action, deleted, uri, url, handle, parent_uri FROM events FINAL WHERE action != 'create'"
    ).rows
    assert rows == [("like", 1, "", "", "", root)]
    assert talks(store) == {root: {"posts": 1, "deleted": 0, "authors": 1}}


def test_a_text_that_its_author_took_away_is_gone(store: Store) -> None:
    """The picture stays, the words do not: they were taken back, and so were their brand and mood."""
    feeder = Feeder(store)
    feeder.feed([post(1, "Acme, streng geheim", counts={"like": 3}, counts_at="2026-02-03T10:30:00Z")])
    ((shard, author),) = store.query("SELECT shard, author_id FROM events").rows
    edit = SocialEvent(
        event_id=5, source="mastodon", uri="https://social.example/1", action="update", revision=9, created_at=NOW, author_id=author,
        media=("image",),
    )  # fmt: skip
    feeder.run([Message(EVENTS, shard, 50, msgspec.json.encode(edit))])
    feeder.feed([post(1, "", action="update", counts={"like": 7}, counts_at="2026-02-03T11:00:00Z")])
    assert store.query("SELECT text, brands, like_count FROM events FINAL").rows == [("", [], 7)]
    assert figures(store) == {}


def test_a_handle_with_umlauts_finds_its_author_in_any_case(store: Store) -> None:
    """Where posts name their author by an id, the handle is all that a person who asks to be forgotten knows."""
    feeder = Feeder(store)
    feeder.reader = PortableReader(b"test key", feeder.matcher, keep_handles=True)
    feeder.feed([post(1, author={"handle": "JÖRG", "id": "77"}), post(2)])
    ((author,),) = store.query("SELECT author_id FROM events WHERE handle = 'JÖRG'").rows
    assert _by_handle(store, "mastodon", "@Jörg") == {author}


def test_counts_are_snapshots_and_the_newest_wins_beside_a_newer_text(store: Store) -> None:
    counts = [
        post(1, "", action="update", counts={"like": n}, counts_at=f"2026-02-03T11:{n:02d}:00Z") for n in (3, 9, 5)
    ]
    edit = post(1, "Acme, neuer Text", action="update", revision=2)
    for order in ([post(1), edit, *counts], [*counts, edit, post(1)], [counts[1], post(1), counts[0], edit, counts[2]]):
        store.execute("TRUNCATE TABLE events")
        store.execute("TRUNCATE TABLE amendments")
        feeder = Feeder(store)
        for item in order:
            feeder.feed([item])
        assert store.query("SELECT text, like_count FROM events FINAL").rows == [("Acme, neuer Text", 9)]


def test_post_from_the_future_counts_five_minutes_ahead_at_most(store: Store) -> None:
    Feeder(store).feed([post(1, created_at="2026-02-03T20:00:00Z")])  # eight hours ahead of the clock
    assert store.query("SELECT minute FROM events").scalar() == datetime(2026, 2, 3, 12, 5, tzinfo=UTC)


def test_rebuilding_derived_rows_equals_the_live_ones(store: Store) -> None:
    feeder, events = Feeder(store), story()
    for start in range(0, len(events), 9):
        feeder.feed(events[start : start + 9])
    live_minutes, live_talks = figures(store), talks(store)
    store.execute("TRUNCATE TABLE brand_minute")
    store.execute("TRUNCATE TABLE conversations")
    derive.everything(store, 1_770_000_000, 1_780_000_000)
    assert (figures(store), talks(store)) == (live_minutes, live_talks)


def test_conversation_knows_who_asked_and_who_answered(store: Store) -> None:
    root = "https://social.example/50"
    Feeder(store).feed(
        [
            post(50, "Acme, wo bleibt mein Rad?", created_at="2026-02-03T10:00:00Z"),
            post(
                51,
                "Wir schauen nach.",
                author={"handle": "acme_official"},
                parent_uri=root,
                root_uri=root,
                created_at="2026-02-03T10:20:00Z",
            ),
            post(
                52, "Danke!", parent_uri="https://social.example/51", root_uri=root, created_at="2026-02-03T10:25:00Z"
            ),
        ]
    )
    (row,) = store.query("SELECT * FROM conversations FINAL").dicts()
    assert (row["posts"], row["brand_posts"], row["customer_posts"]) == (3, 1, 2)
    assert row["first_asked_at"] == datetime(2026, 2, 3, 10, 0, tzinfo=UTC)
    assert row["first_reply_at"] == datetime(2026, 2, 3, 10, 20, tzinfo=UTC)
    assert (row["started_by"], row["last_by"], row["root_known"]) == ("public", "public", 1)
    directions = dict(store.query("SELECT uri, direction FROM events").rows)
    assert [directions[f"https://social.example/{n}"] for n in (50, 51, 52)] == ["inbound", "reply", "inbound"]


def test_conversation_without_an_answer_says_so(store: Store) -> None:
    Feeder(store).feed([post(50, "Acme, wo bleibt mein Rad?")])
    (row,) = store.query("SELECT first_reply_at, last_by FROM conversations FINAL").dicts()
    assert row["first_reply_at"] == datetime(1970, 1, 1, tzinfo=UTC)


def test_few_and_many_posts_take_different_roads_to_the_same_rows(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few posts share one statement for all kinds of conversations; many have one for each kind."""
    found = []
    for few in (0, 10_000):
        monkeypatch.setattr("streams.store.derive.FEW", few)
        for table in (
            "events",
            "thread_index",
            "reply_links",
            "brand_minute",
            "conversations",
            "dialogues",
            "amendments",
        ):
            store.execute(f"TRUNCATE TABLE {table}")
        feeder, events = Feeder(store), story()
        for start in range(0, len(events), 12):
            feeder.feed(events[start : start + 12])
        found.append(
            {
                table: store.query(f"SELECT * EXCEPT version FROM {table} FINAL WHERE posts > 0 ORDER BY ALL").rows
                for table in ("brand_minute", "conversations", "dialogues")
            }
        )
    assert found[0] == found[1]
    assert all(found[0].values())
