"""Files by the API's attachments: an entry first, its bytes then. An entry that an earlier try left
empty gets its bytes; one with the same name and bytes is the same file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.dynamics_nav.client_api import ETAG, ApiClient
from connectors.dynamics_nav.codes import LostRace
from connectors.dynamics_nav.filters import odata_literal
from connectors.dynamics_nav.keys import is_guid
from connectors.dynamics_nav.ways import Attachments, Files
from hub.contracts.records import Attach, Receipt, RecordRef, UpstreamFile
from hub.kernel.errors import NotFound, OutcomeUnknown, RecordLocked

_ANY = "*"
_TRIES = 3


def add(client: ApiClient, way: Attachments, operation: Attach) -> Receipt:
    """Attach the file unless it is there. Raises ``RecordLocked`` when its entry keeps changing."""
    ref = operation.ref
    client.read(ref.table, ref.id)  # a parent that is not there would be taken
    for _ in range(_TRIES):
        found = _entry(client, way, operation)
        if found is not None and int(found.get("byteSize") or 0) == len(operation.content):
            return Receipt(ref, repeated=True, detail={"file": found.get("id")})
        try:
            return _filled(client, way, operation, found)
        except LostRace:
            continue
    raise RecordLocked("the attachment kept changing while it was to be written")


def _entry(client: ApiClient, way: Attachments, operation: Attach) -> Mapping[str, Any] | None:
    """The entry with this file, or one that an earlier try left empty."""
    content, empty = operation.content, None
    for entry in _listed(client, way.entity, operation.ref):
        if entry.get("fileName") != operation.file_name:
            continue
        size = int(entry.get("byteSize") or 0)
        if size == len(content) and _content(client, way.entity, entry, size) == content:
            return entry
        if size == 0:
            empty = entry
    return empty


def _filled(
    client: ApiClient, way: Attachments, operation: Attach, entry: Mapping[str, Any] | None
) -> Receipt:
    ref, content = operation.ref, operation.content
    if entry is None:
        parent = {"parentId": ref.id, "parentType": way.parent_type}
        body = {**parent, "fileName": operation.file_name}
        entry = client.api.send("POST", client.collection(way.entity), body)
    if not entry.get("id"):
        raise OutcomeUnknown("an attachment was made, but its id did not come back")
    where = _address(client, way.entity, entry) + "/attachmentContent"
    etag = str(entry.get(ETAG) or _ANY)
    client.api.put_bytes(where, content, operation.content_type, etag)
    return Receipt(ref, detail={"file": entry["id"], "size": len(content)})


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
