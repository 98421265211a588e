"""`resonanz up` brings a broker of its own, which forgets everything when it ends: nothing may be lost by that."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from pathlib import Path

import pytest
import yaml

from streams.store import open_store
from tests.command import RESONANZ
from tests.conftest import ROOT
from tests.peers.jetstream import JetstreamPeer
from tests.sources.test_jetstream import post

NUMBER = 3000


async def _up(home: Path, peer: JetstreamPeer, **settings: str) -> asyncio.subprocess.Process:
    entry = {
        "name": "bluesky",
        "kind": "jetstream",
        "keep": "all",
        "allow_private": True,
        "resolver": "",
        "rewind": 0.1,
    }
    (home / "sources.yaml").write_text(yaml.safe_dump({"sources": [{**entry, "urls": [peer.url]}]}))
    return await asyncio.create_subprocess_exec(
        sys.executable, *RESONANZ, "up", "--sources", str(home / "sources.yaml"),
        cwd=ROOT, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        env={
            **os.environ, "RESONANZ_HOME": str(home), "RESONANZ_MODEL": "off", "RESONANZ_METRICS_PORT": "0",
            "RESONANZ_CONSOLE_PORT": "0", "RESONANZ_AUTHOR_KEY": "k" * 32, **settings,
        },
    )  # fmt: skip


async def _connected(process: asyncio.subprocess.Process, peer: JetstreamPeer, times: int) -> None:
    while peer.connections < times:
        assert process.returncode is None, "it ended by itself"
        await asyncio.sleep(0.02)


async def _up_until(peer: JetstreamPeer, home: Path, end: signal.Signals) -> int | None:
    """Start it, and send the signal when the feed has delivered everything. Joining its consumer group takes a worker more
    than a second: next to nothing is stored by then."""
    times = peer.connections + 1
    process = await _up(home, peer)
    await _connected(process, peer, times)
    await asyncio.sleep(0.7)
    process.send_signal(end)
    return await asyncio.wait_for(process.wait(), 60)


def _stored(home: Path) -> int:
    with open_store(None, home) as store:
        return int(store.query("SELECT uniqExact(post_id) FROM events").scalar())


def test_what_was_read_and_not_yet_stored_is_read_again_or_stored_before_the_end(tmp_path: Path) -> None:
    async def run() -> tuple[int, int]:
        async with JetstreamPeer([post(n) for n in range(NUMBER)]) as peer:
            assert await _up_until(peer, tmp_path, signal.SIGKILL) == -signal.SIGKILL
            after_kill = await asyncio.to_thread(_stored, tmp_path)
            assert await _up_until(peer, tmp_path, signal.SIGTERM) == 0
            return after_kill, await asyncio.to_thread(_stored, tmp_path)

    after_kill, after_stop = asyncio.run(asyncio.wait_for(run(), 200))
    assert after_kill < NUMBER  # else nothing was shown
    assert after_stop == NUMBER


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the broker's memory")
def test_a_broker_that_has_grown_makes_it_start_anew_as_the_same_process(tmp_path: Path) -> None:
    number, noise = 4000, random.Random(5)
    posts = [
        post(n, text=f"{noise.getrandbits(24_000):x}") for n in range(number)
    ]  # some 12 MB, however well they are packed

    async def run() -> tuple[list[int | None], int | None]:
        async with JetstreamPeer(posts) as peer:
            process = await _up(tmp_path, peer, RESONANZ_BROKER_MEGABYTES="8")
            await asyncio.wait_for(_connected(process, peer, 2), 60)
            peer.extend([post(n) for n in range(number, number + 100)])
            await asyncio.sleep(3)
            process.send_signal(signal.SIGTERM)
            return peer.cursors, await asyncio.wait_for(process.wait(), 60)

    cursors, code = asyncio.run(run())
    assert code == 0
    assert cursors[0] is None
    assert len(cursors) == 2
    assert cursors[1]  # it went on where the store was
    assert _stored(tmp_path) == number + 100
