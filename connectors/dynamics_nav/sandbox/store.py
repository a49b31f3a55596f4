"""The one store below both surfaces: companies with rows. Everything under one lock.

Knows no page and no rule of business: ``desk.py`` does. A row is never changed in place, so that a
transaction that fails can put the former rows back.
"""

from __future__ import annotations

import itertools
import threading
import uuid
from bisect import insort
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.dynamics_nav.sandbox import values
from connectors.dynamics_nav.sandbox.errors import DUPLICATE, NOT_FOUND, NavError
from connectors.dynamics_nav.sandbox.schema import Objects, Table
from hub.kernel.clock import Clock

STAMP = "Last_Modified_Date_Time"
_FIRST_VERSION = 5_685_100
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Row:
    """One record: all fields of its table, the row version, the system id, and a file's bytes."""

    table: Table
    values: Mapping[str, Any]
    version: int = 0
    id: str = ""
    content: bytes = b""

    @property
    def key(self) -> Key:
        """The primary key."""
        return tuple(self.values[name] for name in self.table.key)

    @property
    def words(self) -> str:
        """The primary key as faults name it."""
        return ",".join(
            f"{name.replace('_', ' ')}='{self.values[name]}'" for name in self.table.key
        )


@dataclass(frozen=True)
class Change:
    """What happened to a row: created, updated or deleted."""

    company: Company
    kind: str
    row: Row


@dataclass
class Company:
    """One company's rows, in the order of their keys, and the numbers it gave out last."""

    name: str
    id: str
    rows: dict[str, dict[Key, Row]]
    numbers: dict[str, int] = field(default_factory=dict)
    lines: dict[Key, list[Key]] = field(default_factory=dict)

    def all(self, table: str) -> list[Row]:
        """Every row of a table by its key."""
        return [row for _, row in sorted(self.rows[table].items(), key=lambda item: item[0])]

    def get(self, table: str, key: Key) -> Row | None:
        """One row."""
        return self.rows[table].get(key)

    def lines_of(self, header: Row) -> list[Row]:
        """The lines of a document."""
        return [self.rows["Sales_Line"][key] for key in self.lines.get(header.key, ())]


class Store:
    """All companies. ``listeners`` are told of each change after its transaction."""

    def __init__(self, objects: Objects, clock: Clock) -> None:
        self.objects = objects
        self.clock = clock
        self.guard = threading.RLock()
        self.listeners: list[Callable[[Change], None]] = []
        self.companies: list[Company] = []
        self.default = ""
        self._journal: list[Callable[[], None]] | None = None
        self._changes: list[Change] = []
        self.clear()

    def clear(self) -> None:
        """No companies, numbers from the beginning."""
        self.companies.clear()
        self._versions = itertools.count(_FIRST_VERSION)
        self._made = itertools.count(1)

    def add_company(self, name: str, company_id: str) -> Company:
        """An empty company."""
        company = Company(name, company_id, {table: {} for table in self.objects.tables})
        self.companies.append(company)
        return company

    def company(self, name: str) -> Company | None:
        """By its name, upper and lower case being different; the default one without a name."""
        wanted = name or self.default
        return next((c for c in self.companies if c.name == wanted), None)

    def company_by_id(self, company_id: str) -> Company | None:
        """By its id."""
        return next((c for c in self.companies if c.id == company_id.lower()), None)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. One inside another belongs to the outer one."""
        with self.guard:
            if self._journal is not None:
                yield
                return
            self._journal = [self._numbers_back()]
            self._changes = []
            try:
                yield
            except BaseException:
                for undo in reversed(self._journal):
                    undo()
                self._changes = []
                raise
            finally:
                self._journal = None
            changes, self._changes = self._changes, []
        for change in changes:
            for listener in self.listeners:
                listener(change)

    def insert(
        self, company: Company, table: Table, given: Mapping[str, Any], content: bytes = b""
    ) -> Row:
        """A new row; what is not given is blank."""
        blank = {name: values.blank(column) for name, column in table.fields.items()}
        made = f"{company.id}/{table.name}/{next(self._made)}"
        row = Row(
            table,
            {**blank, **given},
            id=str(uuid.uuid5(uuid.NAMESPACE_URL, made)),
            content=content,
        )
        if company.get(table.name, row.key):
            raise NavError(DUPLICATE, "exists", table=table.caption, key=row.words)
        return self._write(company, row, "created")

    def change(
        self, company: Company, row: Row, given: Mapping[str, Any], content: bytes | None = None
    ) -> Row:
        """Write fields of a row. It may be an older look at it."""
        present = self.present(company, row)
        kept = present.content if content is None else content
        changed = replace(present, values={**present.values, **given}, content=kept)
        return self._write(company, changed, "updated")

    def delete(self, company: Company, row: Row) -> None:
        """Remove a row."""
        present = self.present(company, row)
        self._undoable(company, row)
        del company.rows[row.table.name][row.key]
        if row.table.name == "Sales_Line":
            company.lines[row.key[:2]].remove(row.key)
            self._touch_header(company, row)
        self._changes.append(Change(company, "deleted", present))

    def present(self, company: Company, row: Row) -> Row:
        """The row as it is now. Raises ``NavError`` when it is gone."""
        found = company.get(row.table.name, row.key)
        if found is None:
            raise NavError(NOT_FOUND, "gone", table=row.table.caption, key=row.words)
        return found

    def _write(self, company: Company, row: Row, kind: str) -> Row:
        self._undoable(company, row)
        stamp = {STAMP: self.clock.now()} if STAMP in row.table.fields else {}
        row = replace(row, values={**row.values, **stamp}, version=next(self._versions))
        if row.table.name == "Sales_Line" and row.key not in company.rows["Sales_Line"]:
            insort(company.lines.setdefault(row.key[:2], []), row.key)
        company.rows[row.table.name][row.key] = row
        if row.table.name == "Sales_Line":
            self._touch_header(company, row)
        self._changes.append(Change(company, kind, row))
        return row

    def _numbers_back(self) -> Callable[[], None]:
        """Numbers that a failed transaction took are given out again."""
        before = [(company, dict(company.numbers)) for company in self.companies]

        def undo() -> None:
            for company, numbers in before:
                company.numbers = numbers

        return undo

    def _touch_header(self, company: Company, line: Row) -> None:
        """A line's change is a change of its document, which also moves its time of change."""
        header = company.get("Sales_Header", line.key[:2])
        if header is not None:
            self._write(company, header, "updated")

    def _undoable(self, company: Company, row: Row) -> None:
        if self._journal is None:
            raise RuntimeError("rows are changed in a transaction only")
        rows, lines, key = company.rows[row.table.name], company.lines, row.key
        before, listed = rows.get(key), list(lines.get(key[:2], ()))

        def undo() -> None:
            if before is None:
                rows.pop(key, None)
            else:
                rows[key] = before
            if row.table.name == "Sales_Line":
                lines[key[:2]] = listed

        self._journal.append(undo)
