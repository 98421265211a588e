"""The ClickHouse macros and variables of Grafana, expanded as its data source plugin documents them.

The console and the tests use this to run the very SQL that Grafana runs.
https://github.com/grafana/clickhouse-datasource#macros and
https://grafana.com/docs/grafana/v11.6/dashboards/variables/variable-syntax/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

ALL = "$__all"
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "M": 2_592_000, "y": 31_536_000}


class MacroError(ValueError):
    """A macro or variable is unknown or used wrongly; the message names it."""


class Scope(NamedTuple):
    """What the SQL is expanded for. Times in ms since the epoch; `step` is Grafana's interval in seconds.

    A variable's value is a list of values; an empty one means all.
    """

    start_ms: int
    end_ms: int
    step: int = 60
    variables: Mapping[str, Sequence[str]] = {}

    @property
    def start(self) -> int:
        """Start in seconds."""
        return self.start_ms // 1000

    @property
    def end(self) -> int:
        """End in seconds."""
        return self.end_ms // 1000


def expand(sql: str, scope: Scope) -> str:
    """Return plain ClickHouse SQL. Raises MacroError."""
    return _variables(_macros(_conditional(sql, scope), scope), scope)


def used_variables(sql: str) -> set[str]:
    """Names of the variables a text uses, `__`-macros left out."""
    return {name for pair in _VARIABLE.findall(sql) for name in pair if name and not name.startswith("__")}


def used_macros(sql: str) -> set[str]:
    """Names of the macros a text uses."""
    return set(re.findall(r"\$__\w+", sql))


def arguments(sql: str, opening: int) -> tuple[list[str], int]:
    """The comma-separated arguments after the parenthesis at `opening`, and the place after the closing one."""
    found: list[str] = []
    depth, start = 0, opening + 1
    for place in range(opening, len(sql)):
        character = sql[place]
        if character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if depth == 0:
                return [*found, sql[start:place].strip()], place + 1
        elif character == "," and depth == 1:
            found.append(sql[start:place].strip())
            start = place + 1
    raise MacroError(f"a parenthesis is not closed: {sql[max(0, opening - 30) : opening + 30]}")


def _conditional(sql: str, scope: Scope) -> str:
    """`$__conditionalAll(condition, $variable)`: the condition, or 1=1 when the variable stands at all."""
    macro = "$__conditionalAll("
    while (place := sql.rfind(macro)) != -1:
        parts, after = arguments(sql, place + len(macro) - 1)
        if len(parts) != 2:
            raise MacroError(f"$__conditionalAll takes a condition and a variable, not {len(parts)} arguments")
        names = used_variables(parts[1])
        if len(names) != 1:
            raise MacroError(f"$__conditionalAll: {parts[1]!r} is not one variable")
        values = _values(names.pop(), scope)
        sql = sql[:place] + (parts[0] if values and ALL not in values else "1=1") + sql[after:]
    return sql


def _one(name: str, given: list[str]) -> str:
    if len(given) != 1 or not given[0]:
        raise MacroError(f"{name} takes one argument")
    return given[0]


def _seconds(text: str) -> int:
    found = re.fullmatch(r"'?(\d+)(ms|s|m|h|d|w|M|y)'?", text)
    if not found:
        raise MacroError(f"{text!r} is not an interval such as 5m")
    return max(1, int(int(found.group(1)) * _SECONDS[found.group(2)]))


def _time_group(scope: Scope, given: list[str]) -> str:
    if len(given) != 2:
        raise MacroError("$__timeGroup takes a column and an interval")
    return f"toStartOfInterval(toDateTime({given[0]}), INTERVAL {_seconds(given[1])} second)"


def _ms(name: str, column: str, sign: str, value: int) -> str:
    del name
    return f"{column} {sign} fromUnixTimestamp64Milli({value})"


_WITH_ARGUMENTS: dict[str, Callable[[Scope, list[str]], str]] = {
    "$__timeFilter": lambda s, a: (
        f"{_one('$__timeFilter', a)} >= toDateTime({s.start}) AND {a[0]} <= toDateTime({s.end})"
    ),
    "$__timeFilter_ms": lambda s, a: (
        f"{_ms('from', _one('$__timeFilter_ms', a), '>=', s.start_ms)} AND {_ms('to', a[0], '<=', s.end_ms)}"
    ),
    "$__dateFilter": lambda s, a: (
        f"{_one('$__dateFilter', a)} >= toDate(toDateTime({s.start})) AND {a[0]} <= toDate(toDateTime({s.end}))"
    ),
    "$__timeFrom": lambda s, a: f"{_one('$__timeFrom', a)} >= toDateTime({s.start})",
    "$__timeTo": lambda s, a: f"{_one('$__timeTo', a)} <= toDateTime({s.end})",
    "$__timeInterval": lambda s, a: (
        f"toStartOfInterval(toDateTime({_one('$__timeInterval', a)}), INTERVAL {max(s.step, 1)} second)"
    ),
    "$__timeInterval_ms": lambda s, a: (
        f"toStartOfInterval(toDateTime64({_one('$__timeInterval_ms', a)}, 3), INTERVAL {max(s.step, 1) * 1000} millisecond)"
    ),
    "$__timeGroup": _time_group,
}
_PLAIN: dict[str, Callable[[Scope], str]] = {
    "$__fromTime": lambda s: f"toDateTime({s.start})",
    "$__toTime": lambda s: f"toDateTime({s.end})",
    "$__interval_s": lambda s: str(max(s.step, 1)),
}
KNOWN_MACROS = frozenset({*_WITH_ARGUMENTS, *_PLAIN, "$__conditionalAll"})


def _macros(sql: str, scope: Scope) -> str:
    pieces, place = [], 0
    for found in re.finditer(r"\$__\w+", sql):
        if found.start() < place:
            raise MacroError(f"{found.group()} stands inside another macro")
        name = found.group()
        pieces.append(sql[place : found.start()])
        if name in _WITH_ARGUMENTS:
            if sql[found.end() : found.end() + 1] != "(":
                raise MacroError(f"{name} needs an argument in parentheses")
            given, place = arguments(sql, found.end())
            pieces.append(_WITH_ARGUMENTS[name](scope, given))
        elif name in _PLAIN:
            pieces.append(_PLAIN[name](scope))
            place = found.end()
        else:
            raise MacroError(f"unknown macro {name}; known: {', '.join(sorted(KNOWN_MACROS))}")
    return "".join([*pieces, sql[place:]])


_VARIABLE = re.compile(r"\$\{(\w+)(?::\w+)?\}|\$(\w+)")
_FORMATTED = re.compile(r"\$\{(\w+)(?::(\w+))?\}|\$(\w+)")


def _variables(sql: str, scope: Scope) -> str:
    def value(found: re.Match[str]) -> str:
        name, kind = found.group(1) or found.group(3), found.group(2)
        values = _values(name, scope)
        if kind != "singlequote":
            raise MacroError(f"variable {name} is used without a format; write ${{{name}:singlequote}}")
        return ",".join(_quoted(item) for item in values or [""])

    return _FORMATTED.sub(value, sql)


def _quoted(value: str) -> str:
    if "\\" in value or not value.isprintable():
        raise MacroError(f"{value!r} cannot be a variable's value: backslashes and control characters are refused")
    return "'" + value.replace("'", "\\'") + "'"


def _values(name: str, scope: Scope) -> Sequence[str]:
    if name not in scope.variables:
        raise MacroError(f"unknown variable ${name}; known: {', '.join(sorted(scope.variables)) or 'none'}")
    return scope.variables[name]
