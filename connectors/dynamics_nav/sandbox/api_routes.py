"""API v2.0, and the customer's own API pages beside it: companies, records by id, bound actions,
files in two steps, printed documents, subscriptions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, request

from connectors.dynamics_nav.sandbox import entities
from connectors.dynamics_nav.sandbox.api_batch import ApiBatch
from connectors.dynamics_nav.sandbox.api_files import ApiFiles
from connectors.dynamics_nav.sandbox.api_subscriptions import ApiSubscriptions
from connectors.dynamics_nav.sandbox.bound_actions import BoundActions
from connectors.dynamics_nav.sandbox.entities import EntitySet
from connectors.dynamics_nav.sandbox.errors import HttpError
from connectors.dynamics_nav.sandbox.gate import Strike
from connectors.dynamics_nav.sandbox.metadata import describe
from connectors.dynamics_nav.sandbox.odata import OData, Place
from connectors.dynamics_nav.sandbox.odata_answers import json_answer
from connectors.dynamics_nav.sandbox.odata_path import Segment, split
from connectors.dynamics_nav.sandbox.odata_routes import METHODS, WORDS, serve
from connectors.dynamics_nav.sandbox.printed import printed
from connectors.dynamics_nav.sandbox.store import Company, Row

if TYPE_CHECKING:
    from connectors.dynamics_nav.sandbox.simulator import DynamicsNavSandbox

V2, OWN = "v2.0", "paraph/workshop/v1.0"
_FILES = ("attachments", "documentAttachments")
_ACTION = "Microsoft.NAV."


class ApiRoutes:
    """Everything under ``/<instance>/api``."""

    def __init__(self, sandbox: DynamicsNavSandbox) -> None:
        self._sandbox = sandbox
        self._odata = OData(sandbox.desk, sandbox.modes)
        objects = sandbox.store.objects
        self._sets = {V2: entities.api(objects), OWN: entities.custom(objects)}
        self._files = ApiFiles(sandbox, self._odata)
        self._subscriptions = ApiSubscriptions(sandbox)
        self._actions = BoundActions(sandbox)
        self._batch = ApiBatch(sandbox.store, self._answer)

    def blueprint(self) -> Blueprint:
        """The routes."""
        made = Blueprint("api", __name__)
        root = f"/{self._sandbox.seed['instance']}/api"
        for name, version in (("v2", V2), ("own", OWN)):
            made.add_url_rule(
                f"{root}/{version}/<path:path>", name, self.call, methods=METHODS,
                defaults={"version": version},
            )  # fmt: skip
        return made

    def call(self, path: str, version: str) -> Response:
        """One call."""
        if not self._sandbox.modes.api_enabled:
            return Response(b"", 405)
        refused = self._sandbox.auth.refused("api")
        if refused:
            return refused
        if path == "$batch" and request.method == "POST":
            return self._odata.answer(lambda: self._batch.serve(current_app, version))
        return self._answer(path, version)

    def _answer(self, path: str, version: str) -> Response:
        return self._odata.answer(lambda: self._route(split(path), version))

    def _route(self, segments: list[Segment], version: str) -> Response:
        if not self._sandbox.tenant_is_right():
            raise HttpError(404, "Internal_TenantNotFound", "The tenant does not exist.")
        first = segments[0]
        if first.name == "$metadata":
            return describe(self._sets[version])
        if first.name == "subscriptions":
            return self._gated(
                "subscribe", "", lambda strike: self._subscriptions.serve(first.key, version)
            )
        if first.name != "companies":
            raise _nothing()
        if not first.keys:
            return self._companies()
        company = self._sandbox.store.company_by_id(first.key)
        if company is None:
            raise HttpError(404, "Internal_CompanyNotFound", "The company does not exist.")
        return self._in_company(company, segments[1:], version)

    def _in_company(self, company: Company, rest: list[Segment], version: str) -> Response:
        if not rest:
            raise _nothing()
        first = rest[0]
        if version == V2 and first.name in _FILES:
            word = "attach" if request.method == "PATCH" else WORDS[request.method]
            return self._gated(
                word,
                f"{first.name}.{request.method}",
                lambda strike: self._files.serve(company, rest, strike),
            )
        entity_set = self._sets[version].get(first.name)
        if entity_set is None:
            raise _nothing()
        place = Place(company, entity_set, self._context(company, entity_set, version))
        if len(rest) == 1:
            return self._records(place, first.keys)
        row = self._odata.row(place, first.keys)
        return self._below(place, row, rest[1:], version)

    def _below(self, place: Place, row: Row, rest: list[Segment], version: str) -> Response:
        """What hangs on one record: lines, an action, its printed document."""
        name, company = rest[0].name, place.company
        if name in place.entities.lines and len(rest) == 1:
            lines = place.entities.lines[name]
            inner = Place(company, lines, self._context(company, lines, version), row)
            return self._records(inner, rest[0].keys)
        if name.startswith(_ACTION) and request.method == "POST" and len(rest) == 1:
            action = name.removeprefix(_ACTION)
            if action not in place.entities.actions:
                raise _nothing()
            exact = f"{place.entities.name}.{action}"
            return self._gated(
                "codeunit", exact, lambda strike: self._actions.run(company, row, action)
            )
        if name == "pdfDocument" and version == V2 and request.method == "GET":
            return self._gated("read", "pdfDocument", lambda strike: self._pdf(company, row, rest))
        raise _nothing()

    def _pdf(self, company: Company, row: Row, rest: list[Segment]) -> Response:
        if len(rest) == 2 and rest[1].name == "pdfDocumentContent":
            language = "en" if request.headers.get("Accept-Language", "")[:2] == "en" else "sv"
            content = printed(self._sandbox.desk, company, row, language)
            return Response(content, content_type="application/pdf")
        link = f"{request.base_url}/pdfDocumentContent"
        return json_answer(
            {"id": row.id, "parentId": row.id, "pdfDocumentContent@odata.mediaReadLink": link}
        )

    def _records(self, place: Place, keys: Mapping[str, str]) -> Response:
        exact = f"{place.entities.name}.{request.method}"
        word = WORDS[request.method]
        return self._gated(word, exact, lambda strike: serve(self._odata, place, keys, strike))

    def _companies(self) -> Response:
        def work(strike: Strike) -> Response:
            found = [
                {"id": c.id, "systemVersion": "28.0", "name": c.name, "displayName": c.name}
                for c in self._sandbox.store.companies
            ]
            context = f"{self._sandbox.server_url}/api/{V2}/$metadata#companies"
            return json_answer({"@odata.context": context, "value": found})

        return self._gated("read", "companies.GET", work)

    def _gated(self, word: str, exact: str, work: Callable[[Strike], Response]) -> Response:
        return self._sandbox.gate.run(
            word, exact, "api", lambda strike: self._odata.answer(lambda: work(strike))
        )

    def _context(self, company: Company, entity_set: EntitySet, version: str) -> str:
        root = f"{self._sandbox.server_url}/api/{version}"
        return f"{root}/$metadata#companies({company.id})/{entity_set.name}"


def _nothing() -> HttpError:
    return HttpError(404, "BadRequest_NotFound", "No HTTP resource was found for this address.")
