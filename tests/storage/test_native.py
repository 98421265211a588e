"""The columns we encode ourselves are, byte for byte, what clickhouse-driver would have sent."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from clickhouse_driver.bufferedwriter import BufferedSocketWriter
from clickhouse_driver.columns.service import write_column
from clickhouse_driver.errors import TypeMismatchError
from clickhouse_driver.varint import write_varint
from clickhouse_driver.writer import write_binary_str
from hypothesis import given
from hypothesis import strategies as st

from streams.store import native

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
COLUMNS = st.one_of(
    st.tuples(st.just("Array(String)"), st.lists(st.lists(TEXT, max_size=4), min_size=1)),
    st.tuples(st.just("Array(String)"), st.lists(st.tuples(TEXT, TEXT), min_size=1)),
    st.tuples(st.just("DateTime('UTC')"), st.lists(st.integers(0, 2**32 - 1), min_size=1)),
    st.tuples(st.just("DateTime64(3, 'UTC')"), st.lists(st.integers(-(2**40), 2**50), min_size=1)),
    st.tuples(
        st.just("DateTime64(3, 'UTC')"),
        st.lists(st.datetimes(datetime(1971, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)), min_size=1),
    ),
)


def by_the_driver(type_name: str, values: list[object]) -> bytes:
    parts: list[bytes] = []
    out = BufferedSocketWriter(native._Sink(parts.append), 1 << 16)
    write_varint(1, out)
    write_varint(len(values), out)
    write_binary_str("c", out)
    write_binary_str(type_name, out)
    write_column(native._Context, "c", type_name, list(values), out)
    out.flush()
    return b"".join(parts)


@given(COLUMNS)
def test_a_column_is_encoded_as_the_driver_encodes_it(column: tuple[str, list[object]]) -> None:
    type_name, values = column
    assert native.encode(["c"], [type_name], [values]) == by_the_driver(type_name, values)


@pytest.mark.parametrize("type_name", ["DateTime('UTC')", "Array(String)"])
def test_a_value_that_does_not_fit_is_refused(type_name: str) -> None:
    with pytest.raises((TypeMismatchError, TypeError)):
        native.encode(["c"], [type_name], [[-1]])
