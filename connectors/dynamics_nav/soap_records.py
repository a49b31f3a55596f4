"""Records as a page's WSDL describes them: rows of answers, fields to write and to search by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.dynamics_nav import filters
from connectors.dynamics_nav.client import Row
from connectors.dynamics_nav.keys import joined
from connectors.dynamics_nav.tables import LINES, Lines, Table
from connectors.dynamics_nav.values import TEXT, encoded
from connectors.dynamics_nav.wsdl import Description, Field
from hub.kernel.errors import MalformedAnswer, Refused

KEY = "Key"
PAGE, CODEUNIT = "Page", "Codeunit"
_NEEDED = ("Create", "Update")


def row_of(found: Any, description: Description, keys: Sequence[str], lines: Lines | None) -> Row:
    """A record out of an answer. Raises ``MalformedAnswer``."""
    if not isinstance(found, Mapping):
        raise MalformedAnswer("the answer holds no record")
    fields = {name: value for name, value in found.items() if name in description.fields}
    version = str(fields.pop(KEY, None) or "")
    values = [fields.get(key) for key in keys]
    if None in values:
        raise MalformedAnswer(f"the page does not show its key ({', '.join(keys)}): add it")
    if lines:
        rows = next(iter((found.get(lines.part) or {}).values()), None)
        fields[LINES] = [dict(line) for line in rows or []]
    return Row(joined(values), fields, version)


def written(known: Mapping[str, Field], fields: Mapping[str, Any]) -> dict[str, Any]:
    """``fields`` as the page takes them. Only these are sent: what was read never goes back."""
    out = {}
    for name, value in fields.items():
        field = known.get(name)
        if field is None or name == KEY:
            raise Refused(f"the page has no field {name}", code="bad_field")
        out[name] = encoded(name, value, field.kind, field.options)
    return out


def criterion(description: Description, name: str, value: Any) -> dict[str, str]:
    """The filter by which a field must have this value. Raises ``Refused``."""
    if description.filterable and name not in description.filterable:
        raise Refused(f"the page cannot be searched by {name}", code="unsearchable")
    field = description.fields.get(name, Field(name, TEXT))
    text = encoded(name, value, field.kind, field.options)
    if isinstance(text, bool):
        text = "true" if text else "false"
    return {"Field": name, "Criteria": filters.literal(str(text))}


def texts_in(fields: Mapping[str, Any]) -> list[str]:
    """The texts among these values, which must not come back in an error."""
    return [value for value in fields.values() if isinstance(value, str)]


def lacks(name: str, table: Table, description: Description) -> Iterator[str]:
    """What the page cannot do, in sentences for whoever set it up."""
    for operation in _NEEDED:
        if operation not in description.operations:
            yield f"{table.service} does not offer {operation}: {name} cannot be written that way"
    own = table.external_id_field
    if own and own not in description.fields:
        yield f"{table.service} lacks {own}: a create of {name} cannot be looked up"
    if table.lines and table.lines.part not in description.parts:
        yield f"{table.service} has no part {table.lines.part}: {name} comes without lines"
    if table.changes and table.changes.field not in ("", *description.fields):
        yield f"{table.service} lacks {table.changes.field}: {name} cannot be polled"


def behind(table: Table) -> Iterator[tuple[str, str, str]]:
    """Kind, name and operation of each service that a table needs beside its page."""
    ways = (table.note, table.attach, table.files)
    calls = [way.call for way in ways if way and way.call]
    calls += [one.call for one in (*table.through, *(table.lines.through if table.lines else ()))]
    calls += [table.make.call] if table.make else []
    calls += [table.check] if table.check else []
    for call in calls:
        yield CODEUNIT, call.codeunit, call.procedure
    found = [way.find for way in ways if way and way.find]
    for find in (*found, *table.lists.values()):
        if find.service:
            yield PAGE, find.service, "ReadMultiple"
