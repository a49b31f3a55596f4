"""Records at other systems, what can be done to them, and the receipt for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class RecordRef:
    """Where a record lives inside one connector instance."""

    table: str
    id: str

    def __str__(self) -> str:
        return f"{self.table}/{self.id}"


@dataclass(frozen=True)
class Record:
    """One record as read: field name → plain JSON value. ``version`` is an ETag or similar."""

    ref: RecordRef
    fields: Mapping[str, Any]
    version: str | None = None


@dataclass(frozen=True)
class UpstreamFile:
    """A file of a record. ``media_type`` is what the other side says of it; nobody trusts it."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Create:
    """Create a record, unless one matches.

    ``match`` names fields, in order of trust: the first of them that has a value and finds a
    record wins, and that record is used (its empty fields are filled in) instead of a new one.
    """

    table: str
    fields: Mapping[str, Any]
    match: tuple[str, ...] = ()


@dataclass(frozen=True)
class Update:
    """Write these fields of an existing record."""

    ref: RecordRef
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Note:
    """Add a note to a record. ``field`` where the upstream keeps notes in a field."""

    ref: RecordRef
    text: str
    field: str | None = None


@dataclass(frozen=True)
class Attach:
    """Attach a file to a record."""

    ref: RecordRef
    file_name: str
    content_type: str
    content: bytes
    field: str | None = None


Operation = Create | Update | Note | Attach


@dataclass(frozen=True)
class Receipt:
    """What ``apply`` did. ``repeated`` when it had been done before and was left alone;
    ``created`` is false when ``Create`` matched an existing record."""

    ref: RecordRef
    created: bool = False
    repeated: bool = False
    detail: Mapping[str, Any] = field(default_factory=dict)
