"""OData answers shared by web services and API pages: lists with paging, one record, writes with
etags. Routes are elsewhere (``odata_routes.py``, ``api_routes.py``)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from connectors.dynamics_nav.sandbox import odata_filter
from connectors.dynamics_nav.sandbox.desk import Desk, Entry
from connectors.dynamics_nav.sandbox.entities import ID, EntitySet
from connectors.dynamics_nav.sandbox.errors import ODATA, HttpError, NavError, Stale
from connectors.dynamics_nav.sandbox.gate import Strike
from connectors.dynamics_nav.sandbox.keys import key_of, primary_key
from connectors.dynamics_nav.sandbox.modes import Modes
from connectors.dynamics_nav.sandbox.odata_answers import (
    body_of_request,
    etag,
    is_etag,
    json_answer,
    refusal,
)
from connectors.dynamics_nav.sandbox.store import Company, Row
from connectors.dynamics_nav.sandbox.words import text_of
from connectors.dynamics_nav.sandbox.wsdl import EXTRA


@dataclass(frozen=True)
class Place:
    """Where a call goes: a company, a set of it, for lines their document; and the address."""

    company: Company
    entities: EntitySet
    context: str
    parent: Row | None = None


class OData:
    """What every entity set can do."""

    def __init__(self, desk: Desk, modes: Modes) -> None:
        self._desk = desk
        self._modes = modes
        self.guard = desk.store.guard

    def rows(self, place: Place) -> list[Row]:
        """The rows of the set, or of one document."""
        if place.parent is not None:
            return place.company.lines_of(place.parent)
        return sorted(self._unsorted(place), key=lambda row: row.key)

    def row(self, place: Place, keys: Mapping[str, str]) -> Row:
        """The row that the keys name. Raises ``HttpError``."""
        wanted = keys.get("", keys.get(ID, "")).lower()
        with self.guard:
            found = self._unsorted(place)
        for row in found:
            if row.id == wanted if place.entities.by_id else _has_keys(place.entities, row, keys):
                return row
        raise HttpError(404, "BadRequest_ResourceNotFound", "The record does not exist.")

    def _unsorted(self, place: Place) -> Iterable[Row]:
        """The same rows as ``rows`` gives, without the work of sorting them."""
        if place.parent is not None:
            return place.company.lines_of(place.parent)
        page = place.entities.page
        found = place.company.rows[page.table.name].values()
        heads = self._heads(place) if self._is_line(place) else None
        return [
            row
            for row in found
            if self._desk.shows(page, row) and (heads is None or row.key[0] in heads)
        ]

    def listing(self, place: Place, strike: Strike) -> Response:
        """``{"value": […]}`` with ``@odata.nextLink`` while there is more."""
        chosen = self._chosen(place)
        total, size = len(chosen), self._page_size()
        top = _whole(request.args.get("$top"))
        skip = _whole(request.args.get("$skip")) or 0
        chosen = chosen[skip : None if top is None else skip + top]
        chosen, offset = self._after(place, chosen)
        page, more = chosen[:size], len(chosen) > size
        body: dict[str, Any] = {"@odata.context": place.context}
        if request.args.get("$count") == "true":
            body["@odata.count"] = total
        body["value"] = [self.shown(place, row, strike) for row in page]
        if more:
            body["@odata.nextLink"] = self._next_link(page[-1], offset + size)
        return json_answer(body, strike)

    def one(self, place: Place, row: Row, strike: Strike, status: int = 200) -> Response:
        """One record with its etag."""
        shown = {"@odata.context": f"{place.context}/$entity", **self.shown(place, row, strike)}
        return json_answer(shown, strike, status)

    def shown(self, place: Place, row: Row, strike: Strike) -> dict[str, Any]:
        """A record as JSON, with what ``$select`` and ``$expand`` ask for."""
        entities = place.entities
        body = entities.json(self._record(place, row))
        if self._modes.extra_column or strike.has("extra"):
            body[EXTRA] = "ny"
        wanted = [name for name in request.args.get("$select", "").split(",") if name]
        if wanted:
            body = {name: value for name, value in body.items() if name in (*wanted, ID)}
        for name in (n.strip() for n in request.args.get("$expand", "").split(",") if n.strip()):
            if name not in entities.lines:
                raise HttpError(
                    400, "BadRequest", f"Could not find a property named '{name[:80]}'."
                )
            inner = Place(place.company, entities.lines[name], "", row)
            body[name] = [self._line(inner, line) for line in self.rows(inner)]
        return {"@odata.etag": etag(row), **body}

    def create(self, place: Place, strike: Strike) -> Response:
        """POST: 201 with the record as it became. Lines inside one only on API pages."""
        given = body_of_request()
        entry = self._entry(place.entities, given)
        page = place.entities.page
        document = place.parent or self._document(place, given)
        if document is not None:
            row = self._desk.add_line(place.company, page, document, entry)
        elif self._is_line(place) or not page.insert:
            raise HttpError(405, "BadRequest_MethodNotAllowed", "Entity does not support insert.")
        else:
            row = self._desk.create(place.company, page, entry)
        return self.one(place, row, strike, 201)

    def change(self, place: Place, row: Row, strike: Strike) -> Response:
        """PATCH with If-Match: 200 with the record."""
        if not place.entities.page.modify:
            raise HttpError(405, "BadRequest_MethodNotAllowed", "Entity does not support update.")
        entry = self._entry(place.entities, body_of_request())
        if entry.parts:
            raise HttpError(400, "BadRequest", "Deep updates are not supported.")
        with self._desk.store.guard:
            self.check_etag(place, row, strike)
            changed = self._desk.update(place.company, place.entities.page, row, entry)
        return self.one(place, changed, strike)

    def delete(self, place: Place, row: Row, strike: Strike) -> Response:
        """DELETE with If-Match: 204."""
        if not place.entities.page.delete:
            raise HttpError(405, "BadRequest_MethodNotAllowed", "Entity does not support delete.")
        with self._desk.store.guard:
            self.check_etag(place, row, strike)
            self._desk.delete(place.company, row)
        return Response(b"", 204)

    def check_etag(self, place: Place, row: Row, strike: Strike) -> None:
        """Compare If-Match with the record as it is now."""
        if strike.has("stale"):
            self._desk.touch(place.company, row)
        given = request.headers.get("If-Match", "").strip()
        if not given:
            raise HttpError(400, "BadRequest_RequiredParamNotProvided", "If-Match is required.")
        if given == "*":
            return
        if not is_etag(given):
            raise HttpError(400, "BadRequest_InvalidToken", "The etag is not valid.")
        present = self._desk.store.present(place.company, row)
        if given != etag(present):
            raise Stale(place.entities.page.caption[self._modes.language], present.words)

    def answer(self, work: Callable[[], Response]) -> Response:
        """Do ``work``; refusals become error bodies."""
        try:
            return work()
        except Stale as error:
            text = text_of(error, self._modes.language)
            return refusal(self._modes.stale_status, "Request_EntityChanged", text)
        except NavError as error:
            status, code = ODATA[error.kind]
            return refusal(status, code, text_of(error, self._modes.language))
        except HttpError as error:
            return refusal(error.status, error.code, error.text)

    def _entry(self, entities: EntitySet, given: Mapping[str, Any]) -> Entry:
        entry = Entry()
        for name, value in given.items():
            if name in entities.lines:
                if not entities.by_id:
                    raise HttpError(400, "BadRequest", "Deep inserts are not supported.")
                part = next(iter(entities.page.parts))
                lines = value if isinstance(value, list) else []
                entry.parts[part] = [self._entry(entities.lines[name], line) for line in lines]
            elif name in entities.properties:
                source = entities.properties[name]
                entry.fields[source] = "_blank_" if value == " " else value
            elif not name.startswith("@") and name not in (ID, entities.parent):
                text = f"The property '{name[:80]}' does not exist on type '{entities.name}'."
                raise HttpError(400, "BadRequest", text)
        return entry

    def _chosen(self, place: Place) -> list[Row]:
        rows, text = self.rows(place), request.args.get("$filter", "")
        if text:
            newer = request.args.get("$schemaversion") == "2.1"
            test = odata_filter.parse(text, place.entities.fields, newer)
            rows = [row for row in rows if test(self._record(place, row))]
        order = request.args.get("$orderby", "")
        for piece in reversed([piece.split() for piece in order.split(",") if piece.strip()]):
            name = piece[0]
            if name not in place.entities.fields:
                raise HttpError(
                    400, "BadRequest", f"Could not find a property named '{name[:80]}'."
                )
            order_of = partial(self._property, place, name)
            rows.sort(key=order_of, reverse="desc" in piece[1:])
        return rows

    def _property(self, place: Place, name: str, row: Row) -> Any:
        return self._record(place, row)[name]

    def _record(self, place: Place, row: Row) -> dict[str, Any]:
        record = place.entities.record(row.id, self._desk.values(place.company, row))
        if place.entities.parent:
            header = place.company.get("Sales_Header", row.key[:2])
            record[place.entities.parent] = header.id if header else ""
        return record

    def _after(self, place: Place, rows: list[Row]) -> tuple[list[Row], int]:
        """What comes after the token of a next link: by place in the order, or by count."""
        token = request.args.get("$skiptoken", "")
        if not token:
            return rows, 0
        if token.isdecimal():
            return rows[int(token) :], int(token)
        last = primary_key(place.entities.page.table, token)
        return [row for row in rows if row.key > last], 0

    def _next_link(self, last: Row, offset: int) -> str:
        counted = bool(request.args.get("$orderby"))
        token = str(offset) if counted else key_of(last)
        given = {name: value for name, value in request.args.items() if name != "$skiptoken"}
        return f"{request.base_url}?{urlencode({**given, '$skiptoken': token})}"

    def _page_size(self) -> int:
        for wish in request.headers.get("Prefer", "").split(","):
            name, _, value = wish.strip().partition("=")
            if name == "odata.maxpagesize" and value.isdecimal() and int(value):
                return min(int(value), self._modes.odata_page_size)
        return self._modes.odata_page_size

    def _line(self, place: Place, row: Row) -> dict[str, Any]:
        return {"@odata.etag": etag(row), **place.entities.json(self._record(place, row))}

    def _document(self, place: Place, given: Mapping[str, Any]) -> Row | None:
        """The document that a new line names by its id."""
        wanted = str(given.get(place.entities.parent, "")).lower() if place.entities.parent else ""
        for row in place.company.all("Sales_Header") if wanted else ():
            if row.id == wanted and row.key[0] in self._heads(place):
                return row
        return None

    def _is_line(self, place: Place) -> bool:
        return place.entities.page.table.name == "Sales_Line" and not place.entities.page.only

    def _heads(self, place: Place) -> set[str]:
        """Which documents the lines of this set belong to."""
        page = self._desk.store.objects.pages[place.entities.page.service]
        return {page.only["Document_Type"]}


def _has_keys(entities: EntitySet, row: Row, keys: Mapping[str, str]) -> bool:
    names = entities.page.table.key
    if set(keys) == {""}:
        return len(names) == 1 and str(row.key[0]) == keys[""]
    return set(keys) == set(names) and all(str(row.values[n]) == keys[n] for n in names)


def _whole(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal():
        raise HttpError(400, "BadRequest", "A whole number is expected.")
    return int(text)
