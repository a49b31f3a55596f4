"""The SOAP surface: envelopes in, envelopes and faults out, on the same store and sessions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from lxml import etree

from connectors.agiloft.sandbox import wsdl
from connectors.agiloft.sandbox.errors import OPERATION, SESSION, EwError
from connectors.agiloft.sandbox.gate import Gate
from connectors.agiloft.sandbox.modes import Modes
from connectors.agiloft.sandbox.query import cut_limit
from connectors.agiloft.sandbox.schema import DATETIME, FILE, MULTI
from connectors.agiloft.sandbox.sessions import Sessions
from connectors.agiloft.sandbox.store import Actor, Store

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
# SOAP operation → the word for it in call log and faults
_LOG = {
    "EWLogin": "login",
    "EWLogout": "logout",
    "EWCreate": "create",
    "EWCreateAndRead": "create",
    "EWRead": "read",
    "EWUpdate": "update",
    "EWDelete": "delete",
    "EWSelectFromTable": "search",
}


class SoapSurface:
    """``/ewws/{KB}/EWWSv2Service``."""

    def __init__(self, store: Store, sessions: Sessions, gate: Gate, modes: Modes) -> None:
        self._store = store
        self._sessions = sessions
        self._gate = gate
        self._modes = modes

    def blueprint(self) -> Blueprint:
        """The routes."""
        blueprint = Blueprint("soap", __name__)
        rule = "/ewws/<kb>/EWWSv2Service"
        blueprint.add_url_rule(rule, view_func=self._view, methods=["GET", "POST"])
        return blueprint

    def _view(self, kb: str) -> Response:
        if not self._modes.enabled_soap or kb != self._store.kb.name:
            page = "<html><body>Web services are not enabled</body></html>"
            return Response(page, 404, content_type="text/html")
        if request.method == "GET":
            return self._gate.run("wsdl", "soap", self._wsdl)
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        try:
            envelope = etree.fromstring(request.get_data(), parser)
        except etree.XMLSyntaxError:
            return _fault(EwError(400, "The envelope is not XML"))
        call = envelope.find(f"{{{ENVELOPE}}}Body/*")
        if call is None:
            return _fault(EwError(400, "The envelope is empty"))
        name = etree.QName(call).localname
        return self._gate.run(_LOG.get(name, "unknown"), "soap", lambda: self._answer(name, call))

    def _wsdl(self) -> Response:
        return Response(wsdl.build(self._store.kb), content_type="text/xml; charset=utf-8")

    def _answer(self, name: str, call: etree._Element) -> Response:
        answer = etree.Element(f"{{{wsdl.NS}}}{name}Response", nsmap={"ns": wsdl.NS, "xsi": XSI})
        try:
            with self._store.guard:
                self._run(name, call, answer)
        except EwError as error:
            return _fault(error)
        return _envelope(answer, 200)

    def _run(self, name: str, call: etree._Element, answer: etree._Element) -> None:
        if name == "EWLogin":
            given = (_text(call, n) for n in ("KB", "user", "password"))
            _child(answer, "return", self._sessions.sign_in(*given).access)
            return
        try:
            session = self._sessions.by_access(_text(call, "sessionId"))
        except EwError:
            raise EwError(500, "The session has expired or is unknown", SESSION) from None
        actor, table = Actor(session.login, "API"), _text(call, "table")
        if name == "EWLogout":
            self._sessions.sign_out(session.access)
        elif name in ("EWCreate", "EWCreateAndRead"):
            made = self._store.create(table, self._object(call, table)[1], actor)
            if name == "EWCreate":
                _child(answer, "return", str(made))
            else:
                self._show(answer, table, made)
        elif name == "EWRead":
            self._show(answer, table, _text(call, "id"))
        elif name == "EWUpdate":
            record_id, fields = self._object(call, table)
            self._store.update(table, record_id, fields, actor)
        elif name == "EWDelete":
            self._store.delete(table, _text(call, "id"), actor)
        elif name == "EWSelectFromTable":
            where, start, count = cut_limit(_text(call, "whereClause"))
            rows = self._store.search(table, where, sql=True)[start:]
            for row in rows if count is None else rows[:count]:
                _child(answer, "return", str(row["id"]))
        else:
            raise EwError(500, f"Unknown operation {name}", OPERATION)

    def _object(self, call: etree._Element, table: str) -> tuple[str, dict[str, Any]]:
        """Id and fields of ``obj``; its xsi:type must be the table's."""
        given = call.find(f"{{{wsdl.NS}}}obj")
        definition = self._store.table(table)
        if given is None:
            raise EwError(500, "Missing required parameter obj")
        kind = (given.get(f"{{{XSI}}}type") or "").rpartition(":")[2]
        if kind != wsdl.type_name(table):
            raise EwError(500, f"Wrong format: the object is no {wsdl.type_name(table)}")
        fields: dict[str, Any] = {}
        for child in given:
            name = etree.QName(child).localname
            empty = child.get(f"{{{XSI}}}nil") in ("true", "1")
            value = None if empty else (child.text or "")
            if name in definition.fields and definition.fields[name].type == MULTI:
                fields.setdefault(name, []).append(value)
            else:
                fields[name] = value
        return str(fields.pop("id", "")), fields

    def _show(self, answer: etree._Element, table: str, record_id: int | str) -> None:
        shown = _child(answer, "return", None)
        shown.set(f"{{{XSI}}}type", f"ns:{wsdl.type_name(table)}")
        for name, value in self._store.read(table, record_id).items():
            column = self._store.table(table).fields[name]
            if column.type == FILE or value is None:
                continue
            if column.type == DATETIME:
                value = str(value).replace(" ", "T")
            for item in value if isinstance(value, list) else [value]:
                _child(shown, name, str(item))


def _text(call: etree._Element, name: str) -> str:
    return call.findtext(f"{{{wsdl.NS}}}{name}") or ""


def _child(parent: etree._Element, name: str, text: str | None) -> etree._Element:
    child = etree.SubElement(parent, f"{{{wsdl.NS}}}{name}")
    child.text = text
    return child


def _envelope(content: etree._Element, status: int) -> Response:
    envelope = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"soap": ENVELOPE})
    etree.SubElement(envelope, f"{{{ENVELOPE}}}Body").append(content)
    xml = etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")
    return Response(xml, status, content_type="text/xml; charset=utf-8")


def _fault(error: EwError) -> Response:
    fault = etree.Element(f"{{{ENVELOPE}}}Fault", nsmap={"soap": ENVELOPE})
    etree.SubElement(fault, "faultcode").text = "soap:Server"
    etree.SubElement(fault, "faultstring").text = error.text
    detail = etree.SubElement(fault, "detail")
    named = etree.SubElement(detail, f"{{{wsdl.NS}}}{error.name}")
    etree.SubElement(named, f"{{{wsdl.NS}}}message").text = error.text
    return _envelope(fault, 500)
