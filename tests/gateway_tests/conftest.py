"""Fixtures: a gateway for the session, and clients that speak with and without compression."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from clickhouse_driver import Client

from tests.gateway.fixtures import Gateway, gateway, shared_gateway

__all__ = ["gateway", "shared_gateway"]

Connect = Callable[..., Client]


@pytest.fixture
def connect(gateway: Gateway) -> Iterator[Connect]:
    """Open clients that are closed after the test; keyword arguments go to the driver."""
    clients: list[Client] = []

    def open_one(**options: object) -> Client:
        clients.append(Client("127.0.0.1", port=gateway.port, send_receive_timeout=60, **options))
        return clients[-1]

    yield open_one
    for client in clients:
        client.disconnect()


@pytest.fixture(params=[False, "lz4"], ids=["plain", "lz4"])
def client(request: pytest.FixtureRequest, connect: Connect) -> Client:
    """A client, once without compression and once with LZ4 blocks in both directions."""
    return connect(compression=request.param)


@pytest.fixture
def table(gateway: Gateway, request: pytest.FixtureRequest) -> Iterator[str]:
    """A table name of the test's own; the table is dropped after the test."""
    name = f"t_{abs(hash(request.node.nodeid)):x}"
    yield name
    gateway.recover()
    gateway.start()
    client = Client("127.0.0.1", port=gateway.port)
    client.execute(f"DROP TABLE IF EXISTS {name}")
    client.disconnect()
