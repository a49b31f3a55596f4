"""``$filter`` as far as the real server takes it: comparisons, three text functions, and, or.

``or`` joins comparisons of one field only, and there is no ``in``, unless the caller asks for
``$schemaversion=2.1``. There are no lambdas.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from connectors.dynamics_nav.sandbox import schema, values
from connectors.dynamics_nav.sandbox.errors import HttpError, NavError
from connectors.dynamics_nav.sandbox.schema import Field

Test = Callable[[Mapping[str, Any]], bool]
_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|[(),]|[^\s(),']+)")
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, wanted: value == wanted,
    "ne": lambda value, wanted: value != wanted,
    "gt": lambda value, wanted: value > wanted,
    "ge": lambda value, wanted: value >= wanted,
    "lt": lambda value, wanted: value < wanted,
    "le": lambda value, wanted: value <= wanted,
}
_FUNCTIONS: dict[str, Callable[[str, str], bool]] = {
    "startswith": lambda text, wanted: text.startswith(wanted),
    "endswith": lambda text, wanted: text.endswith(wanted),
    "contains": lambda text, wanted: wanted in text,
}


def parse(text: str, fields: Mapping[str, Field], newer: bool) -> Test:
    """What ``text`` asks of a record's properties. Raises ``HttpError``."""
    reader = _Reader(text, fields, newer)
    test, _ = reader.any_of()
    if reader.left:
        raise _wrong(text)
    return test


class _Reader:
    """Each method gives a test, and which properties it looks at."""

    def __init__(self, text: str, fields: Mapping[str, Field], newer: bool) -> None:
        self._text = text
        self._fields = fields
        self._newer = newer
        self.left: list[str] = []
        position = 0
        while position < len(text.rstrip()):
            match = _TOKEN.match(text, position)
            if match is None:
                raise _wrong(text)
            self.left.append(match.group(1))
            position = match.end()

    def any_of(self) -> tuple[Test, set[str]]:
        tests = [self._all_of()]
        while self._taken("or"):
            tests.append(self._all_of())
        names = set().union(*(names for _, names in tests))
        if len(tests) > 1 and len(names) > 1 and not self._newer:
            raise HttpError(
                400, "BadRequest_MethodNotAllowed", "An OR on distinct fields is not supported."
            )
        return lambda record: any(test(record) for test, _ in tests), names

    def _all_of(self) -> tuple[Test, set[str]]:
        tests = [self._term()]
        while self._taken("and"):
            tests.append(self._term())
        names = set().union(*(names for _, names in tests))
        return lambda record: all(test(record) for test, _ in tests), names

    def _term(self) -> tuple[Test, set[str]]:
        if self._taken("("):
            found = self.any_of()
            self._expect(")")
            return found
        word = self._next()
        if word in _FUNCTIONS and self._taken("("):
            return self._function(_FUNCTIONS[word])
        column = self._column(word)
        operator = self._next()
        if operator == "in" and self._newer:
            return self._member(word, column)
        if operator not in _COMPARISONS:
            raise _wrong(self._text)
        compare, wanted = _COMPARISONS[operator], self._value(column)
        return lambda record: compare(record[word], wanted), {word}

    def _function(self, function: Callable[[str, str], bool]) -> tuple[Test, set[str]]:
        name = self._next()
        column = self._column(name)
        self._expect(",")
        wanted = str(self._value(column))
        self._expect(")")
        if column.type not in (schema.TEXT, schema.CODE):
            raise _wrong(self._text)
        return lambda record: function(record[name], wanted), {name}

    def _member(self, name: str, column: Field) -> tuple[Test, set[str]]:
        self._expect("(")
        wanted = [self._value(column)]
        while self._taken(","):
            wanted.append(self._value(column))
        self._expect(")")
        return lambda record: record[name] in wanted, {name}

    def _column(self, name: str) -> Field:
        if name not in self._fields:
            raise HttpError(
                400, "BadRequest", f"Could not find a property named '{name[:80]}' on the type."
            )
        return self._fields[name]

    def _value(self, column: Field) -> Any:
        token = self._next()
        plain = token[1:-1].replace("''", "'") if token.startswith("'") else token
        texts = (schema.TEXT, schema.CODE, schema.OPTION)
        if (column.type in texts) != token.startswith("'") and column.name != "id":
            raise _wrong(self._text)
        try:
            return values.take(column, plain)
        except NavError:
            raise _wrong(self._text) from None

    def _next(self) -> str:
        if not self.left:
            raise _wrong(self._text)
        return self.left.pop(0)

    def _expect(self, token: str) -> None:
        if not self._taken(token):
            raise _wrong(self._text)

    def _taken(self, token: str) -> bool:
        if self.left and self.left[0] == token:
            self.left.pop(0)
            return True
        return False


def _wrong(text: str) -> HttpError:
    return HttpError(400, "BadRequest", f"The filter is not valid: {text[:200]}")
