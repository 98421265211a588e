"""One contract, three transports: chDB in-process, lent to another process, and clickhouse-driver over TCP against a gateway."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from streams.store import Store, StoreBusy, StoreRefused, StoreUnavailable, open_store
from streams.store.embedded import EmbeddedStore
from streams.store.migrate import MigrationError, applied, migrate, migrations
from streams.store.remote import Lender, RemoteStore
from streams.store.tcp import TcpStore
from tests.gateway.fixtures import Gateway


@pytest.fixture(scope="module", params=["embedded", "remote", "tcp"])
def contract(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "embedded":
        with open_store(None, folder) as store:
            yield store
        return
    if request.param == "remote":
        with open_store(None, folder) as owner:
            assert isinstance(owner, EmbeddedStore)
            lender = Lender(owner, 2, lambda name: {"asked": name})
            with RemoteStore([end.detach() for end in lender.ends]) as store:
                yield store
            lender.close()
        return
    with Gateway(folder / "server") as server, open_store(server.url, folder) as store:
        yield store


def test_migrations_are_applied_once_and_recorded(contract: Store) -> None:
    names = migrate(contract)
    assert len(names) in (0, len(migrations()))
    assert migrate(contract) == []
    assert applied(contract) == {m.number: (m.name, m.checksum) for m in migrations()}


def test_changed_migration_is_noticed(contract: Store) -> None:
    migrate(contract)
    contract.execute(
        "INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES (1, 'events', 'other', now() + 1)"
    )
    try:
        with pytest.raises(MigrationError, match="001_events"):
            migrate(contract)
    finally:
        checksum = migrations()[0].checksum
        contract.execute(
            f"INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES (1, 'events', '{checksum}', now() + 2)"
        )


def test_values_of_every_kind_come_back_equal(contract: Store) -> None:
    contract.execute("DROP TABLE IF EXISTS kinds")
    contract.execute(
        """
        CREATE TABLE kinds (a UInt64, b Int32, c Float32, d Float64, e String, f LowCardinality(String), g Array(String),
            h Array(LowCardinality(String)), i DateTime('UTC'), j DateTime64(3, 'UTC'), k Map(LowCardinality(String), UInt64),
            l Nullable(UInt8), m UUID, n Array(UInt64)) ENGINE = MergeTree ORDER BY a
        """
    )
    rows = [
        (2**64 - 1, -5, 1.5, 0.1, "Grüße 😡 \n\n'\\;", "de", ["a", ""], ["x", "x"], datetime(2026, 2, 3, tzinfo=UTC),
         datetime(2026, 2, 3, 1, 2, 3, 456000, tzinfo=UTC), {"bluesky": 3}, None, UUID(int=7), [1, 2**63]),
        (0, 0, 0.0, -1.0, "", "", [], [], datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC), {}, 4, UUID(int=0), []),
    ]  # fmt: skip
    assert contract.insert("kinds", list("abcdefghijklmn"), [list(column) for column in zip(*rows, strict=True)]) == 2
    result = contract.query("SELECT * FROM kinds ORDER BY a DESC")
    assert result.names == tuple("abcdefghijklmn")
    assert [tuple(list(v) if isinstance(v, tuple) else v for v in row) for row in result.rows] == rows


def test_integers_are_seconds_and_milliseconds_in_time_columns(contract: Store) -> None:
    contract.execute("DROP TABLE IF EXISTS times")
    contract.execute("CREATE TABLE times (s DateTime('UTC'), ms DateTime64(3, 'UTC')) ENGINE = MergeTree ORDER BY s")
    contract.insert("times", ["s", "ms"], [[1_770_112_800], [1_770_112_800_123]])
    moment = datetime(2026, 2, 3, 10, 0, tzinfo=UTC)
    assert contract.query("SELECT * FROM times").rows == [(moment, moment.replace(microsecond=123000))]


@pytest.mark.parametrize(
    "text", ["it's", "back\\slash", "new\nline\n\nDROP TABLE times", "%s %(x)s", "Grüße 😡", '"', "`;--"]
)
def test_parameters_are_data_whatever_they_hold(contract: Store, text: str) -> None:
    assert contract.query("SELECT %(x)s AS x, %(y)s AS y", {"x": text, "y": [text]}).rows == [(text, [text])]


def test_percent_signs_without_parameters_are_left_alone(contract: Store) -> None:
    assert contract.query("SELECT '5 %' LIKE '%5%'").scalar() == 1


def test_empty_result_still_has_its_columns(contract: Store) -> None:
    result = contract.query("SELECT 1 AS one, 'x' AS two WHERE 0")
    assert (result.names, result.rows, result.scalar()) == (("one", "two"), [], None)


def test_empty_results_are_named_after_their_own_query(contract: Store) -> None:
    for moment in ("1767225600", "1767225601"):
        result = contract.query(f"SELECT {moment}, 2 AS two WHERE 0")
        assert result.names == (moment, "two")
    contract.execute("CREATE TABLE named_later (a UInt8) ENGINE = MergeTree ORDER BY a")
    assert contract.query("SELECT * FROM named_later").names == ("a",)
    contract.execute("ALTER TABLE named_later ADD COLUMN b String")
    assert contract.query("SELECT * FROM named_later").names == ("a", "b")
    contract.execute("DROP TABLE named_later")


@pytest.mark.parametrize("sql", ["SELECT nonsense", "SELEC 1", "SELECT * FROM no_such_table", "SELECT throwIf(1)"])
def test_wrong_sql_is_refused_not_unavailable(contract: Store, sql: str) -> None:
    with pytest.raises(StoreRefused):
        contract.query(sql)
    assert contract.query("SELECT 1").scalar() == 1


def test_insert_of_nothing_is_nothing(contract: Store) -> None:
    migrate(contract)
    assert contract.insert("alerts", ["alert_id", "brand"], [[], []]) == 0


def test_insert_into_a_missing_table_is_refused(contract: Store) -> None:
    with pytest.raises(StoreRefused):
        contract.insert("no_such_table", ["a"], [[1]])


def test_large_result_comes_whole(contract: Store) -> None:
    rows = contract.query("SELECT number, toString(number) FROM numbers(200000)").rows
    assert len(rows) == 200_000
    assert rows[-1] == (199_999, "199999")


def test_use_from_another_thread_works(contract: Store) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(lambda n: contract.query("SELECT %(n)s", {"n": n}).scalar(), range(20))) == list(
            range(20)
        )


def test_second_process_on_the_embedded_store_gets_a_sentence(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = f"""
from pathlib import Path
from streams.store import open_store
store = open_store(None, Path({str(tmp_path)!r}))
print("open", flush=True); input()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"open\n"
        with pytest.raises(StoreBusy, match=str(holder.pid)):
            open_store(None, tmp_path)
        holder.kill()


def test_server_that_is_gone_is_unavailable_and_comes_back(tmp_path: Path) -> None:
    with Gateway(tmp_path / "server") as server, TcpStore(server.url, timeout=5) as store:
        assert store.query("SELECT 1").scalar() == 1
        server.refuse()
        with pytest.raises(StoreUnavailable):
            store.query("SELECT 1")
        server.refuse("drop")
        with pytest.raises(StoreUnavailable):
            store.query("SELECT 1")
        server.recover()
        assert store.query("SELECT 2").scalar() == 2
        server.kill()
        with pytest.raises(StoreUnavailable, match=r"127\.0\.0\.1"):
            store.query("SELECT 1")
        server.start()
        assert store.query("SELECT 3").scalar() == 3


def test_password_is_in_no_error(tmp_path: Path) -> None:
    store = TcpStore("clickhouse://user:hunter2@127.0.0.1:1/default", timeout=2)
    with pytest.raises(StoreUnavailable) as error:
        store.query("SELECT 1")
    assert "hunter2" not in str(error.value)


def test_rows_the_engine_refuses_to_write_are_an_error_not_a_silent_loss(contract: Store) -> None:
    contract.execute("DROP TABLE IF EXISTS picky")
    contract.execute("CREATE TABLE picky (a UInt8, CONSTRAINT small CHECK a < 10) ENGINE = MergeTree ORDER BY a")
    with pytest.raises(StoreRefused):
        contract.insert("picky", ["a"], [[1, 200]])
    assert contract.query("SELECT count() FROM picky").scalar() == 0
    assert contract.insert("picky", ["a"], [[1, 2]]) == 2
    assert contract.query("SELECT count() FROM picky").scalar() == 2


def test_error_codes_are_told_apart_by_whose_fault_they_are(tmp_path: Path) -> None:
    """The engine itself names the codes, so a number cannot mean something else than its comment says."""
    from streams.store import StoreMismatch
    from streams.store.embedded import classify

    kinds = {
        StoreUnavailable: "TIMEOUT_EXCEEDED NETWORK_ERROR TOO_MANY_SIMULTANEOUS_QUERIES MEMORY_LIMIT_EXCEEDED TABLE_IS_READ_ONLY "
        "NOT_ENOUGH_SPACE TOO_MANY_PARTS TOO_FEW_LIVE_REPLICAS UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE UNKNOWN_STATUS_OF_INSERT "
        "NO_ZOOKEEPER KEEPER_EXCEPTION ALL_CONNECTION_TRIES_FAILED QUERY_WAS_CANCELLED NO_ACTIVE_REPLICAS SERVER_OVERLOADED",
        StoreMismatch: "ACCESS_DENIED AUTHENTICATION_FAILED WRONG_PASSWORD UNKNOWN_TABLE UNKNOWN_DATABASE NO_SUCH_COLUMN_IN_TABLE READONLY",
        StoreRefused: "SYNTAX_ERROR TYPE_MISMATCH VIOLATED_CONSTRAINT TOO_LARGE_STRING_SIZE INCORRECT_DATA CANNOT_PARSE_TEXT",
    }  # fmt: skip
    with open_store(None, tmp_path) as store:
        codes = dict(
            store.query(
                "SELECT errorCodeToName(number), number FROM numbers(1100) WHERE errorCodeToName(number) != ''"
            ).rows
        )
    for kind, names in kinds.items():
        for name in names.split():
            assert type(classify(codes[name], "")) is kind, name


def test_staged_rows_fill_several_tables_and_are_gone_afterwards(contract: Store) -> None:
    if isinstance(contract, RemoteStore):
        with pytest.raises(StoreRefused, match="the process that owns the store"):
            contract.stage("staged_a", ["id"], [[1]])
        return
    for table in ("staged_a", "staged_b"):
        contract.execute(f"DROP TABLE IF EXISTS {table}")
    contract.execute(
        "CREATE TABLE staged_a (id UInt64, text LowCardinality(String), at DateTime64(3, 'UTC'), n Nullable(UInt8), "
        "many Array(LowCardinality(String))) ENGINE = MergeTree ORDER BY id"
    )
    contract.execute("CREATE TABLE staged_b (id UInt64, text String) ENGINE = MergeTree ORDER BY id")
    texts = ["it's\n\nDROP TABLE staged_a", "😡"]
    with contract.stage(
        "staged_a", ["id", "text", "at", "n"], [[1, 2], texts, [0, 0], [0, None]], {"good": "UInt8"}
    ) as rows:
        contract.execute(f"INSERT INTO staged_a SELECT id, text, at, n, many FROM {rows}")
        contract.execute(f"INSERT INTO staged_b SELECT id, text FROM {rows} WHERE NOT good")
    never = datetime(1970, 1, 1, tzinfo=UTC)
    assert contract.query("SELECT * FROM staged_a ORDER BY id").rows == [
        (1, texts[0], never, 0, []),
        (2, texts[1], never, None, []),
    ]
    assert contract.query("SELECT * FROM staged_b ORDER BY id").rows == [(1, texts[0]), (2, texts[1])]
    try:
        left = contract.query(f"SELECT count() FROM {rows}").scalar()
    except (StoreRefused, StoreUnavailable):
        left = 0
    assert left == 0


def test_staging_for_a_table_that_is_not_there_says_so(contract: Store) -> None:
    with (
        pytest.raises(StoreRefused, match=r"no table nowhere|owns the store"),
        contract.stage("nowhere", ["id"], [[1]]),
    ):
        pass
