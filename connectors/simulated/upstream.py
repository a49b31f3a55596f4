"""The store behind the simulated connector: records in memory, faults on demand.

It knows idempotency keys: an operation with a key it has seen gives the first receipt again.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hub.contracts.records import Attach, Create, Note, Operation, Receipt, RecordRef, Update
from hub.kernel.errors import (
    AuthenticationFailed,
    MalformedAnswer,
    NotFound,
    OutcomeUnknown,
    RecordLocked,
    Refused,
    Retryable,
    TooLarge,
)

FAULTS = ("unreachable", "500", "html", "slow", "drop_before", "drop_after")


@dataclass
class Fault:
    """Strikes the next ``count`` calls of ``operation`` (``*`` is any)."""

    kind: str
    operation: str = "*"
    count: int = 1
    seconds: float = 30.0


@dataclass
class Stored:
    """One record with what hangs on it."""

    fields: dict[str, Any]
    notes: list[str] = field(default_factory=list)
    files: list[Attach] = field(default_factory=list)
    changed: int = 0  # the store's count of changes when this one last changed


class Upstream:
    """One store. Thread-safe. ``effects`` names each change made: (operation, record)."""

    def __init__(self, password: str = "") -> None:
        self.password = password
        self.effects: list[tuple[str, RecordRef]] = []
        self._guard = threading.RLock()
        self._changes = 0
        self._tables: dict[str, dict[str, Stored]] = {}
        self._receipts: dict[str, Receipt] = {}
        self._locks: dict[RecordRef, float] = {}
        self._faults: list[Fault] = []
        self._hurry = threading.Event()

    def put(self, table: str, record_id: str, fields: Mapping[str, Any]) -> RecordRef:
        """Set a record, as somebody working upstream would."""
        with self._guard:
            stored = self._tables.setdefault(table, {}).setdefault(record_id, Stored({}))
            stored.fields.update(fields)
            self._mark(stored)
            return RecordRef(table, record_id)

    def records(self, table: str) -> dict[str, dict[str, Any]]:
        """Id → fields."""
        with self._guard:
            return {key: dict(s.fields) for key, s in self._tables.get(table, {}).items()}

    def notes(self, ref: RecordRef) -> list[str]:
        """The notes of a record."""
        with self._guard:
            return list(self._stored(ref).notes)

    def files(self, ref: RecordRef) -> list[Attach]:
        """The files of a record."""
        with self._guard:
            return list(self._stored(ref).files)

    def lock(self, ref: RecordRef, seconds: float) -> None:
        """Somebody edits the record; 0 ends it."""
        with self._guard:
            self._locks[ref] = seconds

    def fault(self, kind: str, operation: str = "*", count: int = 1, seconds: float = 30.0) -> None:
        """Switch a fault on. Operations: sign_in, read, list, create, update, note,
        attach."""
        if kind not in FAULTS:
            raise ValueError(f"unknown fault {kind}")
        with self._guard:
            self._faults.append(Fault(kind, operation, count, seconds))

    def clear(self) -> None:
        """Switch all faults off; who is slow stops waiting."""
        with self._guard:
            self._faults.clear()
            self._hurry.set()
            self._hurry = threading.Event()

    def sign_in(self, password: str, patience: float) -> None:
        """Refuse a wrong password."""
        self._strike("sign_in", patience)
        self._admit(password)

    def read(self, ref: RecordRef, password: str, patience: float) -> dict[str, Any]:
        """The fields of one record."""
        self._strike("read", patience)
        self._admit(password)
        with self._guard:
            return dict(self._stored(ref).fields)

    def file(self, ref: RecordRef, name: str, limit: int, password: str, patience: float) -> Attach:
        """A file of a record, the last of that name."""
        self._strike("read", patience)
        self._admit(password)
        with self._guard:
            found = [one for one in self._stored(ref).files if one.file_name == name]
        if not found:
            raise NotFound("the record has no such file")
        if len(found[-1].content) > limit:
            raise TooLarge(f"the file has more than {limit} bytes")
        return found[-1]

    def changed(
        self, table: str, since: int, password: str, patience: float
    ) -> list[tuple[int, RecordRef]]:
        """What has changed after the change ``since``, the oldest first."""
        self._strike("list", patience)
        self._admit(password)
        with self._guard:
            found = [
                (stored.changed, RecordRef(table, record_id))
                for record_id, stored in self._tables.get(table, {}).items()
                if stored.changed > since
            ]
        return sorted(found, key=lambda one: one[0])

    def names(self, table: str, password: str, patience: float) -> set[str]:
        """The names of all fields that records of the table have."""
        self._strike("read", patience)
        self._admit(password)
        with self._guard:
            if table not in self._tables:
                raise NotFound("the upstream has no such table")
            return {name for stored in self._tables[table].values() for name in stored.fields}

    def apply(
        self, operation: Operation, key: str, password: str, patience: float, *, adopt: bool
    ) -> Receipt:
        """Do it once per key."""
        name = type(operation).__name__.lower()
        broken_afterwards = self._strike(name, patience)
        self._admit(password)
        with self._guard:
            known = self._receipts.get(key)
            receipt = replace(known, repeated=True) if known else self._do(name, operation, adopt)
            self._receipts.setdefault(key, receipt)
        if broken_afterwards:
            raise OutcomeUnknown("the upstream closed the connection before answering")
        return receipt

    def _do(self, name: str, operation: Operation, adopt: bool) -> Receipt:
        if isinstance(operation, Create):
            return self._create(operation)
        ref = operation.ref
        if adopt:
            self._tables.setdefault(ref.table, {}).setdefault(ref.id, Stored({}))
        stored = self._stored(ref)
        if self._locks.get(ref, 0) > 0:
            raise RecordLocked("somebody edits the record", retry_after=self._locks[ref])
        if isinstance(operation, Update):
            stored.fields.update(operation.fields)
        elif isinstance(operation, Note):
            stored.notes.append(operation.text)
        else:
            if not operation.file_name.strip():
                raise Refused("a file needs a name", code="bad_value")
            stored.files.append(operation)
        self._mark(stored)
        self.effects.append((name, ref))
        return Receipt(ref)

    def _create(self, operation: Create) -> Receipt:
        table = self._tables.setdefault(operation.table, {})
        for name in operation.match:
            wanted = operation.fields.get(name)
            if wanted in (None, ""):
                continue
            for record_id, stored in table.items():
                if stored.fields.get(name) == wanted:
                    return self._fill_in(RecordRef(operation.table, record_id), stored, operation)
        record_id = str(len(table) + 1)
        while record_id in table:
            record_id = str(int(record_id) + 1)
        table[record_id] = stored = Stored(dict(operation.fields))
        self._mark(stored)
        ref = RecordRef(operation.table, record_id)
        self.effects.append(("create", ref))
        return Receipt(ref, created=True)

    def _fill_in(self, ref: RecordRef, stored: Stored, operation: Create) -> Receipt:
        empty = {k: v for k, v in operation.fields.items() if stored.fields.get(k) in (None, "")}
        if empty:
            stored.fields.update(empty)
            self._mark(stored)
            self.effects.append(("update", ref))
        return Receipt(ref)

    def _mark(self, stored: Stored) -> None:
        self._changes += 1
        stored.changed = self._changes

    def _stored(self, ref: RecordRef) -> Stored:
        stored = self._tables.get(ref.table, {}).get(ref.id)
        if stored is None:
            raise NotFound("the upstream has no such record")
        return stored

    def _admit(self, password: str) -> None:
        if password != self.password:
            raise AuthenticationFailed("the upstream refused the password")

    def _strike(self, operation: str, patience: float) -> Fault | None:
        """Raise what the next fault means; a fault to strike afterwards is handed back."""
        changes = operation not in ("sign_in", "read", "list")
        unclear = OutcomeUnknown if changes else Retryable
        with self._guard:
            fault = self._next_fault(operation)
            hurry = self._hurry
        if fault is None or (fault.kind == "drop_after" and changes):
            return fault
        if fault.kind == "unreachable":
            raise Retryable("the upstream cannot be reached")
        if fault.kind == "html" and not changes:
            raise Retryable("the upstream answered with a page") from MalformedAnswer()
        if fault.kind != "slow":
            raise unclear("the upstream gave no answer")
        hurry.wait(min(fault.seconds, patience))
        if fault.seconds > patience:
            raise unclear("the upstream was too slow")
        return None

    def _next_fault(self, operation: str) -> Fault | None:
        for fault in self._faults:
            if fault.operation in ("*", operation) and fault.count > 0:
                fault.count -= 1
                return fault
        return None


_upstreams: dict[str, Upstream] = {}
_upstreams_guard = threading.Lock()


def upstream(name: str) -> Upstream:
    """The store of this name, made when first asked for."""
    with _upstreams_guard:
        return _upstreams.setdefault(name, Upstream())
