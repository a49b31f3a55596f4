"""The Relying Party API as the sandbox serves it over HTTPS: a WSGI app, strict as the real one."""

from __future__ import annotations

import base64
import contextlib
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from werkzeug.wrappers import Request, Response

from providers.bankid.sandbox.faults import ERRORS, Fault, FaultSwitches
from providers.bankid.sandbox.https_server import CERTIFICATE, CONNECTION
from providers.bankid.sandbox.orders import OrderBook
from providers.bankid.sandbox.validation import RULES, ApiError, check_body, invalid

PREFIX = "/rp/v6.0/"
_MAX_BODY = 600_000
_HTML = b"<!doctype html><title>Gateway</title><h1>Please come back later</h1>"

# Told before and after each call: ("before" | "after", operation, order reference or "").
CallHook = Callable[[str, str, str], None]


class RelyingPartyApi:
    """Checks a call, does it, and goes wrong where a fault says so."""

    def __init__(self, orders: OrderBook, faults: FaultSwitches) -> None:
        self._orders = orders
        self._faults = faults
        self.on_call: CallHook | None = None
        self.counts: Counter[str] = Counter()
        self.certificates: dict[str, x509.Certificate] = {}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        try:
            response = self._answer(request)
        except ApiError as error:
            response = _error(error.status, error.code, error.details)
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        operation = request.path.removeprefix(PREFIX)
        if not request.path.startswith(PREFIX) or operation not in RULES:
            raise ApiError(404, "notFound", "no such path")
        if request.method != "POST":
            return Response(status=405)
        if request.headers.get("Content-Type", "") != "application/json":
            raise ApiError(415, "unsupportedMediaType", "only application/json, without charset")
        self.counts[operation] += 1
        body = _json(request)
        self._tell("before", operation, str(body.get("orderRef", "")))
        early = self._spoil_early(operation, request)
        if early is not None:
            return early
        answer = self._do(operation, check_body(operation, body), request)
        self._tell("after", operation, str(answer.get("orderRef", body.get("orderRef", ""))))
        if self._faults.take(operation, "drop_after"):
            _drop(request)
        return _json_response(200, self._spoil_answer(operation, answer))

    def _do(self, operation: str, body: Mapping[str, Any], request: Request) -> Mapping[str, Any]:
        certificate: x509.Certificate = request.environ[CERTIFICATE]
        party = certificate.fingerprint(SHA256()).hex()
        self.certificates[party] = certificate
        if operation == "collect":
            return self._orders.collect(str(body["orderRef"]), party)
        if operation == "cancel":
            return self._orders.cancel(str(body["orderRef"]), party)
        return self._orders.start(operation, body, party)

    def _tell(self, moment: str, operation: str, reference: str) -> None:
        if self.on_call:
            self.on_call(moment, operation, reference)

    def _spoil_early(self, operation: str, request: Request) -> Response | None:
        """Faults before anything is done."""
        delay = self._faults.take(operation, "delay")
        if delay:
            before = self._faults.cleared
            time.sleep(float(delay.value or 1))
            if self._faults.cleared != before:
                _drop(request)
        if self._faults.take(operation, "drop_before"):
            _drop(request)
        if self._faults.take(operation, "html"):
            return Response(_HTML, 200, content_type="text/html")
        if self._faults.take(operation, "html_500"):
            return Response(_HTML, 500, content_type="text/html")
        if self._faults.take(operation, "not_an_object"):
            return _json_response(200, ["unexpected"])
        if fault := self._faults.take(operation, *ERRORS):
            return _spoiled(fault)
        return None

    def _spoil_answer(self, operation: str, answer: Mapping[str, Any]) -> dict[str, Any]:
        """Faults in what is answered; all of them are legal or happened to somebody."""
        spoiled = dict(answer)
        if answer.get("hintCode") and (fault := self._faults.take(operation, "unknown_hint")):
            spoiled["hintCode"] = fault.value or "userBlinked"
        if self._faults.take(operation, "extra_fields"):
            spoiled["somethingNew"] = {"nested": [1, 2, 3]}
        if answer.get("status") == "complete":
            if self._faults.take(operation, "without_completion"):
                spoiled.pop("completionData")
            elif self._faults.take(operation, "issue_date_without_offset"):
                done = dict(answer["completionData"])
                done["bankIdIssueDate"] = done["bankIdIssueDate"].removesuffix("Z")
                spoiled["completionData"] = done
        return spoiled


def display_name(certificate: x509.Certificate) -> tuple[str, str]:
    """The relying party's distinguished name and its common name, as the signature holds them."""
    names = {"2.5.4.3": "cn", "2.5.4.5": "serialNumber", "2.5.4.10": "o", "2.5.4.6": "c"}
    parts = [
        f"{names.get(a.oid.dotted_string, a.oid.dotted_string)}={_escaped(str(a.value))}"
        for a in certificate.subject
    ]
    common = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return ",".join(parts), str(common[0].value) if common else ""


def device_of(person_number: str) -> str:
    """A stable hardware id for a person's phone."""
    return base64.b64encode(f"sandbox-phone-{person_number[-4:]}".encode()).decode()


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(",", "\\,")


def _json(request: Request) -> dict[str, Any]:
    if (request.content_length or 0) > _MAX_BODY:
        raise invalid("the body is too large")
    try:
        body = orjson.loads(request.get_data())
    except orjson.JSONDecodeError:
        raise invalid("the body is not JSON") from None
    if not isinstance(body, dict):
        raise invalid("the body is not a JSON object")
    return body


def _spoiled(fault: Fault) -> Response:
    status, code = ERRORS[fault.name]
    return _error(status, code, "switched on in the sandbox")


def _error(status: int, code: str, details: str) -> Response:
    response = _json_response(status, {"errorCode": code, "details": details})
    if not code:
        response = Response(status=status)
    if status == 429:
        response.headers.update(
            {"RateLimit-Limit": "1", "RateLimit-Remaining": "0", "RateLimit-Reset": "2"}
        )
    return response


def _json_response(status: int, value: Any) -> Response:
    return Response(orjson.dumps(value), status, content_type="application/json")


def _drop(request: Request) -> None:
    """Break the connection without an answer, as a failing network does."""
    connection: socket.socket = request.environ[CONNECTION]
    with contextlib.suppress(OSError):  # the client may have gone already
        connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionResetError("dropped on purpose")
