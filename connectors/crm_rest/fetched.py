"""Reads a file that hangs on a record, from where the settings say; no further than its limit."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import Message
from typing import Any

from connectors.crm_rest.client import Client
from connectors.crm_rest.shapes import at
from connectors.crm_rest.wire import address
from hub.contracts.records import RecordRef, UpstreamFile
from hub.kernel.errors import Refused, Unsupported


def read(client: Client, ref: RecordRef, file: Any, limit: int) -> UpstreamFile:
    """The file that ``file``, the value of a field, names. Raises ``NotFound``, ``Refused``,
    ``TooLarge``, ``Unsupported``."""
    way = client.table(ref.table).files
    if way is None:
        raise Unsupported("the settings say of this table no way to read files: add 'files'")
    own = at(file, way.id) if way.id else file
    if isinstance(own, bool) or not isinstance(own, str | int):
        raise Refused(
            "the field holds no file's id where files.id says: correct the setting, or the path "
            "in the mapping",
            code="bad_value",
        )
    answer = client.wire.call("GET", address(way.path, ref.id, file=str(own)), most=limit)
    named = at(file, way.name) if way.name and isinstance(file, Mapping) else None
    name = named if isinstance(named, str) else _told(answer.headers) or str(own)
    kind = answer.headers.get("Content-Type", "application/octet-stream")
    return UpstreamFile(name, kind.partition(";")[0].strip(), answer.body)


def _told(headers: Mapping[str, str]) -> str:
    """The name in Content-Disposition (RFC 6266)."""
    message = Message()
    message["Content-Disposition"] = headers.get("Content-Disposition", "")
    return message.get_filename("") or ""
