"""The console in a process of its own: browsers then cost the worker no more than their questions to the store.

The worker's process owns the embedded store and lends it (`streams.store.remote`). The child runs at a lower priority, ends with its
parent (its stdin closes), and is started again should it ever end by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import structlog
from pydantic import SecretStr

from schemas.brands import BrandBook
from streams.console.server import ConsoleError, serve_console
from streams.pulse import Beat, Pulse
from streams.settings import Settings
from streams.store import Store, StoreError, open_store
from streams.store.embedded import EmbeddedStore
from streams.store.remote import Lender, RemoteStore

log = structlog.get_logger(__name__)

LINES = 4
"""Calls to the owner at once: two questions, a write or a status, and one that waits for news."""
_WAIT_SECONDS = 1.0
_NICE = 5
_AGAIN_SECONDS = 2.0
_END_SECONDS = 10.0


class Order(msgspec.Struct):
    """What the child is told at its start. It holds secrets: it goes through a pipe, never through arguments."""

    settings: dict[str, Any]
    book: BrandBook
    host: str
    port: int
    lines: list[int]
    lent: bool
    news: bool


async def serve_apart(
    store: Store,
    settings: Settings,
    book: BrandBook,
    *,
    status: Callable[[], dict[str, Any]],
    pulse: Pulse | None = None,
    host: str,
    port: int,
    stop: asyncio.Event,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve in a child process until `stop` is set. `ready` is called with the address. Raises ConsoleError at the first start.

    `pulse`: tells the child when something was stored; without it the child looks into the store now and then.
    """

    def answer(name: str, after: int = 0) -> Any:
        return tuple(pulse.wait(after, _WAIT_SECONDS)) if name == "news" and pulse is not None else status()

    first = True
    while not stop.is_set():
        lender = Lender(store, LINES, answer)
        order = Order(
            plain(settings), book, host, port, [end.fileno() for end in lender.ends], isinstance(store, EmbeddedStore),
            pulse is not None,
        )  # fmt: skip
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "streams.console.process",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, pass_fds=order.lines,
        )  # fmt: skip
        lender.hand_over()
        try:
            told = await _introduce(child, order)
            if "url" not in told and first:
                raise ConsoleError(told.get("error", "the console did not start; the log says why"))
            if "url" in told:
                log.info("console", url=told["url"].partition("?")[0])
                if first and ready is not None:
                    ready(told["url"])
                first = False
            await _first_of(stop.wait(), child.wait())
        finally:
            await _end(child)
            await asyncio.to_thread(lender.close)
        if not stop.is_set():
            log.error("the console ended by itself and is started again", code=child.returncode)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _AGAIN_SECONDS)


async def _introduce(child: Any, order: Order) -> dict[str, str]:
    with contextlib.suppress(ConnectionError):  # a child that died at once: its answer is empty, which says so
        child.stdin.write(msgspec.json.encode(order) + b"\n")
        await child.stdin.drain()
    line = await child.stdout.readline()
    return dict(json.loads(line)) if line else {}


async def _first_of(*waits: Any) -> None:
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


async def _end(child: Any) -> None:
    if child.stdin is not None:
        child.stdin.close()
    try:
        await asyncio.wait_for(child.wait(), _END_SECONDS)
    except TimeoutError:
        child.kill()
        await child.wait()


def plain(settings: Settings) -> dict[str, Any]:
    """Every setting as JSON can carry it, secrets in the clear."""
    values = {name: getattr(settings, name) for name in type(settings).model_fields}
    return {
        name: value.get_secret_value()
        if isinstance(value, SecretStr)
        else str(value)
        if isinstance(value, Path)
        else value
        for name, value in values.items()
    }


async def _serve(order: Order) -> None:
    settings = Settings(**order.settings)
    lines = RemoteStore(order.lines)
    store: Store = (
        lines if order.lent else await asyncio.to_thread(open_store, settings.clickhouse_url(), settings.home)
    )
    stop, known = asyncio.Event(), {"": await asyncio.to_thread(lines.other, "status")}

    async def follow() -> None:
        while True:
            await asyncio.sleep(1.0)
            with contextlib.suppress(StoreError):  # the parent is ending
                known[""] = await asyncio.to_thread(lines.other, "status")

    async def news(after: int) -> Beat:
        return Beat(*await asyncio.to_thread(lines.other, "news", after))

    loop = asyncio.get_running_loop()

    def until_parent_ends() -> None:
        sys.stdin.buffer.read()
        with contextlib.suppress(RuntimeError):  # the loop is closed: we have ended before
            loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=until_parent_ends, daemon=True).start()
    following = asyncio.create_task(follow())
    try:
        await serve_console(
            store, settings, order.book, status=lambda: known[""], news=news if order.news else None,
            host=order.host, port=order.port, stop=stop,
            ready=lambda url: print(json.dumps({"url": url}), flush=True),
        )  # fmt: skip
    finally:
        following.cancel()
        await asyncio.to_thread(store.close)


def main() -> None:
    """Entry of the child: the order is the first line of stdin; the end of stdin is the end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends us in order
    os.nice(_NICE)
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
    from streams.logs import configure_logging

    configure_logging(Settings(**order.settings), quiet=order.settings["log_level"] == "info")
    try:
        asyncio.run(_serve(order))
    except (ConsoleError, StoreError) as error:
        print(json.dumps({"error": str(error)}), flush=True)


if __name__ == "__main__":
    main()
