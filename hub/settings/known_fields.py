"""The names of fields that ``paraph discover`` has read, one file for each instance:
``config/fields/<workspace>.<instance>.yaml``.

Names only, never values. Integrators commit the files; lint checks mappings against them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from hub.kernel.errors import ConfigurationError
from hub.mapping.document import Document, read_document
from hub.mapping.problems import did_you_mean
from hub.settings.files import read_text, refused

FOLDER = "fields"
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
Tables = Mapping[str, tuple[str, ...]]
_HEAD = """\
# Names of fields upstream, as `paraph discover` has read them; no values. Commit this file.
tables:
"""


def fields_file(folder: Path, workspace: str, instance: str) -> Path:
    """Where the names of an instance's fields are kept."""
    return folder / f"{workspace}.{instance}.yaml"


def load_fields(folder: Path) -> dict[str, Tables]:
    """``workspace.instance`` → its tables and their fields. Raises ``ConfigurationError`` with
    every fault of every file."""
    found: dict[str, Tables] = {}
    problems: list[str] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            found[path.stem] = _load(read_document(read_text(path), str(path)))
        except ConfigurationError as error:
            problems += error.problems or (error.detail,)
    if problems:
        raise ConfigurationError(f"{folder}: not valid", problems=tuple(problems))
    return found


def write_fields(path: Path, tables: Mapping[str, Collection[str]]) -> None:
    """Write the file anew: sorted, so that the same names give the same bytes."""
    lines = [line for table in sorted(tables) for line in _lines(table, tables[table])]
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(_HEAD + "".join(lines), encoding="utf-8")
    fresh.replace(path)


def _lines(table: str, names: Iterable[str]) -> list[str]:
    return [f"  {_quoted(table)}:\n", *(f"    - {_quoted(name)}\n" for name in sorted(set(names)))]


def _quoted(text: str) -> str:
    """Plain where YAML cannot take it for anything but a text."""
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text) and text.lower() not in _WORDS:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _load(document: Document) -> Tables:
    data = document.data
    faults: list[tuple[tuple[str, ...], str]] = []
    for key in data:
        if key != "tables":
            faults.append(((key,), f"unknown key '{key}'; {did_you_mean(key, ['tables'])}"))
    tables: Any = data.get("tables")
    if not isinstance(tables, dict):
        faults.append((("tables",), "must be tables with their fields; read them anew"))
        tables = {}
    for table, names in tables.items():
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            faults.append((("tables", table), "must be a list of names; read them anew"))
    if faults:
        raise refused(document, list(faults))
    return {table: tuple(names) for table, names in tables.items()}
