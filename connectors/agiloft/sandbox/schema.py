"""The simulated knowledge base as its YAML file describes it: people, tables, fields, buttons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from hub.kernel.errors import ConfigurationError

TEXT, INT, CHOICE, MULTI, DATE, DATETIME, LINKED, FILE, BUTTON = (
    "text", "int", "choice", "multichoice", "date", "datetime", "linked", "file", "button",
)  # fmt: skip
TYPES = (TEXT, INT, CHOICE, MULTI, DATE, DATETIME, LINKED, FILE, BUTTON)


@dataclass(frozen=True)
class Field:
    """One column. ``table`` and ``column`` say where a linked field points and what it shows.
    ``auto``: the knowledge base itself keeps the moment of the last change in it."""

    name: str
    label: str
    type: str = TEXT
    required: bool = False
    long: bool = False
    choices: tuple[str, ...] = ()
    table: str = ""
    column: str = ""
    auto: bool = False


@dataclass(frozen=True)
class Table:
    """One table. ``buttons``: button field → what pressing it does. ``screen``: how people see a
    record, group → fields."""

    name: str
    label: str
    title: str
    fields: Mapping[str, Field]
    saved_searches: Mapping[str, str]
    buttons: Mapping[str, Mapping[str, Any]]
    screen: Mapping[str, tuple[str, ...]]
    records: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class User:
    """Somebody who may sign in; ``api`` says whether the group may use the API."""

    login: str
    password: str = field(repr=False)
    group: str
    api: bool


@dataclass(frozen=True)
class KnowledgeBase:
    """All of it."""

    name: str
    users: Mapping[str, User]
    oauth_clients: Mapping[str, Mapping[str, str]]
    tables: Mapping[str, Table]
    webhook: Mapping[str, Any]


def load(path: Path) -> KnowledgeBase:
    """Read a seed file. Raises ``ConfigurationError`` that names the file and the fault."""
    try:
        data = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        tables = {name: _table(name, entry) for name, entry in data["tables"].items()}
        users = {u["login"]: User(**u) for u in data["users"]}
        clients = {c["client_id"]: c for c in data.get("oauth_clients", ())}
        kb = KnowledgeBase(data["knowledge_base"], users, clients, tables, data.get("webhook", {}))
    except (OSError, YAMLError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(f"{path}: is no knowledge base: {error!r}") from error
    for table in tables.values():
        for column in table.fields.values():
            if column.type not in TYPES:
                raise ConfigurationError(f"{path}: {table.name}.{column.name}: unknown type")
            if column.type == LINKED and column.table not in tables:
                raise ConfigurationError(f"{path}: {table.name}.{column.name}: links to no table")
    return kb


def _table(name: str, entry: Mapping[str, Any]) -> Table:
    fields = {
        f["name"]: Field(**{**f, "choices": tuple(f.get("choices", ()))}) for f in entry["fields"]
    }
    return Table(
        name=name,
        label=entry["label"],
        title=entry["title"],
        fields={"id": Field("id", "ID", INT), **fields},
        saved_searches=dict(entry.get("saved_searches", {})),
        buttons=dict(entry.get("buttons", {})),
        screen={title: tuple(names) for title, names in entry.get("screen", {}).items()},
        records=tuple(entry.get("records", ())),
    )
