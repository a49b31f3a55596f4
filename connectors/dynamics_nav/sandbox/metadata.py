"""``$metadata``: which entity sets there are, with their properties and actions."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response
from lxml import etree

from connectors.dynamics_nav.sandbox import schema
from connectors.dynamics_nav.sandbox.entities import ID, EntitySet
from connectors.dynamics_nav.sandbox.wsdl import unprefixed

_EDMX = "http://docs.oasis-open.org/odata/ns/edmx"
_EDM = "http://docs.oasis-open.org/odata/ns/edm"
_TYPES = {
    schema.INTEGER: "Edm.Int32",
    schema.DECIMAL: "Edm.Decimal",
    schema.BOOLEAN: "Edm.Boolean",
    schema.DATE: "Edm.Date",
    schema.DATETIME: "Edm.DateTimeOffset",
}


def describe(sets: Mapping[str, EntitySet]) -> Response:
    """The document of these sets."""
    root = etree.Element(f"{{{_EDMX}}}Edmx", nsmap={"edmx": _EDMX}, Version="4.0")
    services = etree.SubElement(root, f"{{{_EDMX}}}DataServices")
    area = etree.SubElement(
        services, f"{{{_EDM}}}Schema", nsmap=unprefixed(_EDM), Namespace="Microsoft.NAV"
    )
    for entities in sets.values():
        _type(area, entities)
    for entities in sets.values():
        for action in entities.actions:
            made = _child(area, "Action", Name=action, IsBound="true")
            _child(
                made, "Parameter", Name="bindingParameter", Type=f"Microsoft.NAV.{entities.name}"
            )
    container = _child(area, "EntityContainer", Name="NAV")
    for name in sets:
        _child(container, "EntitySet", Name=name, EntityType=f"Microsoft.NAV.{name}")
    content = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return Response(content, content_type="application/xml; charset=utf-8")


def _type(area: etree._Element, entities: EntitySet) -> None:
    made = _child(area, "EntityType", Name=entities.name)
    key = _child(made, "Key")
    for name in (ID,) if entities.by_id else entities.page.table.key:
        _child(key, "PropertyRef", Name=name)
    for name, column in entities.fields.items():
        kind = "Edm.Guid" if column.name == ID else _TYPES.get(column.type, "Edm.String")
        _child(made, "Property", Name=name, Type=kind)
    for name, lines in entities.lines.items():
        kind = f"Collection(Microsoft.NAV.{lines.name})"
        _child(made, "NavigationProperty", Name=name, Type=kind)


def _child(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{_EDM}}}{tag}", attributes)
