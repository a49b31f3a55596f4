"""Files over the API, in two steps: POST makes an empty one, PATCH of its content fills it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import Response, request

from connectors.dynamics_nav.sandbox import odata_filter
from connectors.dynamics_nav.sandbox.entities import EntitySet
from connectors.dynamics_nav.sandbox.errors import HttpError
from connectors.dynamics_nav.sandbox.gate import Strike
from connectors.dynamics_nav.sandbox.odata import OData, Place
from connectors.dynamics_nav.sandbox.odata_answers import body_of_request, etag, json_answer
from connectors.dynamics_nav.sandbox.odata_path import Segment
from connectors.dynamics_nav.sandbox.schema import INTEGER, TEXT, Field
from connectors.dynamics_nav.sandbox.store import Company, Row

if TYPE_CHECKING:
    from connectors.dynamics_nav.sandbox.simulator import DynamicsNavSandbox

# what the API calls a parent → table and type of document
_PARENTS = {
    "Customer": ("Customer", "_blank_"),
    "Sales Quote": ("Sales_Header", "Quote"),
    "Sales Order": ("Sales_Header", "Order"),
}
_CONTENT = "attachmentContent"
_FIELDS = {
    "id": Field("id", TEXT),
    "parentId": Field("id", TEXT),
    "parentType": Field("parentType", TEXT),
    "fileName": Field("fileName", TEXT),
    "byteSize": Field("byteSize", INTEGER),
}


class ApiFiles:
    """``attachments`` and ``documentAttachments``: both show the record's files here."""

    def __init__(self, sandbox: DynamicsNavSandbox, odata: OData) -> None:
        self._sandbox = sandbox
        self._odata = odata
        self._page = sandbox.store.objects.pages["DocumentAttachment"]

    def serve(self, company: Company, rest: list[Segment], strike: Strike) -> Response:
        """One call at a set, at one file, or at its content."""
        name, keys = rest[0].name, rest[0].keys
        if not keys:
            return self._make(company) if request.method == "POST" else self._list(company)
        file = self._file(company, rest[0].key)
        place = Place(company, EntitySet(name, self._page, {}, True), "")
        if len(rest) == 2 and rest[1].name == _CONTENT:
            return self._content(place, file, strike)
        if len(rest) > 1:
            raise HttpError(404, "BadRequest_NotFound", "No HTTP resource was found.")
        if request.method == "GET":
            return json_answer(self._shown(company, file), strike)
        if request.method == "DELETE":
            self._odata.check_etag(place, file, strike)
            with self._sandbox.store.transaction():
                self._sandbox.store.delete(company, file)
            return Response(b"", 204)
        raise HttpError(405, "BadRequest_MethodNotAllowed", "Only the content can be changed.")

    def _list(self, company: Company) -> Response:
        shown = [self._shown(company, file) for file in company.all("Attachment")]
        text = request.args.get("$filter", "")
        if text:
            test = odata_filter.parse(text, _FIELDS, request.args.get("$schemaversion") == "2.1")
            shown = [one for one in shown if test(one)]
        return json_answer({"@odata.context": request.base_url, "value": shown})

    def _make(self, company: Company) -> Response:
        given = body_of_request()
        if _CONTENT in given:  # the vendor's pages show it, nobody has seen it work
            raise HttpError(400, "BadRequest", "The content is sent in a second call.")
        parent = self._parent(company, given)
        name = str(given.get("fileName", ""))
        if not name:
            raise HttpError(400, "BadRequest_RequiredParamNotProvided", "fileName is required.")
        file = self._sandbox.hub.attach(company, parent, name, "", b"")
        return json_answer(self._shown(company, file), None, 201)

    def _content(self, place: Place, file: Row, strike: Strike) -> Response:
        if request.method == "GET":
            kind = file.values["Content_Type"] or "application/octet-stream"
            return Response(file.content, content_type=kind)
        if request.method not in ("PATCH", "PUT"):
            raise HttpError(405, "BadRequest_MethodNotAllowed", "The content is read or changed.")
        self._odata.check_etag(place, file, strike)
        content, kind = request.get_data(), (request.content_type or "").split(";")[0]
        with self._sandbox.store.transaction():
            facts = {"Size": len(content), "Content_Type": kind}
            self._sandbox.store.change(place.company, file, facts, content)
        return Response(b"", 204)

    def _parent(self, company: Company, given: Mapping[str, Any]) -> Row:
        kind = str(given.get("parentType", ""))
        if kind not in _PARENTS:
            raise HttpError(400, "BadRequest", "The parentType is not known.")
        table, document_type = _PARENTS[kind]
        for row in company.all(table):
            same = row.values.get("Document_Type", "_blank_") == document_type
            if same and row.id == str(given.get("parentId", "")).lower():
                return row
        raise HttpError(404, "Internal_RecordNotFound", "The parent does not exist.")

    def _file(self, company: Company, file_id: str) -> Row:
        for file in company.all("Attachment"):
            if file.id == file_id.lower():
                return file
        raise HttpError(404, "BadRequest_ResourceNotFound", "The attachment does not exist.")

    def _shown(self, company: Company, file: Row) -> dict[str, Any]:
        kind, parent = self._parent_of(company, file)
        name = "documentAttachments" if "/documentAttachments" in request.path else "attachments"
        root = f"{self._sandbox.server_url}/api/v2.0/companies({company.id})"
        link = f"{root}/{name}({file.id})/{_CONTENT}"
        return {
            "@odata.etag": etag(file),
            "id": file.id,
            "parentId": parent,
            "parentType": kind,
            "fileName": file.values["File_Name"],
            "byteSize": file.values["Size"],
            f"{_CONTENT}@odata.mediaEditLink": link,
            f"{_CONTENT}@odata.mediaReadLink": link,
        }

    def _parent_of(self, company: Company, file: Row) -> tuple[str, str]:
        for kind, (table, document_type) in _PARENTS.items():
            number, here = file.values["No"], file.values["Document_Type"] == document_type
            key = (number,) if table == "Customer" else (document_type, number)
            row = company.get(table, key) if here else None
            if row is not None:
                return kind, row.id
        return " ", ""
