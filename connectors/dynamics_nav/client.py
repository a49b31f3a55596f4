"""What both surfaces can do for the connector, in the connector's words.

``client_soap`` and ``client_api`` return plain values and raise our errors; neither knows
idempotency keys, matches or uncertain outcomes.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.dynamics_nav.tables import LINES, Table
from connectors.dynamics_nav.ways import Call, Changes, Find
from hub.kernel.errors import Refused

_PLACEHOLDER = re.compile(r"\{([\w.]+)\}")
Words = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """One record as read. ``version`` is the Key or the ETag; lines stand under ``lines``."""

    id: str
    fields: Mapping[str, Any]
    version: str = ""

    @property
    def lines(self) -> list[Mapping[str, Any]]:
        """The lines, each with its own Key."""
        return list(self.fields.get(LINES) or [])


@dataclass(frozen=True)
class LineEdit:
    """Fields to write to ``line``, or of a new line where it is None."""

    line: Mapping[str, Any] | None
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Edit:
    """What is to be written to one record."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    lines: tuple[LineEdit, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.fields or self.lines)


class NavClient(ABC):
    """The tables of one company over one surface. Thread-safe."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self.tables = tables

    def table(self, name: str) -> Table:
        """What the settings say of it. Raises ``Refused``."""
        table = self.tables.get(name)
        if table is None:
            known = ", ".join(self.tables)
            raise Refused(
                f"the settings know no table of this name, only {known}", code="unknown_table"
            )
        return table

    @abstractmethod
    def probe(self) -> tuple[dict[str, Any], list[str]]:
        """Prove credentials and company, change nothing: facts and warnings."""

    @abstractmethod
    def named(self, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """``given`` under the names that the surface has for these fields, lines as well."""

    @abstractmethod
    def keeps(self, name: str, field: str) -> bool:
        """Whether the table has this field, as far as can be known."""

    @abstractmethod
    def describe(self, name: str) -> Collection[str]:
        """The table's field names. Raises ``Unsupported``."""

    @abstractmethod
    def read(self, name: str, record_id: str) -> Row:
        """One record. Raises ``NotFound``."""

    @abstractmethod
    def search(self, name: str, wanted: Mapping[str, Any]) -> Iterator[Row]:
        """Records that have these values; compare them."""

    @abstractmethod
    def since(self, name: str, way: Changes, mark: str | None) -> Iterator[Row]:
        """Records changed at ``mark`` or later, in no certain order; all without a mark."""

    @abstractmethod
    def create(self, name: str, fields: Mapping[str, Any]) -> Row:
        """Make a record without lines. Not idempotent."""

    @abstractmethod
    def update(self, name: str, row: Row, edit: Edit) -> None:
        """Write to the record as it was read. Raises ``LostRace`` when it may have changed."""

    @abstractmethod
    def is_stale(self, name: str, row: Row) -> bool:
        """Whether the record has changed since it was read. Raises ``NotFound``."""

    @abstractmethod
    def call(self, call: Call, words: Words, *, changes: bool) -> Mapping[str, Any]:
        """Call a codeunit; its ``return_value`` and what else it gives."""

    @abstractmethod
    def find(self, find: Find, words: Words) -> list[Mapping[str, Any]]:
        """Rows where what was done can be seen."""

    @abstractmethod
    def number(self, name: str, record_id: str) -> str:
        """The record's number, by which codeunits know it. Raises ``NotFound``."""

    @abstractmethod
    def close(self) -> None:
        """Give back connections."""


def filled(template: str, words: Words) -> Any:
    """A template with its placeholders filled in, in one pass. One that is nothing but a
    placeholder gives the value as it is."""
    alone = _PLACEHOLDER.fullmatch(template)
    if alone:
        return _word(words, alone.group(1))
    return _PLACEHOLDER.sub(lambda match: str(_word(words, match.group(1))), template)


def sought(template: str, words: Words) -> Any:
    """The same to search by. Raises ``Refused`` for nothing: it would find what is nobody's."""
    value = filled(template, words)
    if value in (None, "") and template:
        raise Refused(
            f"the record has no value for {template}, so nothing can be searched by it: correct "
            "number, or the filters",
            code="unsearchable",
        )
    return value


def _word(words: Words, name: str) -> Any:
    if name not in words:
        raise Refused(f"the settings use {{{name}}}, which is not known here", code="bad_call")
    return words[name]
