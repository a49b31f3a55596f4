"""OData V4: published pages as entity sets, procedures of codeunits as unbound actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from connectors.dynamics_nav.sandbox import entities, values
from connectors.dynamics_nav.sandbox.errors import HttpError
from connectors.dynamics_nav.sandbox.gate import Strike
from connectors.dynamics_nav.sandbox.metadata import describe
from connectors.dynamics_nav.sandbox.odata import OData, Place
from connectors.dynamics_nav.sandbox.odata_answers import body_of_request, json_answer, refusal
from connectors.dynamics_nav.sandbox.odata_path import Segment, split
from connectors.dynamics_nav.sandbox.schema import Codeunit, Field, Procedure
from connectors.dynamics_nav.sandbox.store import Company

if TYPE_CHECKING:
    from connectors.dynamics_nav.sandbox.simulator import DynamicsNavSandbox

METHODS = ["GET", "POST", "PATCH", "DELETE"]
WORDS = {"GET": "read", "POST": "create", "PATCH": "update", "DELETE": "delete"}


class ODataRoutes:
    """Everything under ``/<instance>/ODataV4``."""

    def __init__(self, sandbox: DynamicsNavSandbox) -> None:
        self._sandbox = sandbox
        self._odata = OData(sandbox.desk, sandbox.modes)
        self._sets = entities.web_services(sandbox.store.objects)
        self._root = f"/{sandbox.seed['instance']}/ODataV4"

    def blueprint(self) -> Blueprint:
        """One route; the rest of the address is taken apart here."""
        made = Blueprint("odata", __name__)
        made.add_url_rule(f"{self._root}/", "root", self.call, defaults={"path": ""})
        made.add_url_rule(f"{self._root}/<path:path>", "call", self.call, methods=METHODS)
        return made

    def call(self, path: str) -> Response:
        """One call."""
        if not self._sandbox.modes.odata_enabled:
            return Response(b"", 405)
        refused = self._sandbox.auth.refused("odata")
        if refused:
            return refused
        return self._odata.answer(lambda: self._route(split(path)))

    def _route(self, segments: list[Segment]) -> Response:
        if not self._sandbox.tenant_is_right():
            raise HttpError(404, "Internal_TenantNotFound", "The tenant does not exist.")
        company, rest = self._company(segments)
        if rest and rest[0].name == "$metadata":
            return describe(self._sets)
        if not rest:
            sets = [{"name": name, "kind": "EntitySet", "url": name} for name in self._sets]
            return json_answer({"@odata.context": f"{self._url()}/$metadata", "value": sets})
        if rest[0].name == "Company" and len(rest) == 1:
            names = [{"Name": c.name, "Id": c.id} for c in self._sandbox.store.companies]
            return json_answer({"@odata.context": f"{self._url()}/$metadata", "value": names})
        action = self._action(rest[0].name)
        if action:
            return self._run_action(company, *action)
        return self._run(company, rest)

    def _company(self, segments: list[Segment]) -> tuple[Company, list[Segment]]:
        """From the path, or from ``?company=``, or the default one."""
        store, given = self._sandbox.store, request.args.get("company", "")
        if segments and segments[0].name == "Company" and segments[0].keys:
            given, segments = segments[0].key, segments[1:]
        found = store.company(given) or (store.company_by_id(given) if given else None)
        if found is None:
            raise HttpError(404, "Internal_CompanyNotFound", "The company does not exist.")
        return found, segments

    def _run(self, company: Company, segments: list[Segment]) -> Response:
        first, entity_set = segments[0], self._sets.get(segments[0].name)
        if entity_set is None or len(segments) > 2:
            raise HttpError(404, "BadRequest_NotFound", "No HTTP resource was found.")
        place = Place(company, entity_set, f"{self._url()}/$metadata#{entity_set.name}")
        if len(segments) == 2:
            lines = entity_set.lines.get(segments[1].name)
            if lines is None or segments[1].keys:
                raise HttpError(404, "BadRequest_NotFound", "No HTTP resource was found.")
            head = self._odata.row(place, first.keys)
            place = Place(company, lines, f"{self._url()}/$metadata#{lines.name}", head)
            return self._gated(place, lambda strike: serve(self._odata, place, {}, strike))
        return self._gated(place, lambda strike: serve(self._odata, place, first.keys, strike))

    def _gated(self, place: Place, work: Callable[[Strike], Response]) -> Response:
        exact = f"{place.entities.name}.{request.method}"
        return self._sandbox.gate.run(
            WORDS[request.method],
            exact,
            "odata",
            lambda strike: self._odata.answer(lambda: work(strike)),
        )

    def _action(self, name: str) -> tuple[Codeunit, Procedure] | None:
        service, _, procedure = name.partition("_")
        unit = self._sandbox.store.objects.codeunits.get(service)
        if unit is None or procedure not in unit.procedures:
            return None
        return unit, unit.procedures[procedure]

    def _run_action(self, company: Company, unit: Codeunit, procedure: Procedure) -> Response:
        if request.method != "POST":
            return refusal(405, "BadRequest_MethodNotAllowed", "An action is called with POST.")

        def work(strike: Strike) -> Response:
            given = _arguments(procedure, body_of_request() if request.get_data() else {})
            returned, outputs = self._sandbox.hub.run(company, procedure, given)
            body = {"@odata.context": f"{self._url()}/$metadata", "value": returned, **outputs}
            return json_answer(body, strike)

        return self._sandbox.gate.run(
            procedure.word,
            f"{unit.service}.{procedure.name}",
            "odata",
            lambda strike: self._odata.answer(lambda: work(strike)),
        )

    def _url(self) -> str:
        return f"{self._sandbox.server_url}/ODataV4"


def serve(odata: OData, place: Place, keys: Any, strike: Strike) -> Response:
    """A list or one record, by method. Nobody else writes meanwhile."""
    with odata.guard:
        return _serve(odata, place, keys, strike)


def _serve(odata: OData, place: Place, keys: Any, strike: Strike) -> Response:
    if not keys:
        if request.method == "GET":
            return odata.listing(place, strike)
        if request.method == "POST":
            return odata.create(place, strike)
        raise HttpError(405, "BadRequest_MethodNotAllowed", "A key is needed.")
    row = odata.row(place, keys)
    if request.method == "GET":
        return odata.one(place, row, strike)
    if request.method == "PATCH":
        return odata.change(place, row, strike)
    if request.method == "DELETE":
        return odata.delete(place, row, strike)
    raise HttpError(405, "BadRequest_MethodNotAllowed", "Records are made in their set.")


def _arguments(procedure: Procedure, given: dict[str, Any]) -> dict[str, Any]:
    """All of them, typed; those that only come back may be left out."""
    unknown = [name for name in given if name not in procedure.parameters]
    missing = [
        name for name in procedure.parameters if name not in given and name not in procedure.var
    ]
    if unknown or missing:
        text = f"The parameters do not fit: {', '.join([*unknown, *missing])[:200]}"
        raise HttpError(400, "BadRequest", text)
    return {
        name: values.take(Field(name, kind), given.get(name, ""))
        for name, kind in procedure.parameters.items()
    }
