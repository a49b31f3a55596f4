"""Makes ``hub/REFERENCE.md`` from the code: ``python -m tests.house.reference``.

What an administrator or caller can name is listed there: settings, texts, commands, routes, event
kinds, reasons, capabilities. A house test compares the file with what this module makes. Plugins'
settings are left out, since a new plugin touches no other file; each of their fields has its title
and help. So are the customer's pages: nobody else calls them.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click
from flask import Flask

from hub.app import create_app
from hub.cli import cli
from hub.contracts.capabilities import Capability
from hub.contracts.events import EventKind
from hub.contracts.manifest import READINESS
from hub.contracts.reason_texts import REASON_TEXTS
from hub.contracts.requests import Reason
from hub.contracts.settings import settings_info
from hub.mapping.grammar import written
from hub.services.house import open_house
from hub.settings import HubSettings
from hub.settings.blocks import Block
from hub.settings.texts import TEXTS
from hub.settings.workspace import WorkspaceFile
from tests.house import tree

PAGE = tree.ROOT / "hub" / "REFERENCE.md"
CONFIG = tree.ROOT / "tests" / "bench" / "config"
# Answered to browsers on their way; and what flask-smorest brings along.
_PRIVATE = re.compile(r"/s/|/static/|/$|/api/openapi\.json$")
_HEAD = "# Reference\n\nMade from the code by `python -m tests.house.reference`; do not edit it.\n"


def reference() -> str:
    """The whole page."""
    chapters = (_settings, _texts, _commands, _routes, _events, _reasons, _capabilities, _readiness)
    return _HEAD + "".join("\n" + "\n".join(chapter()) + "\n" for chapter in chapters)


def _settings() -> Iterator[str]:
    yield "## Settings in `config/paraph.yaml`"
    yield from _settings_table(HubSettings)
    for path, block in _blocks(HubSettings, ""):
        yield ""
        yield f"`{path}:` in it:"
        yield from _settings_table(block)
    yield ""
    yield "## Settings in `config/workspaces/*.yaml`"
    yield from _settings_table(WorkspaceFile)
    for path, block in _blocks(WorkspaceFile, ""):
        yield ""
        yield f"`{path}:` in it:"
        yield from _settings_table(block)


def _blocks(cls: type, path: str) -> Iterator[tuple[str, type]]:
    """Settings that are blocks of settings, with all that is in them."""
    for name, info in settings_info(cls).items():
        if isinstance(info.field, Block):
            place = f"{path}.{name}" if path else name
            yield place, info.field.cls
            yield from _blocks(info.field.cls, place)


def _settings_table(cls: type) -> Iterator[str]:
    info = settings_info(cls)
    rows = [
        (f"`{one.name}`", _default(one), f"{info[one.name].title}. {info[one.name].help}".strip())
        for one in fields(cls)
    ]
    yield from _table(("setting", "default", "what it is"), rows)


def _default(one: Field[Any]) -> str:
    if one.default is MISSING and one.default_factory is MISSING:
        return "must be given"
    value = None if one.default is MISSING else one.default
    if isinstance(value, timedelta):
        return f"`{written(value)}`"
    return "" if value is None or is_dataclass(value) else f"`{json.dumps(value)}`"


def _texts() -> Iterator[str]:
    yield "## Texts of a workspace"
    rows = [
        (f"`{key}`", _code(kind.names), _code(kind.must), kind.about) for key, kind in TEXTS.items()
    ]
    yield from _table(("text", "may use", "must hold", "what it is"), rows)


def _commands() -> Iterator[str]:
    yield "## Commands"
    context = click.Context(cli)
    found = [(name, cli.get_command(context, name)) for name in cli.list_commands(context)]
    rows = [
        (f"`paraph {name}`", _code(_options(command)), _sentence(command.help))
        for name, command in found
        if command is not None
    ]
    yield from _table(("command", "options", "what it does"), rows)


def _options(command: click.Command) -> Iterator[str]:
    for parameter in command.params:
        yield max(parameter.opts, key=len) if parameter.opts else str(parameter.name)


def _routes() -> Iterator[str]:
    yield "## Routes"
    rows = []
    app = _app()
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if _PRIVATE.match(rule.rule):
            continue
        methods = " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        told = app.view_functions[rule.endpoint].__doc__
        rows.append((f"`{methods} {rule.rule}`", _sentence(told)))
    yield from _table(("route", "what it does"), rows)


def _app() -> Flask:
    """The app on an empty hub; nothing is started."""
    with tempfile.TemporaryDirectory(prefix="paraph-reference-") as data:
        environ = {
            "BENCH_PUBLIC_URL": "http://hub.example",
            "BENCH_DATA": data,
            "BENCH_GATEWAY": "http://gateway.example",
            "BENCH_DATABASE": f"sqlite:///{data}/paraph.db",
        }
        with patch.dict(os.environ, environ):
            house = open_house(CONFIG)
            try:
                return create_app(house)
            finally:
                house.core.registry.close()
                house.core.db.close()


def _events() -> Iterator[str]:
    yield "## Event kinds"
    yield from _table(("event", "means"), _members(EventKind, "hub/contracts/events.py"))


def _reasons() -> Iterator[str]:
    yield "## Reasons why a request failed"
    yield from _table(
        ("reason", "what the upstream's user reads"),
        [(f"`{reason.value}`", REASON_TEXTS[reason]["en"]) for reason in Reason],
    )


def _capabilities() -> Iterator[str]:
    yield "## Capabilities"
    yield from _table(
        ("capability", "promises"), _members(Capability, "hub/contracts/capabilities.py")
    )


def _readiness() -> Iterator[str]:
    yield "## Rules of the readiness ledger"
    yield from (f"- `{rule}`" for rule in READINESS)


def _members(kinds: type[StrEnum], file: str) -> list[tuple[str, str]]:
    """Each member with the comment behind it."""
    pattern = re.compile(r'^    \w+ = "(\w+)"(?:  # (.+))?$', re.MULTILINE)
    told = dict(pattern.findall(tree.text_of(tree.ROOT / file)))
    return [(f"`{kind.value}`", told.get(kind.value, "")) for kind in kinds]


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for row in (head, ("---",) * len(head), *rows):
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


def _code(words: Iterable[str]) -> str:
    return " ".join(f"`{word}`" for word in words)


def _sentence(text: str | None) -> str:
    """The first paragraph, on one line."""
    return " ".join((text or "").strip().partition("\n\n")[0].split())


def write(path: Path = PAGE) -> None:
    """Write the page."""
    path.write_text(reference(), encoding="utf-8")


if __name__ == "__main__":
    write()
