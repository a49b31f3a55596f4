"""What the settings describe, as calls: read, search, create and update records of a table.

Knows nothing of keys, matches or uncertain outcomes; ``writes`` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from connectors.crm_rest.codes import LostRace, ours, unreadable
from connectors.crm_rest.paging import pages
from connectors.crm_rest.settings import CrmRestSettings
from connectors.crm_rest.shapes import at, body_of, encoded, filled, nested, words_in
from connectors.crm_rest.tables import PUT, Table
from connectors.crm_rest.wire import Wire, address
from hub.contracts.records import RecordRef
from hub.kernel.errors import MalformedAnswer, OutcomeUnknown, Refused, Unsupported
from hub.toolkit.http import Answer

_NOT_IT = (
    "what it gave does not hold the id that was asked for; correct id, record or item_path, or "
    "set read_has_id to false"
)


@dataclass(frozen=True)
class Found:
    """One record as read. ``version`` as the CRM gave it, in the record or as ETag."""

    id: str
    fields: Mapping[str, Any]
    version: str | None = None


@dataclass(frozen=True)
class Made:
    """A record that was made. ``replayed``: the CRM says that it knew the call's key. ``fields``
    as the answer tells them, maybe none."""

    id: str
    replayed: bool = False
    fields: Mapping[str, Any] = field(default_factory=dict)


class Client:
    """The tables of one CRM. Thread-safe."""

    def __init__(self, settings: CrmRestSettings, wire: Wire) -> None:
        self.settings = settings
        self.wire = wire

    def table(self, name: str) -> Table:
        """What the settings say of it. Raises ``Refused``."""
        table = self.settings.tables.get(name)
        if table is None:
            known = ", ".join(self.settings.tables)
            raise Refused(
                f"the settings know no table of this name, only {known}", code="unknown_table"
            )
        return table

    def read(self, ref: RecordRef) -> Found:
        """One record. Raises ``NotFound``."""
        table = self.table(ref.table)
        if table.asks_parent:
            raise Unsupported("records that live under another one are not read by themselves")
        answer = self.wire.call("GET", address(table.one, ref.id))
        item = at(self.wire.read(answer), table.record)
        fields = at(item, table.hit)
        if not isinstance(fields, Mapping):
            raise unreadable(answer, "there is no record where the settings say", changes=False)
        if table.read_has_id and id_at(item, table.id).casefold() != ref.id.casefold():
            raise unreadable(answer, _NOT_IT, changes=False)
        return Found(ref.id, fields, _version(table, item, answer))

    def search(self, name: str, conditions: Mapping[str, Any], parent: str = "") -> Iterator[Found]:
        """Records that the CRM finds for these values; compare them, it may find others, too."""
        table = self.table(name)
        params = dict(table.parameters)
        for name_of, value in conditions.items():
            parameter = filled(table.match_parameter, field=name_of, escape={})
            params[parameter] = filled(
                table.match_value, field=name_of, value=value, escape=table.match_escape
            )
        path = address(table.search_path or table.path, parent=parent)
        for page in pages(self.wire, self.settings, table, path, params):
            for item in page.items:
                yield self.found(table, item)

    def found(self, table: Table, item: Mapping[str, Any]) -> Found:
        """A record out of a list. One that cannot be read is no reason to make another."""
        record_id, fields = id_at(item, table.id), at(item, table.hit)
        if not record_id or not isinstance(fields, Mapping):
            raise MalformedAnswer("a record of a list has no id or fields where the settings say")
        return Found(record_id, fields, _version(table, item, None))

    def create(self, name: str, fields: Mapping[str, Any], key: str, parent: str = "") -> Made:
        """Make a record. Not idempotent, unless the CRM knows the key's header."""
        table = self.table(name)
        plain = nested(encoded(fields, table.fields), {})
        answer = self.wire.call(
            "POST",
            address(table.create_path or table.path, parent=parent),
            changes=True,
            sent=tuple(words_in(fields)),
            json=body_of(plain, table.wrap, table.constants),
            headers=self.key_header(key),
        )
        item = at(
            self.wire.read(answer, changes=True),
            table.record if table.created is None else table.created,
        )
        made = id_at(item, table.id) or _last_piece(answer.headers.get("Location", ""))
        if not made:
            raise OutcomeUnknown("a record was made, but its id is not where the settings say")
        there = at(item, table.hit)
        return Made(made, ours(answer.headers), there if isinstance(there, Mapping) else {})

    def update(self, ref: RecordRef, fields: Mapping[str, Any], present: Found | None) -> None:
        """Write fields; ``present`` is the record as read, where that was needed. Raises
        ``LostRace`` when it has changed since."""
        table = self.table(ref.table)
        there = present.fields if present else {}
        plain = nested(encoded(fields, table.fields), there)
        if table.update_method == PUT:
            plain = {**there, **plain}
        headers = {"Content-Type": table.update_type}
        if table.if_match and present and present.version:
            headers["If-Match"] = present.version
        try:
            self.wire.call(
                table.update_method,
                address(table.update_path or table.one, ref.id),
                changes=True,
                sent=tuple(words_in(fields)),
                json=body_of(plain, table.wrap, table.constants),
                headers=headers,
            )
        except LostRace as error:
            if "If-Match" not in headers:
                raise Refused(f"{error.detail}; set if_match for this table") from None
            raise

    def key_header(self, key: str) -> dict[str, str]:
        """The header by which the CRM knows a repeated call, if it does."""
        name = self.settings.idempotency_header
        return {name: key} if name else {}


def id_at(item: Any, path: str) -> str:
    """The id in a record, as text; empty when there is none."""
    found = at(item, path)
    if isinstance(found, bool) or not isinstance(found, str | int):
        return ""
    return str(found).strip()


def _last_piece(url: str) -> str:
    return unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2])


def _version(table: Table, item: Any, answer: Answer | None) -> str | None:
    if table.version:
        found = at(item, table.version)
        return None if found is None else str(found)
    return (answer.headers.get("ETag") or None) if answer else None
