"""Cursors wait for the store in the order of their batches, and nobody waits for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from streams.kafka.producer import Ends
from streams.sources import settle
from streams.sources.base import Gap
from streams.sources.cursors import CursorStore
from streams.sources.settle import MOST, Settling, Unsettled


class World:
    """A source whose batches end at offsets of one partition, and a store that has come to `stored`."""

    def __init__(self, folder: Path) -> None:
        self.stored = 0
        self.told: list[tuple[int, str]] = []
        self.cursors = CursorStore(folder, "feed")
        self.settling = Settling("feed", self.cursors, lambda ends: self.stored >= ends.events[0], self._aside)

    async def _aside(self, action: Callable[..., Any], *arguments: Any) -> Any:
        return action(*arguments)

    def add(
        self, end: int, position: str = "", keys: dict[int, str] | None = None, gaps: list[Gap] | None = None
    ) -> None:
        def done(error: BaseException | None) -> None:
            self.told.append((end, "stored" if error is None else str(error)))

        self.settling.add(Unsettled(Ends({0: end}, 0), position or f"at {end}", keys or {}, gaps or [], done))

    async def later(self) -> None:
        await asyncio.sleep(3 * settle.LOOK_SECONDS)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(settle, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(settle, "LAST_SECONDS", 0.2)
    return World(tmp_path)


def test_a_cursor_follows_the_store_and_takes_keys_and_gaps_along(world: World) -> None:
    async def run() -> None:
        world.settling.start()
        world.add(10, keys={1: "a"}, gaps=[Gap("first", "")])
        world.add(20, keys={2: "b"})
        world.add(30, gaps=[Gap("last", "")])
        await world.later()
        assert world.cursors.load().value == ""
        assert world.settling.position == "at 30"  # where to go on in this process
        world.stored = 25
        await world.later()
        assert world.cursors.load().value == "at 20"
        assert world.told == [(10, "stored"), (20, "stored")]
        assert [world.cursors.older_key(name) for name in (1, 2)] == ["a", "b"]
        assert [gap.reason for _, gap in world.cursors.gaps()] == ["first"]
        world.stored = 30
        await world.settling.finish()
        assert world.cursors.load().value == "at 30"
        assert world.cursors.gap_count() == 2

    asyncio.run(run())


def test_what_the_store_does_not_reach_is_read_again_and_its_sender_is_told(world: World) -> None:
    async def run() -> None:
        world.settling.start()
        world.add(10)
        world.add(20)
        world.stored = 10
        await world.settling.finish()
        assert world.cursors.load().value == "at 10"
        assert world.told == [(10, "stored"), (20, "not stored")]
        assert world.settling.position == ""

    asyncio.run(run())


def test_a_source_far_ahead_of_the_store_reads_no_further(world: World) -> None:
    async def run() -> None:
        world.settling.start()
        stopped: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        for number in range(MOST):
            world.add(number + 1)
        room = asyncio.create_task(world.settling.room(stopped))
        await world.later()
        assert not room.done()
        world.stored = 1
        await world.later()
        assert room.done()
        world.add(MOST + 1)
        room = asyncio.create_task(world.settling.room(stopped))
        await world.later()
        assert not room.done()
        stopped.set_result(None)
        await asyncio.wait_for(room, 1)
        await world.settling.finish()

    asyncio.run(run())


def test_a_cursor_that_cannot_be_stored_now_is_stored_later(world: World) -> None:
    async def run() -> None:
        world.settling.start()
        world.cursors.close()
        world.add(10)
        world.stored = 10
        await world.later()
        assert world.told == []
        world.cursors._open()
        await world.settling.finish()
        assert world.cursors.load().value == "at 10"
        assert world.told == [(10, "stored")]

    asyncio.run(run())
