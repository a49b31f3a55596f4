"""The SOAP surface, for knowledge bases that have nothing else: zeep on the server's own WSDL.

Namespaces, element and type names come from the WSDL, since they differ per knowledge base; its
address does not, since it says localhost. zeep sends no MIME attachments: files go by EW.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection, Mapping
from typing import Any

import requests
import zeep
from zeep.exceptions import Error as ZeepError
from zeep.exceptions import Fault, TransportError, ValidationError
from zeep.helpers import serialize_object

from connectors.agiloft.client import AgiloftClient, Attached, Fields, id_of
from connectors.agiloft.client_ew import EwClient
from connectors.agiloft.codes import (
    EXCEPTIONS,
    SessionEnded,
    failure,
    final,
    page_failure,
    without_address,
)
from connectors.agiloft.encoding import decode
from connectors.agiloft.grammar import html_message, is_html
from connectors.agiloft.query import Condition, as_where
from connectors.agiloft.tokens import TokenKeeper, Tokens
from connectors.agiloft.wire import Wire
from hub.kernel.clock import Clock
from hub.kernel.errors import (
    AuthenticationFailed,
    MalformedAnswer,
    OutcomeUnknown,
    Refused,
    Retryable,
)
from hub.toolkit.http import Answer, HttpClient

_CHANGING = frozenset({"EWCreateAndRead", "EWUpdate"})
_FAULT_NAME = re.compile(r"\bEW\w+Exception\b")


class SoapClient(AgiloftClient):
    """One knowledge base over ``EWWSv2Service``; ``files`` does what SOAP cannot."""

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self._wire = wire
        self._files = EwClient(wire)
        self._lock = threading.Lock()
        self._zeep: zeep.Client | None = None
        self._service: Any = None
        self._sessions = TokenKeeper(self._login, None, clock)

    def sign_in(self) -> None:
        self._sessions.forget()
        self._sessions.access()

    def read(self, table: str, record_id: str) -> Fields:
        return _fields(self._call("EWRead", lambda _: (table, _number(record_id))))

    def create(self, table: str, fields: Mapping[str, Any]) -> str:
        made = self._call("EWCreateAndRead", lambda c: (table, self._object(c, table, fields)))
        try:
            return id_of(_fields(made))
        except MalformedAnswer as error:
            raise OutcomeUnknown(error.detail) from None

    def update(self, table: str, record_id: str, fields: Mapping[str, Any]) -> None:
        values = {**fields, "id": _number(record_id)}
        self._call("EWUpdate", lambda c: (table, self._object(c, table, values)))

    def search(
        self, table: str, conditions: tuple[Condition, ...], fields: Collection[str]
    ) -> list[Fields]:
        ids = self._call("EWSelectFromTable", lambda _: (table, as_where(conditions)))
        return [self.read(table, str(found)) for found in ids or []]

    def attach(
        self, table: str, record_id: str, field: str, name: str, content_type: str, content: bytes
    ) -> None:
        self._files.attach(table, record_id, field, name, content_type, content)

    def attached(self, table: str, record_id: str, field: str) -> list[Attached]:
        return self._files.attached(table, record_id, field)

    def retrieve(
        self, table: str, record_id: str, field: str, position: int, limit: int
    ) -> tuple[str, bytes]:
        return self._files.retrieve(table, record_id, field, position, limit)

    def remove_attached(self, table: str, record_id: str, field: str, position: int) -> None:
        self._files.remove_attached(table, record_id, field, position)

    def lock_seconds(self, table: str, record_id: str) -> float | None:
        return self._files.lock_seconds(table, record_id)

    def close(self) -> None:
        self._sessions.forget()
        self._files.close()

    def _call(self, operation: str, arguments: Callable[[zeep.Client], tuple[Any, ...]]) -> Any:
        client = self._client()
        given = arguments(client)
        session = self._sessions.access()
        try:
            return self._once(operation, session, *given)
        except SessionEnded:
            session = self._sessions.renew(session)
        try:
            return self._once(operation, session, *given)
        except SessionEnded as error:
            raise final(error) from None

    def _once(self, operation: str, *arguments: Any) -> Any:
        changes = operation in _CHANGING
        try:
            with without_address():
                return getattr(self._service, operation)(*arguments)
        except Fault as fault:
            raise _failure(fault, changes) from None
        except (ValidationError, TypeError, ValueError) as error:
            raise Refused(
                f"the WSDL does not allow these fields: {type(error).__name__}", code="bad_field"
            ) from None
        except (TransportError, ZeepError) as error:
            text = f"no SOAP answer ({type(error).__name__})"
            raise OutcomeUnknown(text) if changes else Retryable(text) from None

    def _login(self) -> Tokens:
        self._client()
        s = self._wire.settings
        try:
            session = self._once("EWLogin", s.kb, s.login, s.password, s.lang)
        except (SessionEnded, Refused) as error:
            raise AuthenticationFailed(f"Agiloft refused the sign-in: {error}") from None
        return Tokens(access=str(session))

    def _client(self) -> zeep.Client:
        with self._lock:
            if self._zeep is None:
                self._zeep, self._service = self._load()
            return self._zeep

    def _load(self) -> tuple[zeep.Client, Any]:
        s = self._wire.settings
        address = s.soap_url or f"{s.base_url.rstrip('/')}/ewws/{self._wire.kb_path}/EWWSv2Service"
        transport = _Transport(self._wire.http)
        try:
            client = zeep.Client(
                f"{address}?wsdl", transport=transport, settings=zeep.Settings(strict=True)
            )
            binding = next(iter(client.wsdl.bindings))
        except (ZeepError, StopIteration, SyntaxError, ValueError) as error:
            raise Retryable(
                f"the WSDL cannot be read ({type(error).__name__}); are web services enabled for "
                "this knowledge base?",
                code="wsdl_unreadable",
            ) from None
        return client, client.create_service(binding, address)

    def _object(self, client: zeep.Client, table: str, fields: Mapping[str, Any]) -> Any:
        wanted = "ws" + re.sub(r"[^a-z0-9]", "", table.lower())
        for kind in client.wsdl.types.types:
            if (kind.name or "").lower().replace("_", "") == wanted:
                try:
                    return kind(**{k: zeep.xsd.Nil if v is None else v for k, v in fields.items()})
                except TypeError:
                    raise Refused(
                        "the WSDL does not have one of the fields", code="bad_field"
                    ) from None
        raise Refused(
            "the WSDL has no type for the table; after a change of tables web services must be "
            "enabled again",
            code="unknown_table",
        )


class _Transport(zeep.Transport):
    """zeep's calls through our HTTP client, so that what breaks becomes our errors."""

    def __init__(self, http: HttpClient) -> None:
        super().__init__(session=requests.Session())  # type: ignore[no-untyped-call]
        self._http = http

    def load(self, url: str) -> bytes:
        with without_address():
            answer = self._http.call("GET", url)
        if answer.status != 200 or is_html(answer.headers.get("Content-Type", ""), answer.text):
            raise page_failure(answer.status, html_message(answer.text), changes=False)
        return answer.body

    def post(self, address: str, message: bytes | str, headers: Mapping[str, str]) -> Any:
        changes = any(f"{name}>".encode() in _bytes(message) for name in _CHANGING)
        answer = self._http.call(
            "POST", address, changes=changes, data=message, headers=dict(headers)
        )
        if is_html(answer.headers.get("Content-Type", ""), answer.text):
            raise page_failure(answer.status, html_message(answer.text), changes=changes)
        return _response(answer)


def _response(answer: Answer) -> requests.Response:
    response = requests.Response()
    response.status_code = answer.status
    response.headers.update(answer.headers)
    response._content = answer.body  # requests offers no public way to make an answer
    return response


def _failure(fault: Fault, changes: bool) -> Exception:
    name = ""
    if fault.detail is not None and not isinstance(fault.detail, str):
        names = [str(node.tag).rpartition("}")[2] for node in fault.detail.iter()]
        name = next((n for n in names if n in EXCEPTIONS), "")
    text = str(fault.message or "")
    found = _FAULT_NAME.search(text)
    return failure(500, text if found or not name else f"{name}: {text}", changes=changes)


def _fields(found: Any) -> Fields:
    values = serialize_object(found, dict)
    if not isinstance(values, Mapping):
        raise MalformedAnswer("the SOAP answer holds no record")
    return {name: decode(value) for name, value in values.items()}


def _number(record_id: str) -> int:
    if not record_id.isdecimal():
        raise Refused("a record id is a number", code="bad_value")
    return int(record_id)


def _bytes(message: bytes | str) -> bytes:
    return message.encode() if isinstance(message, str) else message
