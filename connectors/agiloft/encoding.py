"""Our values to Agiloft's and back: dates, linked fields, choices, and whether two mean the same.

Agiloft guesses date formats, first guess wins; so only ISO leaves the hub. It shows dates as it
likes (``Dec 27 2017 04:40:24``), so comparing means parsing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from hub.kernel.errors import Refused

NULL_LINK = "$global.null"
_MOMENT = re.compile(r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$")
_SHOWN = re.compile(r"^[A-Z][a-z]{2} \d{2} \d{4}( \d{2}:\d{2}:\d{2})?$")
_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%b %d %Y %H:%M:%S",
    "%b %d %Y %H:%M",
    "%Y-%m-%d",
    "%b %d %Y",
)
_LABELS = ("value", "label", "text", "name", "displayValue")


def is_listed(names: Collection[str], field: str, table: str = "") -> bool:
    """Whether a setting lists ``field``, bare or as ``table.field`` (no table: any)."""
    if field in names or f"{table}.{field}" in names:
        return True
    return not table and any(name.endswith(f".{field}") for name in names)


def encode(
    table: str, fields: Mapping[str, Any], *, linked: Collection[str], zone: ZoneInfo
) -> dict[str, Any]:
    """``fields`` as Agiloft takes them.

    A name beginning with ``$`` would be a system parameter, so it is refused; the empty string for
    a linked field is an error at Agiloft, so it is left out; None empties a field.
    """
    encoded: dict[str, Any] = {}
    for name, value in fields.items():
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            raise Refused("a field's name may hold letters, digits and _ only", code="bad_field")
        if is_listed(linked, name, table):
            if value != "":
                encoded[name] = link_value(value)
        else:
            encoded[name] = plain_value(value, zone)
    return encoded


def link_value(value: Any) -> Any:
    """Ids stay ids, texts become ``:text`` look-ups, None clears the link."""
    if value is None:
        return NULL_LINK
    if isinstance(value, int):
        return value
    return ":" + re.sub(r"([:?])", r"\\\1", str(value))


def plain_value(value: Any, zone: ZoneInfo) -> Any:
    """Moments in the knowledge base's zone as ``YYYY-MM-DD HH:MM:SS``; the rest as it is."""
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_value(item, zone) for item in value]
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, Decimal):
        return str(value)
    moment = _aware(value)
    if moment is not None:
        return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return value.isoformat() if isinstance(value, date) else value


def decode(value: Any) -> Any:
    """A value as read, as plain JSON and with ISO dates: SOAP gives date objects, EW gives texts
    like ``Dec 27 2017 04:40:24``."""
    if isinstance(value, str):
        return _iso_of_shown(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list | tuple):
        return [decode(item) for item in value]
    return value


def _iso_of_shown(text: str) -> str:
    if not _SHOWN.match(text):
        return text
    try:
        if len(text) > len("Dec 27 2017"):
            return datetime.strptime(text, "%b %d %Y %H:%M:%S").isoformat(" ")  # noqa: DTZ007 - no zone
        return datetime.strptime(text, "%b %d %Y").date().isoformat()  # noqa: DTZ007 - no zone
    except ValueError:
        return text


def same_value(written: Any, read: Any, zone: ZoneInfo, *, fold: bool = False) -> bool:
    """Whether ``read`` is what ``written`` becomes in Agiloft. ``fold`` ignores capitals."""
    left, right = _flat(plain_value(written, zone)), _flat(read)
    if isinstance(left, list) or isinstance(right, list):
        return sorted(_words(left, fold)) == sorted(_words(right, fold))
    if isinstance(written, int | float | Decimal) and not isinstance(written, bool):
        return _number(left) == _number(right)
    one, two = _text(left, fold), _text(right, fold)
    if one == two:
        return True
    first, second = _naive(one, zone), _naive(two, zone)
    return first is not None and first == second


def iso_moment(value: Any, zone: ZoneInfo) -> str:
    """A shown moment as ``YYYY-MM-DD HH:MM:SS`` in Agiloft's zone; empty for anything else."""
    moment = _naive(_text(_flat(value), False), zone)
    return moment.strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def _aware(value: Any) -> datetime | None:
    if isinstance(value, str) and _MOMENT.match(value):
        return datetime.fromisoformat(value)
    return value if isinstance(value, datetime) and value.tzinfo else None


def _naive(text: str, zone: ZoneInfo) -> datetime | None:
    moment = _aware(text)
    if moment is not None:
        return moment.astimezone(zone).replace(tzinfo=None, microsecond=0)
    for pattern in _FORMATS:
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007 - Agiloft shows no zone
        except ValueError:
            continue
    return None


def _flat(value: Any) -> Any:
    if isinstance(value, Mapping):
        return next((value[key] for key in _LABELS if key in value), value.get("id"))
    if isinstance(value, list | tuple):
        items = [_flat(item) for item in value]
        return items[0] if len(items) == 1 else (items or None)
    return value


def _words(value: Any, fold: bool) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [_text(item, fold) for item in items]


def _text(value: Any, fold: bool) -> str:
    text = "" if value is None else str(decode(value)).replace("\r\n", "\n").replace("\r", "\n")
    text = text.strip()
    return text.casefold() if fold else text


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value).strip())
    except InvalidOperation:
        return None
