"""The WSDL of the simulated knowledge base, made from its tables. Its address says localhost, as
the real one does; the namespace is our own invention, a client must take it from here anyway."""

from __future__ import annotations

from lxml import etree

from connectors.agiloft.sandbox.errors import FAULTS
from connectors.agiloft.sandbox.schema import (
    BUTTON,
    DATE,
    DATETIME,
    FILE,
    INT,
    MULTI,
    Field,
    KnowledgeBase,
)

NS = "urn:sandbox:ewws"
WSDL, SOAP, XSD = (
    "http://schemas.xmlsoap.org/wsdl/",
    "http://schemas.xmlsoap.org/wsdl/soap/",
    "http://www.w3.org/2001/XMLSchema",
)
BASE = "EWWSBaseUserObject"
_XSD_TYPES = {INT: "xsd:long", DATE: "xsd:date", DATETIME: "xsd:dateTime"}
_STRING, _LONG = "xsd:string", "xsd:long"

# operation → (arguments after sessionId, result type, whether the result is a list)
OPERATIONS: dict[str, tuple[tuple[tuple[str, str], ...], str, bool]] = {
    "EWCreate": ((("table", _STRING), ("obj", f"tns:{BASE}")), _LONG, False),
    "EWCreateAndRead": ((("table", _STRING), ("obj", f"tns:{BASE}")), f"tns:{BASE}", False),
    "EWRead": ((("table", _STRING), ("id", _LONG)), f"tns:{BASE}", False),
    "EWUpdate": ((("table", _STRING), ("obj", f"tns:{BASE}")), "", False),
    "EWDelete": ((("table", _STRING), ("id", _LONG)), "", False),
    "EWSelectFromTable": ((("table", _STRING), ("whereClause", _STRING)), _LONG, True),
    "EWLogout": ((), "", False),
}


def type_name(table: str) -> str:
    """``service_case`` → ``WSServiceCase``."""
    return "WS" + "".join(piece.capitalize() for piece in table.replace(".", "_").split("_"))


def build(kb: KnowledgeBase) -> bytes:
    """The whole document."""
    root = etree.Element(
        f"{{{WSDL}}}definitions",
        nsmap={"wsdl": WSDL, "soap": SOAP, "xsd": XSD, "tns": NS},
        name="EWWSv2Service",
        targetNamespace=NS,
    )
    types = etree.SubElement(root, f"{{{WSDL}}}types")
    schema = _x(types, "schema", targetNamespace=NS, elementFormDefault="qualified")
    _base_and_tables(schema, kb)
    login = tuple((name, _STRING) for name in ("KB", "user", "password", "language"))
    _elements(schema, "EWLogin", login, _STRING, False)
    for name, (arguments, result, many) in OPERATIONS.items():
        _elements(schema, name, (("sessionId", _STRING), *arguments), result, many)
    for fault in FAULTS:
        sequence = _sequence(schema, fault)
        _x(sequence, "element", name="message", type=_STRING, minOccurs="0")
    _messages(root)
    _port_and_service(root, kb)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _base_and_tables(schema: etree._Element, kb: KnowledgeBase) -> None:
    base = _x(_x(schema, "complexType", name=BASE), "sequence")
    _x(base, "element", name="id", type=_LONG, minOccurs="0")
    for table in kb.tables.values():
        kind = _x(schema, "complexType", name=type_name(table.name))
        extension = _x(_x(kind, "complexContent"), "extension", base=f"tns:{BASE}")
        sequence = _x(extension, "sequence")
        for column in table.fields.values():
            if column.name != "id" and column.type not in (FILE, BUTTON):
                _column(sequence, column)


def _column(sequence: etree._Element, column: Field) -> None:
    many = {"maxOccurs": "unbounded"} if column.type == MULTI else {}
    kind = _XSD_TYPES.get(column.type, _STRING)
    _x(sequence, "element", name=column.name, type=kind, minOccurs="0", nillable="true", **many)


def _elements(
    schema: etree._Element,
    name: str,
    arguments: tuple[tuple[str, str], ...],
    result: str,
    many: bool,
) -> None:
    sequence = _sequence(schema, name)
    for argument, kind in arguments:
        _x(sequence, "element", name=argument, type=kind)
    answer = _sequence(schema, f"{name}Response")
    if result:
        most = "unbounded" if many else "1"
        _x(answer, "element", name="return", type=result, minOccurs="0", maxOccurs=most)


def _sequence(schema: etree._Element, name: str) -> etree._Element:
    return _x(_x(_x(schema, "element", name=name), "complexType"), "sequence")


def _messages(root: etree._Element) -> None:
    for name in ("EWLogin", *OPERATIONS):
        for word in (name, f"{name}Response"):
            _part(_w(root, "message", name=word), word, "parameters")
    for fault in FAULTS:
        _part(_w(root, "message", name=fault), fault, "fault")


def _part(message: etree._Element, element: str, name: str) -> None:
    _w(message, "part", name=name, element=f"tns:{element}")


def _port_and_service(root: etree._Element, kb: KnowledgeBase) -> None:
    port = _w(root, "portType", name="EWWSv2")
    binding = _w(root, "binding", name="EWWSv2Binding", type="tns:EWWSv2")
    transport = "http://schemas.xmlsoap.org/soap/http"
    _s(binding, "binding", style="document", transport=transport)
    for name in ("EWLogin", *OPERATIONS):
        offered = _w(port, "operation", name=name)
        _w(offered, "input", message=f"tns:{name}")
        _w(offered, "output", message=f"tns:{name}Response")
        bound = _w(binding, "operation", name=name)
        _s(bound, "operation", soapAction="")
        for way in ("input", "output"):
            _s(_w(bound, way), "body", use="literal")
        for fault in FAULTS:
            _w(offered, "fault", name=fault, message=f"tns:{fault}")
            _s(_w(bound, "fault", name=fault), "fault", name=fault, use="literal")
    service = _w(root, "service", name="EWWSv2Service")
    address = _w(service, "port", name="EWWSv2Port", binding="tns:EWWSv2Binding")
    _s(
        address,
        "address",
        location=f"http://localhost:8080/ewws/{kb.name.replace(' ', '%20')}/EWWSv2Service",
    )


def _x(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{XSD}}}{tag}", attributes)


def _w(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{WSDL}}}{tag}", attributes)


def _s(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{SOAP}}}{tag}", attributes)
