"""Attaches a file once and reads files of a record: by a codeunit, or by the API's attachments."""

from __future__ import annotations

import binascii
import mimetypes
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from connectors.dynamics_nav import api_files
from connectors.dynamics_nav.client import NavClient
from connectors.dynamics_nav.client_api import ApiClient
from connectors.dynamics_nav.keys import reference
from connectors.dynamics_nav.notes import UNSEEN
from connectors.dynamics_nav.procedures import done
from connectors.dynamics_nav.ways import Files
from hub.contracts.records import Attach, Receipt, RecordRef, UpstreamFile
from hub.kernel.errors import (
    MalformedAnswer,
    NotFound,
    OutcomeUnknown,
    Refused,
    TooLarge,
    Unsupported,
)

_UNKNOWN_TYPE = "application/octet-stream"


def add(client: NavClient, operation: Attach, key: str, *, uncertain: bool) -> Receipt:
    """Attach the file unless it is there. Raises ``Unsupported`` without a way."""
    ref = operation.ref
    way = client.table(ref.table).attach
    if not operation.file_name.strip():
        raise Refused("a file needs a name", code="bad_value")
    if way is not None and way.entity and isinstance(client, ApiClient):
        return api_files.add(client, way, operation)
    if way is None or way.call is None:
        raise Unsupported("the settings say of this table no way to attach files")
    words = {
        "id": ref.id,
        "number": client.number(ref.table, ref.id),
        "reference": reference(key),
        "file_name": operation.file_name,
        "content_type": operation.content_type,
        "content": b64encode(operation.content).decode(),
    }
    if way.find is not None:
        if client.find(way.find, words):
            return Receipt(ref, repeated=True)
    elif uncertain:
        raise OutcomeUnknown(UNSEEN.format(what="attach"))
    done(client, way.call, words)
    return Receipt(ref, detail={"size": len(operation.content)})


def read(client: NavClient, ref: RecordRef, file: Any, limit: int) -> UpstreamFile:
    """The file that ``file``, the value of a field, names. Raises ``NotFound``, ``TooLarge``."""
    way = client.table(ref.table).files
    if way is not None and way.entity and isinstance(client, ApiClient):
        return api_files.read(client, way, ref, _word(way, file), limit)
    if way is None or way.call is None:
        raise Unsupported("the settings say of this table no way to read files")
    words: dict[str, Any] = {
        "id": ref.id,
        "number": client.number(ref.table, ref.id),
        "file": _word(way, file),
    }
    found: Mapping[str, Any] = {}
    if way.find is not None:
        rows = client.find(way.find, words)
        if not rows:
            raise NotFound("the record has no such file")
        found = rows[0]
        words |= {f"found.{name}": value for name, value in found.items()}
    answer = client.call(way.call, words, changes=False)
    content = _bytes(answer.get(way.content), limit)
    name = str(found.get(way.name) or answer.get(way.name) or words["file"])
    return UpstreamFile(name, mimetypes.guess_type(name)[0] or _UNKNOWN_TYPE, content)


def _bytes(text: Any, limit: int) -> bytes:
    if not isinstance(text, str) or not text:
        raise NotFound("the record has no such file")
    try:
        content = b64decode(text)
    except (binascii.Error, ValueError):
        raise MalformedAnswer("the procedure of files.call gave no base64") from None
    if len(content) > limit:
        raise TooLarge(f"the file has more than {limit} bytes")
    return content


def _word(way: Files, file: Any) -> str:
    """What names a file: the value itself, or in an object the member that is searched by."""
    names = [
        name for name, text in (way.find.filters if way.find else {}).items() if "{file}" in text
    ]
    if isinstance(file, Mapping):
        file = next((file[name] for name in [*names, "id"] if name in file), None)
    if isinstance(file, bool) or not isinstance(file, str | int) or not str(file).strip():
        raise Refused(
            "the field names no file: correct files.find, or the path in the mapping",
            code="bad_value",
        )
    return str(file).strip()
