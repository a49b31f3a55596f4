"""The API surface: API v2.0 (or an API page of one's own) and OData V4, with ETags."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from connectors.dynamics_nav.api_metadata import fields_of
from connectors.dynamics_nav.api_wire import ApiWire, payload
from connectors.dynamics_nav.client import Edit, NavClient, Row, Words, filled, sought
from connectors.dynamics_nav.filters import odata_literal
from connectors.dynamics_nav.keys import is_guid, joined, parted
from connectors.dynamics_nav.settings import DynamicsNavSettings
from connectors.dynamics_nav.tables import LINES, Table
from connectors.dynamics_nav.values import BOOLEAN, INTEGER, TEXT, decoded, encoded, telling
from connectors.dynamics_nav.ways import Call, Changes, Find
from connectors.dynamics_nav.wire import Wire
from hub.kernel.errors import (
    ConfigurationError,
    MalformedAnswer,
    NotFound,
    OutcomeUnknown,
    Unsupported,
)

ETAG = "@odata.etag"
ODATA = "ODataV4"
_ID = "id"


class ApiClient(NavClient):
    """One company over API and OData."""

    def __init__(
        self, settings: DynamicsNavSettings, tables: Mapping[str, Table], wire: Wire
    ) -> None:
        super().__init__(tables)
        self.api = ApiWire(settings, wire)
        self._settings = settings
        self._wire = wire
        self._lock = threading.Lock()
        self._company = ""

    def probe(self) -> tuple[dict[str, Any], list[str]]:
        self._wire.forget()
        with self._lock:
            self._company = ""
        company = self.company()
        name, table = next(iter(self.tables.items()))
        try:
            self.api.get(self.collection(table.entity), {"$top": "1"})
        except NotFound as error:
            raise ConfigurationError(f"{error.detail}: correct tables.{name}.entity") from None
        warnings = [
            f"{name} has no external_id_field: a create whose answer got lost cannot be looked up"
            for name, table in self.tables.items()
            if not table.external_id_field
        ]
        return {"company": company, "tables": sorted(self.tables)}, warnings

    def named(self, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        return dict(given)

    def keeps(self, name: str, field: str) -> bool:
        return True

    def describe(self, name: str) -> Collection[str]:
        if name not in self.tables:
            raise NotFound("the settings know no table of this name")
        table = self.table(name)
        route, _, entity_set = table.entity.rpartition("/")
        document = self.api.metadata(f"{route or self._settings.api_route}/$metadata")
        return sorted({*fields_of(document, entity_set), *([LINES] if table.lines else ())})

    def read(self, name: str, record_id: str) -> Row:
        found = self.api.get(self.address(name, record_id), self._expanded(name))
        return self._row(name, found)

    def search(self, name: str, wanted: Mapping[str, Any]) -> Iterator[Row]:
        parts = [f"{field} eq {self._literal(name, field, v)}" for field, v in wanted.items()]
        yield from self._rows(name, " and ".join(parts))

    def since(self, name: str, way: Changes, mark: str | None) -> Iterator[Row]:
        parts = list(way.filters.values())
        if way.field and mark:
            parts.append(f"{way.field} ge {mark}")
        yield from self._rows(name, " and ".join(parts))

    def create(self, name: str, fields: Mapping[str, Any]) -> Row:
        body = self._body(name, fields)
        made = self.api.send("POST", self.collection(self.table(name).entity), body)
        try:
            return self._row(name, made)
        except MalformedAnswer as error:
            raise OutcomeUnknown(error.detail) from None

    def update(self, name: str, row: Row, edit: Edit) -> None:
        own, known = self.address(name, row.id), telling(row.fields)
        if edit.fields:
            body = self._body(name, edit.fields)
            self.api.send("PATCH", own, body, etag=row.version, known=known)
        lines = self.table(name).lines
        if lines is None:  # and so no edits of any
            return
        many = self.collection(lines.entity) if lines.entity else f"{own}/{lines.part}"
        owner = {lines.parent: row.id} if lines.parent and lines.entity else {}
        for one in edit.lines:
            body = self._body(name, one.fields)
            if one.line is not None:
                where = f"{many}({one.line[_ID]})"
                self.api.send("PATCH", where, body, etag=str(one.line["Key"]), known=known)
            else:
                self.api.send("POST", many, {**owner, **body}, known=known)

    def is_stale(self, name: str, row: Row) -> bool:
        return True  # the server's word for it leaves no doubt

    def call(self, call: Call, words: Words, *, changes: bool) -> Mapping[str, Any]:
        body = {name: _argument(template, words) for name, template in call.arguments.items()}
        path = f"{ODATA}/{call.codeunit}_{call.procedure}"
        found = self.api.send(
            "POST", path, payload(body), query={"company": self._settings.company}, changes=changes
        )
        value = found.get("value")
        return value if isinstance(value, Mapping) else {**found, "return_value": value}

    def find(self, find: Find, words: Words) -> list[Mapping[str, Any]]:
        if not find.entity:
            raise Unsupported("the settings name no entity set to find this by")
        parts = [
            f"{field} eq {odata_literal(sought(template, words))}"
            for field, template in find.filters.items()
        ]
        return list(self.api.pages(self.collection(find.entity), {"$filter": " and ".join(parts)}))

    def number(self, name: str, record_id: str) -> str:
        field = self.table(name).number
        return str(self.read(name, record_id).fields.get(field) or "") if field else record_id

    def close(self) -> None:
        self._wire.close()

    def company(self) -> str:
        """The company's id; its name is looked up once."""
        wanted = self._settings.company
        if is_guid(wanted):
            return wanted.lower()
        with self._lock:
            if not self._company:
                found = self.api.pages(f"{self._settings.api_route}/companies", {})
                ids = [str(one.get(_ID)) for one in found if one.get("name") == wanted]
                if len(ids) != 1:
                    raise ConfigurationError(
                        "the server has no company of this name: correct the setting company, "
                        "its case counts"
                    )
                self._company = ids[0]
            return self._company

    def collection(self, entity: str) -> str:
        """The path of an entity set in our company."""
        route, _, name = entity.rpartition("/")
        if route == ODATA:
            company = self._settings.company
            inner = f"Id={company}" if is_guid(company) else odata_literal(company)
            return f"{ODATA}/Company({quote(inner, safe='=')})/{name}"
        return f"{route or self._settings.api_route}/companies({self.company()})/{name}"

    def address(self, name: str, record_id: str) -> str:
        """The path of one record. Raises ``NotFound`` for what cannot be an id."""
        table = self.table(name)
        keys = table.keys or [_ID]
        values = parted(record_id, len(keys))
        if values is None or (keys == [_ID] and not is_guid(record_id)):
            raise NotFound("nothing can have this id")
        if keys == [_ID]:
            return f"{self.collection(table.entity)}({record_id.lower()})"
        parts = [
            f"{key}={quote(self._literal(name, key, value), safe='')}"
            for key, value in zip(keys, values, strict=True)
        ]
        return f"{self.collection(table.entity)}({','.join(parts)})"

    def _rows(self, name: str, condition: str) -> Iterator[Row]:
        query = {**self._expanded(name), **({"$filter": condition} if condition else {})}
        for item in self.api.pages(self.collection(self.table(name).entity), query):
            yield self._row(name, item)

    def _row(self, name: str, found: Any) -> Row:
        table = self.table(name)
        if not isinstance(found, Mapping):
            raise MalformedAnswer("the answer holds no record")
        fields = _plain(found)
        values = [fields.get(key) for key in table.keys or [_ID]]
        if None in values:
            raise MalformedAnswer("a record came without its key")
        if table.lines:
            rows = fields.pop(table.lines.part, None) or []
            fields[LINES] = [row for row in rows if isinstance(row, Mapping)]
        return Row(joined(values), fields, str(found.get(ETAG) or ""))

    def _expanded(self, name: str) -> dict[str, str]:
        lines = self.table(name).lines
        return {"$expand": lines.part} if lines else {}

    def _body(self, name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        table = self.table(name)
        return payload(
            {
                field: encoded(field, value, kind) if (kind := table.kind(field)) else value
                for field, value in fields.items()
                if field not in (_ID, "Key", LINES)
            }
        )

    def _literal(self, name: str, field: str, value: Any) -> str:
        kind = self.table(name).kind(field) or TEXT
        if kind == TEXT and is_guid(str(value)):
            return str(value).lower()
        if kind in (INTEGER, BOOLEAN):
            return odata_literal(encoded(field, value, kind))
        return odata_literal(str(encoded(field, value, kind)))


def _argument(template: str, words: Words) -> Any:
    if template in ("true", "false"):
        return template == "true"
    return filled(template, words)


def _plain(found: Mapping[str, Any]) -> dict[str, Any]:
    """A record without OData's own members; of a line, its ETag is kept as its Key."""
    out: dict[str, Any] = {}
    for name, value in found.items():
        if "@" in name:
            continue
        if isinstance(value, list):
            out[name] = [
                {**_plain(one), "Key": str(one.get(ETAG) or "")}
                if isinstance(one, Mapping)
                else decoded(one)
                for one in value
            ]
        else:
            out[name] = _plain(value) if isinstance(value, Mapping) else decoded(value)
    return out
