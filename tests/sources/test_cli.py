"""`resonanz sources`: what is wrong is said in words, with the right exit code and without secrets."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from streams.cli.sources import app
from streams.sources.base import Gap
from streams.sources.cursors import CursorStore
from tests.peers.mastodon import MastodonPeer


@contextmanager
def serving(peer: MastodonPeer) -> Iterator[MastodonPeer]:
    """The peer in a thread of its own: the command runs its own loop."""
    ready, loop = threading.Event(), asyncio.new_event_loop()
    stop = asyncio.Event()

    async def run() -> None:
        async with peer:
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    ready.wait(10)
    try:
        yield peer
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RESONANZ_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(home: Path, text: str) -> None:
    (home / "sources.yaml").write_text(text, encoding="utf-8")


def test_check_says_which_token_is_wrong_and_does_not_show_it(home: Path) -> None:
    peer = MastodonPeer([])
    peer.token = "the-right-token"
    with serving(peer):
        for token, code, words in (
            ("the-right-token", 0, "lets us listen"),
            ("a-wrong-token", 1, "token is wrong or has expired"),
        ):
            text = (
                f"sources: [{{name: m, kind: mastodon, servers: ['{peer.url}'], token: {token}, allow_private: true}}]"
            )
            write(home, text)
            result = CliRunner().invoke(app, ["check"])
            assert result.exit_code == code, result.output
            assert words in result.output
            assert "runs Mastodon 4.5.0" in result.output
            assert token not in result.output


def test_check_refuses_an_address_of_the_own_network(home: Path) -> None:
    write(home, "sources: [{name: f, kind: rss, urls: ['http://127.0.0.1:9/feed.xml']}]")
    result = CliRunner().invoke(app, ["check"])
    assert result.exit_code == 1
    assert "not a public address" in result.output


def test_one_source_that_cannot_be_tried_hides_nothing_of_the_others(home: Path) -> None:
    (home / "a.jsonl.gz").write_bytes(b"\x1f\x8b no archive")
    (home / "b.jsonl").write_text(
        '{"uri": "u", "author": {"handle": "h"}, "text": "t", "created_at": "2026-01-01T00:00:00Z"}'
    )
    write(home, "sources: [{name: a, kind: files, paths: ['*.gz']}, {name: b, kind: files, paths: ['b.jsonl']}]")
    result = CliRunner().invoke(app, ["check"])
    assert result.exit_code == 1
    assert "BAD  a: a.jsonl.gz: is damaged" in result.output
    assert "ok   b: b.jsonl: the first line can be read" in result.output


def test_a_wrong_file_ends_with_a_line_that_names_the_entry(home: Path) -> None:
    write(home, "sources: [{name: f, kind: rss, url: ['x']}]")
    result = CliRunner().invoke(app, ["check"])
    assert result.exit_code == 2
    assert "source 1 (f)" in result.output


def test_status_shows_cursor_and_gaps(home: Path) -> None:
    write(home, "sources: [{name: f, kind: rss, urls: ['https://a.example/feed.xml']}]")
    assert "never ran here" in CliRunner().invoke(app, ["status"]).output
    store = CursorStore(home / "home" / "cursors", "f")
    store.save("{}", {}, [Gap("feed_rolled_over", "no entry of the last visit is left")])
    store.close()
    output = CliRunner().invoke(app, ["status"]).output
    assert "1 gaps" in output
    assert "feed_rolled_over: no entry of the last visit is left" in output
