"""Entity sets: the pages again, with the names and keys that OData and API callers see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.dynamics_nav.sandbox import values
from connectors.dynamics_nav.sandbox.schema import TEXT, Field, Objects, Page

ID = "id"


@dataclass(frozen=True)
class EntitySet:
    """``properties`` is name → field of the page, ``lines`` the set of its lines and how they are
    called from here. ``by_id``: keys are system ids, as on API pages. ``parent`` names the property
    of a line that holds its document's id."""

    name: str
    page: Page
    properties: Mapping[str, str]
    by_id: bool
    lines: Mapping[str, EntitySet] = field(default_factory=dict)
    actions: tuple[str, ...] = ()
    statuses: Mapping[str, str] = field(default_factory=dict)
    parent: str = ""

    @property
    def fields(self) -> Mapping[str, Field]:
        """The columns by property, with the id."""
        columns = self.page.table.fields
        found = {name: columns[source] for name, source in self.properties.items()}
        ids = {name: Field(ID, TEXT) for name in (ID, self.parent) if self.by_id and name}
        return {**ids, **found}

    def record(self, row_id: str, shown: Mapping[str, Any]) -> dict[str, Any]:
        """A row by property, in the store's own types: what ``$filter`` looks at."""
        return {ID: row_id, **{name: shown[source] for name, source in self.properties.items()}}

    def json(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """The properties of a record as JSON."""
        found = {
            name: values.as_json(column, record[name])
            for name, column in self.fields.items()
            if name in record
        }
        if self.statuses and "status" in found:
            found["status"] = self.statuses[found["status"]]
        return found


def web_services(objects: Objects) -> dict[str, EntitySet]:
    """The sets of ``/ODataV4``: published pages, and the sub pages of each."""
    found: dict[str, EntitySet] = {}
    for page in objects.pages.values():
        lines = {}
        for name, part in page.parts.items():
            one = EntitySet(f"{page.service}{name}", part, _names(part), False)
            lines[one.name] = found[one.name] = one
        found[page.service] = EntitySet(page.service, page, _names(page), False, lines)
    return found


def api(objects: Objects) -> dict[str, EntitySet]:
    """The sets of API v2.0."""
    found: dict[str, EntitySet] = {}
    for name, given in objects.api.items():
        if name in ("custom", "lines"):
            continue
        page, lines = objects.pages[given["page"]], {}
        if "lines" in given:
            part = next(iter(page.parts.values()))
            word = given["lines"]
            one = EntitySet(word, part, objects.api["lines"], True, parent="documentId")
            lines[word] = found[word] = one
        actions, statuses = tuple(given.get("actions", ())), given.get("statuses", {})
        found[name] = EntitySet(name, page, given["fields"], True, lines, actions, statuses)
    return found


def custom(objects: Objects) -> dict[str, EntitySet]:
    """The sets of the customer's own API pages: every field of the page."""
    found: dict[str, EntitySet] = {}
    for name, service in objects.api["custom"].items():
        page, lines = objects.pages[service], {}
        for part in page.parts.values():
            word = f"{name.removesuffix('s')}Lines"
            one = EntitySet(word, part, _camel(part), True, parent="documentId")
            lines["lines"] = found[word] = one
        found[name] = EntitySet(name, page, _camel(page), True, lines)
    return found


def camel(name: str) -> str:
    """``Sell_to_Customer_No`` → ``sellToCustomerNo``."""
    first, *rest = name.split("_")
    return first.lower() + "".join(word[:1].upper() + word[1:] for word in rest)


def _names(page: Page) -> dict[str, str]:
    """Under their own names, with those of the primary key that the page does not show."""
    return {name: name for name in dict.fromkeys([*page.table.key, *page.fields])}


def _camel(page: Page) -> dict[str, str]:
    return {("entryId" if name == "ID" else camel(name)): name for name in page.fields}
