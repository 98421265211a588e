"""A person is erased everywhere: posts, edits that wait, dead letters, and no old row keeps the text."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from schemas.dead_letter import dead_letter
from schemas.social_event import hash64, post_id
from streams.cli import app as cli
from streams.forget import ForgetError, erase, pseudonyms
from streams.letters import store_letters
from streams.replay import replay_embedded
from streams.sales import read as read_sales
from streams.settings import Settings, load_settings
from streams.store import Store, open_store
from streams.store.migrate import migrate
from tests.e2e.cluster import Cluster, until
from tests.sources.support import BRANDS

BRANDS_FILE = "brands: [{id: acme, name: Acme, terms: [acme]}]"
KEY = "k" * 32
SECRET = "Geheimnis"


def line(uri: str, handle: str, text: str, **fields: Any) -> str:
    post = {"uri": uri, "author": {"handle": handle}, "text": text, "created_at": "2026-11-20T10:00:00Z"}
    return json.dumps({"source": "mastodon", **post, **fields})


def opened(settings: Settings) -> Store:
    store = open_store(None, settings.home)
    migrate(store)
    return store


def words(store: Store) -> int:
    """Rows of any table, merged or not, that still hold the secret."""
    found = store.query(
        f"SELECT (SELECT count() FROM events WHERE text LIKE '%{SECRET}%' OR url LIKE '%{SECRET}%') + "
        f"(SELECT count() FROM amendments WHERE event LIKE '%{SECRET}%') + "
        f"(SELECT count() FROM dead_letters WHERE position(tryBase64Decode(original), '{SECRET}') > 0)"
    )
    return int(found.scalar())


def named(store: Store, address: str) -> int:
    """Rows of any table, merged or not, that name a post by its address."""
    events = ("uri", "url", "root_uri", "parent_uri", "quote_uri", "repost_uri")
    found = store.query(
        f"SELECT (SELECT countIf({' OR '.join(f'{column} = %(a)s' for column in events)}) FROM events) + "
        "(SELECT countIf(root_uri = %(a)s) FROM conversations) + (SELECT countIf(post_uri = %(a)s) FROM visits) + "
        "(SELECT countIf(position(change, concat('\"', %(a)s, '\"')) > 0) FROM alerts)",
        {"a": address},
    )
    return int(found.scalar())


def test_nothing_a_person_wrote_is_left_and_others_keep_theirs(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home", model="off", author_key=KEY, metrics_port=0)
    file = tmp_path / "posts.jsonl"
    lines = [
        line("https://social.example/1", "Jo@social.example", f"Acme: {SECRET} eins"),
        line(
            "https://social.example/2", "jo@social.example", f"Acme: {SECRET} zwei", url=f"https://x.example/{SECRET}"
        ),
        line("https://social.example/3", "max@social.example", "Acme antwortet", parent_uri="https://social.example/1"),
        line("https://social.example/9", "jo@social.example", f"Acme: {SECRET} neu", action="update", revision=5),
        line("https://social.example/4", "jo@social.example", f"Acme: {SECRET} alt", created_at="1970-01-01T00:00:00Z"),
        line("https://social.example/5", "max@social.example", "ohne Datum", created_at="gestern"),
    ]
    file.write_text("\n".join(lines), encoding="utf-8")
    asyncio.run(replay_embedded(settings, BRANDS, [file], None, None))
    with opened(settings) as store:
        local = {"uri": "https://social.example/users/jo/statuses/7", "account": {"acct": "jo"}, "content": SECRET}
        store_letters(
            store, [dead_letter("id: missing", json.dumps(local).encode(), at=1, stage="source", origin="m:1")]
        )
        assert words(store) >= 5
        came = [visit("a", post_uri=f"https://x.example/{SECRET}"), visit("b", post_uri="https://social.example/3")]
        read_sales(store, BRANDS, [*came, visit("c", post_uri="https://social.example/1")], KEY.encode())
        for number, evidence in enumerate(
            ("https://social.example/1", "https://social.example/3", "https://social.example/12")
        ):
            alert = (str(number), "acme", json.dumps({"url": evidence}, separators=(",", ":")))
            store.insert("alerts", ("alert_id", "brand", "change"), [[value] for value in alert])
        assert named(store, "https://social.example/1") >= 5
    erased = asyncio.run(erase(settings, BRANDS, "mastodon", "@Jo@Social.example"))
    assert (erased.posts, erased.dead_letters, erased.kafka_forgets_in_days) == (2, 2, 30)
    assert erased.links_from_visits == 2
    with opened(settings) as store:
        assert words(store) == 0
        left = store.query("SELECT post_uri FROM visits ORDER BY post_uri").rows
        assert [row[0] for row in left] == ["", "", "https://social.example/3"]
        rows = store.query(
            "SELECT uri, text, deleted FROM events FINAL WHERE action != 'account_purge' ORDER BY uri"
        ).rows
        assert [tuple(row) for row in rows] == [
            ("", "", 1),
            ("", "", 1),
            ("https://social.example/3", "Acme antwortet", 0),
        ]
        assert named(store, "https://social.example/1") == named(store, "https://social.example/2") == 0
        assert named(store, "https://social.example/3") > 0
        thread = "SELECT uniqExact(root_id), count() FROM events FINAL WHERE post_id IN (SELECT post_id FROM thread_index WHERE root_id = %(root)s)"
        assert tuple(store.query(thread, {"root": post_id("mastodon", "https://social.example/1")}).rows[0]) == (
            1,
            2,
        )  # still one conversation
        assert store.query("SELECT count() FROM dead_letters FINAL").scalar() == 1
        evidence = store.query("SELECT change FROM alerts ORDER BY alert_id").rows
        assert [json.loads(row[0])["url"] for row in evidence] == [
            "",
            "https://social.example/3",
            "https://social.example/12",
        ]
        posts = store.query("SELECT sum(posts) FROM brand_minute FINAL WHERE brand = 'acme'").scalar()
        assert posts == 1


def sold(kind: str, click: str, brand: str = "acme", **more: Any) -> bytes:
    common = {"kind": kind, "brand": brand, "at": "2026-11-20T11:00:00Z", "consent": bool(click), "click_id": click}
    return json.dumps({**common, **more}).encode()


def visit(click: str, **more: Any) -> bytes:
    return sold("visit", click, source="bluesky", **more)


def order(number: str, click: str, **more: Any) -> bytes:
    return sold("order", click, order_id=number, value=10, currency="EUR", **more)


def test_what_the_shop_reported_of_a_person_is_erased_and_others_keep_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings(home=tmp_path / "home", author_key=KEY)
    lines = [
        visit("jo"), visit("jo", at="2026-11-21T11:00:00Z"), visit("max"), order("1", "jo"),
        order("1", "", revision=1), order("2", "max"), order("3", ""), order("4", ""),
    ]  # fmt: skip
    with opened(settings) as store:
        assert read_sales(store, BRANDS, lines, KEY.encode()).refused_lines == 0
    monkeypatch.setenv("RESONANZ_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RESONANZ_AUTHOR_KEY", KEY)

    def forget(what: str) -> tuple[int, int]:
        said = CliRunner().invoke(cli, ["forget", what])
        assert said.exit_code == 0, said.output
        answer = json.loads(said.stdout.splitlines()[-1])
        return answer["visits_erased"], answer["orders_erased"]

    assert forget("click:acme:jo") == (2, 1)
    assert forget("click:acme:jo") == (0, 0)
    assert forget("order:acme:3") == (0, 1)
    assert forget("click:other:max") == (0, 0)
    with opened(settings) as store:
        kept = {hash64("order", "acme", number, key=KEY.encode()) for number in ("2", "4")}
        assert {row[0] for row in store.query("SELECT order_id FROM orders").rows} == kept
        assert store.query("SELECT click FROM visits").rows == [(hash64("click", "acme", "max", key=KEY.encode()),)]


@pytest.mark.parametrize("what", ["click:acme", "order::1", "click:acme:"])
def test_half_a_name_is_refused_with_the_form_it_must_have(what: str) -> None:
    said = CliRunner().invoke(cli, ["forget", what])
    assert said.exit_code == 2
    assert f"must be written {what.partition(':')[0]}:brand:" in said.output


def test_an_account_is_found_as_its_feed_writes_it() -> None:
    """YouTube's channel ids have capitals; handles are written in any case."""
    assert hash64("youtube", "UCabcDEF", key=b"k") in pseudonyms("youtube", "UCabcDEF", b"k")
    assert hash64("reddit", "erika", key=b"k") in pseudonyms("reddit", "Erika", b"k")


def test_on_a_cluster_nothing_is_erased_with_a_key_made_up_on_the_spot(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, kafka="kafka://127.0.0.1:9", model="off")
    with pytest.raises(ForgetError, match="RESONANZ_AUTHOR_KEY"):
        asyncio.run(erase(settings, BRANDS, "mastodon", "jo@social.example"))
    assert not (tmp_path / "author.key").exists()


@pytest.mark.slow
def test_on_a_cluster_its_workers_erase_while_they_run(tmp_path: Path) -> None:
    """The command brings no worker of its own: it would wait for partitions that others hold."""
    with Cluster(tmp_path, BRANDS_FILE, RESONANZ_AUTHOR_KEY=KEY) as cluster:
        file = tmp_path / "posts.jsonl"
        good = [line(f"https://social.example/{n}", "jo@social.example", f"Acme: {SECRET} {n}") for n in range(5)]
        other = line("https://social.example/9", "max@social.example", "Acme antwortet")
        bad = line("https://social.example/8", "jo@social.example", SECRET, created_at="1970-01-01T00:00:00Z")
        file.write_text("\n".join([*good, other, bad]), encoding="utf-8")
        cluster.worker("first").wait_ready()
        cluster.run("replay", str(file))
        until(lambda: words(cluster.store) == 6, "posts and dead letter are stored")
        again = json.loads(cluster.run("deadletters", "replay").stdout.splitlines()[-1])
        assert (again["letters"], again["refused_again"]) == (1, 1)
        said = json.loads(cluster.run("forget", "mastodon:jo@social.example").stdout.splitlines()[-1])
        assert (said["posts_erased"], said["dead_letters_erased"]) == (5, 1)
        assert words(cluster.store) == 0
        assert cluster.store.query("SELECT count() FROM events FINAL WHERE text != ''").scalar() == 1
