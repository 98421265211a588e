"""The same migrations serve one server and a cluster: what each statement becomes, read by the engine itself."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from streams.store import Store, open_store
from streams.store.cluster import TOGETHER, ClusterError, for_cluster
from streams.store.migrate import _RECORDS, Migration, MigrationError, migrate, migrations, pending
from streams.store.retention import AGE, RetentionError, doubt, keep, parse, statements


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store(None, tmp_path_factory.mktemp("home")) as opened:
        migrate(opened)
        yield opened


def every_statement() -> list[str]:
    return [_RECORDS, *(statement for migration in migrations() for statement in migration.statements)]


def test_without_a_cluster_a_statement_stays_as_it_is() -> None:
    for statement in every_statement():
        assert for_cluster(statement, "") == [statement.strip().rstrip(";").rstrip()]


def test_the_engine_reads_every_statement_for_a_cluster(store: Store) -> None:
    for statement in every_statement():
        for form in for_cluster(statement, "blue"):
            read = store.query("SELECT formatQuery(%(sql)s)", {"sql": form}).scalar()
            assert "ON CLUSTER" in read or not statement.lstrip().upper().startswith(("CREATE", "ALTER", "DROP"))


def test_each_table_becomes_a_replicated_one_and_a_distributed_one_over_it(store: Store) -> None:
    for statement in every_statement():
        if not (found := re.match(r"\s*CREATE TABLE IF NOT EXISTS (\w+)", statement)):
            continue
        name = found[1]
        local, spread = for_cluster(statement, "blue")
        assert f"CREATE TABLE IF NOT EXISTS {name}_local ON CLUSTER 'blue'" in local
        assert "ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}'" in local
        assert f"Distributed('blue', currentDatabase(), '{name}_local', " in spread
        # Nothing but the name and the engine may differ from the table of a single server.
        plain = store.query("SELECT formatQuery(%(sql)s)", {"sql": statement.strip()}).scalar()
        written = store.query("SELECT formatQuery(%(sql)s)", {"sql": local}).scalar()
        back = written.replace(f"{name}_local ON CLUSTER blue", name).replace("ReplicatedReplacing", "Replacing")
        back = back.replace("'/clickhouse/tables/{uuid}/{shard}', '{replica}', ", "")
        back = back.replace("('/clickhouse/tables/{uuid}/{shard}', '{replica}')", "")
        assert back == plain


def test_rows_that_replace_each_other_are_on_one_shard(store: Store) -> None:
    """The sharding key hashes the whole sorting key, or (posts) the root, which a post never changes."""
    for statement in every_statement():
        if not (found := re.match(r"\s*CREATE TABLE IF NOT EXISTS (\w+)", statement)):
            continue
        key = for_cluster(statement, "blue")[1].rpartition("_local', ")[2].rstrip(")") + ")"
        sorting = store.query(
            "SELECT sorting_key FROM system.tables WHERE database = currentDatabase() AND name = %(name)s",
            {"name": found[1]},
        ).scalar()
        assert key in (f"cityHash64({sorting})", TOGETHER.get(found[1])), found[1]


def test_a_conversation_and_its_posts_share_their_sharding_key() -> None:
    assert TOGETHER == {"events": "intHash64(root_id)", "conversations": "intHash64(root_id)"}


def test_the_view_keeps_its_text(store: Store) -> None:
    statement = next(s for s in every_statement() if "CREATE VIEW" in s)
    (form,) = for_cluster(statement, "blue")
    assert form.replace(" ON CLUSTER 'blue'", "") == statement.rstrip(";")


def test_a_filling_view_reads_the_local_rows_and_writes_through_the_distributed_table(store: Store) -> None:
    (form,) = for_cluster("CREATE MATERIALIZED VIEW IF NOT EXISTS f TO target AS SELECT a FROM source WHERE a > 1", "c")
    assert (
        form
        == "CREATE MATERIALIZED VIEW IF NOT EXISTS f ON CLUSTER 'c' TO target AS SELECT a FROM source_local WHERE a > 1"
    )
    with pytest.raises(ClusterError):
        for_cluster("CREATE MATERIALIZED VIEW f TO target AS SELECT a FROM x WHERE a IN (SELECT a FROM y)", "c")


@pytest.mark.parametrize(
    ("statement", "forms"),
    [
        (
            "ALTER TABLE events ADD COLUMN IF NOT EXISTS tone String",
            ["events_local ON CLUSTER 'c' ADD COLUMN", "events ON CLUSTER 'c' ADD COLUMN"],
        ),
        (
            "ALTER TABLE events DROP COLUMN tone",
            ["events ON CLUSTER 'c' DROP COLUMN", "events_local ON CLUSTER 'c' DROP COLUMN"],
        ),
        ("ALTER TABLE events ADD INDEX i root_id TYPE minmax", ["events_local ON CLUSTER 'c' ADD INDEX"]),
        ("ALTER TABLE alerts DELETE WHERE 1", ["alerts_local ON CLUSTER 'c' DELETE"]),
        (
            "DROP TABLE IF EXISTS alerts",
            ["DROP TABLE IF EXISTS alerts ON CLUSTER", "DROP TABLE IF EXISTS alerts_local ON CLUSTER"],
        ),
        ("DROP VIEW mentions", ["DROP VIEW mentions ON CLUSTER"]),
        ("INSERT INTO alerts SELECT * FROM alerts", ["INSERT INTO alerts SELECT"]),
        ("OPTIMIZE TABLE events FINAL", ["OPTIMIZE TABLE events_local ON CLUSTER"]),
        ("OPTIMIZE TABLE events PARTITION 202611 FINAL", ["OPTIMIZE TABLE events_local ON CLUSTER"]),
    ],
)
def test_later_migrations_reach_the_tables_they_concern(store: Store, statement: str, forms: list[str]) -> None:
    made = for_cluster(statement, "c")
    assert len(made) == len(forms)
    for form, expected in zip(made, forms, strict=True):
        assert expected in form
        store.query("SELECT formatQuery(%(sql)s)", {"sql": form})


@pytest.mark.parametrize("statement", ["OPTIMIZE TABLE events", "CREATE DICTIONARY d (a UInt8)", "RENAME TABLE a TO b"])
def test_what_has_no_form_for_a_cluster_is_refused(statement: str) -> None:
    with pytest.raises(ClusterError, match="no form for a cluster"):
        for_cluster(statement, "c")


def test_a_table_without_a_sorting_key_is_refused() -> None:
    with pytest.raises(ClusterError, match="moods has no sorting key"):
        for_cluster("CREATE TABLE moods (a UInt8) ENGINE = MergeTree ORDER BY tuple()", "c")


class Recording(Store):
    """Keeps the statements; answers as an empty store would."""

    def __init__(self, known: list[tuple[int, str, str]] | None = None) -> None:
        super().__init__()
        self.done: list[str] = []
        self._known = known

    def query(self, sql: str, params: Any = None) -> Any:
        from streams.store import Result

        if "system.tables" in sql:
            return Result(names=("n",), types=("UInt64",), rows=[(int(self._known is not None),)])
        return Result(
            names=("number", "name", "checksum"), types=("UInt16", "String", "String"), rows=self._known or []
        )

    def execute(self, sql: str, params: Any = None) -> None:
        self.done.append(sql)

    def insert(self, table: str, names: Any, columns: Any) -> int:
        return 1

    def stage(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("a migration writes no posts")

    def close(self) -> None:
        pass


def known_of(found: list[Migration]) -> list[tuple[int, str, str]]:
    return [(m.number, m.name, m.checksum) for m in found]


def test_a_store_that_is_up_to_date_is_only_read() -> None:
    """A worker's user may not create tables; it must be able to start."""
    recording = Recording(known_of(migrations()))
    assert migrate(recording, "c") == []
    assert recording.done == []


def test_every_statement_of_a_cluster_migration_names_the_cluster() -> None:
    recording = Recording()
    assert migrate(recording, "c") == [f"{m.number:03d}_{m.name}" for m in migrations()]
    assert all("ON CLUSTER 'c'" in sql for sql in recording.done)


def test_checksums_are_of_the_file_so_one_server_can_read_what_a_cluster_applied() -> None:
    assert pending(Recording(known_of(migrations()))) == []


def test_an_old_worker_lives_with_a_newer_store_unless_the_migration_breaks_it() -> None:
    known = known_of(migrations())
    assert pending(Recording([*known, (len(known) + 1, "tone", "x")])) == []
    with pytest.raises(MigrationError, match="upgrade the program"):
        pending(Recording([*known, (len(known) + 1, "events_breaking", "x")]))


def test_a_migration_changed_after_it_was_applied_is_refused() -> None:
    known = known_of(migrations())
    with pytest.raises(MigrationError, match="was changed"):
        pending(Recording([(known[0][0], known[0][1], "other"), *known[1:]]))


def test_ages_are_set_changed_and_lifted_on_the_real_engine(store: Store) -> None:
    def ttl(table: str) -> str:
        found = store.query(
            "SELECT engine_full FROM system.tables WHERE database = currentDatabase() AND name = %(t)s", {"t": table}
        ).scalar()
        return str(found)

    keep(store, dict.fromkeys(AGE, 400))
    assert all("toIntervalDay(400)" in ttl(table) for table in AGE)
    keep(store, {"alerts": 30})
    assert "toIntervalDay(30)" in ttl("alerts")
    keep(store, {"alerts": 0})
    keep(store, {"alerts": 0})
    assert " TTL " not in ttl("alerts")


def test_a_conversation_that_is_no_more_does_not_come_back_when_its_row_ages(store: Store) -> None:
    """The row that empties it has no time of its own (1970) and must outlive the row it replaces."""
    now = int(time.time())
    keep(store, {"dialogues": 400})
    names = ["brand", "root_id", "posts", "last_at", "version"]
    store.insert("dialogues", names, [["acme"], [1], [2], [now * 1000], [now * 10**9]])
    store.insert("dialogues", names, [["acme"], [1], [0], [0], [(now + 1) * 10**9]])
    store.insert("dialogues", names, [["acme"], [2], [1], [(now - 500 * 86_400) * 1000], [1]])
    store.insert("dialogues", names, [["acme"], [3], [1], [now * 1000], [1]])
    store.execute("OPTIMIZE TABLE dialogues FINAL")
    assert store.query("SELECT root_id, posts FROM dialogues ORDER BY root_id").rows == [(1, 0), (3, 1)]


def test_ages_on_a_cluster_concern_the_local_tables() -> None:
    assert statements({"events": 9}, "c") == [
        "ALTER TABLE events_local ON CLUSTER 'c' MODIFY TTL minute + INTERVAL 9 DAY"
    ]


@pytest.mark.parametrize("entry", ["posts=3", "events", "events=", "events=-1", "events=1.5", "events=99999"])
def test_a_wrong_age_is_named(entry: str) -> None:
    with pytest.raises(RetentionError, match=re.escape(repr(entry))):
        parse([entry])


def test_keeping_minutes_longer_than_posts_is_said_aloud() -> None:
    assert "more than 30 days late" in doubt(parse(["events=30"]))
    assert "more than 30 days late" in doubt(parse(["events=30", "brand_minute=400"]))
    assert doubt(parse(["events=400", "brand_minute=400"])) == ""


def test_the_migrations_folder_is_in_the_package() -> None:
    from importlib import resources

    names = {Path(str(entry)).name for entry in resources.files("schemas").joinpath("clickhouse").iterdir()}
    assert {"001_events.sql", "002_derived.sql"} <= names
