"""Adds a note once: appended to a text field, or as a row of a linked table.

Agiloft knows no idempotency keys, so each note ends in a short mark made from ours; who repeats a
note finds the mark. Appending is read, add, write: two notes for one record at the same moment
could lose one, therefore the engine sends the operations of one record one by one.
"""

from __future__ import annotations

import hashlib
from zoneinfo import ZoneInfo

from connectors.agiloft.client import AgiloftClient
from connectors.agiloft.encoding import encode
from connectors.agiloft.query import contains
from connectors.agiloft.settings import AgiloftSettings
from hub.contracts.records import Note, Receipt, RecordRef
from hub.kernel.errors import Unsupported


def mark_of(idempotency_key: str) -> str:
    """The mark at the end of a note: ``[ref 1a2b3c4d5e6f]``."""
    return f"[ref {hashlib.sha256(idempotency_key.encode()).hexdigest()[:12]}]"


def add(
    client: AgiloftClient, settings: AgiloftSettings, note: Note, key: str, zone: ZoneInfo
) -> Receipt:
    """Add ``note`` unless its mark is there already."""
    mark = mark_of(key)
    if note.field is None and settings.note_table:
        return _as_row(client, settings, note, mark, zone)
    field = note.field or settings.note_field
    if not field:
        raise Unsupported("no note field and no note table are configured")
    current = str(client.read(note.ref.table, note.ref.id).get(field) or "")
    if mark in current:
        return Receipt(note.ref, repeated=True)
    entry = f"{note.text.strip()}\n{mark}"
    text = f"{current.rstrip()}\n\n{entry}" if current.strip() else entry
    client.update(note.ref.table, note.ref.id, {field: text})
    return Receipt(note.ref)


def _as_row(
    client: AgiloftClient, settings: AgiloftSettings, note: Note, mark: str, zone: ZoneInfo
) -> Receipt:
    table, text_field = settings.note_table, settings.note_text_field
    found = client.search(table, (contains(text_field, mark[1:-1]),), [text_field])
    ids = [str(row["id"]) for row in found if mark in str(row.get(text_field) or "")]
    if ids:
        return Receipt(note.ref, repeated=True, detail={"note": ids[0]})
    fields = encode(
        table,
        {settings.note_link_field: int(note.ref.id), text_field: f"{note.text.strip()}\n{mark}"},
        linked=settings.linked_fields,
        zone=zone,
    )
    made = RecordRef(table, client.create(table, fields))
    return Receipt(note.ref, detail={"note": made.id})
