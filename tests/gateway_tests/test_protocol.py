"""The conversation: results, inserts, errors, settings, several clients, and ends that are not clean."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from clickhouse_driver import Client, errors
from clickhouse_driver.errors import ErrorCodes, ServerException

from tests.gateway.fixtures import Gateway, GatewayError

ROOT = Path(__file__).resolve().parents[2]


def _code(client: Client, sql: str, *data: Any) -> int:
    with pytest.raises(ServerException) as caught:
        client.execute(sql, *data)
    return int(caught.value.code)


def test_a_million_rows_arrive_complete_and_in_order(client: Client) -> None:
    rows = client.execute("SELECT number, toString(number) FROM numbers(1000000)", columnar=True)
    assert rows[0] == tuple(range(1_000_000))
    assert rows[1][-1] == "999999"
    assert client.last_query.profile_info.blocks > 1


def test_a_result_without_rows_still_has_columns(client: Client) -> None:
    answer = client.execute("SELECT toUInt8(1) AS a, ['x'] AS b WHERE 0", with_column_types=True)
    assert answer == ([], [("a", "UInt8"), ("b", "Array(String)")])


def test_statements_that_are_not_queries_work(client: Client, table: str) -> None:
    client.execute(f"CREATE TABLE {table} (a UInt64 COMMENT 'first', b String) ENGINE = MergeTree ORDER BY a")
    assert client.execute(f"INSERT INTO {table} SELECT number, 'x' FROM numbers(10)") == []
    assert client.last_query.progress.written_rows == 10
    assert client.execute(f"EXISTS TABLE {table}") == [(1,)]
    assert (table,) in client.execute("SHOW TABLES")
    assert [row[:2] for row in client.execute(f"DESCRIBE TABLE {table}")] == [("a", "UInt64"), ("b", "String")]
    client.execute(f"ALTER TABLE {table} DELETE WHERE a < 5 SETTINGS mutations_sync = 2")
    assert client.execute(f"SELECT count() FROM {table} FORMAT JSON;") == [(5,)]


def test_an_insert_takes_the_columns_in_its_own_order(client: Client, table: str) -> None:
    client.execute(
        f"CREATE TABLE {table} (a UInt8, `b c` String DEFAULT 'none', m UInt8 MATERIALIZED a + 1, e String EPHEMERAL, "
        "d String DEFAULT upper(e)) ENGINE = MergeTree ORDER BY a"
    )
    client.execute(f"INSERT INTO {table} (`b c`, a) VALUES", [("x", 1)])
    client.execute(f"INSERT INTO {table} (a) VALUES", [(2,)])
    client.execute(f"INSERT INTO default.{table} (e, a) SETTINGS max_threads = 1 FORMAT Native", [("up", 3)])
    client.execute(f"INSERT INTO {table} (* EXCEPT(d, `b c`)) VALUES", [(4,)])
    client.execute(f"/* all */ INSERT INTO TABLE {table} VALUES", [(5, "y", "z")])
    assert client.execute(f"SELECT a, `b c`, m, d FROM {table} ORDER BY a") == [
        (1, "x", 2, ""),
        (2, "none", 3, ""),
        (3, "none", 4, "UP"),
        (4, "none", 5, ""),
        (5, "y", 6, "z"),
    ]


def test_rows_written_in_the_statement_itself_are_stored(client: Client, table: str) -> None:
    client.execute(f"CREATE TABLE {table} (a UInt8, b String) ENGINE = MergeTree ORDER BY a")
    client.execute(f"INSERT INTO {table} (a, b) VALUES (1, 'x;y'), (2, 'two\n\nlines -- no comment')")
    client.execute(f'INSERT INTO {table} FORMAT JSONEachRow {{"a": 3, "b": "j"}}')
    assert client.execute(f"SELECT * FROM {table} ORDER BY a") == [
        (1, "x;y"),
        (2, "two\n\nlines -- no comment"),
        (3, "j"),
    ]


def test_an_insert_of_many_blocks_is_complete(client: Client, table: str) -> None:
    client.execute(f"CREATE TABLE {table} (a UInt64, b String) ENGINE = MergeTree ORDER BY a")
    rows = ((i, f"post {i}") for i in range(200_000))
    client.execute(f"INSERT INTO {table} VALUES", rows, settings={"insert_block_size": 10_000})
    assert client.execute(f"SELECT count(), uniqExact(b), sum(a) FROM {table}") == [(200_000, 200_000, 19_999_900_000)]


def test_errors_carry_the_code_and_words_of_the_engine(client: Client, table: str) -> None:
    client.execute(f"CREATE TABLE {table} (a UInt8) ENGINE = MergeTree ORDER BY a")
    with pytest.raises(ServerException, match=r"^Code: 60\.\nDB::Exception: Unknown table .*'nothing_here'") as caught:
        client.execute("SELECT * FROM nothing_here")
    assert caught.value.code == ErrorCodes.UNKNOWN_TABLE
    assert "(UNKNOWN_TABLE)" not in caught.value.message
    assert _code(client, "SELEC 1") == ErrorCodes.SYNTAX_ERROR
    assert _code(client, "SELECT 1; SELECT 2") == ErrorCodes.SYNTAX_ERROR
    assert _code(client, "INSERT INTO nothing_here VALUES", [(1,)]) == ErrorCodes.UNKNOWN_TABLE
    assert _code(client, f"INSERT INTO {table} (b) VALUES", [(1,)]) == ErrorCodes.NO_SUCH_COLUMN_IN_TABLE
    assert _code(client, f"CREATE TABLE {table} (a UInt8) ENGINE = Memory") == ErrorCodes.TABLE_ALREADY_EXISTS
    assert client.execute("SELECT 1") == [(1,)]


def test_an_error_in_the_middle_of_a_result_ends_it(client: Client) -> None:
    assert _code(client, "SELECT throwIf(number = 500000) FROM numbers(1000000)") == 395
    assert client.execute("SELECT 1") == [(1,)]


def test_an_insert_that_the_engine_refuses_stores_nothing(client: Client, table: str) -> None:
    client.execute(f"CREATE TABLE {table} (a UInt8, b UInt8 DEFAULT throwIf(a > 10)) ENGINE = MergeTree ORDER BY a")
    assert _code(client, f"INSERT INTO {table} (a) VALUES", [(1,), (11,)]) == 395
    assert client.execute(f"SELECT count() FROM {table}") == [(0,)]


def test_an_insert_given_up_by_the_client_stores_nothing(connect: Any, table: str) -> None:
    client = connect()
    client.execute(f"CREATE TABLE {table} (a UInt64) ENGINE = MergeTree ORDER BY a")

    def rows() -> Any:
        yield from ((i,) for i in range(50))
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        client.execute(f"INSERT INTO {table} VALUES", rows(), settings={"insert_block_size": 10})
    assert connect().execute(f"SELECT count() FROM {table}") == [(0,)]


def test_settings_hold_for_one_query_only(client: Client) -> None:
    asked = "SELECT getSetting('max_threads'), getSetting('max_block_size')"
    usual = client.execute(asked)
    client.execute("SET max_block_size = 1000")
    assert client.execute(asked, settings={"max_threads": 7, "max_block_size": 500}) == [(7, 500)]
    assert client.execute(asked) == [(usual[0][0], 1000)]


def test_an_unknown_setting_is_an_error_only_if_the_client_insists(connect: Any) -> None:
    assert connect().execute("SELECT 1", settings={"no_such_setting": 1}) == [(1,)]
    strict = connect(settings_is_important=True)
    with pytest.raises(ServerException) as caught:
        strict.execute("SELECT 1", settings={"no_such_setting": 1})
    assert caught.value.code == ErrorCodes.UNKNOWN_SETTING


def test_external_tables_are_refused_in_words(client: Client) -> None:
    tables = [{"name": "ext", "structure": [("x", "Int32")], "data": [{"x": 1}]}]
    with pytest.raises(ServerException, match="external tables are not supported") as caught:
        client.execute("SELECT * FROM ext", external_tables=tables)
    assert caught.value.code == ErrorCodes.NOT_IMPLEMENTED
    assert client.execute("SELECT 1") == [(1,)]


def test_a_query_can_be_cancelled(connect: Any) -> None:
    client = connect()
    packets = client.execute_with_progress("SELECT number FROM system.numbers")
    next(packets)
    client.cancel()
    assert connect().execute("SELECT 1") == [(1,)]


def test_clients_do_not_see_each_others_sessions(connect: Any) -> None:
    one, two = connect(), connect()
    one.execute("CREATE DATABASE IF NOT EXISTS other")
    one.execute("USE other")
    one.execute("CREATE TEMPORARY TABLE mine (a UInt8)")
    assert one.execute("SELECT currentDatabase(), count() FROM mine") == [("other", 0)]
    assert two.execute("SELECT currentDatabase()") == [("default",)]
    assert _code(two, "SELECT * FROM mine") == ErrorCodes.UNKNOWN_TABLE
    assert connect(database="other").execute("SELECT currentDatabase()") == [("other",)]
    assert _code(connect(database="nowhere"), "SELECT 1") == ErrorCodes.UNKNOWN_DATABASE


def test_a_slow_query_does_not_hold_up_another_client(connect: Any) -> None:
    slow = connect()
    ended: list[float] = []

    def wait() -> None:
        slow.execute("SELECT sleep(3)")
        ended.append(time.monotonic())

    thread = threading.Thread(target=wait)
    thread.start()
    other = connect()
    for _ in range(3):
        other.execute("SELECT 1")
    answered = time.monotonic()
    thread.join()
    assert answered < ended[0]


def test_two_clients_insert_and_read_at_once(connect: Any, table: str) -> None:
    connect().execute(f"CREATE TABLE {table} (who UInt8, n UInt64) ENGINE = MergeTree ORDER BY (who, n)")

    def work(who: int, client: Client) -> None:
        for start in range(0, 5000, 1000):
            client.execute(f"INSERT INTO {table} VALUES", [(who, n) for n in range(start, start + 1000)])
            seen = client.execute(f"SELECT count() FROM {table} WHERE who = {who}")
            assert seen == [(start + 1000,)]

    failures: list[BaseException] = []

    def guarded(who: int, client: Client) -> None:
        try:
            work(who, client)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(i, connect(compression=i == 1))) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert connect().execute(f"SELECT who, count(), uniqExact(n) FROM {table} GROUP BY who ORDER BY who") == [
        (who, 5000, 5000) for who in range(4)
    ]


def test_garbage_on_the_socket_harms_nobody_else(gateway: Gateway, connect: Any) -> None:
    for garbage in (b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 64, b"\0", b""):
        with socket.create_connection(("127.0.0.1", gateway.port)) as sock:
            sock.sendall(garbage)
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(4096):
                pass
    assert connect().execute("SELECT 1") == [(1,)]


def test_a_wrong_password_is_refused(tmp_path: Path) -> None:
    with Gateway(tmp_path / "server", user="resonanz", password="geheim") as server:
        right = Client.from_url(server.url)
        assert right.execute("SELECT 1") == [(1,)]
        right.disconnect()
        wrong = Client("127.0.0.1", port=server.port, user="resonanz", password="wrong")
        assert _code(wrong, "SELECT 1") == 516


def test_only_loopback_listens(gateway: Gateway) -> None:
    listening = Path("/proc/net/tcp")
    if not listening.exists():
        pytest.skip("needs /proc/net/tcp")
    lines = [line.split()[1] for line in listening.read_text().splitlines()[1:]]
    assert {line.split(":")[0] for line in lines if line.endswith(f":{gateway.port:04X}")} == {"0100007F"}


def test_a_folder_in_use_is_refused_with_a_reason(gateway: Gateway, tmp_path: Path) -> None:
    second = tmp_path / "second"
    second.symlink_to(gateway.path)
    with pytest.raises(GatewayError, match="cannot be opened"):
        Gateway(second)


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
def test_the_gateway_dies_with_the_process_that_started_it(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from tests.gateway.fixtures import Gateway\n"
        "server = Gateway(Path(sys.argv[1])); print(server.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "server")], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and _runs(child):
        time.sleep(0.05)
    assert not _runs(child)


def _runs(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"  # a zombie waits for init, it runs no more
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_confirmed_rows_survive_a_kill(gateway: Gateway, connect: Any, table: str) -> None:
    port, client = gateway.port, connect()
    client.execute(f"CREATE TABLE {table} (a UInt64) ENGINE = MergeTree ORDER BY a")
    client.execute(f"INSERT INTO {table} VALUES", [(i,) for i in range(1000)])
    gateway.kill()
    with pytest.raises((errors.Error, EOFError, OSError)):
        client.execute("SELECT 1")
    gateway.start()
    assert gateway.port == port
    assert client.execute(f"SELECT count(), sum(a) FROM {table}") == [(1000, 499_500)]
