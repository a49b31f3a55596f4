"""The layers of documents that become one PDF: what is hidden on a screen at first stays hidden.

Without this list readers show every layer, and the customer would have signed less than the sealed
PDF shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.reader import PdfFileReader

from hub.services.documents.copying import Copier
from hub.services.documents.page_tree import value


def layers(parts: Sequence[tuple[PdfFileReader, Copier]]) -> generic.DictionaryObject | None:
    """What the catalogue of the whole says of the layers of its parts; None when there are none.
    Layers that change for printing or export do not: what is printed is what was shown."""
    known, hidden, shown_by = (generic.ArrayObject() for _ in range(3))
    for source, copier in parts:
        properties = value(source.root, "/OCProperties")
        if not isinstance(properties, generic.DictionaryObject):
            continue
        plan = value(properties, "/D") or generic.DictionaryObject()
        groups = list(_references(properties, "/OCGs"))
        known += [copier.value(one) for one in groups]
        hidden += [copier.value(one) for one in _hidden(plan, groups)]
        shown_by += [copier.value(one) for one in _for_screens(plan)]
    if not known:
        return None
    plan = generic.DictionaryObject({pdf_name("/Name"): generic.pdf_string("Layers")})
    for key, entries in (("/OFF", hidden), ("/AS", shown_by)):
        if entries:
            plan[pdf_name(key)] = entries
    return generic.DictionaryObject({pdf_name("/OCGs"): known, pdf_name("/D"): plan})


def _hidden(plan: Any, groups: list[generic.IndirectObject]) -> list[generic.IndirectObject]:
    off = list(_references(plan, "/OFF"))
    if value(plan, "/BaseState") != "/OFF":
        return off
    on = {one.reference for one in _references(plan, "/ON")} - {one.reference for one in off}
    return [one for one in groups if one.reference not in on]


def _references(node: Any, key: str) -> Iterator[generic.IndirectObject]:
    found = value(node, key)
    if isinstance(found, generic.ArrayObject):
        for place in range(len(found)):
            one = found.raw_get(place)
            if isinstance(one, generic.IndirectObject):
                yield one


def _for_screens(plan: Any) -> Iterator[Any]:
    found = value(plan, "/AS")
    if isinstance(found, generic.ArrayObject):
        for place in range(len(found)):
            if value(found[place], "/Event") == "/View":
                yield found.raw_get(place)
