"""The Dynamics NAV connector: the hub's operations on one company, over a surface of choice.

It knows nothing about signing. Which surface speaks is a setting; what is said is the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from connectors.dynamics_nav import changes, files, hooks, lists, notes, subscriptions
from connectors.dynamics_nav.checks import check_combination
from connectors.dynamics_nav.client import NavClient
from connectors.dynamics_nav.client_api import ApiClient
from connectors.dynamics_nav.presets import tables_of
from connectors.dynamics_nav.procedures import unfit
from connectors.dynamics_nav.settings import SOAP, DynamicsNavSettings
from connectors.dynamics_nav.tables import LINES, UNFIT, Table
from connectors.dynamics_nav.values import same
from connectors.dynamics_nav.wire import Wire
from connectors.dynamics_nav.writes import Writes
from hub.contracts.connector import Connector, HookReading
from hub.contracts.plugin import PluginContext, ProbeResult, RawHook
from hub.contracts.records import (
    Attach,
    Create,
    Note,
    Operation,
    Receipt,
    Record,
    RecordRef,
    Update,
    UpstreamFile,
)
from hub.kernel.errors import (
    AuthenticationFailed,
    ConfigurationError,
    RecordLocked,
    Refused,
    Unsupported,
)


class DynamicsNavConnector(Connector):
    """Reads and writes the records of one company."""

    Settings = DynamicsNavSettings

    def __init__(self, settings: DynamicsNavSettings, context: PluginContext) -> None:
        super().__init__(settings, context)
        self._tables = tables_of(settings)
        check_combination(settings, self._tables, context.instance)
        self._client = _client_for(settings, self._tables, context)
        self._writes = Writes(self._client, settings.lock_retry_after)

    @classmethod
    def declared_tables(cls, settings: Any) -> Mapping[str, Collection[str] | None] | None:
        """Every table of the settings; its fields where the settings declare them."""
        declared = {name: table.fields for name, table in (settings.tables or {}).items()}
        return {
            name: {
                *declared.get(name, ()),
                *([LINES] if table.lines else ()),
                *([UNFIT] if table.check else ()),
                *table.lists,
            }
            if declared.get(name)
            else None
            for name, table in tables_of(settings).items()
        }

    def probe(self) -> ProbeResult:
        """Prove credentials, company and the pages of the settings."""
        try:
            facts, warnings = self._client.probe()
        except Refused as error:
            if error.code == "forbidden":
                raise AuthenticationFailed(f"{error.detail}: give the user rights") from None
            raise
        host = urlsplit(self.settings.server).hostname or ""
        known = {"surface": self.settings.surface, "auth": self.settings.auth}
        if self.settings.server.startswith("http://"):
            warnings = ["server: what is sent can be read on its way; use https", *warnings]
        return ProbeResult(f"{host} answers", {**known, **facts}, tuple(warnings))

    def canonical(self, ref: RecordRef) -> RecordRef:
        """Codes are upper case in NAV, ids of the API lower case here."""
        plain = ref.id.strip()
        if "," in plain:  # of a key with several fields not each is a code
            return RecordRef(ref.table, plain)
        soap = self.settings.surface == SOAP
        return RecordRef(ref.table, plain.upper() if soap else plain.lower())

    def fetch(self, ref: RecordRef) -> Record:
        """Read one record, with its lines under ``lines`` and what else the settings list of it."""
        row = self._client.read(ref.table, ref.id)
        table = self._client.table(ref.table)
        checked = {UNFIT: unfit(self._client, table.check, ref)} if table.check else {}
        more = lists.of_record(self._client, table.lists, ref) if table.lists else {}
        return Record(ref, {**row.fields, **more, **checked}, row.version or None)

    def changes(self, table: str, since: str | None) -> Iterator[tuple[RecordRef, str]]:
        """What changed, oldest first."""
        return changes.changes(self._client, table, since)

    def cursor_now(self, table: str) -> str | None:
        """From two days ago on, where a field tells when; else all rows are read once."""
        cursor = changes.recent(self._client, table, self.context.clock.now())
        if cursor is None:
            return super().cursor_now(table)
        for _, after in self.changes(table, cursor):
            cursor = after
        return cursor

    def apply(
        self, operation: Operation, idempotency_key: str, *, uncertain: bool = False
    ) -> Receipt:
        """Create, update, note or attach; the same again has no second effect, or its outcome
        stays unknown."""
        try:
            return self._applied(operation, idempotency_key, uncertain=uncertain)
        except RecordLocked as error:
            after = error.retry_after or self.settings.lock_retry_after
            raise RecordLocked(error.detail, retry_after=after) from None

    def read_back(self, ref: RecordRef, fields: Collection[str]) -> Mapping[str, Any]:
        """The present values; names may be captions."""
        present = self._client.read(ref.table, ref.id).fields
        return {
            name: present.get(next(iter(self._client.named(ref.table, {name: None}))))
            for name in fields
        }

    def same(self, field: str, written: Any, read: Any) -> bool:
        """Numbers by size, moments by the time they mean, options by their word, codes in capitals;
        of ``lines`` each written one must be there."""
        if same(written, read):
            return True
        return isinstance(written, str) and isinstance(read, str) and same(written.upper(), read)

    def read_file(self, ref: RecordRef, file: Any, limit: int) -> UpstreamFile:
        """A file of a record, as the table's setting ``files`` says."""
        return files.read(self._client, ref, file, limit)

    def read_hook(self, raw: RawHook) -> HookReading:
        """A subscription's handshake or notification; SOAP has none."""
        if self.settings.surface == SOAP:
            raise Unsupported("NAV calls nobody over SOAP: poll, or have a button call the hub")
        return hooks.read(raw, self._tables, self.context.hook_secret)

    def register_hook(self, url: str, table: str, fields: Collection[str], condition: str) -> str:
        """Make or renew the table's subscription."""
        if not isinstance(self._client, ApiClient):
            raise Unsupported("NAV calls nobody over SOAP: poll, or have a button call the hub")
        if condition:
            raise Unsupported("subscriptions of Business Central take no condition")
        return subscriptions.ensure(
            self._client, self.settings, url, table, self.context.hook_secret
        )

    def keep_hooks(self, tables: Collection[str]) -> str:
        """One subscription for each table, three days more."""
        if not isinstance(self._client, ApiClient):
            raise Unsupported("NAV calls nobody over SOAP: let the mapping poll instead")
        url, secret = self.context.hook_url, self.context.hook_secret
        if self.settings.server.startswith("https://") and not url.startswith("https://"):
            raise ConfigurationError("Business Central calls https only: set public_url")
        return subscriptions.keep(self._client, self.settings, url, tables, secret)

    def describe(self, table: str) -> Collection[str]:
        """The names of the page's fields, from its WSDL, and of what a fetch adds."""
        names = self._client.describe(table)
        settings = self._client.table(table)
        return sorted({*names, *settings.lists, *([UNFIT] if settings.check else ())})

    def record_url(self, ref: RecordRef) -> str | None:
        """The page for people, from the template in the settings."""
        template: str = self.settings.record_link
        if not template:
            return None
        link = template.replace("{table}", quote(ref.table, safe=""))
        return link.replace("{id}", quote(ref.id, safe=""))

    def close(self) -> None:
        """Give back connections."""
        self._client.close()

    def _applied(self, operation: Operation, key: str, *, uncertain: bool) -> Receipt:
        match operation:
            case Create():
                return self._writes.create(operation, key, uncertain=uncertain)
            case Update():
                return self._writes.update(operation)
            case Note():
                return notes.add(self._client, self._writes, operation, key, uncertain=uncertain)
            case Attach():
                return files.add(self._client, operation, key, uncertain=uncertain)


def _client_for(
    settings: DynamicsNavSettings, tables: Mapping[str, Table], context: PluginContext
) -> NavClient:
    wire = Wire(settings, context.clock)
    if settings.surface != SOAP:
        return ApiClient(settings, tables, wire)
    from connectors.dynamics_nav.client_soap import SoapClient  # only who uses SOAP loads zeep

    return SoapClient(settings, tables, wire, context.clock)
