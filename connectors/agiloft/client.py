"""What every surface of Agiloft can do for the connector, in the connector's words.

One file per surface: ``client_alrest``, ``client_ew``, ``client_soap``. All of them return plain
values and raise our errors; none knows mappings, idempotency keys or settings of notes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.agiloft.query import Condition
from hub.kernel.errors import MalformedAnswer

Fields = dict[str, Any]


@dataclass(frozen=True)
class Attached:
    """One file of a file field."""

    name: str
    size: int | None
    position: int


class AgiloftClient(ABC):
    """One knowledge base over one surface. Thread-safe."""

    @abstractmethod
    def sign_in(self) -> None:
        """Prove the credentials now, whatever is cached."""

    @abstractmethod
    def read(self, table: str, record_id: str) -> Fields:
        """All readable fields. Raises ``NotFound``."""

    @abstractmethod
    def create(self, table: str, fields: Mapping[str, Any]) -> str:
        """The new record's id. Not idempotent at Agiloft."""

    @abstractmethod
    def update(self, table: str, record_id: str, fields: Mapping[str, Any]) -> None:
        """Write encoded fields. Raises ``RecordLocked``."""

    @abstractmethod
    def search(
        self, table: str, conditions: tuple[Condition, ...], fields: Collection[str]
    ) -> list[Fields]:
        """Rows that fulfil all conditions, with ``id`` and ``fields``, in no certain order."""

    @abstractmethod
    def attach(
        self, table: str, record_id: str, field: str, name: str, content_type: str, content: bytes
    ) -> None:
        """Add one file to a file field. Not idempotent at Agiloft."""

    @abstractmethod
    def attached(self, table: str, record_id: str, field: str) -> list[Attached]:
        """The files of a file field, in order."""

    @abstractmethod
    def retrieve(
        self, table: str, record_id: str, field: str, position: int, limit: int
    ) -> tuple[str, bytes]:
        """Content type and bytes of one file. Raises ``TooLarge`` for more than ``limit``."""

    @abstractmethod
    def remove_attached(self, table: str, record_id: str, field: str, position: int) -> None:
        """Take one file out; later positions move up."""

    @abstractmethod
    def lock_seconds(self, table: str, record_id: str) -> float | None:
        """Seconds until the record's lock ends; None without a lock."""

    @abstractmethod
    def close(self) -> None:
        """End the session and give back connections."""


def id_of(result: Any) -> str:
    """The id in a create answer: the bare number, or an object with ``id`` at either level."""
    found = result
    if isinstance(found, Mapping):
        inner = next((v for v in found.values() if isinstance(v, Mapping) and "id" in v), found)
        found = found.get("id", inner.get("id"))
    if isinstance(found, bool) or not str(found or "").strip().isdecimal():
        raise MalformedAnswer("the answer to a create holds no record id")
    return str(found).strip()


def fields_of(result: Any) -> Fields:
    """The record in a read answer: ``result`` itself, or under a name of the entity."""
    if isinstance(result, list) and len(result) == 1:
        result = result[0]
    if isinstance(result, Mapping) and "id" not in result and len(result) == 1:
        (inner,) = result.values()
        result = inner
    if not isinstance(result, Mapping):
        raise MalformedAnswer("the answer to a read holds no record")
    return dict(result)


def rows_of(result: Any) -> list[Fields]:
    """The rows in a search answer; None means none."""
    if isinstance(result, Mapping):
        result = next((v for v in result.values() if isinstance(v, list)), None)
    if result is None:
        return []
    if not isinstance(result, list) or not all(isinstance(row, Mapping) for row in result):
        raise MalformedAnswer("the answer to a search holds no rows")
    return [dict(row) for row in result]


def attached_of(result: Any) -> list[Attached]:
    """The files in an EWAttachInfo answer."""
    found = []
    for index, row in enumerate(rows_of(result)):
        size = str(row.get("size", ""))
        position = str(row.get("filePosition", index))
        found.append(
            Attached(
                str(row.get("fileName", "")),
                int(size) if size.isdecimal() else None,
                int(position) if position.isdecimal() else index,
            )
        )
    return found
