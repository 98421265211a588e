"""Values of every type that the project stores come back as they were sent."""

from __future__ import annotations

import datetime as dt
import math
import uuid
from typing import Any

import pytest
from clickhouse_driver import Client

UTC = dt.UTC
TEXTS = [
    "",
    "plain",
    "Größe – “quotes” 'q' \\ `b`",
    "😀👩‍👩‍👧‍👦🇩🇪",
    "a\0b\0",
    "two\n\nlines\t;\r\n",
    "لغة 中文 한국어",
    "x" * 100_000,
]

VALUES: dict[str, list[Any]] = {
    "UInt8": [0, 1, 255],
    "UInt16": [0, 65535],
    "UInt32": [0, 2**32 - 1],
    "UInt64": [0, 2**64 - 1],
    "Int8": [-128, 0, 127],
    "Int16": [-(2**15), 2**15 - 1],
    "Int32": [-(2**31), 2**31 - 1],
    "Int64": [-(2**63), 2**63 - 1],
    "Float32": [0.0, -0.5, 1.0 / 1024, math.inf],
    "Float64": [0.0, -1e308, math.pi, -math.inf, 5e-324],
    "String": TEXTS,
    "FixedString(4)": ["abcd", "ä😀"[:1] + "bc", "x"],
    "LowCardinality(String)": ["", "de", "en", "de", "😀", "a\0b"],
    "LowCardinality(Nullable(String))": ["de", None, ""],
    "Array(String)": [[], ["", "a\0"], TEXTS[:5]],
    "Array(UInt64)": [[], [1, 2**64 - 1], [0]],
    "Array(LowCardinality(String))": [["a", "b", "a"], [], ["😀"]],
    "Array(Nullable(Int32))": [[None, 1], [], [None]],
    "Map(LowCardinality(String), UInt32)": [{}, {"bluesky": 3, "": 0}, {"😀": 2**32 - 1}],
    "Map(String, UInt64)": [{"a": 1}, {}],
    "Nullable(UInt64)": [None, 0, 2**64 - 1],
    "Nullable(String)": [None, "", "a\0b", "😀"],
    "Nullable(Float64)": [None, 0.5],
    "DateTime('UTC')": [
        dt.datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC),
        dt.datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC),
    ],
    "DateTime64(3, 'UTC')": [
        dt.datetime(1970, 1, 1, tzinfo=UTC),
        dt.datetime(2026, 3, 29, 1, 59, 59, 999000, tzinfo=UTC),
        dt.datetime(2099, 12, 31, 23, 59, 59, 1000, tzinfo=UTC),
    ],
    "Nullable(DateTime64(3, 'UTC'))": [None, dt.datetime(2026, 11, 24, 1, 2, 3, 456000, tzinfo=UTC)],
    "Date": [dt.date(1970, 1, 1), dt.date(2026, 2, 28)],
    "UUID": [uuid.UUID(int=0), uuid.UUID("12345678-9abc-def0-1234-56789abcdef0")],
    "Bool": [True, False],
    "Enum8('de' = 1, 'en' = 2, 'it''s' = -3)": ["de", "it's", "en"],
    "Tuple(UInt8, String)": [(1, "a"), (255, "😀")],
    "Tuple(a UInt8, b Array(String))": [(1, ["x"]), (2, [])],
}
SENT_AS = {"Enum8('de' = 1, 'en' = 2, 'it''s' = -3)": "Enum8('it\\'s' = -3, 'de' = 1, 'en' = 2)"}


@pytest.mark.parametrize("type_name", VALUES, ids=lambda name: name.split(" = ")[0])
def test_values_come_back_as_they_were_sent(connect: Any, table: str, type_name: str) -> None:
    client, values = connect(compression="lz4"), VALUES[type_name]
    client.execute(
        f"CREATE TABLE {table} (n UInt32, v {type_name}) ENGINE = MergeTree ORDER BY n",
    )
    stored = client.execute(f"INSERT INTO {table} (n, v) VALUES", list(enumerate(values)))
    rows, columns = client.execute(f"SELECT v FROM {table} ORDER BY n", with_column_types=True)
    assert stored == len(values)
    assert [row[0] for row in rows] == values
    assert columns == [("v", SENT_AS.get(type_name, type_name))]


def test_all_types_travel_together_in_one_block(client: Client, table: str) -> None:
    names = [f"c{i}" for i in range(len(VALUES))]
    columns = ", ".join(f"{name} {type_name}" for name, type_name in zip(names, VALUES, strict=True))
    client.execute(f"CREATE TABLE {table} (n UInt32, {columns}) ENGINE = MergeTree ORDER BY n")
    rows = [(i, *(values[i % len(values)] for values in VALUES.values())) for i in range(160)]
    client.execute(f"INSERT INTO {table} (n, {', '.join(names)}) VALUES", rows)
    assert client.execute(f"SELECT * FROM {table} ORDER BY n") == rows


def test_not_a_number_stays_not_a_number(client: Client, table: str) -> None:
    client.execute(f"CREATE TABLE {table} (v Float32, w Nullable(Float64)) ENGINE = MergeTree ORDER BY tuple()")
    client.execute(f"INSERT INTO {table} VALUES", [(math.nan, math.nan)])
    [(v, w)] = client.execute(f"SELECT v, w FROM {table}")
    assert math.isnan(v)
    assert math.isnan(w)


def test_bytes_that_are_not_utf8_survive(connect: Any, table: str) -> None:
    client = connect(settings={"strings_as_bytes": True}, compression="lz4")
    client.execute(f"CREATE TABLE {table} (v String, f FixedString(3)) ENGINE = MergeTree ORDER BY tuple()")
    client.execute(f"INSERT INTO {table} VALUES", [(bytes(range(256)), b"\xff\xfe\x00")])
    assert client.execute(f"SELECT v, f FROM {table}") == [(bytes(range(256)), b"\xff\xfe\x00")]


def test_text_that_looks_like_sql_is_only_text(client: Client, table: str) -> None:
    client.execute(f"CREATE TABLE {table} (n UInt8, v String) ENGINE = MergeTree ORDER BY n")
    attacks = [f"x\n\nDROP TABLE {table};", f"'); DROP TABLE {table}; --", "\n\n\n"]
    client.execute(f"INSERT INTO {table} (n, v) VALUES", list(enumerate(attacks)))
    assert [v for _, v in client.execute(f"SELECT * FROM {table} ORDER BY n")] == attacks
