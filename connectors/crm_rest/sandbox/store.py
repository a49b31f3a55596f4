"""The CRM's records, notes and files, in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.crm_rest.sandbox import offer, quotes, service
from hub.kernel.clock import Clock

CONTACTS, CASES, OFFERS = "contacts", "cases", "offers"
# table → field → what is in the seed record. Other fields are refused, as strict CRMs do.
FIELDS: dict[str, dict[str, Any]] = {
    CONTACTS: {
        "name": "Bob Berg",
        "mobile": "+46701740605",
        "email": "bob@example.com",
        "address": {"street": "Storgatan 1", "city": "Åre"},
        "external_id": None,
    },
    CASES: {
        "number": "C-1001",
        "subject": "Bicycle makes a noise",
        "status": "Open",
        "priority": 3,
        "urgent": False,
        "signed_at": None,
        "signed_by": None,
        "contact_id": "1",
        "remarks": "",
        "tags": ["workshop"],
        "external_id": None,
    },
    OFFERS: offer.FIELDS,
}
_NAMES = {
    name: frozenset(fields)
    for table in (FIELDS, service.FIELDS, quotes.FIELDS)
    for name, fields in table.items()
}


class Refusal(Exception):
    """The CRM says no: status, code and text."""

    def __init__(self, status: int, code: str, text: str, retry_after: int | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text
        self.retry_after = retry_after


@dataclass
class StoredFile:
    """One file of a record."""

    name: str
    type: str
    content: bytes


@dataclass
class Row:
    """One record with what belongs to it. ``revision`` rises over the whole CRM."""

    id: str
    fields: dict[str, Any]
    revision: int
    at: datetime
    notes: list[dict[str, Any]] = field(default_factory=list)
    files: list[StoredFile] = field(default_factory=list)
    locked_until: datetime | None = None

    @property
    def etag(self) -> str:
        return f'"r{self.revision}"'

    def shown(self) -> dict[str, Any]:
        """The record as the API shows it."""
        own = {"id": self.id, "revision": self.revision, "updated_at": self.at.isoformat()}
        return {**own, **self.fields}


class Store:
    """Thread-safe. ``changed`` is told ``(table, id)`` of each change by a person."""

    def __init__(self, clock: Clock) -> None:
        self.guard = threading.RLock()
        self.changed: Callable[[str, str], None] = lambda table, record_id: None
        self._clock = clock
        self.reset()

    def reset(self) -> None:
        """Back to the seed: one contact, one case, one offer with a drawing; and the offers of
        the field-service side, and the quotes."""
        with self.guard:
            self._revision = 0
            self.rows: dict[str, dict[str, Row]] = {name: {} for name in _NAMES}
            for name, fields in FIELDS.items():
                self.create(name, deepcopy(fields))
            for name, seeds in quotes.SEEDS.items():
                for seed in seeds:
                    self.create(name, deepcopy(dict(seed)))
            plan = StoredFile(offer.DRAWING, "image/png", offer.drawing())
            self.rows[OFFERS]["1"].files.append(plan)
            for fields in service.seed():
                self.create(service.OFFER, fields)

    def row(self, table: str, record_id: str) -> Row:
        with self.guard:
            row = self.table(table).get(record_id)
            if row is None:
                raise Refusal(404, "not_found", f"no {table} {record_id}")
            return row

    def table(self, name: str) -> dict[str, Row]:
        if name not in self.rows:
            raise Refusal(404, "not_found", f"nothing is called {name}")
        return self.rows[name]

    def create(self, table: str, fields: Mapping[str, Any]) -> Row:
        with self.guard:
            rows = self.table(table)
            self._check(table, fields)
            own = fields.get("external_id")
            if own and any(row.fields["external_id"] == own for row in rows.values()):
                raise Refusal(409, "duplicate", f"external_id {own} is taken")
            number = len(rows) + 1
            made = (
                quotes.completed(table, fields, number)
                if table in quotes.FIELDS
                else {**dict.fromkeys(_NAMES[table]), **fields}
            )
            new = Row(str(number), made, *self._mark())
            rows[new.id] = new
            return new

    def update(self, table: str, record_id: str, fields: Mapping[str, Any], etag: str = "") -> Row:
        with self.guard:
            row = self.row(table, record_id)
            own = ("id", "revision", "updated_at")
            fields = {name: value for name, value in fields.items() if name not in own}
            self._check(table, fields)
            self.check_lock(row)
            if etag and etag not in ("*", row.etag):
                raise Refusal(412, "changed", "the record changed meanwhile")
            row.fields.update(fields)
            self._touch(row)
            return row

    def add_note(self, table: str, record_id: str, text: str) -> dict[str, Any]:
        with self.guard:
            row = self.row(table, record_id)
            note = {"id": f"{row.id}-{len(row.notes) + 1}", "text": text}
            row.notes.append(note)
            self._touch(row)
            return note

    def attach(self, table: str, record_id: str, file: StoredFile) -> None:
        with self.guard:
            row = self.row(table, record_id)
            row.files.append(file)
            self._touch(row)

    def by_person(self, table: str, record_id: str, fields: Mapping[str, Any]) -> None:
        """Somebody changes a record on the page."""
        self.update(table, record_id, fields)
        self.changed(table, record_id)

    def check_lock(self, row: Row) -> None:
        now = self._clock.wall()
        if row.locked_until and row.locked_until > now:
            wait = int((row.locked_until - now).total_seconds())
            raise Refusal(423, "locked", "somebody edits the record", wait)

    def _check(self, table: str, fields: Mapping[str, Any]) -> None:
        unknown = [name for name in fields if name not in _NAMES[table]]
        if unknown:
            raise Refusal(422, "unknown_field", f"{table} has no field {unknown[0]}")

    def _touch(self, row: Row) -> None:
        row.revision, row.at = self._mark()

    def _mark(self) -> tuple[int, datetime]:
        self._revision += 1
        return self._revision, self._clock.wall()
