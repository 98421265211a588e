"""A long run: worker, metrics and health, and on one machine also the sources and the web console."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Coroutine
from typing import Any

import structlog

from schemas.brands import BrandBook
from streams.http import HealthServer
from streams.kafka.producer import EventProducer
from streams.runtime import Crashed, Runtime
from streams.settings import Settings

log = structlog.get_logger(__name__)


STOP_SECONDS = 40
"""Less than what a container gets (60 s): a Kafka that is gone would keep a worker waiting for its last commit."""
LEAST_MEGABYTES = 8
"""What the embedded broker grows by in its first minute without a message: less would be starting anew for ever."""


def _give_up() -> None:
    log.warning("stopping took too long, Kafka or the store does not answer; what is not acknowledged is read again")
    os._exit(0)


async def serve(settings: Settings, book: BrandBook, *, console: bool = False, sources: Any = None) -> bool:
    """Run until SIGTERM or SIGINT, or until the embedded broker is full: then the answer is True, and the process is to start
    anew. Raises what `Runtime` raises, and Crashed when the worker ends by itself.

    In a cluster, health is served from the first moment on: alive while the worker waits for Kafka and the store, ready
    when it takes part in the consumer group.
    """
    stop, told = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def end() -> None:
        told.set()
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    runtime = Runtime(settings, book, patient=not settings.embedded_kafka)
    server = HealthServer(
        settings.metrics_host,
        settings.metrics_port,
        live=lambda: problem(runtime),
        ready=lambda: not_ready(runtime),
    )
    await server.start()
    full = False
    log.info("metrics and health", url=f"http://{settings.metrics_host}:{server.port}")
    try:
        if await _started(runtime, stop):
            try:
                full = await _run(runtime, stop, console, sources)
            finally:
                log.info("stopping: what is at hand is finished and acknowledged")
                watchdog = loop.call_later(STOP_SECONDS, _give_up)
                await runtime.__aexit__(None, None, None)
                watchdog.cancel()
    finally:
        await server.stop()
    log.info("stopped")
    return full and not told.is_set()


async def _started(runtime: Runtime, stop: asyncio.Event) -> bool:
    """Enter the runtime; False if the stop came first. Raises what `Runtime` raises."""
    starting, stopping = asyncio.create_task(runtime.__aenter__()), asyncio.create_task(stop.wait())
    await asyncio.wait([starting, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not starting.done():
        starting.cancel()
        await asyncio.wait([starting])
        return False
    starting.result()
    return True


async def _run(runtime: Runtime, stop: asyncio.Event, console: bool, sources: Any) -> bool:
    """Until the stop, or until the broker is full: True."""
    tasks = [asyncio.create_task(part) for part in _parts(runtime, stop, console, sources)]
    limit, at_first = runtime.settings.broker_megabytes, runtime.broker_megabytes
    limit = limit and max(limit, LEAST_MEGABYTES)
    try:
        while not stop.is_set():
            runtime.check()
            if limit and (grown := runtime.broker_megabytes - at_first) > limit:
                log.info("the embedded broker has grown: starting anew, nothing is lost", megabytes=round(grown))
                return True
            for task in tasks:
                if task.done() and (error := task.exception()) is not None:
                    raise error
            try:
                await asyncio.wait_for(stop.wait(), 1.0)
            except TimeoutError:
                pass
        return False
    finally:
        stop.set()
        if tasks:
            await asyncio.wait(tasks, timeout=20)


def _parts(runtime: Runtime, stop: asyncio.Event, console: bool, sources: Any) -> list[Coroutine[Any, Any, Any]]:
    settings = runtime.settings
    parts: list[Coroutine[Any, Any, Any]] = []
    if sources:
        from streams.sources.build import run_sources

        safe = runtime.stored if settings.embedded_kafka else None
        parts.append(
            run_sources(
                sources, lambda: EventProducer(settings, runtime.bootstrap, runtime.partitions), stop, safe=safe
            )
        )
    if console:
        parts.append(serve_runtime_console(runtime, stop))
    return parts


def serve_runtime_console(runtime: Runtime, stop: asyncio.Event, on_url: Any = None) -> Coroutine[Any, Any, None]:
    """The web console on a runtime's own store, in a process of its own."""
    from streams.console.process import serve_apart

    settings = runtime.settings
    return serve_apart(
        runtime.store, settings, runtime.book, status=runtime.status, pulse=runtime.pulse,
        host=settings.console_host, port=settings.console_port, stop=stop, ready=on_url,
    )  # fmt: skip


def problem(runtime: Runtime) -> str | None:
    """What keeps the process from doing its work, or None."""
    try:
        runtime.check()
    except Crashed as error:
        return str(error)
    return None


def not_ready(runtime: Runtime) -> str | None:
    """Why the worker does not take part yet, or None."""
    waiting = f"waiting: {runtime.waiting_for}" if runtime.waiting_for else "joining the consumer group"
    return problem(runtime) or (None if runtime.joined else waiting)
