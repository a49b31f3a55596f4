"""Search conditions as data, and how each surface writes them.

How a quote inside a value is written is not documented, and a ``where`` of EWSelect is close to raw
SQL. So a value never reaches the wire unless all its characters are harmless: of any other value
the longest harmless piece is searched with "contains", and the rows are compared in here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hub.kernel.errors import Refused

_HARMLESS = re.compile(r"[\w @.+\-/()&]+")
_SHORTEST = 2


@dataclass(frozen=True)
class Condition:
    """``field`` compared with ``value``; ``op`` is =, >, >= or ~= (contains)."""

    field: str
    op: str
    value: str | int


def equals(field: str, value: object) -> Condition:
    """A condition that every record with this value fulfils (others may, too)."""
    text = str(value)
    if _is_harmless(text):
        return Condition(field, "=", text)
    return Condition(field, "~=", _piece(field, text))


def contains(field: str, text: str) -> Condition:
    """A condition that every record whose field holds ``text`` fulfils."""
    return Condition(field, "~=", text if _is_harmless(text) else _piece(field, text))


def above(field: str, value: str | int, *, including: bool = False) -> Condition:
    """Greater than ``value``; for ids and ISO moments."""
    return Condition(field, ">=" if including else ">", value)


def as_query(conditions: tuple[Condition, ...]) -> str:
    """The query language of EWSearch, alrest search and webhook filters."""
    return " && ".join(f"{c.field}{c.op}{_quoted(c.value)}" for c in conditions)


def as_where(conditions: tuple[Condition, ...]) -> str:
    """The SQL fragment of EWSelectFromTable."""
    return " AND ".join(
        f"{c.field} LIKE '%{_like(c.value)}%'"
        if c.op == "~="
        else f"{c.field} {c.op} {_quoted(c.value)}"
        for c in conditions
    )


def _quoted(value: str | int) -> str:
    return str(value) if isinstance(value, int) else f"'{value}'"


def _like(value: str | int) -> str:
    return str(value).replace("_", "%")  # _ is any one character in LIKE; % at least covers it


def _is_harmless(text: str) -> bool:
    return bool(_HARMLESS.fullmatch(text)) and "--" not in text


def _piece(field: str, text: str) -> str:
    pieces = [p.strip() for found in _HARMLESS.findall(text) for p in re.split(r"-{2,}", found)]
    longest = max(pieces, key=len, default="")
    if len(longest) < _SHORTEST:
        raise Refused(f"the value of {field} cannot be searched for safely", code="unsearchable")
    return longest
