"""What hangs on a record: notes, lines of a chat, files. And which record is meant."""

from __future__ import annotations

from typing import Any

from connectors.dynamics_nav.sandbox import values
from connectors.dynamics_nav.sandbox.errors import DIALOG, NavError
from connectors.dynamics_nav.sandbox.store import Company, Row, Store

USER = "PARAPH"
# what a caller calls a record → its table, and the type of a document
_KINDS = {
    "Customer": ("Customer", "_blank_"),
    "Quote": ("Sales_Header", "Quote"),
    "Order": ("Sales_Header", "Order"),
}


class RecordFiles:
    """Notes and files over the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def record(self, company: Company, kind: str, number: str) -> Row:
        """The customer, quote or order that is meant."""
        if kind not in _KINDS:
            raise NavError(DIALOG, "doc_type", value=kind)
        table, document_type = _KINDS[kind]
        key = (number,) if table == "Customer" else (document_type, number)
        row = company.get(table, key)
        if row is None:
            definition = self._store.objects.tables[table]
            gone = Row(definition, dict(zip(definition.key, key, strict=True)))
            return self._store.present(company, gone)
        return row

    def note(self, company: Company, row: Row, **given: Any) -> Row:
        """A note or a line of a chat on a record."""
        columns = self._store.objects.tables["Note"].fields
        fitting = {name: values.take(columns[name], value) for name, value in given.items()}
        entry = self._next(company, "Note", "Entry_No")
        return self._hang(company, "Note", row, {"Entry_No": entry, **fitting})

    def attach(
        self, company: Company, row: Row, name: str, kind: str, content: bytes, **given: Any
    ) -> Row:
        """A file on a record."""
        columns = self._store.objects.tables["Attachment"].fields
        entry = {
            "ID": self._next(company, "Attachment", "ID"),
            "File_Name": values.take(columns["File_Name"], name),
            "File_Extension": name.rpartition(".")[2].lower() if "." in name else "",
            "Content_Type": kind,
            "Size": len(content),
            "User": USER,
            "Attached_Date": self._store.clock.now(),
            **given,
        }  # fmt: skip
        return self._hang(company, "Attachment", row, entry, content)

    def hanging(self, company: Company, table: str, row: Row) -> list[Row]:
        """The notes or files of a record."""
        here = where(row)
        return [
            one
            for one in company.all(table)
            if all(one.values[name] == value for name, value in here.items())
        ]

    def _next(self, company: Company, table: str, name: str) -> int:
        number = company.numbers.get(table, 0) + 1
        company.numbers[table] = number
        return number

    def _hang(
        self, company: Company, table: str, row: Row, given: dict[str, Any], content: bytes = b""
    ) -> Row:
        entry = {**where(row), **given}
        with self._store.transaction():
            return self._store.insert(company, self._store.objects.tables[table], entry, content)


def where(row: Row) -> dict[str, Any]:
    """The fields by which a note or file belongs to a record."""
    number = {"Table_ID": row.table.id, "No": row.values["No"]}
    return {**number, "Document_Type": row.values.get("Document_Type", "_blank_")}
