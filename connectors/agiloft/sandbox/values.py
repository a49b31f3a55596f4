"""Values of the simulated tables: what is taken, how it is kept, how it is shown.

Kept: text, int, list of texts, ISO dates, and for a linked field the id of the linked row.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from connectors.agiloft.sandbox.errors import EwError
from connectors.agiloft.sandbox.schema import (
    BUTTON,
    CHOICE,
    DATE,
    DATETIME,
    FILE,
    INT,
    LINKED,
    MULTI,
    Field,
)

NULL = "$global.null"
# Agiloft takes thousands; the first that fits wins, which is why clients send ISO.
_DATES = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%b %d %Y %H:%M:%S",
    "%b %d %Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
)
_SHOWN = {DATE: "%b %d %Y", DATETIME: "%b %d %Y %H:%M:%S"}
_KEPT = {DATE: "%Y-%m-%d", DATETIME: "%Y-%m-%d %H:%M:%S"}

Lookup = Callable[[str, str, str], list[int]]  # table, column, display value → ids


def take(column: Field, given: Any, table: str, lookup: Lookup) -> Any:
    """``given`` as it is kept. Raises ``EwError`` when it does not fit."""
    items = given if isinstance(given, list) else [given]
    if column.type in (FILE, BUTTON) or column.name == "id" or column.auto:
        raise EwError(400, f"Wrong format for column {column.name}: it cannot be written")
    if column.type == MULTI:
        return [_choice(column, str(item)) for item in items if item not in (None, "")]
    if len(items) > 1:
        raise EwError(400, f"Wrong format for column {column.name}: one value expected")
    value = items[0] if items else None
    if column.type == LINKED:
        return _link(column, value, lookup)
    if value is None or value == "":
        return None
    if column.type == INT:
        return _int(column, value)
    if column.type == CHOICE:
        return _choice(column, str(value))
    if column.type in _KEPT:
        return _moment(column, str(value))
    return str(value)


def show(column: Field, kept: Any, linked: Callable[[Field, int], Any], *, iso: bool) -> Any:
    """A kept value as an answer shows it."""
    if kept is None:
        return None
    if column.type == LINKED:
        return linked(column, kept)
    if column.type in _SHOWN and not iso:
        moment = datetime.strptime(kept, _KEPT[column.type])  # noqa: DTZ007 - Agiloft has no zone
        return moment.strftime(_SHOWN[column.type])
    return kept


def _int(column: Field, value: Any) -> int:
    if isinstance(value, bool) or not re.fullmatch(r"[+-]?\d{1,18}", str(value).strip()):
        raise EwError(400, f"Wrong format for column {column.name}: a whole number expected")
    return int(str(value).strip())


def _choice(column: Field, value: str) -> str:
    for choice in column.choices:
        if choice.casefold() == value.strip().casefold():
            return choice
    raise EwError(400, f"Wrong format for column {column.name}: no choice of that name")


def _moment(column: Field, value: str) -> str:
    for pattern in _DATES:
        try:
            moment = datetime.strptime(value.strip(), pattern)  # noqa: DTZ007 - as above
        except ValueError:
            continue
        return moment.strftime(_KEPT[column.type])
    raise EwError(400, f"Wrong format for column {column.name}: no date")


def _link(column: Field, value: Any, lookup: Lookup) -> int | None:
    if value is None or value == NULL:
        return None
    text = str(value)
    if text == "":
        raise EwError(400, f"Wrong format for linked column {column.name}: empty value")
    found = re.fullmatch(r"(?:[A-Za-z_]\w*)?:(?P<display>.*)", text, re.DOTALL)
    if found is None:
        if not text.isdecimal():
            raise EwError(
                400, f"Wrong format for linked column {column.name}: id or :value expected"
            )
        ids = lookup(column.table, "id", text)
    else:
        display = found["display"]
        if re.search(r"(?<!\\)[?]", re.sub(r"\\\\", "", display)):
            raise EwError(400, f"Wrong format for linked column {column.name}: bad sub-select")
        ids = lookup(column.table, column.column, re.sub(r"\\([:?])", r"\1", display))
    if not ids:
        raise EwError(400, f"No record found for linked column {column.name}")
    if len(ids) > 1:
        raise EwError(400, f"Several matches for linked column {column.name}")
    return ids[0]
