"""The one store below all surfaces: rows, files, locks, history. Everything under one lock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connectors.agiloft.sandbox import query, values
from connectors.agiloft.sandbox.errors import OPERATION, EwError
from connectors.agiloft.sandbox.schema import (
    BUTTON,
    FILE,
    LINKED,
    MULTI,
    Field,
    KnowledgeBase,
    Table,
)
from hub.kernel.clock import Clock

LOCK_MINUTES = 25
_FORBIDDEN = (".exe", ".bat", ".js", ".jsp")


@dataclass(frozen=True)
class Actor:
    """Who changes something, and by which way in: API, Web or Email."""

    login: str
    source: str


@dataclass(frozen=True)
class StoredFile:
    """One file of a file field."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Change:
    """One entry of a record's history."""

    table: str
    id: int
    event: str
    actor: Actor
    at: datetime
    fields: Mapping[str, tuple[Any, Any]]


@dataclass
class Row:
    """One record."""

    id: int
    values: dict[str, Any]
    files: dict[str, list[StoredFile]] = field(default_factory=dict)


@dataclass(frozen=True)
class Lock:
    """Somebody edits a record."""

    by: str
    until: datetime


class Store:
    """The records of one knowledge base. ``listeners`` are told of each change, after it."""

    def __init__(self, kb: KnowledgeBase, clock: Clock) -> None:
        self.kb = kb
        self.clock = clock
        self.guard = threading.RLock()
        self.listeners: list[Callable[[Change], None]] = []
        self.reset()

    def reset(self) -> None:
        """Back to the seed."""
        with self.guard:
            self.rows: dict[str, dict[int, Row]] = {name: {} for name in self.kb.tables}
            self.locks: dict[tuple[str, int], Lock] = {}
            self.history: list[Change] = []
            self._last: dict[str, int] = dict.fromkeys(self.kb.tables, 0)
            for table in self.kb.tables.values():
                for record in table.records:
                    seed = {k: _as_link(table.fields[k], v) for k, v in record.items()}
                    self._insert(table, self._taken(table, seed))

    def table(self, name: str) -> Table:
        """A table by its logical name."""
        if name not in self.kb.tables:
            raise EwError(400, f"Table {name} not found")
        return self.kb.tables[name]

    def row(self, table: str, record_id: int | str) -> Row:
        """One row."""
        self.table(table)
        row = self.rows[table].get(int(record_id)) if str(record_id).isdecimal() else None
        if row is None:
            raise EwError(400, f"No data for id range {record_id} in table {table}")
        return row

    def read(self, table: str, record_id: int | str, *, iso: bool = True) -> dict[str, Any]:
        """All fields of one record, as shown."""
        with self.guard:
            return self._shown(self.table(table), self.row(table, record_id), iso)

    def create(self, table: str, given: Mapping[str, Any], actor: Actor) -> int:
        """A new record. Two equal calls make two records, as in the real thing."""
        with self.guard:
            definition = self.table(table)
            taken = self._taken(definition, given)
            for column in definition.fields.values():
                if column.required and taken.get(column.name) in (None, ""):
                    raise EwError(400, f"Missing required column {column.name}")
            row = self._insert(definition, taken)
            changed = {k: (None, v) for k, v in taken.items() if v not in (None, [])}
            change = self._note(Change(table, row.id, "Create", actor, self.clock.now(), changed))
        self._tell(change)
        return row.id

    def update(
        self,
        table: str,
        record_id: int | str,
        given: Mapping[str, Any],
        actor: Actor,
        *,
        override_lock: bool = False,
    ) -> None:
        """Write fields of a record, unless somebody else has it locked."""
        with self.guard:
            definition, row = self.table(table), self.row(table, record_id)
            self.check_lock(table, row.id, actor.login, override=override_lock)
            taken = self._taken(definition, given)
            before = self._shown(definition, row, True)
            row.values.update(taken)
            self._stamp(definition, row)
            after = self._shown(definition, row, True)
            changed = {k: (before.get(k), after.get(k)) for k in taken if before[k] != after[k]}
            change = self._note(Change(table, row.id, "Update", actor, self.clock.now(), changed))
        self._tell(change)

    def delete(self, table: str, record_id: int | str, actor: Actor) -> None:
        """Remove a record on which no other depends."""
        with self.guard:
            row = self.row(table, record_id)
            self.check_lock(table, row.id, actor.login)
            if self._dependants(table, row.id):
                raise EwError(409, "The record has dependants", "EWIntegrityException")
            del self.rows[table][row.id]
            change = self._note(Change(table, row.id, "Delete", actor, self.clock.now(), {}))
        self._tell(change)

    def search(self, table: str, text: str, *, sql: bool = False) -> list[dict[str, Any]]:
        """The records that fulfil a query, by id."""
        with self.guard:
            definition = self.table(table)
            test = query.parse(text, definition.fields, table, sql=sql)
            shown = (self._shown(definition, row, True) for row in self.rows[table].values())
            return [record for record in shown if test(record)]

    def attach(
        self, table: str, record_id: int | str, name: str, file: StoredFile, by: Actor
    ) -> int:
        """Add a file to a file field; how many there are then."""
        with self.guard:
            row = self.row(table, record_id)
            self._column(table, name, FILE)
            if not file.name:
                raise EwError(400, "Missing required parameter fileName")
            if file.name.lower().endswith(_FORBIDDEN):
                raise EwError(400, "The file extension is not allowed")
            self.check_lock(table, row.id, by.login)
            row.files.setdefault(name, []).append(file)
            change = Change(
                table, row.id, "Update", by, self.clock.now(), {name: (None, file.name)}
            )
            self._note(change)
            count = len(row.files[name])
        self._tell(change)
        return count

    def files(self, table: str, record_id: int | str, name: str) -> list[StoredFile]:
        """The files of a file field; a removal moves later positions up."""
        with self.guard:
            self._column(table, name, FILE)
            return self.row(table, record_id).files.setdefault(name, [])

    def lock(self, table: str, record_id: int | str, by: str, minutes: int = LOCK_MINUTES) -> Lock:
        """Lock a record for ``by``."""
        with self.guard:
            row = self.row(table, record_id)
            self.check_lock(table, row.id, by)
            lock = Lock(by, self.clock.wall() + timedelta(minutes=minutes))
            self.locks[(table, row.id)] = lock
            return lock

    def lock_of(self, table: str, record_id: int | str) -> Lock | None:
        """The lock of a record, if one is on."""
        with self.guard:
            key = (table, self.row(table, record_id).id)
            lock = self.locks.get(key)
            if lock and lock.until <= self.clock.wall():
                del self.locks[key]
                return None
            return lock

    def unlock(self, table: str, record_id: int | str, by: str, *, force: bool = False) -> None:
        """Take the lock off."""
        with self.guard:
            lock = self.lock_of(table, record_id)
            if lock and lock.by != by and not force:
                raise EwError(409, f"The record is locked by {lock.by}", OPERATION)
            self.locks.pop((table, int(record_id)), None)

    def check_lock(self, table: str, record_id: int, login: str, *, override: bool = False) -> None:
        """Refuse when somebody else holds the record."""
        lock = self.lock_of(table, record_id)
        if lock and lock.by != login and not override:
            raise EwError(409, f"The record is locked by {lock.by}", OPERATION)

    def _column(self, table: str, name: str, kind: str) -> Field:
        column = self.table(table).fields.get(name)
        if column is None or column.type != kind:
            raise EwError(400, f"No column {name} in table {table}")
        return column

    def _taken(self, table: Table, given: Mapping[str, Any]) -> dict[str, Any]:
        for name in given:
            if name not in table.fields:
                raise EwError(400, f"No column {name} in table {table.name}")
        return {
            name: values.take(table.fields[name], value, table.name, self._lookup)
            for name, value in given.items()
        }

    def _lookup(self, table: str, column: str, display: str) -> list[int]:
        rows = self.rows[table].values()
        if column == "id":
            return [row.id for row in rows if str(row.id) == display]
        return [row.id for row in rows if row.values.get(column) == display]

    def _insert(self, table: Table, taken: Mapping[str, Any]) -> Row:
        self._last[table.name] += 1
        row = Row(self._last[table.name], dict(taken))
        self._stamp(table, row)
        self.rows[table.name][row.id] = row
        return row

    def _stamp(self, table: Table, row: Row) -> None:
        for column in table.fields.values():
            if column.auto:
                row.values[column.name] = self.clock.now().strftime("%Y-%m-%d %H:%M:%S")

    def _shown(self, table: Table, row: Row, iso: bool) -> dict[str, Any]:
        shown: dict[str, Any] = {"id": row.id}
        for name, column in table.fields.items():
            if column.type == BUTTON or name == "id":
                continue
            if column.type == FILE:
                shown[name] = [f.name for f in row.files.get(name, [])]
                continue
            kept = row.values.get(name, [] if column.type == MULTI else None)
            shown[name] = values.show(column, kept, self._display, iso=iso)
        return shown

    def _display(self, column: Field, linked_id: int) -> Any:
        if column.column == "id":
            return linked_id
        row = self.rows[column.table].get(linked_id)
        return row.values.get(column.column) if row else None

    def _dependants(self, table: str, record_id: int) -> bool:
        return any(
            row.values.get(column.name) == record_id
            for definition in self.kb.tables.values()
            for column in definition.fields.values()
            if column.type == LINKED and column.table == table
            for row in self.rows[definition.name].values()
        )

    def _note(self, change: Change) -> Change:
        self.history.append(change)
        return change

    def _tell(self, change: Change) -> None:
        for listener in self.listeners:
            listener(change)


def _as_link(column: Field, value: Any) -> Any:
    return f":{value}" if column.type == LINKED and isinstance(value, str) else value
