"""Customers, repair cases and notes in the hub itself, for workspaces without an ERP of their own.

Tables: ``customer`` (matched by ``mobile`` or ``email``) and ``repair_case`` (linked by
``customer``). Everything is safe to repeat: the idempotency key is kept with the row that it
made or matched.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, cast

from connectors.hub_register.settings import HubRegisterSettings
from hub.contracts.connector import Connector
from hub.contracts.plugin import ProbeResult
from hub.contracts.ports import REGISTER_TABLES, RegisterPort
from hub.contracts.records import Create, Note, Operation, Receipt, Record, RecordRef, Update
from hub.kernel.errors import NotFound, Unsupported


class HubRegister(Connector):
    """The port ``register`` with the face of a connector."""

    Settings = HubRegisterSettings

    @property
    def _register(self) -> RegisterPort:
        return cast(RegisterPort, self.context.ports["register"])

    @classmethod
    def declared_tables(cls, settings: Any) -> Mapping[str, Collection[str] | None] | None:
        """Its two tables; ``id`` and ``number`` are given by the register."""
        return {name: fields | {"id", "number"} for name, fields in REGISTER_TABLES.items()}

    def probe(self) -> ProbeResult:
        """Reads once from the register."""
        self._register.read("customer", "probe")
        return ProbeResult("the register answers")

    def fetch(self, ref: RecordRef) -> Record:
        """One customer or repair case."""
        fields = self._register.read(ref.table, ref.id)
        if fields is None:
            raise NotFound(f"the register has no {ref.table} with this id")
        return Record(ref, fields)

    def apply(
        self, operation: Operation, idempotency_key: str, *, uncertain: bool = False
    ) -> Receipt:
        """Create or match, update, or add a note. Keys are kept: only an uncertain update looks."""
        if isinstance(operation, Create):
            return self._create(operation, idempotency_key)
        if isinstance(operation, Update):
            return self._update(operation, uncertain)
        if isinstance(operation, Note):
            note_id, new = self._register.add_note(
                operation.ref.table, operation.ref.id, operation.text, idempotency_key
            )
            return Receipt(operation.ref, created=new, repeated=not new, detail={"note": note_id})
        raise Unsupported("the register keeps no files")

    def _create(self, operation: Create, key: str) -> Receipt:
        kept = self._register.find_or_create(
            operation.table, operation.fields, operation.match, key
        )
        fields = self._register.read(operation.table, kept.id) or {}
        return Receipt(
            RecordRef(operation.table, kept.id),
            created=kept.created,
            repeated=kept.repeated,
            detail={"number": fields.get("number", "")},
        )

    def _update(self, operation: Update, uncertain: bool) -> Receipt:
        if uncertain:
            there = self.fetch(operation.ref).fields
            wanted = operation.fields.items()
            if all(self.same(name, value, there.get(name)) for name, value in wanted):
                return Receipt(operation.ref, repeated=True)
        self._register.update(operation.ref.table, operation.ref.id, operation.fields)
        return Receipt(operation.ref)
