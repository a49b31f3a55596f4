"""The filter language of the client's filter fields, which ReadMultiple takes as Criteria.

``a|b`` or, ``a&b`` and, ``a..b`` from to, ``= <> < <= > >=``, ``*`` and ``?`` in texts, ``@`` for
upper and lower case alike, brackets, and single quotes around what is meant word for word.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from connectors.dynamics_nav.sandbox import schema, values
from connectors.dynamics_nav.sandbox.errors import FILTER, NavError
from connectors.dynamics_nav.sandbox.schema import Field

Test = Callable[[Any], bool]
_TOKEN = re.compile(r"'(?:[^']|'')*'|\.\.|<>|<=|>=|[<>=@|&()]|[^'|&()]")
_TEXTS = (schema.TEXT, schema.CODE)
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda value, wanted: value < wanted,
    "<=": lambda value, wanted: value <= wanted,
    ">": lambda value, wanted: value > wanted,
    ">=": lambda value, wanted: value >= wanted,
}


def parse(criteria: str, field: Field) -> Test:
    """What ``criteria`` asks of a value. Raises ``NavError`` for what is no filter."""
    if criteria == "":
        return lambda value: True
    reader = _Reader(_tokens(criteria, field), field, criteria)
    test = reader.any_of()
    if reader.left:
        raise _wrong(criteria, field)
    return test


def _tokens(criteria: str, field: Field) -> list[str]:
    """Quoted pieces keep their quotes; plain characters in a row are one token."""
    found: list[str] = []
    plain = False
    position = 0
    while position < len(criteria):
        match = _TOKEN.match(criteria, position)
        if match is None:
            raise _wrong(criteria, field)
        token, position = match.group(), match.end()
        special = token in _OPERATORS or token[0] == "'"
        if not special and plain:
            found[-1] += token
        else:
            found.append(token)
        plain = not special
    return found


_OPERATORS = frozenset(["..", "<>", "<=", ">=", "<", ">", "=", "@", "|", "&", "(", ")"])


class _Reader:
    def __init__(self, tokens: list[str], field: Field, criteria: str) -> None:
        self.left = tokens
        self._field = field
        self._criteria = criteria

    def any_of(self) -> Test:
        tests = [self._all_of()]
        while self._taken("|"):
            tests.append(self._all_of())
        return lambda value: any(test(value) for test in tests)

    def _all_of(self) -> Test:
        tests = [self._term()]
        while self._taken("&"):
            tests.append(self._term())
        return lambda value: all(test(value) for test in tests)

    def _term(self) -> Test:
        if self._taken("("):
            test = self.any_of()
            if not self._taken(")"):
                raise _wrong(self._criteria, self._field)
            return test
        for sign, compare in _COMPARISONS.items():
            if self._taken(sign):
                return self._compared(compare)
        if self._taken("<>"):
            equal = self._equal()
            return lambda value: not equal(value)
        self._taken("=")
        return self._range_or_equal()

    def _compared(self, compare: Callable[[Any, Any], bool]) -> Test:
        wanted = self._value(self._literal()[0])
        return lambda value: compare(value, wanted)

    def _range_or_equal(self) -> Test:
        if self._taken(".."):
            last = self._value(self._literal()[0])
            return lambda value: value <= last
        if len(self.left) > 1 and self.left[1] == "..":
            first = self._value(self._literal()[0])
            self._taken("..")
            if not self.left or self.left[0] in ("|", "&", ")"):
                return lambda value: value >= first
            last = self._value(self._literal()[0])
            return lambda value: first <= value <= last
        return self._equal()

    def _equal(self) -> Test:
        ignoring = self._taken("@")
        text, quoted = self._literal()
        if self._field.type not in _TEXTS:
            wanted = values.blank(self._field) if text == "" else self._value(text)
            return lambda value: bool(value == wanted)
        ignoring = ignoring or self._field.type == schema.CODE
        flags = re.DOTALL | (re.IGNORECASE if ignoring else 0)
        pattern = re.escape(text)
        if not quoted:
            pattern = pattern.replace(r"\*", ".*").replace(r"\?", ".")
        compiled = re.compile(pattern, flags)
        return lambda value: compiled.fullmatch(value) is not None

    def _literal(self) -> tuple[str, bool]:
        """Text, and whether it stood in quotes."""
        if not self.left or self.left[0] in _OPERATORS:
            raise _wrong(self._criteria, self._field)
        token = self.left.pop(0)
        if token.startswith("'"):
            return token[1:-1].replace("''", "'"), True
        return token.strip(), False

    def _value(self, text: str) -> Any:
        try:
            return values.take(self._field, text)
        except NavError:
            raise _wrong(self._criteria, self._field) from None

    def _taken(self, token: str) -> bool:
        if self.left and self.left[0] == token:
            self.left.pop(0)
            return True
        return False


def _wrong(criteria: str, field: Field) -> NavError:
    return NavError(FILTER, "filter", value=criteria, field=field.caption)
