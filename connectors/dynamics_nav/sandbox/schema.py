"""What the simulated server publishes, as ``pages.yaml`` describes it: tables, pages, codeunits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

TEXT, CODE, INTEGER, DECIMAL, BOOLEAN, DATE, DATETIME, OPTION = (
    "text", "code", "integer", "decimal", "boolean", "date", "datetime", "option",
)  # fmt: skip
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Field:
    """A column of a table. ``released``: may be written on a released document, too.
    ``from_header``: is looked up in the line's document."""

    name: str
    type: str = TEXT
    length: int = 0
    options: tuple[str, ...] = ()
    readonly: bool = False
    released: bool = False
    from_header: bool = False

    @property
    def caption(self) -> str:
        """``Sell_to_Customer_No`` → ``Sell to Customer No``."""
        return self.name.replace("_", " ")


@dataclass(frozen=True)
class Table:
    """One table; ``parts`` names the tables of its lines."""

    name: str
    id: int
    caption: Mapping[str, str]
    key: tuple[str, ...]
    fields: Mapping[str, Field]
    parts: Mapping[str, str]


@dataclass(frozen=True)
class Page:
    """A page as it is published. ``only`` is its filter, ``read`` the arguments of Read; ``entity``
    is the name of the record's type. A part is a page as well, without operations of its own."""

    service: str
    id: int
    entity: str
    table: Table
    caption: Mapping[str, str]
    fields: Mapping[str, Field]
    only: Mapping[str, Any]
    read: tuple[str, ...]
    parts: Mapping[str, Page]
    insert: bool = True
    modify: bool = True
    delete: bool = True

    @property
    def namespace(self) -> str:
        """The service name is in lower case here."""
        return f"urn:microsoft-dynamics-schemas/page/{self.service.lower()}"

    @property
    def operations(self) -> tuple[str, ...]:
        """What the page offers over SOAP."""
        offered = ["Read", "ReadByRecId", "ReadMultiple", "IsUpdated", "GetRecIdFromKey"]
        if self.insert:
            offered += ["Create", "CreateMultiple"]
        if self.modify:
            offered += ["Update", "UpdateMultiple"]
        if self.delete:
            offered += ["Delete", *(f"Delete_{part}" for part in self.parts)]
        return tuple(offered)


@dataclass(frozen=True)
class Procedure:
    """A public procedure of a codeunit. ``word`` is what control calls the operation."""

    name: str
    parameters: Mapping[str, str]
    returns: str
    var: tuple[str, ...] = ()
    word: str = "codeunit"


@dataclass(frozen=True)
class Codeunit:
    """A codeunit as it is published."""

    service: str
    id: int
    procedures: Mapping[str, Procedure]

    @property
    def namespace(self) -> str:
        """The service name keeps its case here."""
        return f"urn:microsoft-dynamics-schemas/codeunit/{self.service}"


@dataclass(frozen=True)
class Objects:
    """All of it; ``api`` is the part about API v2.0 as it stands in the file."""

    tables: Mapping[str, Table]
    pages: Mapping[str, Page]
    codeunits: Mapping[str, Codeunit]
    api: Mapping[str, Any] = field(default_factory=dict)


def load() -> Objects:
    """Read ``pages.yaml``."""
    data = _yaml("pages.yaml")
    tables = {name: _table(name, entry) for name, entry in data["tables"].items()}
    return Objects(
        tables,
        {name: _page(name, entry, tables) for name, entry in data["pages"].items()},
        {name: _codeunit(name, entry) for name, entry in data["codeunits"].items()},
        data["api"],
    )


def load_seed() -> Mapping[str, Any]:
    """Read ``seed.yaml``."""
    return _yaml("seed.yaml")


def _yaml(name: str) -> dict[str, Any]:
    data: dict[str, Any] = YAML(typ="safe").load((_HERE / name).read_text(encoding="utf-8"))
    return data


def _table(name: str, entry: Mapping[str, Any]) -> Table:
    fields = {}
    for key, given in entry["fields"].items():
        facts = {"type": given} if isinstance(given, str) else dict(given)
        fields[key] = Field(key, **{**facts, "options": tuple(facts.get("options", ()))})
    return Table(
        name, entry["id"], entry["caption"], tuple(entry["key"]), fields, entry.get("parts", {})
    )


def _page(name: str, entry: Mapping[str, Any], tables: Mapping[str, Table]) -> Page:
    table = tables[entry["table"]]
    locked = set(entry.get("readonly", ()))
    parts = {
        part: _page(name, {**given, "id": 0, "table": table.parts[part]}, tables)
        for part, given in entry.get("parts", {}).items()
    }
    return Page(
        service=name,
        id=entry["id"],
        entity=entry.get("entity", name),
        table=table,
        caption=entry["caption"],
        fields={f: _shown(table.fields[f], f in locked) for f in entry["fields"]},
        only=entry.get("only", {}),
        read=tuple(entry.get("read", ())),
        parts=parts,
        insert=entry.get("insert", True),
        modify=entry.get("modify", True),
        delete=entry.get("delete", True),
    )


def _shown(column: Field, locked: bool) -> Field:
    return Field(**{**vars(column), "readonly": True}) if locked else column


def _codeunit(name: str, entry: Mapping[str, Any]) -> Codeunit:
    procedures = {
        word: Procedure(
            word,
            given["parameters"],
            given["returns"],
            tuple(given.get("var", ())),
            given.get("word", "codeunit"),
        )
        for word, given in entry["procedures"].items()
    }
    return Codeunit(name, entry["id"], procedures)
