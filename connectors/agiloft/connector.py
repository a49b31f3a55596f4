"""The Agiloft connector: the hub's operations on one knowledge base, over a surface of choice.

It knows nothing about signing. Which surface speaks is a setting; what is said is the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from connectors.agiloft import files, hooks, notes, tables
from connectors.agiloft.client import AgiloftClient
from connectors.agiloft.client_alrest import AlrestClient
from connectors.agiloft.client_ew import EwClient
from connectors.agiloft.codes import SessionEnded, final
from connectors.agiloft.encoding import decode, iso_moment
from connectors.agiloft.query import above
from connectors.agiloft.settings import ALREST, SOAP, AgiloftSettings, check_combination
from connectors.agiloft.webhooks import Webhook, Webhooks, WebhookSpec
from connectors.agiloft.wire import Wire
from connectors.agiloft.writes import Writes
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
from hub.kernel.errors import NotFound, ParaphError, RecordLocked, Refused


class AgiloftConnector(Connector):
    """Reads and writes the records of one knowledge base."""

    Settings = AgiloftSettings

    def __init__(self, settings: AgiloftSettings, context: PluginContext) -> None:
        super().__init__(settings, context)
        check_combination(settings, context.instance)
        self._zone = ZoneInfo(settings.time_zone)
        self._wire = Wire(settings, context.clock, alrest_login=settings.surface == ALREST)
        self._client = _client_for(settings, self._wire, context)
        self._writes = Writes(self._client, settings, self._zone)

    def probe(self) -> ProbeResult:
        """Sign in afresh; nothing is read or written."""
        self._client.sign_in()
        s = self.settings
        warnings = []
        if s.timeout < 60:
            warnings.append("timeout is below 60 s: rules that run inside a call may take longer")
        if s.surface == SOAP:
            warnings.append("the vendor discourages SOAP; alrest does the same")
        return ProbeResult(
            f"signed in to {s.kb}",
            {"surface": s.surface, "auth": s.auth, "kb": s.kb},
            tuple(warnings),
        )

    def fetch(self, ref: RecordRef) -> Record:
        """Read one record; fields the service user may not read are missing."""
        if not _is_id(ref.id):
            raise NotFound("an Agiloft record id is a number")
        fields = self._client.read(ref.table, ref.id)
        return Record(ref, {name: decode(value) for name, value in fields.items()})

    def describe(self, table: str) -> Collection[str]:
        """By EWTable."""
        return tables.field_names(self._wire, table)

    def canonical(self, ref: RecordRef) -> RecordRef:
        """Ids are numbers: "06" is record 6."""
        return RecordRef(ref.table, ref.id.lstrip("0") or "0") if _is_id(ref.id) else ref

    def changes(self, table: str, since: str | None) -> Iterator[tuple[RecordRef, str]]:
        """New records by rising id; with an updated field configured, changed ones by its time.

        Re-running a search may skip and repeat, so the cursor is the last value seen, never a page.
        """
        if not self.settings.changes_field:
            yield from self._new_records(table, int(since) if since and since.isdecimal() else 0)
            return
        field = self.settings.changes_field
        at, _, last = (since or "").partition("|")
        at = iso_moment(at, self._zone)
        condition = above(field, at, including=True) if at else above("id", 0)
        rows = self._client.search(table, (condition,), [field])
        found = sorted((iso_moment(row.get(field), self._zone), int(row["id"])) for row in rows)
        for moment, number in found:
            if (moment, number) > (at, int(last) if last.isdecimal() else -1):
                yield RecordRef(table, str(number)), f"{moment}|{number}"

    def cursor_now(self, table: str) -> str | None:
        """From two days ago on, where a field tells when; else the ids of all records are read."""
        if not self.settings.changes_field:
            return super().cursor_now(table)
        past = self.context.clock.now() - timedelta(days=2)  # in whatever zone Agiloft is
        cursor = f"{iso_moment(past, self._zone)}|"
        for _, after in self.changes(table, cursor):
            cursor = after
        return cursor

    def apply(
        self, operation: Operation, idempotency_key: str, *, uncertain: bool = False
    ) -> Receipt:
        """Create, update, note or attach; the same again has no second effect."""
        try:
            match operation:
                case Create():
                    return self._writes.create(operation, idempotency_key, uncertain=uncertain)
                case Update():
                    _needs_id(operation.ref)
                    return self._writes.update(operation, uncertain=uncertain)
                case Note():
                    _needs_id(operation.ref)
                    return notes.add(
                        self._client, self.settings, operation, idempotency_key, self._zone
                    )
                case Attach():
                    _needs_id(operation.ref)
                    return self._writes.attach(operation)
        except RecordLocked as error:
            raise self._told_when(error, operation) from None

    def read_back(self, ref: RecordRef, fields: Collection[str]) -> Mapping[str, Any]:
        """The present values of ``fields``, read afresh."""
        present = self.fetch(ref).fields
        return {name: present.get(name) for name in fields}

    def same(self, field: str, written: Any, read: Any) -> bool:
        """Dates, numbers, choices, multi-choices and line ends as Agiloft shows them."""
        return self._writes.same(field, written, read)

    def read_file(self, ref: RecordRef, file: Any, limit: int) -> UpstreamFile:
        """A file of a file field, which ``file`` names."""
        if not _is_id(ref.id):
            raise NotFound("an Agiloft record id is a number")
        return files.read(self._client, ref, file, limit)

    def read_hook(self, raw: RawHook) -> HookReading:
        """Handshakes and notifications; each is answered with its Verification-Code."""
        return hooks.read(
            raw,
            secret=self.context.hook_secret,
            state_key=self.settings.webhook_state_key,
            table=self.settings.webhook_table,
        )

    def record_url(self, ref: RecordRef) -> str | None:
        """From the setting; links into Agiloft's own screens would have to be encrypted by it."""
        template: str = self.settings.record_link
        if not template:
            return None
        return template.replace("{table}", quote(ref.table, safe="")).replace(
            "{id}", quote(ref.id, safe="")
        )

    def ensure_webhook(
        self,
        url: str,
        table: str,
        fields: Sequence[str] = ("id",),
        *,
        record_filter: str = "",
        event: str = "Update",
        modification_types: Sequence[str] = ("Web", "Email"),
    ) -> Webhook:
        """Make sure that Agiloft calls ``url``; Agiloft tries the address at once (handshake)."""
        spec = WebhookSpec(
            url=url,
            table=table,
            user=self.settings.login or self.settings.client_id,
            fields=tuple(fields),
            event=event,
            record_filter=record_filter,
            modification_types=tuple(modification_types),
            state_key=self.settings.webhook_state_key,
        )
        return self.webhooks.ensure(spec)

    def register_hook(self, url: str, table: str, fields: Collection[str], condition: str) -> str:
        """The webhook of a table, in Agiloft's query language, e.g. ``sign_state=='Requested'``."""
        made = self.ensure_webhook(url, table, tuple(fields) or ("id",), record_filter=condition)
        state = "is active" if made.active else "is registered but not active"
        return f"the webhook for {table} {state}"

    @property
    def webhooks(self) -> Webhooks:
        """The knowledge base's webhook API."""
        return Webhooks(self._wire)

    def close(self) -> None:
        """Sign out and give back connections."""
        self._client.close()

    def _new_records(self, table: str, last: int) -> Iterator[tuple[RecordRef, str]]:
        rows = self._client.search(table, (above("id", last),), ["id"])
        for number in sorted({int(row["id"]) for row in rows}):
            if number > last:
                yield RecordRef(table, str(number)), str(number)

    def _told_when(self, error: RecordLocked, operation: Operation) -> RecordLocked:
        """The same error with the time at which the lock ends, as far as Agiloft says."""
        seconds: float | None = None
        if not isinstance(operation, Create):
            try:
                seconds = self._client.lock_seconds(operation.ref.table, operation.ref.id)
            except (ParaphError, SessionEnded) as problem:
                final(problem)  # the lock itself is what matters
        return RecordLocked(
            error.detail, retry_after=error.retry_after or seconds or self.settings.lock_retry_after
        )


def _client_for(settings: AgiloftSettings, wire: Wire, context: PluginContext) -> AgiloftClient:
    if settings.surface == ALREST:
        return AlrestClient(wire)
    if settings.surface == SOAP:
        from connectors.agiloft.client_soap import SoapClient  # zeep: only who uses SOAP loads it

        return SoapClient(wire, context.clock)
    return EwClient(wire)


def _needs_id(ref: RecordRef) -> None:
    if not _is_id(ref.id):
        raise Refused("an Agiloft record id is a number", code="bad_value")


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal()
