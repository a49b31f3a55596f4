"""The SOAP surface: page services, codeunit services, SystemService and their WSDLs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Blueprint, Response, request
from lxml import etree

from connectors.dynamics_nav.sandbox import messages, values, wsdl
from connectors.dynamics_nav.sandbox.errors import BROKER, HttpError, NavError
from connectors.dynamics_nav.sandbox.gate import Strike
from connectors.dynamics_nav.sandbox.page_calls import PageCalls
from connectors.dynamics_nav.sandbox.schema import Codeunit, Field, Page
from connectors.dynamics_nav.sandbox.store import Company

if TYPE_CHECKING:
    from connectors.dynamics_nav.sandbox.simulator import DynamicsNavSandbox

# operation of a page → what control calls it
_WORDS = {
    "Read": "read", "ReadByRecId": "read", "ReadMultiple": "read", "GetRecIdFromKey": "read",
    "IsUpdated": "is_updated", "Create": "create", "CreateMultiple": "create",
    "Update": "update", "UpdateMultiple": "update", "Delete": "delete",
}  # fmt: skip
_XML = "text/xml; charset=utf-8"


class SoapSurface:
    """Routes under ``/<instance>/WS``."""

    def __init__(self, sandbox: DynamicsNavSandbox) -> None:
        self._sandbox = sandbox
        self._modes = sandbox.modes
        self._objects = sandbox.store.objects
        self._calls = PageCalls(sandbox.desk, sandbox.modes)

    def blueprint(self) -> Blueprint:
        """The routes, each with and without a company."""
        made = Blueprint("soap", __name__)
        root = f"/{self._sandbox.seed['instance']}/WS"
        for name, path, view in (
            ("services", "Services", self.services),
            ("system", "SystemService", self.system),
            ("page", "Page/<service>", self.page),
            ("codeunit", "Codeunit/<service>", self.codeunit),
        ):
            methods = ["GET"] if name == "services" else ["GET", "POST"]
            made.add_url_rule(f"{root}/{path}", name, view, methods=methods)
            made.add_url_rule(
                f"{root}/<company>/{path}", f"{name}_of_company", view, methods=methods
            )
        made.register_error_handler(HttpError, lambda error: Response(b"", error.status))
        return made

    def services(self, company: str = "") -> Response:
        """What is published, as a discovery document."""
        found = self._company(company)
        refused = self._refused()
        if refused:
            return refused
        pages = [self._address(found, "Page", name) for name in self._objects.pages]
        units = [self._address(found, "Codeunit", name) for name in self._objects.codeunits]
        system = f"{self._sandbox.server_url}/WS/SystemService"
        return Response(wsdl.services([*pages, *units, system]), content_type=_XML)

    def system(self, company: str = "") -> Response:
        """SystemService: which companies there are."""
        refused = self._refused()
        if refused:
            return refused
        if request.method == "GET":
            address = f"{self._sandbox.server_url}/WS/SystemService"
            return self._document(lambda: wsdl.of_system(address))

        def names(message: etree._Element, strike: Strike) -> Response:
            answer = messages.result(wsdl.SYSTEM, "Companies")
            for one in self._sandbox.store.companies:
                messages.add(answer, "return_value", one.name)
            return messages.answer(answer)

        return self._call("SystemService", wsdl.SYSTEM, {"Companies": "read"}, names)

    def page(self, service: str, company: str = "") -> Response:
        """A page's WSDL, or one call."""
        found, page = self._company(company), self._objects.pages.get(service)
        refused = self._refused()
        if refused:
            return refused
        if page is None:
            raise HttpError(404)
        if request.method == "GET":
            address = self._address(found, "Page", service)
            return self._document(lambda: wsdl.of_page(page, address, self._modes))
        words = {name: _WORDS.get(name, "delete") for name in page.operations}

        def run(message: etree._Element, strike: Strike) -> Response:
            return self._answer_page(found, page, message, strike)

        return self._call(service, page.namespace, words, run)

    def codeunit(self, service: str, company: str = "") -> Response:
        """A codeunit's WSDL, or one call."""
        found, unit = self._company(company), self._objects.codeunits.get(service)
        refused = self._refused()
        if refused:
            return refused
        if unit is None:
            raise HttpError(404)
        if request.method == "GET":
            address = self._address(found, "Codeunit", service)
            return self._document(lambda: wsdl.of_codeunit(unit, address))
        words = {name: procedure.word for name, procedure in unit.procedures.items()}

        def run(message: etree._Element, strike: Strike) -> Response:
            return self._answer_codeunit(found, unit, message, strike)

        return self._call(service, unit.namespace, words, run)

    def _call(
        self,
        service: str,
        namespace: str,
        words: dict[str, str],
        run: Callable[[etree._Element, Strike], Response],
    ) -> Response:
        try:
            action = request.headers.get("SOAPAction", "")
            message = messages.body_of(request.get_data(), service, namespace, action)
            name = etree.QName(message).localname
            if name not in words:
                raise NavError(BROKER, "method", value=name, service=service)
        except NavError as error:
            return messages.fault(error, self._modes)

        def answer(strike: Strike) -> Response:
            try:
                return run(message, strike)
            except NavError as error:
                return messages.fault(error, self._modes)

        return self._sandbox.gate.run(words[name], f"{service}.{name}", "soap", answer)

    def _answer_page(
        self, company: Company, page: Page, message: etree._Element, strike: Strike
    ) -> Response:
        extra = strike.has("extra") or self._modes.extra_column
        content = self._calls.run(company, page, message, strike.has("stale"), extra)
        return messages.answer(content, _illegal(strike))

    def _answer_codeunit(
        self, company: Company, unit: Codeunit, message: etree._Element, strike: Strike
    ) -> Response:
        name = etree.QName(message).localname
        procedure = unit.procedures[name]
        shape = [(p, "", "1", "1") for p in procedure.parameters]
        found = messages.children(message, shape, unit.service)
        given = {
            p: values.take(Field(p, kind), found[p][0].text)
            for p, kind in procedure.parameters.items()
        }
        returned, outputs = self._sandbox.hub.run(company, procedure, given)
        answer = messages.result(unit.namespace, name)
        messages.add(answer, "return_value", values.show(Field(""), returned))
        for output, value in outputs.items():
            messages.add(answer, output, value)
        return messages.answer(answer, _illegal(strike))

    def _document(self, build: Callable[[], bytes]) -> Response:
        def answer(strike: Strike) -> Response:
            return Response(build(), content_type=_XML)

        return self._sandbox.gate.run("wsdl", "", "soap", answer)

    def _company(self, name: str) -> Company:
        found = self._sandbox.store.company(name)
        if found is None or not self._sandbox.tenant_is_right():
            raise HttpError(404)
        return found

    def _refused(self) -> Response | None:
        if not self._modes.soap_enabled:
            return Response(b"", 405)
        return self._sandbox.auth.refused("soap")

    def _address(self, company: Company, kind: str, service: str) -> str:
        server = self._sandbox.server_url
        if self._modes.internal_address:
            server = f"http://navserver.nordic.local:7047/{self._sandbox.seed['instance']}"
        return f"{server}/WS/{quote(company.name, safe='')}/{kind}/{service}"


def _illegal(strike: Strike) -> str:
    return next((kind for kind in ("illegal", "illegal_raw") if strike.has(kind)), "")
