"""The console in a process of its own: it answers, comes back when killed, ends with its parent, and says why it cannot start."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from streams.console.process import plain, serve_apart
from streams.console.server import ConsoleError
from streams.settings import Settings
from streams.store import Store, StoreUnavailable
from streams.store.embedded import EmbeddedStore
from streams.store.remote import Lender, RemoteStore
from tests.dashboards.feeding import feed_storm


def _children() -> set[int]:
    """Processes of the console that this one has started."""
    found = set()
    for place in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((place / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and b"streams.console.process" in (place / "cmdline").read_bytes():
                found.add(int(place.name))
        except (OSError, ValueError):
            continue
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc to find the child")
def test_console_answers_comes_back_when_killed_and_ends_with_its_parent(engine: Store, tmp_path: Path) -> None:
    feeder, _ = feed_storm(engine, 60, received=datetime.now(UTC))

    async def run() -> None:
        stop, told, asked = asyncio.Event(), asyncio.Event(), []
        urls: list[str] = []

        def status() -> dict[str, Any]:
            asked.append(1)
            return {"lag_messages": 7}

        def ready(url: str) -> None:
            urls.append(url)
            told.set()

        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        site = asyncio.create_task(
            serve_apart(engine, Settings(home=tmp_path), feeder.book, status=status, host="127.0.0.1", port=port, stop=stop, ready=ready)
        )  # fmt: skip
        await asyncio.wait_for(told.wait(), 120)
        (child,) = _children()
        async with httpx.AsyncClient() as client:
            assert (await client.get(urls[0])).status_code == 200
            assert asked
            os.kill(child, signal.SIGKILL)
            async with asyncio.timeout(120):
                while _children() in (set(), {child}):
                    await asyncio.sleep(0.1)
                while True:
                    try:
                        assert (await client.get(urls[0])).status_code == 200
                        break
                    except httpx.TransportError:
                        await asyncio.sleep(0.2)
        stop.set()
        await asyncio.wait_for(site, 60)
        assert _children() == set()

    asyncio.run(run())


def test_taken_port_is_told_in_words(engine: Store, tmp_path: Path) -> None:
    feeder, _ = feed_storm(engine, 10, received=datetime.now(UTC))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        site = serve_apart(
            engine, Settings(home=tmp_path), feeder.book, status=dict, host="127.0.0.1", port=taken.getsockname()[1], stop=asyncio.Event()
        )  # fmt: skip
        with pytest.raises(ConsoleError, match="RESONANZ_CONSOLE_PORT"):
            asyncio.run(site)


def test_child_that_outlives_the_store_is_told_so(engine: Store) -> None:
    assert isinstance(engine, EmbeddedStore)
    lender = Lender(engine, 1, lambda name: {"asked": name})
    store = RemoteStore([lender.ends[0].detach()])
    assert store.query("SELECT 1 AS one WHERE 0").names == ("one",)
    assert store.other("status") == {"asked": "status"}
    lender.break_off()
    with pytest.raises(StoreUnavailable, match="has ended"):
        store.query("SELECT 1")
    store.close()
    lender.close()


def test_settings_reach_the_child_whole_with_their_secrets(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, console_token="0123456789abcdefghij", clickhouse="clickhouse://u:p@h:9000/d")  # type: ignore[arg-type]
    again = Settings(**plain(settings))
    assert again == settings
    assert again.clickhouse_url() == "clickhouse://u:p@h:9000/d"
