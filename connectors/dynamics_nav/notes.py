"""Adds a note once: by a codeunit, with our reference by which it is found again, or appended to a
field of the record with that reference at its end."""

from __future__ import annotations

from connectors.dynamics_nav.client import Edit, NavClient, Row
from connectors.dynamics_nav.keys import reference
from connectors.dynamics_nav.procedures import done
from connectors.dynamics_nav.writes import Writes
from hub.contracts.records import Note, Receipt
from hub.kernel.errors import OutcomeUnknown, Unsupported

UNSEEN = (
    "an earlier try may have done it and nothing lists what was done: give {what}.find, or look in "
    "the ERP and discard or force this delivery"
)


def add(client: NavClient, writes: Writes, note: Note, key: str, *, uncertain: bool) -> Receipt:
    """Add ``note`` unless it is there already. Raises ``Unsupported`` without a place for it."""
    way = client.table(note.ref.table).note
    field = note.field or (way.field if way else "")
    if field:
        return _in_field(writes, note, field, reference(key))
    if way is None or way.call is None:
        raise Unsupported("the settings name no place for notes about records of this table")
    words = {
        "id": note.ref.id,
        "number": client.number(note.ref.table, note.ref.id),
        "reference": reference(key),
        "text": note.text.strip(),
    }
    if way.find is not None:
        if client.find(way.find, words):
            return Receipt(note.ref, repeated=True)
    elif uncertain:
        raise OutcomeUnknown(UNSEEN.format(what="note"))
    done(client, way.call, words)
    return Receipt(note.ref)


def _in_field(writes: Writes, note: Note, field: str, mark: str) -> Receipt:
    def appended(row: Row) -> Edit:
        current = str(row.fields.get(field) or "")
        if mark in current:
            return Edit()
        entry = f"{note.text.strip()} [{mark}]"
        return Edit({field: f"{current.rstrip()}\n{entry}" if current.strip() else entry})

    return Receipt(note.ref, repeated=not writes.change(note.ref, appended))
