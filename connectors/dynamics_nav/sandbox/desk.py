"""What a page does with records: read, find, create, change, delete, with its triggers.

Both surfaces come here, and so does the screen for people. Each call is one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from connectors.dynamics_nav.sandbox import filters, values
from connectors.dynamics_nav.sandbox.errors import BROKER, DUPLICATE, FILTER, NavError, Stale
from connectors.dynamics_nav.sandbox.keys import key_of, primary_key
from connectors.dynamics_nav.sandbox.modes import Modes
from connectors.dynamics_nav.sandbox.schema import Page, Table
from connectors.dynamics_nav.sandbox.store import STAMP, Company, Row, Store
from connectors.dynamics_nav.sandbox.triggers import (
    DOMESTIC_VAT,
    Triggers,
    amounts,
    check_not_invoiced,
    check_open,
)

# number series: table and document type → how numbers begin, the first one's number, the step
_SERIES = {
    ("Customer", ""): ("K", 10060, 10),
    ("Sales_Header", "Quote"): ("VQ", 1101, 1),
    ("Sales_Header", "Order"): ("VO", 1101, 1),
}
_LINE_STEP = 10_000


@dataclass
class Entry:
    """What a caller sent of one record: fields in their order, lines by part, and its Key."""

    fields: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, list[Entry]] = field(default_factory=dict)
    key: str = ""


class Desk:
    """Pages over the store."""

    def __init__(self, store: Store, triggers: Triggers, modes: Modes) -> None:
        self.store = store
        self.triggers = triggers
        self._modes = modes

    def rows(self, company: Company, page: Page) -> list[Row]:
        """Every record that the page shows, by primary key."""
        return [row for row in company.all(page.table.name) if self.shows(page, row)]

    def shows(self, page: Page, row: Row) -> bool:
        """Whether a row passes the page's own filter."""
        return all(row.values[name] == value for name, value in page.only.items())

    def find(self, company: Company, page: Page, criteria: Sequence[tuple[str, str]]) -> list[Row]:
        """The records that pass every filter."""
        tests: list[tuple[str, Callable[[Any], bool]]] = []
        for name, text in criteria:
            if name not in page.fields:
                raise NavError(FILTER, "no_field", field=name, page=page.service)
            tests.append((name, filters.parse(text, page.fields[name])))
        found = []
        for row in self.rows(company, page):
            shown = self.values(company, row) if tests else {}
            if all(test(shown[name]) for name, test in tests):
                found.append(row)
        return found

    def values(self, company: Company, row: Row) -> Mapping[str, Any]:
        """All fields of a row, with those that are worked out or looked up elsewhere."""
        if row.table.name == "Sales_Header":
            lines = company.lines_of(row)
            net = sum((line.values["Line_Amount"] for line in lines), Decimal(0))
            gross = sum((line.values["Amount_Including_VAT"] for line in lines), Decimal(0))
            return {**row.values, "Amount": net, "Amount_Including_VAT": gross}
        looked_up = [name for name, column in row.table.fields.items() if column.from_header]
        header = company.get("Sales_Header", row.key[:2]) if looked_up else None
        return {**row.values, **({n: header.values[n] for n in looked_up} if header else {})}

    def lines(self, company: Company, page: Page, row: Row) -> dict[str, list[Row]]:
        """The lines of each part of the page."""
        return {name: company.lines_of(row) for name in page.parts}

    def key(self, company: Company, page: Page, row: Row) -> str:
        """The record's Key now."""
        return key_of(row, self.lines(company, page, row))

    def by_key(self, company: Company, page: Page, text: str) -> Row:
        """The record that a Key is about, as it is now. Raises when it is gone."""
        wanted = primary_key(page.table, text)
        found = company.get(page.table.name, wanted)
        if found is None or not self.shows(page, found):
            gone = Row(page.table, dict(zip(page.table.key, wanted, strict=True)))
            return self.store.present(company, gone)
        return found

    def check_key(self, company: Company, page: Page, text: str) -> Row:
        """The record, if nobody has changed it since ``text`` was its Key."""
        row = self.by_key(company, page, text)
        if self.key(company, page, row) != text:
            caption = page.caption[self._modes.language]
            raise Stale(caption, f"{page.table.key[-1]}=CONST({row.key[-1]})")
        return row

    def create(self, company: Company, page: Page, given: Entry) -> Row:
        """A new record with its lines; an empty number comes from the number series."""
        with self.store.transaction():
            draft = {**self._blank(page.table), **page.only}
            number = str(values.take(page.table.fields["No"], given.fields.get("No", "")))
            draft["No"] = number or self._next_number(company, page.table, draft)
            if company.get(page.table.name, tuple(draft[n] for n in page.table.key)):
                twin = Row(page.table, draft)
                raise NavError(DUPLICATE, "exists", table=page.table.caption, key=twin.words)
            self._start(draft)
            rest = {name: value for name, value in given.fields.items() if name != "No"}
            self._enter(company, page, draft, rest)
            row = self.store.insert(company, page.table, draft)
            self._write_lines(company, page, row, given)
            return self.store.present(company, row)

    def update(self, company: Company, page: Page, row: Row, given: Entry) -> Row:
        """Change the fields that were sent, and the lines: those with a Key are changed, those
        without one are added, all others stay."""
        with self.store.transaction():
            draft = dict(row.values)
            changed = self._enter(company, page, draft, given.fields)
            self._check(company, row, changed)
            if changed:
                different = {n: v for n, v in draft.items() if v != row.values[n]}
                self.store.change(company, row, different)
            self._write_lines(company, page, row, given)
            return self.store.present(company, row)

    def delete(self, company: Company, row: Row) -> None:
        """Remove a record with its lines."""
        with self.store.transaction():
            self._check(company, row, list(row.table.fields))
            lines = company.lines_of(row) if row.table.name == "Sales_Header" else []
            for line in lines:
                check_not_invoiced(line)
                self.store.delete(company, line)
            self.store.delete(company, row)

    def add_line(self, company: Company, part: Page, header: Row, given: Entry) -> Row:
        """A new line; without a number it comes last."""
        with self.store.transaction():
            check_open(header)
            draft = self._blank(part.table)
            draft["Document_Type"], draft["Document_No"] = header.key
            last = company.lines.get(header.key, ())
            draft["Line_No"] = (last[-1][2] if last else 0) + _LINE_STEP
            draft["VAT_Percent"] = DOMESTIC_VAT
            rest = dict(given.fields)
            number = int(values.take(part.table.fields["Line_No"], rest.pop("Line_No", 0)))
            draft["Line_No"] = number or draft["Line_No"]
            self._enter(company, part, draft, rest)
            return self.store.insert(company, part.table, draft)

    def touch(self, company: Company, row: Row) -> None:
        """Somebody else saves the record without a change of any field."""
        with self.store.transaction():
            self.store.change(company, row, {})

    def _write_lines(self, company: Company, page: Page, header: Row, given: Entry) -> None:
        for name, lines in given.parts.items():
            part = page.parts[name]
            for line in lines:
                if line.key:
                    self.update(company, part, self.check_key(company, part, line.key), line)
                else:
                    present = self.store.present(company, header)
                    self.add_line(company, part, present, line)

    def _enter(
        self, company: Company, page: Page, draft: dict[str, Any], given: Mapping[str, Any]
    ) -> list[str]:
        """Put values in, in the order of the page, each with its trigger; what is new."""
        changed = []
        for name in (n for n in page.fields if n in given):
            column = page.fields[name]
            value = values.take(column, given[name])
            if value == draft[name]:
                continue
            computed = name in ("Amount", "Amount_Including_VAT", STAMP) or column.from_header
            if column.readonly or name in page.table.key:
                if computed:
                    continue  # sent back as it was read
                raise NavError(BROKER, "readonly", field=column.caption)
            draft[name] = value
            changed.append(name)
            self.triggers.run(company, page.table, draft, name)
        return changed

    def _check(self, company: Company, row: Row, changed: Sequence[str]) -> None:
        """Refuse edits of what is invoiced, and of what is released but for the fields about
        signing."""
        if not changed:
            return
        is_line = row.table.name == "Sales_Line"
        if is_line:
            check_not_invoiced(row)
        free = all(row.table.fields[name].released for name in changed)
        if free and not self._modes.released_refuses_all:
            return
        header = company.get("Sales_Header", row.key[:2]) if is_line else row
        if header is not None and header.table.name == "Sales_Header":
            check_open(header)

    def _next_number(self, company: Company, table: Table, draft: Mapping[str, Any]) -> str:
        kind = draft.get("Document_Type", "")
        prefix, first, step = _SERIES[(table.name, kind)]
        number = company.numbers.get(prefix, first - step) + step
        key = (kind, f"{prefix}{number}") if kind else (f"{prefix}{number}",)
        while company.get(table.name, key):
            number += step
            key = (*key[:-1], f"{prefix}{number}")
        company.numbers[prefix] = number
        return f"{prefix}{number}"

    def _start(self, draft: dict[str, Any]) -> None:
        today = self.store.clock.now().date()
        for name in ("Document_Date", "Order_Date"):
            if name in draft and not (name == "Order_Date" and draft["Document_Type"] == "Quote"):
                draft[name] = today

    def _blank(self, table: Table) -> dict[str, Any]:
        draft = {name: values.blank(column) for name, column in table.fields.items()}
        if table.name == "Sales_Line":
            amounts(draft)
        return draft
