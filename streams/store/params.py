"""Client-side parameters, with clickhouse-driver's own escaping, so that both transports escape alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from clickhouse_driver.util.escape import escape_params


class _Server(NamedTuple):
    def get_timezone(self) -> str:
        return "UTC"


class _Context(NamedTuple):
    server_info: _Server = _Server()


def substitute(sql: str, params: Mapping[str, Any] | None) -> str:
    """Replace `%(name)s` by escaped values. Without parameters the text is left alone, so a lone % needs no doubling."""
    if not params:
        return sql
    escaped: dict[str, str] = escape_params(dict(params), _Context())
    return sql % escaped


def quoted(names: Sequence[str]) -> str:
    """Column names as a list for INSERT; backticks, because some are also keywords."""
    return ", ".join(f"`{name}`" for name in names)
