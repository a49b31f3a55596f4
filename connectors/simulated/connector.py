"""The simulated connector: every operation of the contract against a store in this process."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from connectors.simulated.settings import SimulatedSettings
from connectors.simulated.upstream import upstream
from hub.contracts.connector import Connector
from hub.contracts.plugin import PluginContext, ProbeResult
from hub.contracts.records import Operation, Receipt, Record, RecordRef, UpstreamFile
from hub.kernel.errors import Refused


class SimulatedConnector(Connector):
    """Reads and writes one store of ``upstream``. A record may also come with the trigger."""

    Settings = SimulatedSettings

    def __init__(self, settings: SimulatedSettings, context: PluginContext) -> None:
        super().__init__(settings, context)
        self._store = upstream(settings.upstream)

    def probe(self) -> ProbeResult:
        """The store is there and takes the password."""
        self._store.sign_in(self.settings.password, self.settings.patience)
        return ProbeResult("the simulated upstream answers", {"store": self.settings.upstream})

    def fetch(self, ref: RecordRef) -> Record:
        """One record."""
        s = self.settings
        return Record(ref, self._store.read(ref, s.password, s.patience))

    def changes(self, table: str, since: str | None) -> Iterator[tuple[RecordRef, str]]:
        """Each record once, at the place of its last change; the cursor counts changes."""
        if since is not None and not since.isdecimal():
            raise Refused("this cursor is none of this connector's", code="bad_value")
        s = self.settings
        for number, ref in self._store.changed(table, int(since or 0), s.password, s.patience):
            yield ref, str(number)

    def read_file(self, ref: RecordRef, file: Any, limit: int) -> UpstreamFile:
        """A file that was put to the record; ``file`` is its name."""
        s = self.settings
        found = self._store.file(ref, str(file), limit, s.password, s.patience)
        return UpstreamFile(found.file_name, found.content_type, found.content)

    def describe(self, table: str) -> Collection[str]:
        """The names that its records have."""
        s = self.settings
        return self._store.names(table, s.password, s.patience)

    def apply(
        self, operation: Operation, idempotency_key: str, *, uncertain: bool = False
    ) -> Receipt:
        """Done once per key, the store remembers them; so ``uncertain`` changes nothing."""
        s = self.settings
        return self._store.apply(operation, idempotency_key, s.password, s.patience, adopt=s.adopt)
