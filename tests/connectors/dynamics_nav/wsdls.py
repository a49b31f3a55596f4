"""WSDLs and answers in the shape that NAV has them, made from short descriptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

PAGES = "urn:microsoft-dynamics-schemas/page/"
UNITS = "urn:microsoft-dynamics-schemas/codeunit/"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
HEAD = (
    '<?xml version="1.0" encoding="utf-8"?><definitions targetNamespace="{ns}" xmlns:tns="{ns}" '
    'xmlns="http://schemas.xmlsoap.org/wsdl/"><types><xsd:schema elementFormDefault="qualified" '
    'targetNamespace="{ns}" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:tns="{ns}">'
)
QUOTE = {
    "Key": "xsd:string", "No": "xsd:string", "Sell_to_Customer_No": "xsd:string",
    "Sell_to_Customer_Name": "xsd:string", "Document_Date": "xsd:date", "Amount": "xsd:decimal",
    "External_Document_No": "xsd:string", "Your_Reference": "xsd:string",
    "Status": "tns:Status", "Shipping_Advice": "tns:Shipping_Advice", "Posted": "xsd:boolean",
    "Signed_At": "xsd:dateTime", "N_x00BA__Linha": "xsd:string", "Paraph_Key": "xsd:string",
    "Last_Modified_Date_Time": "xsd:dateTime",
}  # fmt: skip
LINE = {
    "Key": "xsd:string", "Type": "tns:Type", "No": "xsd:string", "Description": "xsd:string",
    "Quantity": "xsd:decimal", "Unit_Price": "xsd:decimal", "Decision": "xsd:string",
    "Line_No": "xsd:int",
}  # fmt: skip
OPTIONS = {
    "Status": ("Open", "Released", "Pending_Approval"),
    "Shipping_Advice": ("_blank_", "Partial", "Complete"),
    "Type": ("_blank_", "G_L_Account", "Item", "Charge_Item"),
}
OPERATIONS = ("Read", "ReadMultiple", "IsUpdated", "Create", "Update", "Delete")


def page_wsdl(
    service: str = "SalesQuote",
    fields: Mapping[str, str] = QUOTE,
    *,
    part: str = "SalesLines",
    row: str = "Sales_Quote_Line",
    lines: Mapping[str, str] | None = LINE,
    operations: Sequence[str] = OPERATIONS,
    filter_required: bool = False,
    keys: Sequence[str] = ("No",),
    address: str = "http://nav.internal:7047/NAV/WS/",
) -> bytes:
    """The WSDL of a page; its own address is one that nobody can reach."""
    namespace = PAGES + service.lower()
    out = [HEAD.format(ns=namespace)]
    for name, words in {**OPTIONS, f"{service}_Fields": tuple(fields)}.items():
        values = "".join(f'<xsd:enumeration value="{word}"/>' for word in words)
        out.append(
            f'<xsd:simpleType name="{name}"><xsd:restriction base="xsd:string">{values}'
            "</xsd:restriction></xsd:simpleType>"
        )
    records = {service: dict(fields)}
    if lines is not None:
        records[service][part] = f"tns:{row}_List"
        out += [_type(row, lines), _list(f"{row}_List", row, row)]
    out += [_type(name, one) for name, one in records.items()]
    out += [_list(f"{service}_List", service, service)]
    out.append(
        f'<xsd:complexType name="{service}_Filter"><xsd:sequence><xsd:element minOccurs="1" '
        f'maxOccurs="1" name="Field" type="tns:{service}_Fields"/><xsd:element minOccurs="1" '
        'maxOccurs="1" name="Criteria" type="xsd:string"/></xsd:sequence></xsd:complexType>'
    )
    for operation in operations:
        out += _messages(service, operation, keys, filter_required)
    out.append("</xsd:schema></types>")
    out.append(_bindings(service, namespace, operations, address, f"{service}_Service"))
    return "".join(out).encode()


def unit_wsdl(
    service: str, procedures: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]]
) -> bytes:
    """The WSDL of a codeunit: procedure → (parameters, results)."""
    namespace = UNITS + service
    out = [HEAD.format(ns=namespace)]
    for name, (given, results) in procedures.items():
        for element, members in ((name, given), (f"{name}_Result", results)):
            out.append(_element(element, [(one, kind, 1, 1) for one, kind in members.items()]))
    out.append("</xsd:schema></types>")
    out.append(_bindings(service, namespace, tuple(procedures), "http://nav.internal/", service))
    return "".join(out).encode()


def answer(service: str, operation: str, inner: str, *, unit: bool = False) -> bytes:
    """A good answer."""
    namespace = UNITS + service if unit else PAGES + service.lower()
    return (
        f'<Soap:Envelope xmlns:Soap="{ENVELOPE}"><Soap:Body><{operation}_Result '
        f'xmlns="{namespace}">{inner}</{operation}_Result></Soap:Body></Soap:Envelope>'
    ).encode()


def record(name: str, fields: Mapping[str, str], inner: str = "") -> str:
    """One record; ``inner`` is put behind its fields."""
    return f"<{name}>{elements(fields)}{inner}</{name}>"


def elements(fields: Mapping[str, str]) -> str:
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())


def fault(kind: str, text: str, language: str = "en-US") -> bytes:
    """A business fault; ``kind`` is the end of a .NET name, or a whole code with a colon."""
    code = kind if ":" in kind or not kind else f"a:Microsoft.Dynamics.Nav.Types.Exceptions.{kind}"
    return (
        f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Body><s:Fault><faultcode xmlns:a="urn:microsoft-'
        f'dynamics-schemas/error">{code}</faultcode><faultstring xml:lang="{language}">'
        f"{escape(text)}</faultstring><detail><string>{escape(text)}</string></detail></s:Fault>"
        "</s:Body></s:Envelope>"
    ).encode()


def _messages(
    service: str, operation: str, keys: Sequence[str], filter_required: bool
) -> list[str]:
    entity = (service, f"tns:{service}", 0, 1)
    given: list[tuple[str, str, int, int | str]]
    match operation:
        case "Read":
            kinds = {"Line_No": "xsd:int"}
            given = [(key, kinds.get(key, "xsd:string"), 1, 1) for key in keys]
            result = entity
        case "ReadMultiple":
            least = 1 if filter_required else 0
            given = [
                ("filter", f"tns:{service}_Filter", least, "unbounded"),
                ("bookmarkKey", "xsd:string", 0, 1),
                ("setSize", "xsd:int", 1, 1),
            ]
            result = ("ReadMultiple_Result", f"tns:{service}_List", 0, 1)
        case "Create" | "Update":
            given, result = [(service, f"tns:{service}", 1, 1)], (service, f"tns:{service}", 1, 1)
        case _:
            given = [("Key", "xsd:string", 1, 1)]
            result = (f"{operation}_Result", "xsd:boolean", 1, 1)
    return [_element(operation, given), _element(f"{operation}_Result", [result])]


def _type(name: str, fields: Mapping[str, str]) -> str:
    inner = _sequence([(field, kind, 0, 1) for field, kind in fields.items()])
    return f'<xsd:complexType name="{name}">{inner}</xsd:complexType>'


def _list(name: str, element: str, kind: str) -> str:
    inner = _sequence([(element, f"tns:{kind}", 1, "unbounded")])
    return f'<xsd:complexType name="{name}">{inner}</xsd:complexType>'


def _element(name: str, members: Sequence[tuple[str, str, int, int | str]]) -> str:
    return (
        f'<xsd:element name="{name}"><xsd:complexType>{_sequence(members)}</xsd:complexType>'
        "</xsd:element>"
    )


def _sequence(members: Sequence[tuple[str, str, int, int | str]]) -> str:
    inner = "".join(
        f'<xsd:element minOccurs="{least}" maxOccurs="{most}" name="{name}" type="{kind}"/>'
        for name, kind, least, most in members
    )
    return f"<xsd:sequence>{inner}</xsd:sequence>"


def _bindings(
    service: str, namespace: str, operations: Sequence[str], address: str, service_name: str
) -> str:
    soap = 'xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"'
    messages, ports, bound = [], [], []
    for name in operations:
        for message in (name, f"{name}_Result"):
            messages.append(
                f'<message name="{message}"><part name="parameters" element="tns:{message}"/>'
                "</message>"
            )
        ports.append(
            f'<operation name="{name}"><input name="{name}" message="tns:{name}"/><output '
            f'name="{name}_Result" message="tns:{name}_Result"/></operation>'
        )
        body = f'<soap:body use="literal" {soap}/>'
        bound.append(
            f'<operation name="{name}"><soap:operation soapAction="{namespace}:{name}" '
            f'style="document" {soap}/><input name="{name}">{body}</input>'
            f'<output name="{name}_Result">{body}</output></operation>'
        )
    return (
        f'{"".join(messages)}<portType name="{service}_Port">{"".join(ports)}</portType>'
        f'<binding name="{service}_Binding" type="tns:{service}_Port"><soap:binding '
        f'transport="http://schemas.xmlsoap.org/soap/http" {soap}/>{"".join(bound)}</binding>'
        f'<service name="{service_name}"><port name="{service}_Port" '
        f'binding="tns:{service}_Binding"><soap:address location="{address}" {soap}/></port>'
        "</service></definitions>"
    )
