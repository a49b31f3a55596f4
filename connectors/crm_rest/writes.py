"""Creates and updates so that doing them again does nothing again.

What a CRM itself promises decides how: a key that it recognises, a field that keeps our key, or
fields to match by. Where there is none of them, an unknown outcome stays unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connectors.crm_rest.client import Client, Found
from connectors.crm_rest.codes import Conflict, LostRace
from connectors.crm_rest.shapes import EMPTY, at, same_value
from connectors.crm_rest.tables import PUT
from hub.contracts.records import Create, Receipt, RecordRef, Update
from hub.kernel.errors import OutcomeUnknown, RecordLocked, Refused
from hub.kernel.logging import get_logger

_log = get_logger(__name__)
_TRIES = 4  # of an update that loses against somebody else's
_RACE_OVER = 5.0  # seconds until it is tried again after those


class Writes:
    """The changing operations on records of one CRM."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def update(self, operation: Update, *, uncertain: bool) -> Receipt:
        """Write the fields; when an earlier try may have worked, look first."""
        if not operation.fields:
            return Receipt(operation.ref, repeated=True)
        done = self.change(
            operation.ref,
            lambda found: dict(operation.fields),
            look=uncertain or self._reads(operation),
        )
        return Receipt(operation.ref, repeated=not done)

    def change(
        self, ref: RecordRef, wanted: Callable[[Found | None], Mapping[str, Any]], *, look: bool
    ) -> bool:
        """Write what ``wanted`` says about the present record; False when that is there already.
        Who loses a race reads again; nobody's change is overwritten."""
        for _ in range(_TRIES):
            present = self._client.read(ref) if look else None
            fields = wanted(present)
            if present is not None and all_same(fields, present.fields):
                return False
            try:
                self._client.update(ref, fields, present)
            except LostRace:
                continue
            return True
        raise RecordLocked(
            "the record kept changing while it was to be written", retry_after=_RACE_OVER
        )

    def create(self, operation: Create, key: str, *, uncertain: bool, parent: str = "") -> Receipt:
        """Use the record that an earlier try made, or that matches, else make one."""
        own = self._client.table(operation.table).external_id_field
        if uncertain and own:
            made = self.find(operation.table, {own: key}, parent)
            if made is not None:
                return _receipt(operation.table, made.id, repeated=True)
        tried = False
        for name in operation.match:
            value = at(operation.fields, name)
            if value in EMPTY:
                continue
            tried = True
            found = self.find(operation.table, {name: value}, parent)
            if found is not None:
                return self._fill_in(operation, found.id)
        if uncertain and not (own or tried or self._client.settings.idempotency_header):
            raise OutcomeUnknown(
                "an earlier try may have made the record and it cannot be looked up: give the "
                "table an external_id_field, match by a field, or name an idempotency_header; "
                "until then look for it in the CRM and discard or force this delivery"
            )
        fields = {**operation.fields, own: key} if own else operation.fields
        try:
            new = self._client.create(operation.table, fields, key, parent)
        except Conflict:
            known = self.find(operation.table, {own: key}, parent) if own else None
            if known is None:
                raise
            return _receipt(operation.table, known.id, repeated=True)
        if own and new.fields and at(new.fields, own) != key:
            _log.warning("crm_rest_external_id_not_kept", table=operation.table, field=own)
        return _receipt(operation.table, new.id, repeated=new.replayed)

    def find(self, table: str, wanted: Mapping[str, Any], parent: str = "") -> Found | None:
        """The first record with these values. A search may find others, too: they are compared."""
        for found in self._client.search(table, wanted, parent):
            if all_same(wanted, found.fields):
                return found
        return None

    def _fill_in(self, operation: Create, record_id: str) -> Receipt:
        ref = RecordRef(operation.table, record_id)
        filled: dict[str, Any] = {}

        def empty(found: Found | None) -> Mapping[str, Any]:
            there = found.fields if found else {}
            filled.clear()
            filled.update(
                {
                    name: value
                    for name, value in operation.fields.items()
                    if value not in EMPTY and at(there, name) in EMPTY
                }
            )
            return filled

        self.change(ref, empty, look=True)
        return Receipt(ref, detail={"filled_in": sorted(filled)})

    def _reads(self, operation: Update) -> bool:
        """Whether the record as it is has a part in what is sent."""
        table = self._client.table(operation.ref.table)
        dotted = any("." in name for name in operation.fields)
        return table.if_match or table.update_method == PUT or dotted


def all_same(wanted: Mapping[str, Any], there: Mapping[str, Any]) -> bool:
    """Whether every one of these values is there."""
    return all(same_value(value, at(there, name)) for name, value in wanted.items())


def _receipt(table: str, record_id: str, *, repeated: bool) -> Receipt:
    if not record_id:
        raise Refused("the CRM gave a record without id", code="bad_value")
    return Receipt(RecordRef(table, record_id), created=True, repeated=repeated)
