"""The worker's own HTTP: /metrics for Prometheus, /health/live and /health/ready for probes. Loopback unless told otherwise."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

Check = Callable[[], str | None]
"""Returns None when all is well, else one sentence that says what is wrong."""


class HealthServer:
    """Serves on `host`:`port` (0: a free one); `port` is known after `start`. Raises OSError when it cannot listen there."""

    def __init__(self, host: str, port: int, *, live: Check, ready: Check) -> None:
        self._host = host
        self.port = port
        self._live = live
        self._ready = ready
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Begin to answer."""
        app = web.Application()
        app.router.add_get("/metrics", self._metrics)
        app.router.add_get("/health/live", self._probe(self._live))
        app.router.add_get("/health/ready", self._probe(self._ready))
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self.port)
        try:
            await site.start()
        except OSError as error:
            why = (
                os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
            )  # below 0: no such host
            raise OSError(
                f"/metrics cannot be served on {self._host}:{self.port} ({why}): set RESONANZ_METRICS_PORT "
                "to another port, or to 0 for a free one"
            ) from error
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop answering."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @staticmethod
    async def _metrics(_request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    @staticmethod
    def _probe(check: Check) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(_request: web.Request) -> web.StreamResponse:
            problem = check()
            return web.json_response(
                {"ok": problem is None, "problem": problem}, status=200 if problem is None else 503
            )

        return answer
