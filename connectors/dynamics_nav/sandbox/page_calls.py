"""The operations of a page service: message in, ``<Op_Result>`` out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lxml import etree

from connectors.dynamics_nav.sandbox import filters, messages, wsdl
from connectors.dynamics_nav.sandbox.desk import Desk, Entry
from connectors.dynamics_nav.sandbox.errors import FILTER, NavError
from connectors.dynamics_nav.sandbox.keys import primary_key
from connectors.dynamics_nav.sandbox.modes import Modes
from connectors.dynamics_nav.sandbox.schema import Page
from connectors.dynamics_nav.sandbox.store import Company, Row

Found = dict[str, list[etree._Element]]


@dataclass(frozen=True)
class _Call:
    company: Company
    page: Page
    found: Found
    answer: etree._Element
    stale: bool
    extra: bool


class PageCalls:
    """``run`` answers one call. ``stale``: somebody else changes the record just before it."""

    def __init__(self, desk: Desk, modes: Modes) -> None:
        self._desk = desk
        self._modes = modes
        self._operations: dict[str, Callable[[_Call], None]] = {
            "Read": self._read,
            "ReadByRecId": self._read_by_id,
            "ReadMultiple": self._read_multiple,
            "IsUpdated": self._is_updated,
            "GetRecIdFromKey": self._id_from_key,
            "Create": self._create,
            "CreateMultiple": self._create_multiple,
            "Update": self._update,
            "UpdateMultiple": self._update_multiple,
            "Delete": self._delete,
        }

    def run(
        self, company: Company, page: Page, message: etree._Element, stale: bool, extra: bool
    ) -> etree._Element:
        """The answer's content. Raises ``NavError``."""
        name = etree.QName(message).localname
        request, _ = wsdl.shape(page, name)
        found = messages.children(message, request, page.service)
        answer = messages.result(page.namespace, name)
        call = _Call(company, page, found, answer, stale, extra)
        with self._desk.store.guard:
            if name in self._operations:
                self._operations[name](call)
            else:
                self._delete_line(call, name)
        return answer

    def _read(self, call: _Call) -> None:
        """The arguments are filters on the key; the first record that passes is the answer."""
        criteria = [(name, call.found[name][0].text or "") for name in call.page.read]
        exact = self._exact(call, dict(criteria))
        if exact is not None:
            self._show(call, call.answer, exact)
            return
        tests = [
            (name, filters.parse(text or "''", call.page.fields[name])) for name, text in criteria
        ]
        for row in self._desk.rows(call.company, call.page):
            if all(test(row.values[name]) for name, test in tests):
                self._show(call, call.answer, row)
                return

    def _exact(self, call: _Call, given: dict[str, str]) -> Row | None:
        """The record whose key is just what was given: spares looking through all of them."""
        named = {**given, **call.page.only}
        key = tuple(named.get(name) for name in call.page.table.key)
        row = call.company.get(call.page.table.name, key)
        return row if row is not None and self._desk.shows(call.page, row) else None

    def _read_by_id(self, call: _Call) -> None:
        wanted = (call.found["recId"][0].text or "").strip()
        for row in self._desk.rows(call.company, call.page):
            if _record_id(row) == wanted:
                self._show(call, call.answer, row)
                return

    def _read_multiple(self, call: _Call) -> None:
        criteria = [_filter(element, call.page) for element in call.found["filter"]]
        rows = self._desk.find(call.company, call.page, criteria)
        size = _number(call.found["setSize"][0].text)
        if size < 0:
            rows.reverse()
        bookmark = "".join(messages.texts(call.found["bookmarkKey"]))
        if bookmark:
            # by its place in the order and not by the record itself, which may be gone by now
            last = primary_key(call.page.table, bookmark)
            rows = [row for row in rows if (row.key < last if size < 0 else row.key > last)]
        rows = rows[: abs(size)] if size else rows
        if rows or self._modes.empty_result == "inner":
            inner = messages.add(call.answer, "ReadMultiple_Result", None)
            for row in rows:
                self._show(call, inner, row)

    def _is_updated(self, call: _Call) -> None:
        text = call.found["Key"][0].text or ""
        row = self._desk.by_key(call.company, call.page, text)
        self._touch(call, row)
        updated = self._desk.key(call.company, call.page, row) != text
        if call.stale:
            updated = True
        messages.add(call.answer, "IsUpdated_Result", "true" if updated else "false")

    def _id_from_key(self, call: _Call) -> None:
        row = self._desk.by_key(call.company, call.page, call.found["Key"][0].text or "")
        messages.add(call.answer, "GetRecIdFromKey_Result", _record_id(row))

    def _create(self, call: _Call) -> None:
        entry = messages.record(call.found[call.page.entity][0], call.page)
        self._show(call, call.answer, self._desk.create(call.company, call.page, entry))

    def _create_multiple(self, call: _Call) -> None:
        with self._desk.store.transaction():
            entries = self._entries(call)
            made = [self._desk.create(call.company, call.page, entry) for entry in entries]
        self._show_list(call, made)

    def _update(self, call: _Call) -> None:
        entry = messages.record(call.found[call.page.entity][0], call.page)
        self._show(call, call.answer, self._changed(call, entry))

    def _update_multiple(self, call: _Call) -> None:
        with self._desk.store.transaction():
            changed = [self._changed(call, entry) for entry in self._entries(call)]
        self._show_list(call, changed)

    def _delete(self, call: _Call) -> None:
        text = call.found["Key"][0].text or ""
        self._touch(call, self._desk.by_key(call.company, call.page, text))
        row = self._desk.check_key(call.company, call.page, text)
        self._desk.delete(call.company, row)
        messages.add(call.answer, "Delete_Result", "true")

    def _delete_line(self, call: _Call, name: str) -> None:
        part = name.removeprefix("Delete_")
        text = call.found[f"{part}_Key"][0].text or ""
        row = self._desk.check_key(call.company, call.page.parts[part], text)
        self._desk.delete(call.company, row)
        messages.add(call.answer, f"{name}_Result", "true")

    def _changed(self, call: _Call, entry: Entry) -> Row:
        self._touch(call, self._desk.by_key(call.company, call.page, entry.key))
        row = self._desk.check_key(call.company, call.page, entry.key)
        return self._desk.update(call.company, call.page, row, entry)

    def _entries(self, call: _Call) -> Sequence[Entry]:
        element = call.found[f"{call.page.service}_List"][0]
        return messages.records(element, call.page, call.page.entity)

    def _show_list(self, call: _Call, rows: Sequence[Row]) -> None:
        inner = messages.add(call.answer, f"{call.page.service}_List", None)
        for row in rows:
            self._show(call, inner, row)

    def _show(self, call: _Call, parent: etree._Element, row: Row) -> None:
        company, page = call.company, call.page
        key = self._desk.key(company, page, row)
        shown = messages.show(parent, page, key, self._desk.values(company, row), call.extra)
        for name, lines in self._desk.lines(company, page, row).items():
            if lines:
                holder = messages.add(shown, name, None)
                for line in lines:
                    part = page.parts[name]
                    values = self._desk.values(company, line)
                    messages.show(holder, part, self._desk.key(company, part, line), values, False)

    def _touch(self, call: _Call, row: Row) -> None:
        if call.stale:
            self._desk.touch(call.company, row)


def _filter(element: etree._Element, page: Page) -> tuple[str, str]:
    shape = [("Field", "", "1", "1"), ("Criteria", "", "1", "1")]
    found = messages.children(element, shape, page.service)
    return found["Field"][0].text or "", found["Criteria"][0].text or ""


def _number(text: str | None) -> int:
    try:
        return int(text or "")
    except ValueError:
        raise NavError(FILTER, "filter", value=text, field="setSize") from None


def _record_id(row: Row) -> str:
    """``Customer: K10010``, ``Sales Header: Order,VO1001``."""
    return f"{row.table.caption['en']}: {','.join(str(value) for value in row.key)}"
