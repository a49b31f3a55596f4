"""A document of the screen as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.dynamics_nav.sandbox.desk import Desk
from connectors.dynamics_nav.sandbox.record_files import RecordFiles
from connectors.dynamics_nav.sandbox.schema import Field
from connectors.dynamics_nav.sandbox.store import Company, Row
from connectors.dynamics_nav.sandbox.values import show

_FILE = {"id": "ID", "name": "File_Name", "chosen": "Chosen", "must_view": "Must_View"}
_NOTE = {"author": "Author", "kind": "Kind", "text": "Text"}


def document(desk: Desk, files: RecordFiles, company: Company, row: Row) -> dict[str, Any]:
    """Fields, lines by number, notes and files."""
    columns = row.table.fields
    lines = {
        str(line.key[-1]): _shown(line.table.fields, line.values) for line in company.lines_of(row)
    }
    return {
        "fields": _shown(columns, desk.values(company, row)),
        "lines": lines,
        "notes": _hanging(files, company, "Note", row, _NOTE),
        "files": _hanging(files, company, "Attachment", row, _FILE),
    }


def _hanging(
    files: RecordFiles, company: Company, table: str, row: Row, names: Mapping[str, str]
) -> list[dict[str, Any]]:
    return [
        {ours: one.values[name] for ours, name in names.items()}
        for one in files.hanging(company, table, row)
    ]


def _shown(columns: Mapping[str, Field], values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: show(column, values[name]) for name, column in columns.items() if name in values}
