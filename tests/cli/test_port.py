"""A port that another program has is named with the setting that chooses another one."""

from __future__ import annotations

import asyncio
import socket

import pytest

from streams.http import HealthServer


@pytest.mark.parametrize(("host", "why"), [("127.0.0.1", "Address already in use"), ("no.such.host.invalid", "")])
def test_a_port_that_cannot_be_used_is_named_with_its_setting(host: str, why: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = HealthServer(host, port, live=lambda: None, ready=lambda: None)

        async def start() -> None:
            try:
                await server.start()
            finally:
                await server.stop()

        with pytest.raises(OSError, match=rf"cannot be served on {host}:{port} \({why}.*RESONANZ_METRICS_PORT"):
            asyncio.run(start())
