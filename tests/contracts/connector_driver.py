"""What the connector suite must know about one connector and the thing at its other side."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.contracts.capabilities import Capability
from hub.contracts.connector import Connector
from hub.contracts.manifest import Manifest
from hub.contracts.plugin import PluginContext, RawHook
from hub.contracts.records import Attach, Create, Note, Operation, RecordRef, Update
from hub.contracts.settings import load_settings
from hub.kernel.clock import ManualClock

STARTED = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HOOK_SECRET = "hook-secret-of-this-instance"
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 20
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>'
HOOK_URL = f"https://hub.example/hooks/upstream/{HOOK_SECRET}"


class ConnectorDriver(ABC):
    """Hooks of the suite. A driver is made afresh for each test, with an other side of its own.

    ``faults`` are the kinds of ``fault`` that the other side can be given: of ``unreachable``,
    ``500``, ``html``, ``slow``, ``drop_before``, ``drop_after``; a connector without any network
    has none. ``locks`` says whether records can be locked there.
    """

    manifest: Manifest
    connector_class: type[Connector]
    secrets: tuple[str, ...] = ()  # what must never stand in an error or a probe
    faults: frozenset[str] = frozenset()
    locks: bool = False
    table: str  # of the record that is read and written
    written: Mapping[str, Any]  # good values for an update of it
    create_table: str
    created: Mapping[str, Any]  # good values for a new record
    match: tuple[str, ...]  # fields of ``created`` by which it can be found
    filled_in: tuple[str, Any]  # a field of ``created`` and a value to fill in when it is empty

    def __init__(self) -> None:
        self.clock = ManualClock(STARTED)

    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """Settings with which the connector reaches the other side."""

    @abstractmethod
    def seed_record(self) -> RecordRef:
        """A record that exists in ``table``."""

    @abstractmethod
    def unknown_record(self) -> RecordRef:
        """A reference to a record that does not exist in ``table``."""

    @abstractmethod
    def present(self, ref: RecordRef) -> Mapping[str, Any]:
        """What the other side itself says about a record, past the connector."""

    @abstractmethod
    def count(self, table: str) -> int:
        """How many records the other side has."""

    @abstractmethod
    def effects(self) -> int:
        """How many changes the other side has made so far."""

    def notes(self, ref: RecordRef) -> str:
        """All notes of a record, as one text."""
        raise NotImplementedError

    def files(self, ref: RecordRef) -> list[tuple[str, bytes]]:
        """Name and content of each file of a record."""
        raise NotImplementedError

    def put_file(self, ref: RecordRef, name: str, content: bytes) -> Any:
        """Hang a file on a record, as somebody there would; what its field holds then."""
        raise NotImplementedError

    def no_file(self) -> Any:
        """What a field holds that names a file which is not there."""
        raise NotImplementedError

    def wrong_credentials(self) -> dict[str, Any] | None:
        """What to change in the settings to be refused; None where nobody asks for credentials."""
        return None

    def impatient(self) -> dict[str, Any]:
        """What to change in the settings to wait for a moment only."""
        return {}

    def fault(self, kind: str, operation: str, *, count: int = 1, seconds: float = 30.0) -> None:
        """Switch a fault on. ``operation``: sign_in, read, create, update, note or attach; the
        fault strikes the call that has the effect, not look-ups before it."""
        raise NotImplementedError

    def clear(self) -> None:
        """Switch all faults off."""
        return None

    def settle(self) -> None:
        """Wait until the other side has finished calls that nobody waits for any more."""
        return None

    def lock(self, ref: RecordRef, minutes: int) -> None:
        """Somebody else edits the record."""
        raise NotImplementedError

    def unlock(self, ref: RecordRef) -> None:
        """The editing ends."""
        raise NotImplementedError

    def change(self) -> RecordRef:
        """Something changes at the other side, as a person there would do it."""
        raise NotImplementedError

    def hook(self) -> RawHook:
        """A good inbound call about ``seed_record()``."""
        raise NotImplementedError

    def forged_hooks(self) -> list[RawHook]:
        """Inbound calls that must not verify."""
        raise NotImplementedError

    @property
    def hook_url(self) -> str:
        """Where the connector has the other side call the hub: an address that answers, where the
        other side tries it."""
        return HOOK_URL

    def registered(self) -> list[tuple[str, str]]:
        """Table and address of each hook that the other side has now, whosever it is."""
        raise NotImplementedError

    def register(self, table: str, url: str) -> None:
        """Somebody has the other side call ``url``."""
        raise NotImplementedError

    def end_hooks(self) -> None:
        """Time passes until the hooks that are there have ended."""
        raise NotImplementedError

    def remove_hooks(self) -> None:
        """Somebody at the other side removes all hooks."""
        raise NotImplementedError

    def make_instance(self, **changes: Any) -> Connector:
        """The connector, set up for the other side."""
        data = {**self.settings(), **changes}
        settings = load_settings(self.connector_class.Settings, data, "connector")
        return self.connector_class(settings, self.context())

    def context(self) -> PluginContext:
        """Surroundings of the instance."""
        return PluginContext(
            "connector-under-test",
            clock=self.clock,
            hook_url=self.hook_url,
            hook_secret=HOOK_SECRET,
        )

    def can(self, capability: Capability) -> bool:
        """Whether the manifest declares it."""
        return self.manifest.can(capability)

    def needs(self, *capabilities: Capability) -> None:
        """Leave a test about something that is not declared; that it then raises is tested, too."""
        for capability in capabilities:
            if not self.can(capability):
                pytest.skip(f"{self.manifest.key} does not declare {capability}")

    def needs_fault(self, kind: str) -> None:
        """Leave a test about a fault that cannot happen here."""
        if kind not in self.faults:
            pytest.skip(f"{self.manifest.key} cannot have the fault {kind}")

    def close(self) -> None:
        """Take the other side down."""
        return None


def operation_for(driver: ConnectorDriver, capability: Capability) -> Operation:
    """A good operation of this kind."""
    if capability is Capability.CREATE:
        return Create(driver.create_table, driver.created, driver.match)
    ref = driver.seed_record()
    if capability is Capability.UPDATE:
        return Update(ref, driver.written)
    if capability is Capability.NOTE:
        return Note(ref, "Signed with BankID by Alice, order 7f3a.\nSecond line: å ä ö 'quoted'")
    return Attach(ref, "signed åäö.pdf", "application/pdf", PDF)
