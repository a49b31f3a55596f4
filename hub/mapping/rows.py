"""A row: where a value comes from, how it is changed, what it is called afterwards.

Order: ``from`` | ``value`` | ``expr``, then ``convert``, then ``map``, then ``default``. A value
that is nothing, an empty text or an empty list counts as missing, and a missing value is left out.
One bad row never hides the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from hub.contracts.requests import Reason
from hub.mapping.converters import ConversionError, Converter, convert
from hub.mapping.expressions import Expression, ExpressionError
from hub.mapping.paths import FieldPath
from hub.mapping.problems import (
    BAD_VALUE,
    EXPRESSION_FAILED,
    MISSING,
    NOT_IN_MAP,
    RowProblem,
    row_problem,
)

UNSET: Any = object()
_SCALARS = frozenset({str, int, float, bool})
_NUMBER_TARGET = "mobile"


@dataclass(frozen=True, slots=True)
class Source:
    """One value: exactly one of ``path``, ``value`` and ``expression`` is set."""

    path: FieldPath | None = None
    fallback: FieldPath | None = None  # read when ``path`` gives nothing
    value: Any = UNSET
    expression: Expression | None = None
    chain: tuple[Converter, ...] = ()
    choices: Mapping[str, Any] | None = None
    default: Any = UNSET
    required: bool = False
    like: FieldPath | None = None  # a key of ``map`` that is written back gets the type of this

    @property
    def reads(self) -> str:
        """What it reads, for messages."""
        return self.path.text if self.path else ""

    def texts(self) -> tuple[str, ...]:
        """Its path and its expression, as written."""
        found = [path.text for path in (self.path, self.fallback) if path is not None]
        return (*found, *([self.expression.text] if self.expression else ()))


@dataclass(frozen=True, slots=True)
class Row:
    """A source with the name of its target and its direction."""

    to: str
    source: Source
    direction: str = "in"
    rule: str = ""


class _Bad(Exception):
    """A row does not fit; ``code`` and text go into its RowProblem."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def evaluate(
    rows: Iterable[Row], data: Mapping[str, Any], now: datetime
) -> tuple[dict[str, Any], tuple[RowProblem, ...]]:
    """The values of all rows that fit, and what is wrong with the others. Without clock or chance:
    the same data and moment give the same result."""
    values: dict[str, Any] = {}
    problems: list[RowProblem] = []
    for row in rows:
        value, problem = evaluate_one(row, data, now)
        if problem:
            problems.append(problem)
        elif value is not UNSET:
            values[row.to] = value
    return values, tuple(problems)


def evaluate_one(row: Row, data: Mapping[str, Any], now: datetime) -> tuple[Any, RowProblem | None]:
    """The value of one row (``UNSET`` when missing), or its problem."""
    try:
        value = _value(row.source, data, now)
        _check_storable(value)
        return value, None
    except _Bad as bad:
        code, message = bad.code, str(bad)
        if row.to == _NUMBER_TARGET and code == MISSING:
            code = Reason.MISSING_NUMBER.value
    except Exception as error:  # one row never hides the others, nor keeps a record waiting
        code, message = BAD_VALUE, f"the value cannot be worked out ({type(error).__name__})"
    return UNSET, row_problem(row.rule or row.to, row.source.reads, code, message)


def _check_storable(value: Any) -> None:
    """Half a character, as in "\\ud83d", can neither be stored nor sent."""
    try:
        if isinstance(value, str):
            if not value.isascii():
                value.encode()
        elif value is not None and value is not UNSET and not isinstance(value, bool | float):
            orjson.dumps(plain(value))  # no whole number of more than 64 bits either
    except UnicodeEncodeError:
        raise _Bad(
            BAD_VALUE, "the value holds half a character; correct it at its source"
        ) from None
    except (TypeError, orjson.JSONEncodeError):
        raise _Bad(BAD_VALUE, "the value is too large, or cannot be written as data") from None


def _value(source: Source, data: Mapping[str, Any], now: datetime) -> Any:
    value = _raw(source, data, now)
    if source.value is UNSET and _is_missing(value):
        return _missing(source)
    try:
        value = convert(value, source.chain, now)
    except ConversionError as error:
        raise _Bad(error.code, f"the value {error}" if _bare(error) else str(error)) from None
    if source.value is UNSET and _is_missing(value):
        return _missing(source)
    if source.choices is not None:
        key = choice_key(value)
        if key not in source.choices:
            if source.default is not UNSET:
                return source.default
            raise _Bad(NOT_IN_MAP, "the value is not among the keys of 'map'")
        value = source.choices[key]
        if source.like is not None:
            value = _typed(value, source.like.read(data))
    return value


def _typed(key: Any, former: Any) -> Any:
    """A key of ``map``, which is text, as the value that it stood for when it was read."""
    if isinstance(former, bool):
        return key == "true" if key in ("true", "false") else key
    if isinstance(former, int | float):
        try:
            return type(former)(key)
        except (TypeError, ValueError):
            return key
    return key


def _bare(error: ConversionError) -> bool:
    """Whether the text is the end of a sentence (``is not a date``)."""
    return str(error).startswith(("is ", "has "))


def _raw(source: Source, data: Mapping[str, Any], now: datetime) -> Any:
    if source.path is not None:
        value = source.path.read(data)
        if source.fallback is not None and _is_missing(value):
            return source.fallback.read(data)
        return value
    if source.expression is not None:
        try:
            return source.expression.evaluate(data, now=now)
        except ExpressionError as error:
            raise _Bad(EXPRESSION_FAILED, str(error)) from None
    return source.value


def _missing(source: Source) -> Any:
    if source.default is not UNSET:
        return source.default
    if source.required:
        raise _Bad(MISSING, "the value is missing and the row is required")
    return UNSET


def _is_missing(value: Any) -> bool:
    if isinstance(value, str):
        return not value or value.isspace()
    return value is None or (isinstance(value, list | dict) and not value)


def choice_key(value: Any) -> str:
    """How a value looks as a key of ``map``: YAML's keys are text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def plain(value: Any) -> Any:
    """A copy as plain JSON data: moments as ISO text in UTC, decimals and ids as text."""
    if value is None or type(value) in _SCALARS:
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, datetime):
        moment = value.astimezone(UTC) if value.tzinfo else value
        return moment.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str | int | float):  # of a class of its own, such as StrEnum
        return value
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} is no plain data")
