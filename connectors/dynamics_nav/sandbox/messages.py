"""SOAP messages: what came is read strictly against the service's shape, answers and faults are
written as the real server writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response
from lxml import etree

from connectors.dynamics_nav.sandbox import schema, values
from connectors.dynamics_nav.sandbox.desk import Entry
from connectors.dynamics_nav.sandbox.errors import BROKER, NavError
from connectors.dynamics_nav.sandbox.modes import Modes
from connectors.dynamics_nav.sandbox.schema import Page
from connectors.dynamics_nav.sandbox.words import LANGUAGES, text_of
from connectors.dynamics_nav.sandbox.wsdl import EXTRA, Children, unprefixed

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_ERROR = "urn:microsoft-dynamics-schemas/error"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_SERIALIZATION = "http://schemas.microsoft.com/2003/10/Serialization/"
_CONTENT = "text/xml; charset=utf-8"
ILLEGAL = "\ue000"  # stands for a control character, which lxml would refuse
_UNFILLED = (schema.TEXT, schema.CODE)


def body_of(raw: bytes, service: str, namespace: str, action: str) -> etree._Element:
    """The message in the envelope. Its namespace and the SOAPAction must be the service's."""
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
        envelope = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError:
        raise NavError(BROKER, "envelope") from None
    if envelope.tag != f"{{{ENVELOPE}}}Envelope":
        raise NavError(BROKER, "envelope")
    message = envelope.find(f"{{{ENVELOPE}}}Body/*")
    if message is None:
        raise NavError(BROKER, "envelope")
    name = etree.QName(message)
    if name.namespace != namespace:
        raise NavError(BROKER, "method", value=name.localname, service=service)
    if action.strip().strip('"') != f"{namespace}:{name.localname}":
        raise NavError(BROKER, "action", value=action)
    return message


def children(
    message: etree._Element, shape: Children, service: str
) -> dict[str, list[etree._Element]]:
    """The children by name, if they stand in the shape's order and nothing else is there."""
    namespace, method = etree.QName(message).namespace, etree.QName(message).localname
    found: dict[str, list[etree._Element]] = {name: [] for name, _, _, _ in shape}
    names, at = [name for name, _, _, _ in shape], 0
    for child in message.iterchildren(tag=etree.Element):
        name = etree.QName(child)
        if name.namespace != namespace or name.localname not in names[at:]:
            raise NavError(BROKER, "element", value=name.localname, where=method)
        at = names.index(name.localname)
        if found[name.localname] and shape[at][3] == "1":
            raise NavError(BROKER, "element", value=name.localname, where=method)
        found[name.localname].append(child)
    for word, _, least, _ in shape:
        # A real server takes ReadMultiple without the filter that its old WSDLs require.
        if least == "1" and not found[word] and word != "filter":
            raise NavError(BROKER, "parameter", value=word, method=method, service=service)
    return found


def record(element: etree._Element, page: Page) -> Entry:
    """What was sent of a record: elements in the order of the page, nothing unknown."""
    names = ["Key", *page.fields, *page.parts]
    namespace, entry, at = etree.QName(element).namespace, Entry(), 0
    for child in element.iterchildren(tag=etree.Element):
        name = etree.QName(child)
        if name.namespace != namespace or name.localname not in names[at:]:
            raise NavError(BROKER, "element", value=name.localname, where=page.entity)
        at = names.index(name.localname) + 1
        if child.get(f"{{{_XSI}}}nil") in ("true", "1"):
            continue
        if name.localname == "Key":
            entry.key = child.text or ""
        elif name.localname in page.parts:
            part = page.parts[name.localname]
            entry.parts[name.localname] = records(child, part, part.entity)
        else:
            entry.fields[name.localname] = child.text or ""
    return entry


def records(element: etree._Element, page: Page, name: str) -> list[Entry]:
    """The records of a list element."""
    namespace, found = etree.QName(element).namespace, []
    for child in element.iterchildren(tag=etree.Element):
        if child.tag != f"{{{namespace}}}{name}":
            where = etree.QName(element).localname
            raise NavError(BROKER, "element", value=etree.QName(child).localname, where=where)
        found.append(record(child, page))
    return found


def show(parent: etree._Element, page: Page, key: str, row: Mapping[str, Any], extra: bool) -> Any:
    """A record as an element: texts that are empty are left out."""
    shown = add(parent, page.entity, None)
    add(shown, "Key", key)
    for name, column in page.fields.items():
        if column.type in _UNFILLED and row[name] == "":
            continue
        add(shown, name, values.show(column, row[name]))
    if extra:
        shown.insert(2, _made(shown, EXTRA, "ny"))
    return shown


def add(parent: etree._Element, name: str, text: str | None) -> etree._Element:
    """A child in the parent's namespace."""
    child = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{name}")
    child.text = text
    return child


def result(namespace: str, operation: str) -> etree._Element:
    """An empty ``<Op_Result>``, for which the service's namespace is the default one."""
    return etree.Element(f"{{{namespace}}}{operation}_Result", nsmap=unprefixed(namespace))


def answer(content: etree._Element, illegal: str = "", status: int = 200) -> Response:
    """The envelope around it. ``illegal`` puts a control character in: as a reference or raw."""
    envelope = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"Soap": ENVELOPE})
    etree.SubElement(envelope, f"{{{ENVELOPE}}}Body").append(content)
    if illegal:
        _spoil(content)
    xml = etree.tostring(envelope, encoding="unicode")
    if illegal:
        xml = xml.replace(ILLEGAL, "&#x1F;" if illegal == "illegal" else "\x1f")
    return Response(xml.encode(), status, content_type=_CONTENT)


def fault(error: NavError, modes: Modes) -> Response:
    """A refusal: HTTP 500 with the .NET class as its code."""
    text = text_of(error, modes.language)
    element = etree.Element(f"{{{ENVELOPE}}}Fault")
    code = etree.SubElement(element, "faultcode", nsmap={"a": _ERROR})
    code.text = f"a:{error.kind}"
    words = etree.SubElement(element, "faultstring")
    words.text = _clean(text)
    words.set("{http://www.w3.org/XML/1998/namespace}lang", LANGUAGES[modes.language])
    if modes.fault_detail:
        detail = etree.SubElement(element, "detail")
        etree.SubElement(
            detail, f"{{{_SERIALIZATION}}}string", nsmap=unprefixed(_SERIALIZATION)
        ).text = _clean(text)
    return answer(element, status=500)


def texts(found: Sequence[etree._Element]) -> list[str]:
    """The text of each."""
    return [element.text or "" for element in found]


def _made(beside: etree._Element, name: str, text: str) -> etree._Element:
    made = etree.Element(f"{{{etree.QName(beside).namespace}}}{name}")
    made.text = text
    return made


def _spoil(content: etree._Element) -> None:
    """Into the first text that is not a Key."""
    for element in content.iter(etree.Element):
        if element.text and len(element) == 0 and etree.QName(element).localname in _SPOILT:
            element.text = element.text[:1] + ILLEGAL + element.text[1:]
            return


_SPOILT = ("Name", "Sell_to_Customer_Name", "Description", "Text", "File_Name", "return_value")


def _clean(text: str) -> str:
    """Without what XML cannot hold: the text may quote what a caller sent."""
    return "".join(c for c in text if c in "\t\n\r" or ord(c) >= 32)
