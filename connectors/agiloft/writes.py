"""Create, update and attach so that doing them again does nothing again.

Agiloft itself makes two rows of two equal creates and two files of two equal attaches; whatever
keeps them single is in here: search before create, read before a doubtful update, list before and
after an attach.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from connectors.agiloft.client import AgiloftClient, Fields
from connectors.agiloft.encoding import encode, is_listed, same_value
from connectors.agiloft.query import Condition, equals
from connectors.agiloft.settings import AgiloftSettings
from hub.contracts.records import Attach, Create, Receipt, RecordRef, Update
from hub.kernel.errors import OutcomeUnknown, Refused, Unsupported

_TWIN_FIELDS = 4  # so many fields go into the search for a doubtful create; the rest is compared


class Writes:
    """The changing operations of one instance."""

    def __init__(self, client: AgiloftClient, settings: AgiloftSettings, zone: ZoneInfo) -> None:
        self._client = client
        self._settings = settings
        self._zone = zone

    def update(self, operation: Update, *, uncertain: bool) -> Receipt:
        """Write the fields; when an earlier try may have worked, look first."""
        ref = operation.ref
        fields = self.encoded(ref.table, operation.fields)
        if not fields:
            return Receipt(ref, repeated=True)
        if uncertain:
            present = self._client.read(ref.table, ref.id)
            written = {k: v for k, v in operation.fields.items() if k in fields}
            if self._all_same(written, present):
                return Receipt(ref, repeated=True)
        self._client.update(ref.table, ref.id, fields)
        return Receipt(ref)

    def create(self, operation: Create, key: str, *, uncertain: bool) -> Receipt:
        """Use the record that matches, else the one an earlier try made, else make one."""
        table = operation.table
        own = self._settings.external_id_field
        if uncertain and own:
            made = self._find(table, {own: key})
            if made is not None:
                return Receipt(RecordRef(table, str(made["id"])), created=True, repeated=True)
        for name in operation.match:
            value = operation.fields.get(name)
            if value in (None, ""):
                continue
            found = self._find(table, {name: value})
            if found is not None:
                return self._fill_in(operation, str(found["id"]))
        fields = self.encoded(table, operation.fields)
        if uncertain and not own:
            twin = self._find(
                table, {k: v for k, v in operation.fields.items() if v not in (None, "")}
            )
            if twin is not None:
                return Receipt(RecordRef(table, str(twin["id"])), created=True, repeated=True)
        if own:
            fields[own] = key
        return Receipt(RecordRef(table, self._client.create(table, fields)), created=True)

    def attach(self, operation: Attach) -> Receipt:
        """Attach the file unless one of that name and size is there; then see that it is."""
        ref = operation.ref
        field = operation.field or self._settings.attach_field
        if not field:
            raise Unsupported("no file field is configured and the mapping names none")
        if not operation.file_name.strip():
            raise Refused("a file needs a name", code="bad_value")
        if self._is_attached(ref, field, operation):
            return Receipt(ref, repeated=True)
        self._client.attach(
            ref.table, ref.id, field, operation.file_name, operation.content_type, operation.content
        )
        if not self._is_attached(ref, field, operation):
            raise OutcomeUnknown("Agiloft took the file but does not list it")
        return Receipt(ref, detail={"size": len(operation.content)})

    def _is_attached(self, ref: RecordRef, field: str, operation: Attach) -> bool:
        files = self._client.attached(ref.table, ref.id, field)
        return any(
            f.name == operation.file_name and f.size == len(operation.content) for f in files
        )

    def encoded(self, table: str, fields: Mapping[str, Any]) -> Fields:
        """``fields`` as this knowledge base takes them."""
        return encode(table, fields, linked=self._settings.linked_fields, zone=self._zone)

    def same(self, field: str, written: Any, read: Any) -> bool:
        """Whether ``read`` is what ``written`` becomes in Agiloft."""
        fold = is_listed(self._settings.choice_fields, field)
        return same_value(written, read, self._zone, fold=fold)

    def _all_same(self, written: Mapping[str, Any], present: Fields) -> bool:
        return all(self.same(k, v, present.get(k)) for k, v in written.items())

    def _find(self, table: str, wanted: Mapping[str, Any]) -> Fields | None:
        """The oldest record with these values. The search may find too much (values that cannot be
        written safely are searched by a piece), so its rows are compared."""
        conditions = self._conditions(wanted)
        if not conditions:
            return None
        rows = self._client.search(table, conditions, list(wanted))
        hits = [row for row in rows if self._all_same(wanted, row)]
        return min(hits, key=lambda row: int(row["id"]), default=None)

    def _conditions(self, wanted: Mapping[str, Any]) -> tuple[Condition, ...]:
        texts = {
            name: value
            for name, value in wanted.items()
            if isinstance(value, str | int)
            and not isinstance(value, bool)
            and "\n" not in str(value)
        }
        if not texts and wanted:
            raise Refused("none of the fields to match by can be searched", code="unsearchable")
        if len(texts) == 1:
            return tuple(equals(name, value) for name, value in texts.items())
        conditions: list[Condition] = []
        for name, value in texts.items():
            try:
                conditions.append(equals(name, value))
            except Refused:
                continue  # compared afterwards
        return tuple(conditions[:_TWIN_FIELDS])

    def _fill_in(self, operation: Create, record_id: str) -> Receipt:
        ref = RecordRef(operation.table, record_id)
        present = self._client.read(ref.table, ref.id)
        empty = {
            name: value
            for name, value in operation.fields.items()
            if value not in (None, "") and present.get(name) in (None, "", [])
        }
        fields = self.encoded(ref.table, empty)
        if fields:
            self._client.update(ref.table, ref.id, fields)
        return Receipt(ref, detail={"filled_in": sorted(fields)})
