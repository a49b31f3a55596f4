"""What the hub offers to plugins that ask for it in their manifest (``needs = ["register"]``)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

# Table of the register → fields that can be written.
REGISTER_TABLES: Mapping[str, frozenset[str]] = {
    "customer": frozenset(
        {
            "name", "company", "mobile", "email", "address", "postcode", "city", "country",
            "language", "reference",
        }
    ),
    "repair_case": frozenset(
        {
            "title", "product", "serial_number", "description", "accessories", "handled_by",
            "source_table", "source_id", "source_number", "details", "status", "customer",
        }
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """A row of the register. ``repeated``: this very key had been kept before."""

    id: str
    created: bool
    repeated: bool = False


class RegisterPort(Protocol):
    """The hub's own register of customers, repair cases and notes. Tables: ``customer``,
    ``repair_case``. Everything is scoped to the workspace that the plugin's instance belongs to."""

    def find_or_create(
        self, table: str, fields: Mapping[str, Any], match: tuple[str, ...], key: str
    ) -> Kept:
        """The row that was made or matched. The same ``key`` again gives the same id. ``match``
        as in ``Create``. Raises ``Refused`` (code ``bad_field``) for a field it does not have."""
        ...

    def read(self, table: str, row_id: str) -> Mapping[str, Any] | None:
        """All fields of a row, or None."""
        ...

    def update(self, table: str, row_id: str, fields: Mapping[str, Any]) -> None:
        """Write fields. Raises ``NotFound``, ``Refused``."""
        ...

    def add_note(self, table: str, row_id: str, text: str, key: str) -> tuple[str, bool]:
        """Add a note to a row once per ``key``: its id, and whether it is new."""
        ...


@dataclass(frozen=True)
class Secret:
    """A value that is kept sealed, and how often it was changed."""

    value: Mapping[str, Any] = field(repr=False)
    version: int


class SecretsPort(Protocol):
    """Values of one instance that change by themselves, such as a refresh token that its vendor
    replaces at each use. They survive restarts, and every process of the hub sees the same. What an
    administrator gives are settings, not these."""

    def get(self, name: str) -> Secret | None:
        """What is kept under ``name`` (at most 80 characters, nothing secret), read afresh."""
        ...

    def replace(self, name: str, value: Mapping[str, Any], version: int) -> bool:
        """Keep ``value``, plain JSON data, if what is kept has this ``version`` (0: nothing is).
        False when somebody else was first: then nothing is changed."""
        ...

    def hold(self, name: str, seconds: float) -> AbstractContextManager[None]:
        """Alone with ``name`` in all processes and threads until the block ends, or for ``seconds``
        at most: make them longer than the call inside can take. Nothing locks what is kept, so
        write with ``replace``. Raises ``Retryable`` when others do not let go soon."""
        ...
