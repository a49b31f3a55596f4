"""The connector for a CRM with an ordinary JSON API: everything vendor-like is in the settings."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from connectors.crm_rest import changes, fetched, files, hooks, notes
from connectors.crm_rest.checks import check_combination, probe_table
from connectors.crm_rest.client import Client
from connectors.crm_rest.settings import NO_AUTH, CrmRestSettings
from connectors.crm_rest.shapes import at, same_value
from connectors.crm_rest.wire import Wire
from connectors.crm_rest.writes import Writes
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
    NotFound,
    Refused,
    Unsupported,
)


class CrmRestConnector(Connector):
    """Reads and writes the tables that the settings describe."""

    Settings = CrmRestSettings

    def __init__(self, settings: CrmRestSettings, context: PluginContext) -> None:
        super().__init__(settings, context)
        check_combination(settings, context.instance)
        self._wire = Wire(settings, context.clock)
        self._client = Client(settings, self._wire)
        self._writes = Writes(self._client)

    @classmethod
    def declared_tables(cls, settings: Any) -> Mapping[str, Collection[str] | None] | None:
        """Every table of the settings; its fields where they are declared."""
        return {name: table.fields or None for name, table in settings.tables.items()}

    def probe(self) -> ProbeResult:
        """Read the probe's path with credentials that are proved anew."""
        s: CrmRestSettings = self.settings
        self._wire.sign_in.forget()
        path, params = probe_table(s)
        try:
            self._wire.read(self._wire.call("GET", path, params=params))
        except NotFound as error:
            raise ConfigurationError(
                f"{error.detail}: correct base_url, probe_path or the table's path"
            ) from None
        except Refused as error:
            if error.code == "forbidden":
                raise AuthenticationFailed(
                    f"{error.detail}: the credentials may not read the probe's path"
                ) from None
            raise
        host = urlsplit(s.base_url).hostname or ""
        return ProbeResult(
            f"{host} answers", {"auth": s.auth, "tables": sorted(s.tables)}, tuple(_warnings(s))
        )

    def fetch(self, ref: RecordRef) -> Record:
        """Read one record."""
        found = self._client.read(ref)
        return Record(ref, found.fields, found.version)

    def changes(self, table: str, since: str | None) -> Iterator[tuple[RecordRef, str]]:
        """What changed, oldest first."""
        return changes.changes(self._client, table, since)

    def apply(
        self, operation: Operation, idempotency_key: str, *, uncertain: bool = False
    ) -> Receipt:
        """Create, update, note or attach; the same again has no second effect, or its outcome
        stays unknown."""
        match operation:
            case Create():
                return self._writes.create(operation, idempotency_key, uncertain=uncertain)
            case Update():
                return self._writes.update(operation, uncertain=uncertain)
            case Note():
                return notes.add(self._client, self._writes, operation, idempotency_key)
            case Attach():
                return files.add(
                    self._client, self._writes, operation, idempotency_key, uncertain=uncertain
                )

    def read_file(self, ref: RecordRef, file: Any, limit: int) -> UpstreamFile:
        """A file of a record, as the table's setting ``files`` says."""
        return fetched.read(self._client, ref, file, limit)

    def read_back(self, ref: RecordRef, fields: Collection[str]) -> Mapping[str, Any]:
        """The present values; names may be paths with dots."""
        present = self.fetch(ref).fields
        return {name: at(present, name) for name in fields}

    def same(self, field: str, written: Any, read: Any) -> bool:
        """Numbers by size, moments by the time they mean, lists and objects part by part."""
        return same_value(written, read)

    def read_hook(self, raw: RawHook) -> HookReading:
        """A webhook of the CRM, as the settings describe it."""
        way = self.settings.hook
        if way is None:
            raise Unsupported(f"{self.context.instance} has no setting 'hook': add it first")
        return hooks.read(raw, self.settings, way, self.context.hook_secret)

    def record_url(self, ref: RecordRef) -> str | None:
        """From the table's setting."""
        table = self.settings.tables.get(ref.table)
        if table is None or not table.record_link:
            return None
        return str(table.record_link).replace("{id}", quote(ref.id, safe=""))

    def close(self) -> None:
        """Give back connections."""
        self._wire.close()


def _warnings(settings: CrmRestSettings) -> Iterator[str]:
    if settings.base_url.startswith("http://") and settings.auth != NO_AUTH:
        yield "base_url is not https: credentials and records travel readably"
    for name, table in settings.tables.items():
        if not (table.external_id_field or settings.idempotency_header):
            yield (
                f"{name}: without external_id_field or idempotency_header a create whose answer "
                "got lost can only be found by match fields"
            )
