"""What a WSDL of NAV says: the fields of a page with their kinds and options, its operations, its
parts; the parameters of a codeunit's procedures. Each customer's differs, so nothing is known
before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from connectors.dynamics_nav.values import (
    BOOLEAN,
    DATE,
    DATETIME,
    DECIMAL,
    INTEGER,
    OPTION,
    OTHER,
    TEXT,
)

_XSD = "{http://www.w3.org/2001/XMLSchema}"
_WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
_KINDS = {
    "string": TEXT,
    "int": INTEGER,
    "long": INTEGER,
    "short": INTEGER,
    "decimal": DECIMAL,
    "boolean": BOOLEAN,
    "date": DATE,
    "dateTime": DATETIME,
}


class NoWsdl(ValueError):
    """The text is no WSDL, or not one of a page or codeunit."""


@dataclass(frozen=True)
class Field:
    """One element: its kind, and its options where it is one of those."""

    name: str
    kind: str
    options: tuple[str, ...] = ()
    type: str = ""


@dataclass(frozen=True)
class Part:
    """A sub page: the element of one row, and the row's fields."""

    row: str
    fields: Mapping[str, Field]


@dataclass(frozen=True)
class Description:
    """One service. ``entity`` and what follows are empty for a codeunit."""

    operations: Mapping[str, Mapping[str, Field]]  # name → parameters, in order
    entity: str = ""
    fields: Mapping[str, Field] = field(default_factory=dict)
    parts: Mapping[str, Part] = field(default_factory=dict)
    filterable: frozenset[str] = frozenset()

    @property
    def read_by(self) -> tuple[str, ...]:
        """The fields of the primary key, in the order of Read."""
        return tuple(self.operations.get("Read", {}))


def described(wsdl: bytes) -> Description:
    """What this WSDL says. Raises ``NoWsdl``."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(wsdl, parser)
    except etree.XMLSyntaxError:
        raise NoWsdl("it is no XML") from None
    if root.tag != f"{_WSDL}definitions":
        raise NoWsdl("it is XML, but no WSDL")
    types = _Types(root)
    operations = {name: types.element(name) for name in _operations(root)}
    answer = types.element("Read_Result") or types.element("ReadMultiple_Result")
    first = next(iter(answer.values()), None)
    if first is None:
        return Description(operations)
    entity = first.name if types.is_complex(first.type) else ""
    if first.name == "ReadMultiple_Result":
        entity = next((one.name for one in types.members(first.type)), "")
    if not entity:
        return Description(operations)
    fields = {one.name: one for one in types.members(entity)}
    parts = {name: part for name, one in fields.items() if (part := types.part(one)) is not None}
    plain = {name: one for name, one in fields.items() if name not in parts}
    return Description(operations, entity, plain, parts, types.options(f"{entity}_Fields"))


class _Types:
    def __init__(self, root: etree._Element) -> None:
        self._complex: dict[str, etree._Element] = {}
        self._simple: dict[str, tuple[str, ...]] = {}
        self._elements: dict[str, etree._Element] = {}
        for schema in root.iter(f"{_XSD}schema"):
            for node in schema:
                name = str(node.get("name", ""))
                if node.tag == f"{_XSD}complexType":
                    self._complex[name] = node
                elif node.tag == f"{_XSD}simpleType":
                    words = (one.get("value") for one in node.iter(f"{_XSD}enumeration"))
                    self._simple[name] = tuple(str(word) for word in words)
                elif node.tag == f"{_XSD}element":
                    self._elements[name] = node

    def element(self, name: str) -> dict[str, Field]:
        """The children of a message's element."""
        node = self._elements.get(name)
        return {} if node is None else {one.name: one for one in self._fields(node)}

    def members(self, type_name: str) -> list[Field]:
        node = self._complex.get(type_name)
        return [] if node is None else list(self._fields(node))

    def options(self, type_name: str) -> frozenset[str]:
        return frozenset(self._simple.get(type_name, ()))

    def is_complex(self, type_name: str) -> bool:
        return type_name in self._complex

    def part(self, field: Field) -> Part | None:
        """The rows of a field that is a sub page: its type is a list of one complex type."""
        inner = self.members(field.type)
        if len(inner) != 1 or not self.is_complex(inner[0].type):
            return None
        rows = {one.name: one for one in self.members(inner[0].type)}
        return Part(inner[0].name, rows)

    def _fields(self, node: etree._Element) -> Iterator[Field]:
        for one in node.iter(f"{_XSD}element"):
            if one is node:
                continue
            type_name = str(one.get("type", "")).rpartition(":")[2]
            options = self._simple.get(type_name, ())
            kind = OPTION if options else _KINDS.get(type_name, OTHER)
            yield Field(str(one.get("name", "")), kind, options, type_name)


def _operations(root: etree._Element) -> list[str]:
    found = root.iterfind(f"{_WSDL}portType/{_WSDL}operation")
    return [str(node.get("name", "")) for node in found]
