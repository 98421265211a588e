"""Faults on demand: refusals, cut connections and slowness, and the recovery from each."""

from __future__ import annotations

import time
from typing import Any

import pytest
from clickhouse_driver import Client, errors
from clickhouse_driver.errors import ErrorCodes, ServerException

from tests.gateway.fixtures import Gateway

CUT = (EOFError, ConnectionError, errors.Error)


@pytest.fixture
def counted(connect: Any, table: str) -> Any:
    """A table, a client, and a function that counts the table's rows by another client, after recovery."""
    client = connect(compression="lz4")
    client.execute(f"CREATE TABLE {table} (a UInt64) ENGINE = MergeTree ORDER BY a")

    def count() -> int:
        [(rows,)] = connect().execute(f"SELECT count() FROM {table}")
        return int(rows)

    return table, client, count


def test_refusal_answers_everything_with_the_read_only_code(gateway: Gateway, counted: Any) -> None:
    table, client, count = counted
    gateway.refuse()
    for statement in ("SELECT 1", f"INSERT INTO {table} VALUES", f"TRUNCATE TABLE {table}"):
        with pytest.raises(ServerException) as caught:
            client.execute(statement, [(1,)] if statement.startswith("INSERT") else None)
        assert caught.value.code == ErrorCodes.TABLE_IS_READ_ONLY
    gateway.recover()
    assert count() == 0
    client.execute(f"INSERT INTO {table} VALUES", [(1,)])
    assert count() == 1


def test_refusal_takes_any_code(gateway: Gateway, connect: Any) -> None:
    gateway.refuse("refuse 210")
    with pytest.raises(ServerException) as caught:
        connect().execute("SELECT 1")
    assert caught.value.code == ErrorCodes.NETWORK_ERROR


def test_a_dropped_insert_is_not_stored(gateway: Gateway, counted: Any) -> None:
    table, client, count = counted
    gateway.refuse("drop")
    with pytest.raises(CUT):
        client.execute(f"INSERT INTO {table} VALUES", [(i,) for i in range(100)])
    client.disconnect()
    gateway.recover()
    assert count() == 0


def test_an_insert_can_be_stored_and_never_confirmed(gateway: Gateway, counted: Any) -> None:
    table, client, count = counted
    gateway.refuse("drop-after")
    with pytest.raises(CUT):
        client.execute(f"INSERT INTO {table} VALUES", [(i,) for i in range(100)])
    client.disconnect()
    gateway.recover()
    assert count() == 100


def test_a_dropped_select_ends_in_the_middle(gateway: Gateway, client: Client) -> None:
    client.execute("SELECT 1")
    gateway.refuse("drop")
    seen: list[int] = []
    with pytest.raises(CUT):
        seen.extend(number for (number,) in client.execute_iter("SELECT number FROM numbers(1000000)"))
    assert 0 < len(seen) < 1_000_000
    client.disconnect()
    gateway.recover()
    assert client.execute("SELECT 1") == [(1,)]


def test_a_dropped_statement_changes_nothing(gateway: Gateway, connect: Any, table: str) -> None:
    client = connect()
    gateway.refuse("drop")
    for statement in (f"CREATE TABLE {table} (a UInt8) ENGINE = Memory", f"INSERT INTO {table} VALUES (1)"):
        with pytest.raises(CUT):
            client.execute(statement)
        client.disconnect()
    gateway.recover()
    assert client.execute(f"EXISTS TABLE {table}") == [(0,)]


def test_slowness_delays_and_then_answers(gateway: Gateway, connect: Any) -> None:
    client = connect()
    client.execute("SELECT 1")
    gateway.refuse("slow 0.5")
    start = time.monotonic()
    assert client.execute("SELECT 1") == [(1,)]
    assert time.monotonic() - start >= 0.5


def test_an_unknown_fault_is_named(gateway: Gateway, connect: Any) -> None:
    gateway.refuse("explode")
    with pytest.raises(ServerException, match="unknown fault: 'explode'"):
        connect().execute("SELECT 1")
