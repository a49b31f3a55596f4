"""Paths with dots into JSON, values as JSON takes them, and whether two values mean the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from hub.kernel.errors import Refused

EMPTY: tuple[Any, ...] = (None, "", [], {})
_PLACEHOLDER = re.compile(r"\{(field|value|json)\}")
_QUOTED = re.compile(r"""(['"])\{value\}\1""")


def at(value: Any, path: str) -> Any:
    """What stands at ``path`` (``meta.next``, ``rows.0.id``); None where nothing does. A member
    whose name holds dots (``@odata.nextLink``) is found, too."""
    if not path:
        return value
    if isinstance(value, Mapping) and path in value:
        return value[path]
    name, _, rest = path.partition(".")
    if isinstance(value, Mapping):
        return at(value[name], rest) if name in value else None
    if isinstance(value, list) and name.isdecimal() and int(name) < len(value):
        return at(value[int(name)], rest)
    return None


def stands(value: Any, path: str) -> bool:
    """Whether something is at ``path``, be it null."""
    parent, _, name = path.rpartition(".")
    holder = at(value, parent)
    return bool(path) and isinstance(holder, Mapping) and name in holder


def put(target: dict[str, Any], path: str, value: Any) -> None:
    """Set ``path`` in ``target``, making the objects on the way."""
    name, _, rest = path.partition(".")
    if not rest:
        target[name] = value
        return
    inner = target.get(name)
    copy = dict(inner) if isinstance(inner, Mapping) else {}
    target[name] = copy
    put(copy, rest, value)


def body_of(fields: Mapping[str, Any], wrap: str, constants: Mapping[str, Any]) -> dict[str, Any]:
    """What is sent: ``fields`` inside their envelope, with the constants."""
    if not wrap:
        return _merged(constants, fields)
    envelope: dict[str, Any] = {}
    put(envelope, wrap, dict(fields))
    return _merged(constants, envelope)


def nested(fields: Mapping[str, Any], present: Mapping[str, Any]) -> dict[str, Any]:
    """``fields`` with names such as ``address.city`` put into their objects. What else stands in
    those at present goes along: many servers replace an object as a whole."""
    out: dict[str, Any] = {}
    for name, value in fields.items():
        top = name.partition(".")[0]
        if top != name and top not in out and isinstance(present.get(top), Mapping):
            out[top] = dict(present[top])
        put(out, name, value)
    return out


def encoded(fields: Mapping[str, Any], kinds: Mapping[str, str]) -> dict[str, Any]:
    """``fields`` as plain JSON. ``kinds`` are the declared types."""
    return {name: _encoded(name, value, kinds.get(name, "")) for name, value in fields.items()}


def _encoded(name: str, value: Any, kind: str) -> Any:
    if isinstance(value, Decimal):
        return float(value) if kind == "number" else str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _encoded(name, inner, "") for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_encoded(name, inner, "") for inner in value]
    if value is None or isinstance(value, str | int | float):
        return value
    raise Refused("a value of this type does not fit into JSON", code="bad_value")


def filled(template: str, *, field: str = "", value: Any = "", escape: Mapping[str, str]) -> str:
    """A parameter from its template: ``{field}``, ``{value}`` and ``{json}`` are replaced, in one
    pass, so that a value cannot bring placeholders along. Raises ``Refused``, when a value that
    could be read as part of the expression around it has no way to be written."""
    text = _word(value)
    harmless = " @.+-_:" if _QUOTED.search(template) else "@.+-_:"
    alone = template == "{value}" or "{value}" not in template
    if not (alone or escape) and any(not (ch.isalnum() or ch in harmless) for ch in text):
        raise Refused(
            "a value to search for cannot be written safely: give match_escape", code="bad_value"
        )
    text = "".join(escape.get(ch, ch) for ch in text)
    words = {"field": field, "value": text, "json": json.dumps(value, default=str)}
    return _PLACEHOLDER.sub(lambda match: words[match.group(1)], template)


def same_value(written: Any, read: Any) -> bool:
    """Whether ``read`` is what ``written`` becomes in a CRM: numbers by size, moments by the time
    they mean, lists and objects part by part, texts but for line ends and blanks around."""
    if written in EMPTY or read in EMPTY:
        return written in EMPTY and read in EMPTY
    if isinstance(written, bool) or isinstance(read, bool):
        return _word(written).lower() == _word(read).lower()
    if isinstance(written, Mapping):
        return isinstance(read, Mapping) and all(
            same_value(value, read.get(name)) for name, value in written.items()
        )
    if isinstance(written, list | tuple):
        return (
            isinstance(read, list | tuple)
            and len(written) == len(read)
            and all(map(same_value, written, read))
        )
    if isinstance(written, int | float | Decimal) or isinstance(read, int | float | Decimal):
        return _number(written) is not None and _number(written) == _number(read)
    one, two = _word(written), _word(read)
    return one == two or (_moment(one) is not None and _moment(one) == _moment(two))


def rank(value: Any) -> tuple[int, Any]:
    """A key by which marks of changes are ordered: numbers, then moments, then texts."""
    number = None if isinstance(value, str | bool) else _number(value)
    if number is not None:
        return (0, number)
    text = _word(value)
    if text.isdecimal():
        return (0, Decimal(text))
    moment = _moment(text)
    return (2, text) if moment is None else (1, moment)


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(under)
    for name, value in over.items():
        former = out.get(name)
        if isinstance(former, Mapping) and isinstance(value, Mapping):
            out[name] = _merged(former, value)
        else:
            out[name] = value
    return out


def words_in(value: Any) -> Iterable[str]:
    """Every text and number inside a value, as texts."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from words_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from words_in(inner)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def _number(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _moment(text: str) -> datetime | None:
    """A moment with its zone, in UTC; None for anything else."""
    if len(text) < len("2026-03-02T10:00Z"):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None
