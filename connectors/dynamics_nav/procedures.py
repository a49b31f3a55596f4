"""What codeunits write and make in place of a page: which fields go through which procedure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from connectors.dynamics_nav.client import Edit, LineEdit, NavClient, Words
from connectors.dynamics_nav.codes import LostRace
from connectors.dynamics_nav.tables import LINES, Table
from connectors.dynamics_nav.ways import Call, Make, Through
from hub.contracts.records import RecordRef
from hub.kernel.errors import NotFound, Refused, Unfit

_FIELD = re.compile(r"\{field\.([\w.]+)\}")
_TRIES = 3  # of a procedure that loses against somebody else
Owed = tuple[Call, dict[str, Any]]


def routed(table: Table, present: Mapping[str, Any], edit: Edit) -> tuple[Edit, list[Owed]]:
    """What of an edit the page writes itself, and the calls that write the rest."""
    fields, calls = _split(table.through, present, edit.fields, {})
    lines: list[LineEdit] = []
    for one in edit.lines:
        if one.line is None or table.lines is None:
            lines.append(one)
            continue
        about = {f"line.{name}": _text(value) for name, value in one.line.items()}
        left, more = _split(table.lines.through, one.line, one.fields, about)
        calls += more
        if left:
            lines.append(LineEdit(one.line, left))
    return Edit(fields, tuple(lines)), calls


def arguments_of(make: Make) -> set[str]:
    """The fields of a mapping that only tell a procedure what to make."""
    return set(_named(make.call.arguments.values()))


def tells_reference(make: Make) -> bool:
    """Whether the procedure gets our reference, to keep it in the record."""
    return any("{reference}" in text for text in make.call.arguments.values())


def words_for(make: Make, fields: Mapping[str, Any], mark: str) -> dict[str, Any]:
    """What the procedure that makes a record is told."""
    given = {f"field.{name}": _text(fields.get(name)) for name in arguments_of(make)}
    return {**given, "reference": mark}


def unfit(client: NavClient, check: Call, ref: RecordRef) -> dict[str, Any] | None:
    """Why the record is not fit to be sent: a code, and words by language; None when it is. What is
    not found is something that the record needs, for it was read a moment ago."""
    words = {"id": ref.id, "number": client.number(ref.table, ref.id)}
    try:
        done(client, check, words, changes=False)
    except Unfit as error:
        return {"code": error.code, "text": dict(error.words)}
    except (Refused, NotFound) as error:
        return {"code": error.code, "text": {"en": error.detail}}
    return None


def done(client: NavClient, call: Call, words: Words, *, changes: bool = True) -> Mapping[str, Any]:
    """Have a procedure do its work. Where somebody else was quicker NAV undid all of it, so it is
    called again. Raises ``Refused`` when that does not help."""
    lost = ""
    for _ in range(_TRIES):
        try:
            return client.call(call, words, changes=changes)
        except LostRace as error:
            lost = error.detail
    raise Refused(lost, code=LostRace.code)


def not_lines(fields: Mapping[str, Any], without: Collection[str]) -> dict[str, Any]:
    """``fields`` of the header, but for some."""
    return {name: value for name, value in fields.items() if name not in {LINES, *without}}


def _split(
    ways: Sequence[Through],
    present: Mapping[str, Any],
    fields: Mapping[str, Any],
    about: Mapping[str, Any],
) -> tuple[dict[str, Any], list[Owed]]:
    left, calls = dict(fields), []
    for way in ways:
        mine = {name: left.pop(name) for name in way.fields if name in left}
        if not mine:
            continue
        whole = {**present, **fields}
        names = _named(way.call.arguments.values())
        calls.append(
            (way.call, {**about, **{f"field.{name}": _text(whole.get(name)) for name in names}})
        )
    return left, calls


def _named(templates: Collection[str]) -> Iterator[str]:
    for template in templates:
        yield from _FIELD.findall(template)


def _text(value: Any) -> Any:
    return "" if value is None else value
