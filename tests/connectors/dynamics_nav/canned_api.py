"""A server with canned answers in the shapes of API v2.0 and OData."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

import orjson
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors.dynamics_nav.connector import DynamicsNavConnector
from hub.contracts.plugin import PluginContext
from hub.contracts.settings import load_settings
from hub.kernel.clock import ManualClock
from tests.contracts.connector_driver import HOOK_SECRET, STARTED

COMPANY = "a0a0a0a0-0000-4000-8000-000000000001"
QUOTE = "b1b1b1b1-0000-4000-8000-000000000001"
LINE = "c1c1c1c1-0000-4000-8000-000000000001"
NAME = "Verkstad & Maskin i Åre AB"
ROOT = f"/BC/api/v2.0/companies({COMPANY})"


class CannedApi:
    """Answers by method and path below the company; the last one of a list stays."""

    def __init__(self, server: HTTPServer) -> None:
        self.server = server
        self.answers: dict[str, list[Response]] = defaultdict(list)
        self.requests: list[Request] = []
        server.expect_request(re.compile(r"/.*")).respond_with_handler(self._serve)
        companies = [{"id": "x", "name": NAME.upper()}, {"id": COMPANY, "name": NAME}]
        self.on("GET /BC/api/v2.0/companies", {"value": companies})

    def on(self, call: str, *answers: Any) -> None:
        """``GET salesQuotes`` (below the company) or a whole path; an answer is JSON, or status
        with JSON, or a response."""
        self.answers[self._whole(call)] = [self._response(one) for one in answers]

    def sent(self, call: str) -> list[Request]:
        wanted = self._whole(call)
        return [one for one in self.requests if f"{one.method} {one.path}" == wanted]

    def bodies(self, call: str) -> list[Any]:
        return [orjson.loads(one.get_data()) for one in self.sent(call)]

    def connector(self, **changes: Any) -> DynamicsNavConnector:
        data = {
            "server": self.server.url_for("/BC"),
            "company": NAME,
            "surface": "api",
            "auth": "basic",
            "username": "paraph",
            "access_key": "sandbox-access-key",
            "timeout": 5.0,
            "tables": {"quote": {"preset": "sales_quote"}},
            **changes,
        }
        settings = load_settings(DynamicsNavConnector.Settings, data, "connector")
        context = PluginContext("nav", clock=ManualClock(STARTED), hook_secret=HOOK_SECRET)
        return DynamicsNavConnector(settings, context)

    def _whole(self, call: str) -> str:
        method, _, path = call.partition(" ")
        return f"{method} {path if path.startswith('/') else f'{ROOT}/{path}'}"

    def _serve(self, request: Request) -> Response:
        request.get_data()
        self.requests.append(request)
        canned = self.answers[f"{request.method} {request.path}"]
        if not canned:
            return Response(status=404)
        return canned.pop(0) if len(canned) > 1 else canned[0]

    def _response(self, given: Any) -> Response:
        if isinstance(given, Response):
            return given
        status, body = given if isinstance(given, tuple) else (200, given)
        return Response(orjson.dumps(body), status, content_type="application/json")


def error(code: str, message: str = "x", status: int = 400) -> tuple[int, Any]:
    return status, {"error": {"code": code, "message": f"{message} CorrelationId:  1-2."}}


def quote(etag: str = 'W/"1"', **fields: Any) -> dict[str, Any]:
    line = {
        "@odata.etag": 'W/"l1"', "id": LINE, "sequence": 10000, "description": "Hand brake",
        "quantity": 2, "unitPrice": 100.5,
    }  # fmt: skip
    return {
        "@odata.etag": etag, "id": QUOTE, "number": "VQ1", "documentDate": "0001-01-01",
        "customerNumber": "K1", "externalDocumentNumber": "", "currencyCode": "SEK",
        "totalAmountIncludingTax": 251.25, "lastModifiedDateTime": "2026-03-02T09:00:00.123Z",
        "salesQuoteLines": [line], **fields,
    }  # fmt: skip
