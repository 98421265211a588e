"""What the gateway must know of a statement's text: whether it is an INSERT that waits for data, and into what."""

from __future__ import annotations

import re
from typing import NamedTuple

_QUOTED = r"""'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`"""
_COMMENT = re.compile(rf"({_QUOTED})|--[^\n]*|/\*.*?\*/", re.DOTALL)
_NAME = r"(?:`(?:[^`\\]|\\.)*`|\"(?:[^\"\\]|\\.)*\"|\w+)"
_NAME_PATTERN = re.compile(rf"{_NAME}(?:\.{_NAME})*")
_NESTED = rf"\((?:{_QUOTED}|[^()'\"`]|\((?:{_QUOTED}|[^()'\"`])*\))*\)"
_INSERT = re.compile(
    rf"""\s*INSERT\s+INTO\s+(?:TABLE\s+)?
    (?P<into>(?P<function>FUNCTION\s+)?(?P<target>{_NAME}(?:\s*\.\s*{_NAME})?(?(function)\s*{_NESTED})))
    \s*(?P<columns>(?!\(\s*(?:SELECT|WITH)\b){_NESTED})?
    \s*(?P<settings>SETTINGS\s+\w+\s*=\s*(?:{_QUOTED}|[\w.+-]+)(?:\s*,\s*\w+\s*=\s*(?:{_QUOTED}|[\w.+-]+))*)?
    \s*(?:(?:VALUES|FORMAT\s+(?P<format>\w+))\b(?P<inline>.*))?\s*;?\s*\Z""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_SELECT = re.compile(r"[\s(]*(?:SELECT|WITH|FROM|VALUES)\b", re.IGNORECASE)
_FORMAT_AT_END = re.compile(r"\bFORMAT\s+\w+\s*;?\s*\Z", re.IGNORECASE)


class Insert(NamedTuple):
    """An INSERT that carries rows, not a SELECT.

    `into` is what follows INSERT INTO, with the word FUNCTION for a table function, `target` the same without it;
    `columns` the text of the column list, empty for all; `settings` its SETTINGS clause; `inline` rows written in the
    statement itself, in `format`, empty when they follow.
    """

    into: str
    target: str
    function: bool
    columns: str
    settings: str
    format: str
    inline: str


def parse_insert(sql: str) -> Insert | None:
    """Take an INSERT apart; None for every other statement, INSERT … SELECT included."""
    if _COMMENT.sub(lambda m: m[1] or " ", sql[:4096]).lstrip()[:6].upper() != "INSERT":
        return None
    match = _INSERT.match(_COMMENT.sub(lambda m: m[1] or " ", sql))
    if match is None:
        return None
    columns = match["columns"] or ""
    inline = (match["inline"] or "").strip().rstrip(";")
    return Insert(
        into=match["into"],
        target=match["target"],
        function=match["function"] is not None,
        columns=columns[1:-1].strip(),
        settings=match["settings"] or "",
        format=(match["format"] or "Values") if inline else "Native",
        inline=inline,
    )


def column_names(columns: str) -> list[str] | None:
    """The plain names in a column list; None when it holds an expression such as `* EXCEPT(a)`."""
    names = []
    rest = columns
    while rest:
        match = _NAME_PATTERN.match(rest)
        if match is None:
            return None
        names.append(".".join(_unquote(part) for part in re.findall(_NAME, match[0])))
        rest = rest[match.end() :].lstrip()
        if rest and not rest.startswith(","):
            return None
        rest = rest[1:].lstrip()
    return names


def _unquote(name: str) -> str:
    if name[0] in '`"':
        return re.sub(r"\\(.)", r"\1", name[1:-1])
    return name


def is_select(sql: str) -> bool:
    """Whether the statement can stand as a subquery."""
    return _SELECT.match(_COMMENT.sub(lambda m: m[1] or " ", sql)) is not None


def without_format(sql: str) -> str:
    """The statement without a FORMAT clause at its end: over this protocol the client formats, not the server."""
    return _FORMAT_AT_END.sub("", sql)
