"""The SOAP surface: page services (Read, ReadMultiple, Create, Update, IsUpdated) and codeunits."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from zeep import xsd

from connectors.dynamics_nav import filters
from connectors.dynamics_nav.client import Edit, LineEdit, NavClient, Row, Words, filled, sought
from connectors.dynamics_nav.keys import parted
from connectors.dynamics_nav.names import field_name
from connectors.dynamics_nav.settings import DynamicsNavSettings
from connectors.dynamics_nav.soap_records import (
    CODEUNIT,
    KEY,
    PAGE,
    behind,
    criterion,
    lacks,
    row_of,
    texts_in,
    written,
)
from connectors.dynamics_nav.soap_service import Service
from connectors.dynamics_nav.tables import LINES, Table
from connectors.dynamics_nav.values import INTEGER, TEXT, encoded, telling
from connectors.dynamics_nav.ways import Call, Changes, Find
from connectors.dynamics_nav.wire import Wire
from connectors.dynamics_nav.wsdl import Description, Field
from connectors.dynamics_nav.wsdl_cache import WsdlCache
from hub.kernel.clock import Clock
from hub.kernel.errors import (
    ConfigurationError,
    MalformedAnswer,
    NotFound,
    OutcomeUnknown,
    Refused,
)


class SoapClient(NavClient):
    """One company over SOAP."""

    def __init__(
        self,
        settings: DynamicsNavSettings,
        tables: Mapping[str, Table],
        wire: Wire,
        clock: Clock,
    ) -> None:
        super().__init__(tables)
        self._settings = settings
        self._wire = wire
        self._cache = WsdlCache(settings.wsdl_cache, settings.wsdl_hours, clock)
        self._lock = threading.Lock()
        self._services: dict[tuple[str, str], Service] = {}

    def probe(self) -> tuple[dict[str, Any], list[str]]:
        self._wire.forget()
        warnings: list[str] = []
        pages: dict[str, str] = {}
        for name, table in self.tables.items():
            service = self._page(name)
            try:
                description = service.description(afresh=True)
            except Refused as error:
                if error.code == "unknown_service":
                    raise ConfigurationError(
                        f"{error.detail}: publish it, or correct tables.{name}.service or company"
                    ) from None
                raise
            pages[name] = service.name
            warnings += lacks(name, table, description)
            warnings += [
                f"{service.name} has a column that its WSDL lacks: {one}"
                for one in sorted(service.unknown)
            ]
        warnings += self._behind()
        first = self._page(next(iter(self.tables)))
        first.call("ReadMultiple", changes=False, filter=xsd.SkipValue, bookmarkKey=None, setSize=1)
        return {"pages": pages}, warnings

    def named(self, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for field, value in given.items():
            if field == LINES and isinstance(value, list | tuple):
                out[LINES] = [
                    {field_name(one): inner for one, inner in line.items()}
                    if isinstance(line, Mapping)
                    else line
                    for line in value
                ]
            else:
                out[field_name(field)] = value
        return out

    def keeps(self, name: str, field: str) -> bool:
        return field in self._page(name).description().fields

    def describe(self, name: str) -> Collection[str]:
        if name not in self.tables:
            raise NotFound("the settings know no table of this name")
        description = self._page(name).description(afresh=True)
        lines = {LINES} if self.table(name).lines else set()
        return sorted((description.fields.keys() | lines) - {KEY})

    def read(self, name: str, record_id: str) -> Row:
        service = self._page(name)
        description = service.description()
        keys = self._keys(name, description)
        values = parted(record_id, len(keys))
        if values is None:
            raise NotFound("nothing can have this id")
        arguments: dict[str, Any] = {}
        for key, value in zip(keys, values, strict=True):
            kind = description.fields.get(key, Field(key, TEXT)).kind
            if kind == INTEGER:
                if not (value.isascii() and value.lstrip("-").isdecimal()):
                    raise NotFound("nothing can have this id")
                arguments[key] = int(value)
            else:
                arguments[key] = filters.literal(value)
        found = service.call("Read", changes=False, sent=values, **arguments)
        if not found:
            raise NotFound(f"{service.name} has no such record")
        row = self._row(name, description, found)
        if row.id.casefold() != record_id.casefold():  # the argument is a filter, not a key
            raise NotFound(f"{service.name} has no such record")
        return row

    def search(self, name: str, wanted: Mapping[str, Any]) -> Iterator[Row]:
        description = self._page(name).description()
        given = [criterion(description, field, value) for field, value in wanted.items()]
        yield from self._rows(name, given)

    def since(self, name: str, way: Changes, mark: str | None) -> Iterator[Row]:
        given = [{"Field": field, "Criteria": text} for field, text in way.filters.items()]
        if way.field and mark:
            text = filters.since(self._as_criterion(mark))
            given.append({"Field": way.field, "Criteria": text})
        yield from self._rows(name, given)

    def create(self, name: str, fields: Mapping[str, Any]) -> Row:
        service = self._page(name)
        description = self._fit(service, fields)
        record = written(description.fields, fields)
        found = service.call(
            "Create", changes=True, sent=texts_in(fields), **{description.entity: record}
        )
        try:
            return self._row(name, description, found)
        except MalformedAnswer as error:
            raise OutcomeUnknown(error.detail) from None

    def update(self, name: str, row: Row, edit: Edit) -> None:
        service, lines = self._page(name), self.table(name).lines
        description = self._fit(service, edit.fields)
        record = {KEY: row.version, **written(description.fields, edit.fields)}
        if edit.lines and lines:
            record[lines.part] = self._lines(service, lines.part, edit.lines)
        sent = [*texts_in(edit.fields), *(t for one in edit.lines for t in texts_in(one.fields))]
        sent += telling(row.fields)
        service.call("Update", changes=True, sent=sent, **{description.entity: record})

    def is_stale(self, name: str, row: Row) -> bool:
        service = self._page(name)
        if service.offers("IsUpdated"):
            return bool(service.call("IsUpdated", changes=False, Key=row.version))
        return self.read(name, row.id).version != row.version

    def call(self, call: Call, words: Words, *, changes: bool) -> Mapping[str, Any]:
        service = self._service(CODEUNIT, call.codeunit)
        parameters = service.description().operations.get(call.procedure, {})
        unknown = call.arguments.keys() - parameters.keys()
        if parameters and unknown:
            raise Refused(
                f"{call.codeunit}.{call.procedure} has no parameter {', '.join(sorted(unknown))}",
                code="bad_call",
            )
        arguments = {}
        for parameter, field in parameters.items():
            value = filled(call.arguments.get(parameter, ""), words)
            arguments[parameter] = encoded(parameter, value, field.kind, field.options)
        sent = [text for text in texts_in(arguments) if len(text) < 1000]
        found = service.call(call.procedure, changes=changes, sent=sent, **arguments)
        return found if isinstance(found, Mapping) else {"return_value": found}

    def find(self, find: Find, words: Words) -> list[Mapping[str, Any]]:
        service = self._service(PAGE, find.service)
        description = service.description()
        given = []
        for field, template in find.filters.items():
            value = sought(template, words)
            if description.fields.get(field, Field(field, TEXT)).kind == INTEGER:
                value = encoded(field, value, INTEGER)
            given.append({"Field": field, "Criteria": filters.literal(str(value))})
        found = self._read_all(service, given, short_ends=True)
        return [row for row in found if isinstance(row, Mapping)]

    def number(self, name: str, record_id: str) -> str:
        table = self.table(name)
        keys = self._keys(name, self._page(name).description())
        if keys == (table.number,):
            return record_id
        return str(self.read(name, record_id).fields.get(table.number) or "")

    def close(self) -> None:
        self._wire.close()

    def _behind(self) -> Iterator[str]:
        """What is not published of the codeunits and pages that notes and files need."""
        looked: set[tuple[str, str, str]] = set()
        for table in self.tables.values():
            looked |= set(behind(table))
        for kind, name, operation in sorted(looked):
            try:
                if not self._service(kind, name).offers(operation):
                    yield f"{name} does not offer {operation}, which the settings name"
            except Refused as error:
                yield f"{error.detail}, which the settings name"

    def _rows(self, name: str, given: list[dict[str, str]]) -> Iterator[Row]:
        service = self._page(name)
        description = service.description()
        for item in self._read_all(service, given):
            yield self._row(name, description, item)

    def _read_all(
        self, service: Service, given: list[dict[str, str]], *, short_ends: bool = False
    ) -> Iterator[Any]:
        size, most = self._settings.page_size, self._settings.max_pages
        return service.rows(given, size, most, short_ends=short_ends)

    def _row(self, name: str, description: Description, found: Any) -> Row:
        return row_of(found, description, self._keys(name, description), self.table(name).lines)

    def _lines(
        self, service: Service, name: str, edits: Sequence[LineEdit]
    ) -> dict[str, list[dict[str, Any]]]:
        part = service.description().parts.get(name)
        wanted = {field for one in edits for field in one.fields}
        if part is None or wanted - part.fields.keys():
            part = service.description(afresh=True).parts.get(name)
        if part is None:
            raise Refused(f"{service.name} has no part {name}: correct it", code="bad_field")
        items = []
        for one in edits:
            key = None if one.line is None else one.line.get(KEY)
            if one.line is not None and not key:  # without one it would be a new line
                raise Refused(f"the lines of {service.name} show no Key", code="bad_field")
            own = {KEY: key} if key else {}
            items.append({**own, **written(part.fields, one.fields)})
        return {part.row: items}

    def _fit(self, service: Service, fields: Mapping[str, Any]) -> Description:
        """The description, once it has all ``fields``; it is read again before one is missing."""
        description = service.description()
        if fields.keys() - description.fields.keys():
            description = service.description(afresh=True)
        return description

    def _as_criterion(self, mark: str) -> str:
        form = self._settings.date_format
        if form == "{iso}":
            return mark
        return datetime.fromisoformat(mark).strftime(form)

    def _keys(self, name: str, description: Description) -> tuple[str, ...]:
        return tuple(self.table(name).keys) or description.read_by or ("No",)

    def _page(self, name: str) -> Service:
        return self._service(PAGE, self.table(name).service)

    def _service(self, kind: str, name: str) -> Service:
        with self._lock:
            found = self._services.get((kind, name))
            if found is None:
                found = self._services[(kind, name)] = Service(self._wire, self._cache, kind, name)
            return found
