"""Files by the API's attachments: an entry first, its bytes then. An entry that an earlier try left
empty gets its bytes; one with the same name and bytes is the same file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.dynamics_nav.client_api import ETAG, ApiClient
from connectors.dynamics_nav.filters import odata_literal
from connectors.dynamics_nav.keys import is_guid
from connectors.dynamics_nav.ways import Attachments, Files
from hub.contracts.records import Attach, Receipt, RecordRef, UpstreamFile
from hub.kernel.errors import NotFound, OutcomeUnknown

_ANY = "*"


def add(client: ApiClient, way: Attachments, operation: Attach) -> Receipt:
    """Attach the file unless it is there."""
    ref, content = operation.ref, operation.content
    client.read(ref.table, ref.id)  # a parent that is not there would be taken
    empty: Mapping[str, Any] | None = None
    for entry in _listed(client, way.entity, ref):
        if entry.get("fileName") != operation.file_name:
            continue
        size = int(entry.get("byteSize") or 0)
        if size == 0 and content:
            empty = entry
        elif size == len(content) and _content(client, way.entity, entry, size) == content:
            return Receipt(ref, repeated=True, detail={"file": entry.get("id")})
    if empty is None:
        empty = client.api.send(
            "POST",
            client.collection(way.entity),
            {"parentId": ref.id, "parentType": way.parent_type, "fileName": operation.file_name},
        )
    if not empty.get("id"):
        raise OutcomeUnknown("an attachment was made, but its id did not come back")
    client.api.put_bytes(
        _address(client, way.entity, empty) + "/attachmentContent",
        content,
        operation.content_type,
        str(empty.get(ETAG) or _ANY),
    )
    return Receipt(ref, detail={"file": empty["id"], "size": len(content)})


def read(client: ApiClient, way: Files, ref: RecordRef, file: str, limit: int) -> UpstreamFile:
    """The file with this id, when it hangs on the record."""
    if not is_guid(file) or not is_guid(ref.id):
        raise NotFound("nothing can have this id")
    for entry in _listed(client, way.entity, ref):
        if str(entry.get("id")).lower() == file.lower():
            path = _address(client, way.entity, entry) + "/attachmentContent"
            answer = client.api.get_bytes(path, limit)
            kind = answer.headers.get("Content-Type", "application/octet-stream")
            name = str(entry.get("fileName") or file)
            return UpstreamFile(name, kind.partition(";")[0].strip(), answer.body)
    raise NotFound("the record has no such file")


def _listed(client: ApiClient, entity: str, ref: RecordRef) -> Iterator[Mapping[str, Any]]:
    condition = f"parentId eq {odata_literal(ref.id) if not is_guid(ref.id) else ref.id}"
    yield from client.api.pages(client.collection(entity), {"$filter": condition})


def _content(client: ApiClient, entity: str, entry: Mapping[str, Any], size: int) -> bytes:
    path = _address(client, entity, entry) + "/attachmentContent"
    return client.api.get_bytes(path, size).body


def _address(client: ApiClient, entity: str, entry: Mapping[str, Any]) -> str:
    return f"{client.collection(entity)}({entry['id']})"
