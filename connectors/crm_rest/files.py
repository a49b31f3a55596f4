"""Attaches a file once: as a form, or as a record of a table with its content in base64.

The record's files are listed before; one of that name and size is the same. Where nothing lists
them, only a key that the CRM recognises makes a repeat safe.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.crm_rest.client import Client
from connectors.crm_rest.codes import ours, unreadable
from connectors.crm_rest.notes import linked, parent_of
from connectors.crm_rest.shapes import at
from connectors.crm_rest.tables import ID
from connectors.crm_rest.ways import JSON, Files
from connectors.crm_rest.wire import address
from connectors.crm_rest.writes import Writes
from hub.contracts.records import Attach, Create, Receipt
from hub.kernel.errors import OutcomeUnknown, Refused, Unsupported


def add(client: Client, writes: Writes, operation: Attach, key: str, *, uncertain: bool) -> Receipt:
    """Attach the file unless it is there. Raises ``Unsupported`` without a way."""
    way = client.table(operation.ref.table).attach
    if way is None:
        raise Unsupported("the settings say of this table no way to attach files")
    if not operation.file_name.strip():
        raise Refused("a file needs a name", code="bad_value")
    if way.way == JSON:
        return _as_record(client, writes, way, operation, key)
    if way.listed:
        if any(_is_it(item, way, operation) for item in _listed(client, way, operation)):
            return Receipt(operation.ref, repeated=True)
    elif uncertain and not client.settings.idempotency_header:
        raise OutcomeUnknown(
            "an earlier try may have attached the file and nothing lists the record's files: give "
            "attach.listed, or look in the CRM and discard or force this delivery"
        )
    return _as_form(client, way, operation, key)


def _as_form(client: Client, way: Files, operation: Attach, key: str) -> Receipt:
    ref = operation.ref
    more = {name: value.replace(ID, ref.id) for name, value in way.more.items()}
    answer = client.wire.call(
        "POST",
        address(way.path, ref.id),
        changes=True,
        sent=(operation.file_name,),
        data=more,
        files={
            operation.field or way.part: (
                operation.file_name,
                operation.content,
                operation.content_type,
            )
        },
        headers=client.key_header(key),
    )
    return Receipt(ref, repeated=ours(answer.headers), detail={"size": len(operation.content)})


def _listed(client: Client, way: Files, operation: Attach) -> Iterator[Mapping[str, Any]]:
    if way.listed.startswith("/"):
        answer = client.wire.call("GET", address(way.listed, operation.ref.id))
        found = at(client.wire.read(answer), way.items)
        if not isinstance(found, list):  # "none" would have the file attached again
            raise unreadable(answer, "no list of files stands where attach says", changes=False)
    else:
        found = at(client.read(operation.ref).fields, way.listed)
    for item in [found] if isinstance(found, Mapping) else found or []:
        if isinstance(item, Mapping):
            yield item


def _is_it(item: Mapping[str, Any], way: Files, operation: Attach) -> bool:
    if at(item, way.name) != operation.file_name:
        return False
    return not way.size or str(at(item, way.size)) == str(len(operation.content))


def _as_record(client: Client, writes: Writes, way: Files, operation: Attach, key: str) -> Receipt:
    parent = parent_of(client, way.table, operation.ref)
    link = linked(client, way.table, way.link, operation.ref)
    content = b64encode(operation.content).decode()
    for found in client.search(way.table, link, parent):
        same = at(found.fields, way.content) == content if not way.size else True
        if _is_it(found.fields, way, operation) and same:
            return Receipt(operation.ref, repeated=True, detail={"file": found.id})
    fields = {**link, way.name: operation.file_name, way.content: content}
    fields |= {way.size: len(operation.content)} if way.size else {}
    fields |= {way.type: operation.content_type} if way.type else {}
    made = writes.create(Create(way.table, fields), key, uncertain=False, parent=parent)
    return Receipt(operation.ref, repeated=made.repeated, detail={"file": made.ref.id})
