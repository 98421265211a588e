"""Serving the console, and the HTTP API beside its pages, inside an event loop that is already running.

NiceGUI keeps one application a process, so one console runs at a time; the site it shows is set at start.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Awaitable, Callable, Iterator
from functools import cache
from typing import Any

import structlog

from schemas.brands import BrandBook
from streams.console.guard import MISSING, Guard, is_loopback, new_token
from streams.pulse import Beat
from streams.settings import Settings
from streams.store import Store

log = structlog.get_logger(__name__)

News = Callable[[int], Awaitable[Beat]]
TOKEN_VARIABLE = "RESONANZ_CONSOLE_TOKEN"
_STOP_SECONDS = 2


class ConsoleError(RuntimeError):
    """The console cannot be served; the message says what to do."""


class Console:
    """The console of one store. `url` is the address to open, with the token where one is needed. Raises ConsoleError.

    `status` is called on the event loop about once a second and browser of the health page: it must not block. `news` waits until
    something was stored (`streams.console.news`); without it the store is looked at now and then.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        book: BrandBook,
        *,
        status: Callable[[], dict[str, Any]] | None = None,
        news: News | None = None,
    ) -> None:
        self._store, self._settings, self._book, self._status, self._news = store, settings, book, status, news
        self.url = ""

    async def start(self, host: str, port: int) -> str:
        """Listen, and return the address once requests are answered."""
        import uvicorn

        token = None if is_loopback(host) else _token(self._settings)
        listening = _listen(host, port)
        application = await asyncio.to_thread(_application, self._settings)
        from streams.console.feed import Feed
        from streams.console.news import follow, look
        from streams.console.pages import Site

        self._feed = Feed(self._store)
        self._following = [
            asyncio.create_task(follow(self._feed, self._news or look(self._feed))),
            asyncio.create_task(self._feed.rounds()),
        ]
        _site.append(Site(self._feed, self._book, self._status))
        _catalogues.append(cache(self._catalogue))
        config = uvicorn.Config(
            Guard(application, host, token),
            log_config=None,
            log_level="warning",
            access_log=False,
            lifespan="on",
            ws_max_size=1 << 20,
            timeout_graceful_shutdown=_STOP_SECONDS,
            server_header=False,
        )
        self._server = _server_class()(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]))
        while not self._server.started:
            if self._task.done():
                await self._task
                raise ConsoleError("the console did not start; the log says why")
            await asyncio.sleep(0.02)
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{listening.getsockname()[1]}/" + (f"?token={token}" if token else "")
        return self.url

    def _catalogue(self) -> Any:
        """What the API computes from; made at its first use, because it reads the model's card."""
        from streams.catalogue.service import Catalogue, brands_in, known_confusion

        book = self._book if self._book.brands else brands_in(self._store)
        return Catalogue(self._store, book, known_confusion(self._settings.model))

    async def stop(self) -> None:
        """Stop answering; running questions are finished first."""
        self._server.should_exit = True
        await asyncio.wait([self._task])
        for task in self._following:
            task.cancel()
        await asyncio.wait(self._following)
        _site.clear()
        _catalogues.clear()
        await asyncio.to_thread(self._feed.close)


async def serve_console(
    store: Store,
    settings: Settings,
    book: BrandBook,
    *,
    status: Callable[[], dict[str, Any]] | None = None,
    news: News | None = None,
    host: str,
    port: int,
    stop: asyncio.Event,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve until `stop` is set. `ready` is called once with the address. Raises ConsoleError."""
    console = Console(store, settings, book, status=status, news=news)
    url = await console.start(host, port)
    try:
        log.info("console", url=url.partition("?")[0])
        if ready is not None:
            ready(url)
        await stop.wait()
    finally:
        await console.stop()


def _token(settings: Settings) -> str:
    configured = getattr(settings, "console_token", None)
    given = configured.get_secret_value() if configured else os.environ.get(TOKEN_VARIABLE, "")
    if given:
        if len(given) < 16 or not given.isascii() or not all(c.isalnum() or c in "-_" for c in given):
            raise ConsoleError(f"{TOKEN_VARIABLE} must hold at least 16 letters, digits, - or _")
        return str(given)
    return new_token()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        hint = "set RESONANZ_CONSOLE_PORT to another one, or to 0 for any" if port else "set RESONANZ_CONSOLE_HOST"
        raise ConsoleError(f"the console cannot listen on {host}:{port} ({error.strerror}): {hint}") from error


_site: list[Any] = []
_catalogues: list[Callable[[], Any]] = []
_applications: list[Any] = []


def _application(settings: Settings) -> Any:
    """The one application of this process, with its pages."""
    if _applications:
        return _applications[0]
    os.environ.setdefault("NICEGUI_STORAGE_PATH", str(settings.home / "console"))
    from fastapi import FastAPI, Request
    from fastapi.responses import HTMLResponse
    from nicegui import app as pages
    from nicegui import ui

    from dashboards.panels import DASHBOARDS
    from streams.api import catalogue_router
    from streams.console.pages import build_page

    def add(path: str, page: str) -> None:
        def show(request: Any) -> None:
            build_page(_site[-1], page, request)

        show.__annotations__["request"] = Request  # FastAPI reads it; the name is only known inside this function
        ui.page(path)(show)

    add("/", "overview")
    for name in (*(board.id for board in DASHBOARDS if board.id != "overview"), "alerts", "report"):
        add(f"/{name}", name)
    pages.add_exception_handler(404, lambda _request, _error: HTMLResponse(MISSING, 404))
    application = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    application.include_router(catalogue_router(lambda: _catalogues[-1]()))
    ui.run_with(
        application, title="Resonanz", favicon="📡", tailwind=False, show_welcome_message=False, reconnect_timeout=10.0
    )
    _applications.append(application)
    return application


def _server_class() -> Any:
    import uvicorn

    class Server(uvicorn.Server):
        """A server that leaves the process's signals alone: they belong to whoever runs the loop."""

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    return Server
