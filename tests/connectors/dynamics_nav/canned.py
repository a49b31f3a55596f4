"""A server with canned answers: a WSDL for each service, and for each operation what it answers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from lxml import etree
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors.dynamics_nav.connector import DynamicsNavConnector
from hub.contracts.plugin import PluginContext
from hub.contracts.settings import load_settings
from hub.kernel.clock import ManualClock
from tests.connectors.dynamics_nav.wsdls import ENVELOPE, answer, page_wsdl
from tests.contracts.connector_driver import STARTED

COMPANY = "Verkstad & Maskin i Åre AB"
Canned = bytes | tuple[int, bytes] | Response | Callable[[etree._Element], bytes]


class CannedNav:
    """Services by name; an operation answers what was given for it in turn, the last one for
    good."""

    def __init__(self, server: HTTPServer) -> None:
        self.server = server
        self.wsdls: dict[str, bytes] = {"SalesQuote": page_wsdl()}
        self.answers: dict[str, list[Canned]] = defaultdict(list)
        self.calls: list[tuple[str, etree._Element]] = []
        self.loads: list[str] = []
        self.requests: list[Request] = []
        self.any_path = re.compile(r"/.*")
        server.expect_request(self.any_path).respond_with_handler(self._serve)

    def on(self, operation: str, *answers: Canned) -> None:
        """What ``SalesQuote.Read`` (or the like) answers, in turn."""
        self.answers[operation] = list(answers)

    def sent(self, operation: str) -> list[etree._Element]:
        """The bodies of the calls of an operation."""
        return [body for name, body in self.calls if name == operation]

    def connector(self, **changes: Any) -> DynamicsNavConnector:
        data = {
            "server": self.server.url_for("/NAV"),
            "company": COMPANY,
            "auth": "basic",
            "username": "paraph",
            "password": "sandbox-password",
            "timeout": 5.0,
            "tables": {"quote": {"preset": "sales_quote"}},
            **changes,
        }
        settings = load_settings(DynamicsNavConnector.Settings, data, "connector")
        context = PluginContext("nav", clock=ManualClock(STARTED), hook_secret="hook-secret")
        return DynamicsNavConnector(settings, context)

    def _serve(self, request: Request) -> Response:
        self.requests.append(request)
        assert f"/NAV/WS/{COMPANY}/" in unquote(request.path), request.path
        service = request.path.rpartition("/")[2]
        if request.method == "GET":
            self.loads.append(service)
            if service not in self.wsdls:
                return Response(status=404)
            return Response(self.wsdls[service], content_type="text/xml")
        body = etree.fromstring(request.get_data()).find(f"{{{ENVELOPE}}}Body")[0]
        operation = f"{service}.{etree.QName(body).localname}"
        assert request.headers["SOAPAction"].endswith(f':{operation.partition(".")[2]}"')
        self.calls.append((operation, body))
        canned = self.answers[operation]
        assert canned, f"nothing is given for {operation}"
        return self._response(canned.pop(0) if len(canned) > 1 else canned[0], body)

    def _response(self, given: Canned, body: etree._Element) -> Response:
        if isinstance(given, Response):
            return given
        if callable(given):
            given = given(body)
        status, content = given if isinstance(given, tuple) else (200, given)
        return Response(content, status, content_type="text/xml; charset=utf-8")


def plain(body: etree._Element) -> dict[str, Any]:
    """A request's elements as names with texts; repeated ones become lists."""
    out: dict[str, Any] = {}
    for one in body:
        name = etree.QName(one).localname
        value: Any = plain(one) if len(one) else (one.text or "")
        out[name] = (
            [*out[name], value]
            if isinstance(out.get(name), list)
            else ([out[name], value] if name in out else value)
        )
    return out


def quote_answer(operation: str, inner: str) -> bytes:
    return answer("SalesQuote", operation, inner)
