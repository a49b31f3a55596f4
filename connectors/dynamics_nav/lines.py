"""Which lines of a document are written and how: those that are named are changed, those without a
key are added, all others are left alone. Doing it again adds nothing again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.dynamics_nav.client import LineEdit
from connectors.dynamics_nav.values import NOTHING, same
from hub.kernel.errors import Refused

_OURS = ("Key", "id")  # of a line as it was read; never written


def planned(present: Sequence[Mapping[str, Any]], wanted: Any, key: str) -> tuple[LineEdit, ...]:
    """The edits that make ``present`` hold what is ``wanted``. A new line that equals one which is
    there already is taken for that one."""
    if not isinstance(wanted, list | tuple) or not all(isinstance(one, Mapping) for one in wanted):
        raise Refused("lines must be a list of objects", code="bad_value")
    named = [one for one in wanted if one.get(key) not in NOTHING]
    new = [one for one in wanted if one.get(key) in NOTHING]
    return (*_changed(present, named, key), *_added(present, new, key))


def _changed(
    present: Sequence[Mapping[str, Any]], named: Sequence[Mapping[str, Any]], key: str
) -> Iterator[LineEdit]:
    by_key = {str(line.get(key)): line for line in present}
    taken: set[str] = set()
    for item in named:
        name = str(item[key])
        if name in taken:
            raise Refused("two lines to write have the same key", code="bad_value")
        taken.add(name)
        line = by_key.get(name)
        if line is None:
            raise Refused(f"the document has no line with {key} {name[:20]}", code="unknown_line")
        fields = {
            field: value
            for field, value in item.items()
            if field != key and field not in _OURS and not same(value, line.get(field))
        }
        if fields:
            yield LineEdit(line, fields)


def _added(
    present: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]], key: str
) -> Iterator[LineEdit]:
    free = list(present)
    for item in new:
        fields = {
            field: value
            for field, value in item.items()
            if field != key and field not in _OURS and value not in NOTHING
        }
        there = next((line for line in free if same(fields, line)), None)
        if there is not None:
            free.remove(there)
        elif fields:
            yield LineEdit(None, fields)
