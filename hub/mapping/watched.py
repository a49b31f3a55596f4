"""Copies of rows that take notes while they are evaluated: what was read, what became of it.

A copy differs from its row in its source only: paths, expressions, converters and choices that
write down what passes. ``rows`` evaluates it like any other and does not know.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from hub.mapping.converters import Converter
from hub.mapping.expressions import Expression
from hub.mapping.paths import FieldPath
from hub.mapping.problems import Path
from hub.mapping.rows import UNSET, Row, Source

_STRING = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'")
_NAME = r"(?:`[^`]+`|[A-Za-z_]\w*)"
_DOTTED = re.compile(rf"(?<![\w$.`]){_NAME}(?:\.{_NAME})*")


@dataclass(frozen=True)
class Noted:
    """One look at a value: ``what`` says where it was read, or what was done to it."""

    what: str
    value: Any


@dataclass
class Run:
    """One evaluation of a source. ``position`` counts the items of a ``for_each``, from 1."""

    position: int | None
    read: list[Noted]
    changed: list[Noted] = field(default_factory=list)

    def reached(self, source: Source) -> Any:
        """The last value that was seen; ``UNSET`` when nothing was."""
        if self.changed:
            return self.changed[-1].value
        if not self.read:
            return source.value
        return self.read[0 if source.expression is not None else -1].value


@dataclass
class Notes:
    """What was noted of one row, and where that stands in the file."""

    row: Row
    path: Path
    runs: list[Run] = field(default_factory=list)

    def read(self, what: str, value: Any, data: Any) -> None:
        """A path or an expression was read. A fallback belongs to the look before it."""
        position = data.get("position") if isinstance(data, Mapping) else None
        fallback = self.row.source.fallback
        follows = fallback is not None and what == fallback.text
        if follows and self.runs and self.runs[-1].position == position:
            self.runs[-1].read.append(Noted(what, value))
        else:
            self.runs.append(Run(position, [Noted(what, value)]))

    def changed(self, what: str, value: Any) -> None:
        """A converter or a map made something of it."""
        if not self.runs:  # a fixed value is not read from anywhere
            self.runs.append(Run(None, []))
        self.runs[-1].changed.append(Noted(what, value))


class Watch:
    """Makes copies of a mapping's rows; ``notes`` holds what they wrote down."""

    def __init__(self) -> None:
        self.notes: list[Notes] = []

    def rows(self, rows: tuple[Row, ...], path: Path) -> tuple[Row, ...]:
        """The rows of a list, each at its place."""
        return tuple(self.row(row, (*path, index)) for index, row in enumerate(rows))

    def row(self, row: Row, path: Path) -> Row:
        """A row like ``row``, whose evaluation is noted."""
        notes, source = Notes(row, path), row.source
        self.notes.append(notes)
        watched = replace(
            source,
            path=_path(source.path, notes),
            fallback=_path(source.fallback, notes),
            expression=_expression(source.expression, notes),
            chain=tuple(_converter(one, notes) for one in source.chain),
            choices=None if source.choices is None else _Choices(source.choices, notes),
        )
        return replace(row, source=watched)

    def condition(self, when: Expression | None, rule: str, path: Path) -> Expression | None:
        """A condition like ``when``, whose evaluation is noted."""
        if when is None:
            return None
        return self.row(Row("when", Source(expression=when), rule=rule), path).source.expression


def named_paths(expression: str) -> tuple[str, ...]:
    """The dotted names in an expression, as far as they can be seen without running it."""
    found = _DOTTED.findall(_STRING.sub(" ", expression))
    return tuple(dict.fromkeys(name.replace("`", "") for name in found))


def value_at(data: Any, name: str) -> Any:
    """What a dotted name leads to; None where it leads nowhere."""
    for part in name.split("."):
        data = data.get(part) if isinstance(data, Mapping) else None
    return data


@dataclass(frozen=True)
class _WatchedPath(FieldPath):
    notes: Notes

    def read(self, data: Any) -> Any:
        value = FieldPath.read(self, data)
        self.notes.read(self.text, value, data)
        return value


class _WatchedExpression(Expression):
    __slots__ = ("_notes", "_one")

    def __init__(self, one: Expression, notes: Notes) -> None:
        self._one, self._notes = one, notes
        self.text, self.variables = one.text, one.variables

    def evaluate(
        self, data: Mapping[str, Any], *, now: datetime, bindings: Mapping[str, Any] | None = None
    ) -> Any:
        self._notes.read("expr", UNSET, data)
        read = self._notes.runs[-1].read
        for name in named_paths(self.text):
            if name.split(".")[0] in data:
                read.append(Noted(name, value_at(data, name)))
        value = self._one.evaluate(data, now=now, bindings=bindings)
        read[0] = Noted("expr", value)
        return value


class _Choices(dict[str, Any]):
    def __init__(self, choices: Mapping[str, Any], notes: Notes) -> None:
        super().__init__(choices)
        self._notes = notes

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        self._notes.changed("map", value)
        return value


def _path(path: FieldPath | None, notes: Notes) -> FieldPath | None:
    return None if path is None else _WatchedPath(path.text, path.parts, notes)


def _expression(one: Expression | None, notes: Notes) -> Expression | None:
    return None if one is None else _WatchedExpression(one, notes)


def _converter(one: Converter, notes: Notes) -> Converter:
    def apply(value: Any, now: datetime) -> Any:
        made = one.apply(value, now)
        notes.changed(f"convert {one.text}", made)
        return made

    return replace(one, apply=apply)
