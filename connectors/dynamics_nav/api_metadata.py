"""The fields of an entity set, as ``$metadata`` of its route tells them."""

from __future__ import annotations

from lxml import etree

from hub.kernel.errors import MalformedAnswer, NotFound

_EDM = "{http://docs.oasis-open.org/odata/ns/edm}"


def fields_of(document: bytes, entity_set: str) -> list[str]:
    """The properties of an entity set's type, without its parts. Raises ``NotFound`` for a set that
    the route does not have."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError:
        raise MalformedAnswer("$metadata is no XML") from None
    for one in root.iter(f"{_EDM}EntitySet"):
        if one.get("Name") == entity_set:
            wanted = str(one.get("EntityType", "")).rpartition(".")[2]
            break
    else:
        raise NotFound(f"this route has no entity set {entity_set}: correct the table's entity")
    for one in root.iter(f"{_EDM}EntityType"):
        if one.get("Name") == wanted:
            return [str(inner.get("Name", "")) for inner in one.iterfind(f"{_EDM}Property")]
    raise MalformedAnswer("$metadata does not hold the type of its own entity set")
