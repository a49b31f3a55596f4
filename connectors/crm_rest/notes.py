"""Adds a note once: appended to a field of the record, or as a record of another table.

A note that is found again by nothing else ends in a short mark made from our key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from connectors.crm_rest.client import Client, Found
from connectors.crm_rest.shapes import at
from connectors.crm_rest.writes import Writes
from hub.contracts.records import Create, Note, Receipt, RecordRef
from hub.kernel.errors import Unsupported


def mark_of(key: str) -> str:
    """The mark at the end of a note: ``[ref 1a2b3c4d5e6f]``."""
    return f"[ref {hashlib.sha256(key.encode()).hexdigest()[:12]}]"


def add(client: Client, writes: Writes, note: Note, key: str) -> Receipt:
    """Add ``note`` unless it is there already. Raises ``Unsupported`` without a place for it."""
    way = client.table(note.ref.table).note
    if note.field is None and way and way.table:
        return _as_record(client, writes, note, key)
    field = note.field or (way.field if way else "")
    if not field:
        raise Unsupported("the settings name no place for notes about records of this table")
    return _in_field(writes, note, field, mark_of(key))


def linked(client: Client, name: str, link: str, ref: RecordRef) -> dict[str, Any]:
    """The field by which a record of table ``name`` belongs to ``ref``; its id is a number where
    the settings declare one."""
    if not link:
        return {}
    number = client.table(name).fields.get(link) == "number" and ref.id.isdecimal()
    return {link: int(ref.id) if number else ref.id}


def parent_of(client: Client, name: str, ref: RecordRef) -> str:
    """What ``{parent}`` is in that table's addresses. Where the CRM would not notice an unknown
    record, because it only gets its id as a value, it is read first."""
    if client.table(name).asks_parent:
        return ref.id
    client.read(ref)
    return ""


def _in_field(writes: Writes, note: Note, field: str, mark: str) -> Receipt:
    def appended(found: Found | None) -> Mapping[str, Any]:
        current = str(at(found.fields, field) or "") if found else ""
        if mark in current:
            return {}
        entry = f"{note.text.strip()}\n{mark}"
        return {field: f"{current.rstrip()}\n\n{entry}" if current.strip() else entry}

    return Receipt(note.ref, repeated=not writes.change(note.ref, appended, look=True))


def _as_record(client: Client, writes: Writes, note: Note, key: str) -> Receipt:
    way = client.table(note.ref.table).note
    assert way is not None  # noqa: S101 - add() looked
    own = client.table(way.table).external_id_field
    parent = parent_of(client, way.table, note.ref)
    link = linked(client, way.table, way.link, note.ref)
    mark = mark_of(key)
    for found in client.search(way.table, {own: key} if own else link, parent):
        text = str(at(found.fields, way.text) or "")
        if at(found.fields, own) == key if own else mark in text:
            return Receipt(note.ref, repeated=True, detail={"note": found.id})
    text = note.text.strip() if own else f"{note.text.strip()}\n{mark}"
    new = Create(way.table, {**link, way.text: text})
    made = writes.create(new, key, uncertain=False, parent=parent)
    return Receipt(note.ref, repeated=made.repeated, detail={"note": made.ref.id})
