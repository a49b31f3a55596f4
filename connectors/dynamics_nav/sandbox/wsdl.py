"""The WSDL of each published service, made from ``pages.yaml``: document/literal, SOAP 1.1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from lxml import etree

from connectors.dynamics_nav.sandbox import schema
from connectors.dynamics_nav.sandbox.modes import Modes
from connectors.dynamics_nav.sandbox.schema import Codeunit, Field, Page

WSDL, SOAP, XSD = (
    "http://schemas.xmlsoap.org/wsdl/",
    "http://schemas.xmlsoap.org/wsdl/soap/",
    "http://www.w3.org/2001/XMLSchema",
)
SYSTEM = "urn:microsoft-dynamics-schemas/nav/system/"
EXTRA = "Paraph_Ny_Kolumn"  # a column that the administrator puts on pages
_XSD = {
    schema.TEXT: "xsd:string",
    schema.CODE: "xsd:string",
    schema.INTEGER: "xsd:int",
    schema.DECIMAL: "xsd:decimal",
    schema.BOOLEAN: "xsd:boolean",
    schema.DATE: "xsd:date",
    schema.DATETIME: "xsd:dateTime",
}
# element → (type, least, most)
Children = Sequence[tuple[str, str, str, str]]


def of_page(page: Page, address: str, modes: Modes) -> bytes:
    """The document of a page service."""
    made = _Document(page.service, page.namespace, f"{page.service}_Service", address)
    _record_types(made, page, modes.extra_column)
    for operation in page.operations:
        request, result = shape(page, operation, modes.filter_required)
        made.operation(operation, request, result)
    return made.bytes()


def of_codeunit(unit: Codeunit, address: str) -> bytes:
    """The document of a codeunit service; without procedures its port type is empty."""
    made = _Document(unit.service, unit.namespace, unit.service, address)
    for procedure in unit.procedures.values():
        given = [(name, _XSD[kind], "1", "1") for name, kind in procedure.parameters.items()]
        answer = [("return_value", _XSD[procedure.returns], "1", "1")]
        answer += [child for child in given if child[0] in procedure.var]
        made.operation(procedure.name, given, answer)
    return made.bytes()


def of_system(address: str) -> bytes:
    """The document of SystemService."""
    made = _Document("SystemService", SYSTEM, "SystemService", address)
    made.operation("Companies", [], [("return_value", "xsd:string", "0", "unbounded")])
    return made.bytes()


def services(addresses: Iterable[str]) -> bytes:
    """The discovery document that ``/Services`` answers."""
    root = etree.Element(
        "{http://schemas.xmlsoap.org/disco/}discovery",
        nsmap=unprefixed("http://schemas.xmlsoap.org/disco/"),
    )
    scl = "http://schemas.xmlsoap.org/disco/scl/"
    for address in addresses:
        etree.SubElement(root, f"{{{scl}}}contractRef", {"ref": address}, nsmap=unprefixed(scl))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def unprefixed(namespace: str, **prefixes: str) -> dict[str, str]:
    """A map of prefixes in which ``namespace`` has none; lxml's types do not know that."""
    return cast("dict[str, str]", {None: namespace, **prefixes})


def shape(page: Page, operation: str, filter_required: bool = False) -> tuple[Children, Children]:
    """The children of an operation's message and of its answer."""
    one, many = f"tns:{page.entity}", f"tns:{page.service}_List"
    entity = (page.entity, one, "0", "1")
    least = "1" if filter_required else "0"
    filters = [
        ("filter", f"tns:{page.service}_Filter", least, "unbounded"),
        ("bookmarkKey", "xsd:string", "0", "1"),
        ("setSize", "xsd:int", "1", "1"),
    ]
    key = [("Key", "xsd:string", "1", "1")]
    read = [(name, _argument(page.fields[name]), "1", "1") for name in page.read]
    required, listed = (page.entity, one, "1", "1"), (f"{page.service}_List", many, "1", "1")
    table: Mapping[str, tuple[Children, Children]] = {
        "Read": (read, [entity]),
        "ReadByRecId": ([("recId", "xsd:string", "1", "1")], [entity]),
        "ReadMultiple": (filters, [("ReadMultiple_Result", many, "0", "1")]),
        "IsUpdated": (key, [("IsUpdated_Result", "xsd:boolean", "1", "1")]),
        "GetRecIdFromKey": (key, [("GetRecIdFromKey_Result", "xsd:string", "1", "1")]),
        "Create": ([required], [required]),
        "CreateMultiple": ([listed], [listed]),
        "Update": ([required], [required]),
        "UpdateMultiple": ([listed], [listed]),
        "Delete": (key, [("Delete_Result", "xsd:boolean", "1", "1")]),
    }
    if operation in table:
        return table[operation]
    part = operation.removeprefix("Delete_")
    return (
        [(f"{part}_Key", "xsd:string", "1", "1")],
        [(f"{operation}_Result", "xsd:boolean", "1", "1")],
    )


def _argument(column: Field) -> str:
    return "xsd:string" if column.type == schema.OPTION else _XSD[column.type]


def _record_types(made: _Document, page: Page, extra: bool) -> None:
    for part in page.parts.values():
        _record(made, part, ())
        made.list_of(f"{part.entity}_List", part.entity)
    parts = [(name, f"tns:{part.entity}_List", "0", "1") for name, part in page.parts.items()]
    _record(made, page, parts, extra)
    made.list_of(f"{page.service}_List", page.entity)
    names = [*page.fields, *([EXTRA] if extra else [])]
    made.choice(f"{page.service}_Fields", names)
    made.record(
        f"{page.service}_Filter",
        [("Field", f"tns:{page.service}_Fields", "1", "1"), ("Criteria", "xsd:string", "1", "1")],
    )


def _record(made: _Document, page: Page, parts: Children, extra: bool = False) -> None:
    children = [("Key", "xsd:string", "0", "1")]
    for name, column in page.fields.items():
        kind = f"tns:{name}" if column.type == schema.OPTION else _XSD[column.type]
        children.append((name, kind, "0", "1"))
        if column.type == schema.OPTION:
            made.choice(name, column.options)
    if extra:
        children.insert(2, (EXTRA, "xsd:string", "0", "1"))
    made.record(page.entity, [*children, *parts])


class _Document:
    def __init__(self, service: str, namespace: str, element: str, address: str) -> None:
        self._service = service
        self._namespace = namespace
        self._root = etree.Element(
            f"{{{WSDL}}}definitions",
            nsmap=unprefixed(WSDL, tns=namespace, xsd=XSD, soap=SOAP),
            targetNamespace=namespace,
        )
        types = etree.SubElement(self._root, f"{{{WSDL}}}types")
        self._schema = _x(
            types, "schema", elementFormDefault="qualified", targetNamespace=namespace
        )
        self._port = etree.Element(f"{{{WSDL}}}portType", name=f"{service}_Port")
        self._binding = etree.Element(
            f"{{{WSDL}}}binding", name=f"{service}_Binding", type=f"tns:{service}_Port"
        )
        _s(
            self._binding,
            "binding",
            style="document",
            transport="http://schemas.xmlsoap.org/soap/http",
        )
        self._element, self._address = element, address
        self._choices: set[str] = set()

    def choice(self, name: str, options: Iterable[str]) -> None:
        """An enumeration, once."""
        if name in self._choices:
            return
        self._choices.add(name)
        kind = _x(self._schema, "simpleType", name=name)
        restriction = _x(kind, "restriction", base="xsd:string")
        for option in options:
            _x(restriction, "enumeration", value=option)

    def record(self, name: str, children: Children) -> None:
        """A complex type."""
        _fill(_x(self._schema, "complexType", name=name), children)

    def list_of(self, name: str, entity: str) -> None:
        """A list type."""
        self.record(name, [(entity, f"tns:{entity}", "1", "unbounded")])

    def operation(self, name: str, request: Children, result: Children) -> None:
        """Elements, messages, port type and binding of one operation."""
        for word, children in ((name, request), (f"{name}_Result", result)):
            element = _x(self._schema, "element", name=word)
            _fill(_x(element, "complexType"), children)
            message = etree.SubElement(self._root, f"{{{WSDL}}}message", name=word)
            etree.SubElement(message, f"{{{WSDL}}}part", element=f"tns:{word}", name="parameters")
        offered = etree.SubElement(self._port, f"{{{WSDL}}}operation", name=name)
        bound = etree.SubElement(self._binding, f"{{{WSDL}}}operation", name=name)
        action = f"{self._namespace}:{name}"
        _s(bound, "operation", soapAction=action, style="document")
        for way, word in (("input", name), ("output", f"{name}_Result")):
            etree.SubElement(offered, f"{{{WSDL}}}{way}", name=word, message=f"tns:{word}")
            _s(etree.SubElement(bound, f"{{{WSDL}}}{way}", name=word), "body", use="literal")

    def bytes(self) -> bytes:
        """The whole document."""
        self._root.extend([self._port, self._binding])
        service = etree.SubElement(self._root, f"{{{WSDL}}}service", name=self._element)
        port = etree.SubElement(
            service,
            f"{{{WSDL}}}port",
            name=f"{self._service}_Port",
            binding=f"tns:{self._service}_Binding",
        )
        _s(port, "address", location=self._address)
        return etree.tostring(self._root, xml_declaration=True, encoding="UTF-8")


def _fill(kind: etree._Element, children: Children) -> None:
    sequence = _x(kind, "sequence")
    for name, type_name, least, most in children:
        _x(sequence, "element", minOccurs=least, maxOccurs=most, name=name, type=type_name)


def _x(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{XSD}}}{tag}", attributes)


def _s(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{SOAP}}}{tag}", attributes)
