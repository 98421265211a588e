"""The store over the network: clickhouse-driver, native protocol, LZ4 blocks."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

from clickhouse_driver import Client, errors

from streams.store.base import SESSION, Result, Store, StoreError, StoreMismatch, StoreRefused, StoreUnavailable
from streams.store.embedded import classify, shortened
from streams.store.native import is_default
from streams.store.params import quoted, substitute

T = TypeVar("T")
_numbers = itertools.count(1)
LOGIN = frozenset({192, 193, 194, 516})
"""Error codes of a user or password that the server does not know."""


class TcpStore(Store):
    """A ClickHouse server at a `clickhouse://` or `clickhouses://` (TLS) URL. Opens one connection a thread, lazily."""

    def __init__(self, url: str, *, timeout: float = 30.0) -> None:
        # LZ4 unless the URL says otherwise: blocks of posts shrink to a fifth for little CPU.
        super().__init__()
        self._url = url if "compression=" in url else f"{url}{'&' if '?' in url else '?'}compression=lz4"
        self._timeout = timeout
        self._local = threading.local()
        self._clients: list[Client] = []
        self._lock = threading.Lock()
        parts = urlsplit(url)
        self._name = f"{parts.hostname}:{parts.port or 9000}"

    def _client(self) -> Client:
        client = getattr(self._local, "client", None)
        if client is None:
            client = Client.from_url(self._url)
            client.settings.update(SESSION)
            client.connection.connect_timeout = min(self._timeout, 10.0)
            client.connection.send_receive_timeout = self._timeout
            with self._lock:
                self._clients.append(client)
            self._local.client = client
        return client

    def _call(self, action: Callable[[Client], T]) -> T:
        client = self._client()
        try:
            return action(client)
        except errors.ServerException as error:
            raise self._said(error) from error
        except (errors.NetworkError, errors.SocketTimeoutError, EOFError, OSError) as error:
            client.disconnect()
            raise StoreUnavailable(f"ClickHouse at {self._name} cannot be reached: {error}") from error
        except (errors.PartiallyConsumedQueryError, errors.UnexpectedPacketFromServerError) as error:
            client.disconnect()
            raise StoreUnavailable(f"the connection to ClickHouse at {self._name} was cut: {error}") from error
        except errors.Error as error:
            client.disconnect()
            raise StoreRefused(str(error)) from error

    def _said(self, error: errors.ServerException) -> StoreError:
        if error.code in LOGIN:
            return StoreMismatch(
                f"ClickHouse at {self._name} refuses the user name or the password in RESONANZ_CLICKHOUSE"
            )
        words = error.message.partition(" Stack trace:")[0]
        return classify(error.code, shortened(f"ClickHouse at {self._name}: Code: {error.code}. {words}"))

    def query(self, sql: str, params: Mapping[str, Any] | None = None) -> Result:
        text = substitute(sql, params)
        rows, columns = self._call(lambda client: client.execute(text, with_column_types=True))
        return Result(names=tuple(n for n, _ in columns), types=tuple(t for _, t in columns), rows=rows)

    def execute(self, sql: str, params: Mapping[str, Any] | None = None) -> None:
        text = substitute(sql, params)
        self._call(lambda client: client.execute(text))

    def insert(self, table: str, names: Sequence[str], columns: Sequence[Sequence[Any]]) -> int:
        rows = len(columns[0]) if columns else 0
        if not rows:
            return 0
        data = [list(column) for column in columns]  # the driver normalises some types in place
        statement = f"INSERT INTO {table} ({quoted(names)}) VALUES"
        self._call(lambda client: client.execute(statement, data, columnar=True))
        return rows

    @contextmanager
    def stage(
        self,
        table: str,
        names: Sequence[str],
        columns: Sequence[Sequence[Any]],
        extra: Mapping[str, str] | None = None,
    ) -> Iterator[str]:
        # A temporary table lives in this thread's connection: it is gone with it, whatever happens.
        types = {**self.column_types(table), **(extra or {})}
        structure = ", ".join(f"`{name}` {type_name}" for name, type_name in types.items())
        name = f"staged_{next(_numbers)}"
        self.execute(f"CREATE TEMPORARY TABLE {name} ({structure}) ENGINE = Memory")
        try:
            said = [n for n, name in enumerate(names) if not is_default(types[name], columns[n])] or [0]
            self.insert(name, [names[n] for n in said], [columns[n] for n in said])
            yield name
        finally:
            self.execute(f"DROP TEMPORARY TABLE IF EXISTS {name}")

    def close(self) -> None:
        with self._lock:
            for client in self._clients:
                client.disconnect()
            self._clients.clear()
        self._local = threading.local()
