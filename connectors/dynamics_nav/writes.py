"""Creates and updates so that doing them again does nothing again.

NAV has no idempotency keys, so an update reads first and writes only what differs, and a create is
looked up by our reference, or by what it matches, before it is ever repeated. Who loses a race
reads again and applies only our fields to what is there now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from connectors.dynamics_nav.client import Edit, NavClient, Row
from connectors.dynamics_nav.codes import Duplicate, LostRace
from connectors.dynamics_nav.keys import reference
from connectors.dynamics_nav.lines import planned
from connectors.dynamics_nav.procedures import (
    arguments_of,
    done,
    not_lines,
    routed,
    tells_reference,
    words_for,
)
from connectors.dynamics_nav.tables import LINES
from connectors.dynamics_nav.values import NOTHING, same
from connectors.dynamics_nav.ways import Make
from hub.contracts.records import Create, Receipt, RecordRef, Update
from hub.kernel.errors import (
    AuthenticationFailed,
    OutcomeUnknown,
    RecordLocked,
    Refused,
    Retryable,
)

_TRIES = 3  # of an update that loses against somebody else's
_UNSEEN = (
    "an earlier try may have made the record and it cannot be looked up: give the table an "
    "external_id_field that its page shows, or match by a field; until then look in the ERP and "
    "discard or force this delivery"
)


class Writes:
    """The changing operations on records of one company."""

    def __init__(self, client: NavClient, race_over: float) -> None:
        self._client = client
        self._race_over = race_over

    def update(self, operation: Update) -> Receipt:
        """Write the fields that differ; nothing when all are there."""
        ref = operation.ref
        fields = self._client.named(ref.table, operation.fields)
        done = self.change(ref, lambda row: self._edit(ref.table, row, fields))
        return Receipt(ref, repeated=not done)

    def change(self, ref: RecordRef, wanted: Callable[[Row], Edit]) -> bool:
        """Write what ``wanted`` says about the present record; False when nothing was to do."""
        for _ in range(_TRIES):
            row = self._client.read(ref.table, ref.id)
            edit = wanted(row)
            if not edit:
                return False
            try:
                self._write(ref, row, edit)
            except LostRace as error:
                if self._client.is_stale(ref.table, row):
                    continue
                raise Refused(error.detail) from None  # that class of fault says more than this
            return True
        raise RecordLocked(
            "the record kept changing while it was to be written", retry_after=self._race_over
        )

    def create(self, operation: Create, key: str, *, uncertain: bool) -> Receipt:
        """Use the record that an earlier try made, or that matches, else make one."""
        table = operation.table
        fields = self._client.named(table, operation.fields)
        own = self._own_field(table)
        mark = str(fields.get(own) or reference(key)) if own else ""
        # one that the mapping writes itself may stand in records that are none of this key's
        if own and (uncertain or own not in fields):
            made = self.find(table, {own: mark})
            if made is not None:
                return self._finished(table, made, fields, repeated=True)
        tried = False
        for name in self._client.named(table, dict.fromkeys(operation.match)):
            if fields.get(name) in NOTHING:
                continue
            tried = True
            found = self.find(table, {name: fields[name]})
            if found is not None:
                return self._fill_in(table, found, fields)
        if uncertain and not (own or tried):
            raise OutcomeUnknown(_UNSEEN)
        make = self._client.table(table).make
        if make is not None:
            return self._made_by(make, table, fields, mark or reference(key))
        return self._made(table, fields, own, mark)

    def find(self, table: str, wanted: Mapping[str, Any]) -> Row | None:
        """The first record with these values. A search may find others, too: they are compared."""
        for row in self._client.search(table, wanted):
            if all(same(value, row.fields.get(name)) for name, value in wanted.items()):
                return row
        return None

    def _made(self, table: str, fields: Mapping[str, Any], own: str, mark: str) -> Receipt:
        head = {k: v for k, v in fields.items() if k != LINES and v not in NOTHING}
        if own:
            head[own] = mark
        try:
            row = self._client.create(table, head)
        except Duplicate:
            known = self.find(table, {own: mark}) if own else None
            if known is None:
                raise
            return self._finished(table, known, fields, repeated=True)
        except LostRace as error:  # nothing was read that could be stale
            raise Refused(error.detail) from None
        with _standing():
            return self._finished(table, row, fields, repeated=False)

    def _made_by(self, make: Make, table: str, fields: Mapping[str, Any], mark: str) -> Receipt:
        answer = done(self._client, make.call, words_for(make, fields, mark))
        number = answer.get(make.result)
        by = self._client.table(table).number
        with _standing():
            row = self.find(table, {by: number}) if by and number else None
            if row is None:
                raise OutcomeUnknown("a procedure made a record, but its number leads to none")
            return self._finished(table, row, fields, repeated=False)

    def _write(self, ref: RecordRef, row: Row, edit: Edit) -> None:
        """By the page what it writes, by codeunits what is theirs. Half of it done is no harm:
        what is there is not written again."""
        own, calls = routed(self._client.table(ref.table), row.fields, edit)
        if own:
            self._client.update(ref.table, row, own)
        about = {"id": ref.id, "reference": ""}
        if calls:
            about["number"] = self._client.number(ref.table, ref.id)
        for call, words in calls:
            self._client.call(call, {**about, **words}, changes=True)

    def _finished(
        self, table: str, row: Row, fields: Mapping[str, Any], *, repeated: bool
    ) -> Receipt:
        """Lines go in after the header, and so do fields that a procedure was not told; they are
        owed as long as not all are there."""
        ref = RecordRef(table, row.id)
        make = self._client.table(table).make
        owed = not_lines(fields, arguments_of(make)) if make else {}
        if fields.get(LINES):
            owed[LINES] = self._new_lines(table, fields[LINES])
        if owed:
            added = self.change(ref, lambda row: self._edit(table, row, owed))
            repeated = repeated and not added
        return Receipt(ref, created=True, repeated=repeated)

    def _fill_in(self, table: str, row: Row, fields: Mapping[str, Any]) -> Receipt:
        filled: dict[str, Any] = {}
        make = self._client.table(table).make
        wanted = None if make else fields.get(LINES)
        fields = not_lines(fields, arguments_of(make) if make else ())

        def empty(present: Row) -> Edit:
            filled.clear()
            filled.update(
                {
                    name: value
                    for name, value in fields.items()
                    if value not in NOTHING and present.fields.get(name) in NOTHING
                }
            )
            if not wanted or present.lines:
                return Edit(filled)
            filled[LINES] = self._new_lines(table, wanted)
            head = {name: value for name, value in filled.items() if name != LINES}
            return Edit(head, planned((), filled[LINES], self._line_key(table)))

        ref = RecordRef(table, row.id)
        self.change(ref, empty)
        return Receipt(ref, detail={"filled_in": sorted(filled)})

    def _edit(self, table: str, row: Row, fields: Mapping[str, Any]) -> Edit:
        head = {
            name: value
            for name, value in fields.items()
            if name != LINES and not same(value, row.fields.get(name))
        }
        if LINES not in fields:
            return Edit(head)
        return Edit(head, planned(row.lines, fields[LINES], self._line_key(table)))

    def _new_lines(self, table: str, lines: Any) -> Any:
        """Lines of a record that is made are new, whatever they were copied from."""
        key = self._line_key(table)
        if not isinstance(lines, list | tuple):
            return lines  # refused where the edits are planned
        return [
            {name: value for name, value in line.items() if name != key}
            if isinstance(line, Mapping)
            else line
            for line in lines
        ]

    def _line_key(self, table: str) -> str:
        lines = self._client.table(table).lines
        if lines is None:
            raise Refused("the settings say of this table no lines: add 'lines'", code="bad_field")
        return lines.key

    def _own_field(self, table: str) -> str:
        """The field with our reference: one that the page shows, and that is filled in."""
        own, make = self._client.table(table).external_id_field, self._client.table(table).make
        if not own or (make and not tells_reference(make)):
            return ""
        return own if self._client.keeps(table, own) else ""


@contextmanager
def _standing() -> Iterator[None]:
    """Behind a create that stands. Whatever passes by itself then leaves the delivery uncertain, so
    that the record is looked up before another one is made."""
    try:
        yield
    except OutcomeUnknown:
        raise
    except Retryable as error:
        raise OutcomeUnknown(error.detail, retry_after=error.retry_after) from None
    except AuthenticationFailed as error:
        raise OutcomeUnknown(error.detail) from None
