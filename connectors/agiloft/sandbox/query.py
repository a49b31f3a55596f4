"""The query language of searches and webhook filters, and the SQL of ``where``, as far as needed.

One small recursive reader for both: comparisons joined by ``&&``/``AND``, ``||``/``OR``, brackets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from connectors.agiloft.sandbox.errors import EwError

Row = Mapping[str, Any]
Test = Callable[[Row], bool]

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<op>~=|==|!=|<>|<=|>=|&&|\|\||[=<>()])"
    r"|(?P<word>[A-Za-z_][\w.]*)|(?P<number>-?\d+(?:\.\d+)?))"
)
_LIMIT = re.compile(r"\s+limit\s+(\d+)\s*,\s*(\d+)\s*$", re.IGNORECASE)
_OPS = {"=", "==", "!=", "<>", "~=", "<", "<=", ">", ">=", "LIKE"}


def parse(text: str, columns: Mapping[str, Any], table: str, *, sql: bool = False) -> Test:
    """A test for rows. Raises ``EwError`` for what cannot be read or names no column."""
    if not text.strip():
        return lambda row: True
    reader = _Reader(_tokens(text), columns, table, sql)
    test = reader.either()
    if reader.peek() is not None:
        raise EwError(400, "Bad where: the query cannot be read")
    return test


def cut_limit(where: str) -> tuple[str, int, int | None]:
    """``where`` without its ``limit 0,200``, and the two numbers."""
    found = _LIMIT.search(where)
    if found is None:
        return where, 0, None
    return where[: found.start()], int(found[1]), int(found[2])


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    position = 0
    while position < len(text.rstrip()):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise EwError(400, "Bad where: the query cannot be read")
        tokens.append((match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return tokens


class _Reader:
    def __init__(
        self, tokens: list[tuple[str, str]], columns: Mapping[str, Any], table: str, sql: bool
    ) -> None:
        self._tokens = tokens
        self._columns = columns
        self._table = table
        self._sql = sql
        self._at = 0

    def peek(self) -> tuple[str, str] | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def either(self) -> Test:
        tests = [self._both()]
        while self._next_is("||", "OR"):
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda row: any(t(row) for t in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._next_is("&&", "AND"):
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda row: all(t(row) for t in tests)

    def _one(self) -> Test:
        if self._next_is("("):
            test = self.either()
            if not self._next_is(")"):
                raise EwError(400, "Bad where: a bracket is open")
            return test
        kind, name = self._take()
        if kind not in ("word", "text"):
            raise EwError(400, "Bad where: a column name is expected")
        name = name.strip("'")
        if name not in self._columns:
            raise EwError(400, f"No column {name} in table {self._table}")
        op = self._take()[1].upper()
        if op not in _OPS or (op == "LIKE" and not self._sql) or (op in ("~=", "==") and self._sql):
            raise EwError(400, "Bad where: unknown operator")
        kind, value = self._take()
        if kind == "text":
            value = value[1:-1].replace("''", "'")
        elif kind != "number" and value.lower() != "null":
            raise EwError(400, "Bad where: a value is expected")
        return _comparison(name, op, None if kind == "word" else value)

    def _next_is(self, *words: str) -> bool:
        token = self.peek()
        if token is None or token[0] == "text" or token[1].upper() not in words:
            return False
        self._at += 1
        return True

    def _take(self) -> tuple[str, str]:
        token = self.peek()
        if token is None:
            raise EwError(400, "Bad where: the query ends too early")
        self._at += 1
        return token


def _comparison(name: str, op: str, wanted: str | None) -> Test:
    if wanted is None:
        return lambda row: (row.get(name) in (None, "", [])) == (op in ("=", "=="))
    if op in ("=", "=="):
        return lambda row: any(_fold(v) == _fold(wanted) for v in _all(row.get(name)))
    if op in ("!=", "<>"):
        return lambda row: all(_fold(v) != _fold(wanted) for v in _all(row.get(name)))
    if op == "~=":
        return lambda row: any(_fold(wanted) in _fold(v) for v in _all(row.get(name)))
    if op == "LIKE":
        pattern = ".*".join(re.escape(_fold(piece)) for piece in wanted.split("%"))
        like = re.compile(pattern, re.DOTALL)
        return lambda row: any(like.fullmatch(_fold(v)) for v in _all(row.get(name)))
    return lambda row: any(_ordered(v, op, wanted) for v in _all(row.get(name)) if v is not None)


def _ordered(value: Any, op: str, wanted: str) -> bool:
    left: Any = str(value)
    right: Any = wanted
    if isinstance(value, int):
        try:
            left, right = float(value), float(wanted)
        except ValueError:
            return False
    tests = {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}
    return bool(tests[op])


def _all(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _fold(value: Any) -> str:
    return "" if value is None else str(value).casefold()
