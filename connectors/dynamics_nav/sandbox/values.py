"""One value of a field: taken in from what a caller sent, and shown as XML or JSON."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.dynamics_nav.sandbox import schema
from connectors.dynamics_nav.sandbox.errors import EVALUATE, TOO_LONG, NavError
from connectors.dynamics_nav.sandbox.schema import Field

NO_DATE = date.min  # 0001-01-01, the blank date
NO_TIME = datetime.min.replace(tzinfo=UTC)
_BLANK = {
    schema.TEXT: "",
    schema.CODE: "",
    schema.INTEGER: 0,
    schema.DECIMAL: Decimal(0),
    schema.BOOLEAN: False,
    schema.DATE: NO_DATE,
    schema.DATETIME: NO_TIME,
}


def blank(field: Field) -> Any:
    """What a field holds that nobody has filled in."""
    return field.options[0] if field.type == schema.OPTION else _BLANK[field.type]


def take(field: Field, given: Any) -> Any:
    """A value as it was sent (text, or a plain JSON value), as the field keeps it."""
    text = _plain(given)
    if field.type == schema.TEXT:
        return _fitting(field, text)
    if field.type == schema.CODE:
        return _fitting(field, text.strip().upper())
    if text == "":
        return blank(field)
    try:
        return _PARSERS[field.type](field, text)
    except (ValueError, InvalidOperation):
        raise NavError(EVALUATE, "value", value=text, field=field.caption) from None


def show(field: Field, value: Any) -> str:
    """A value as XML text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def as_json(field: Field, value: Any) -> Any:
    """A value as JSON: numbers are numbers, and a blank option is a space."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if field.type == schema.OPTION:
        return " " if value == "_blank_" else value
    if isinstance(value, bool | int):
        return value
    return show(field, value)


def _plain(given: Any) -> str:
    if given is None:
        return ""
    if isinstance(given, bool):
        return "true" if given else "false"
    return str(given)


def _fitting(field: Field, text: str) -> str:
    if field.length and len(text) > field.length:
        raise NavError(TOO_LONG, "long", length=len(text), limit=field.length, value=text)
    return text


def _option(field: Field, text: str) -> str:
    """By its name on the wire, its caption (``Pending Approval``) or its number."""
    if text.strip() == "" and "_blank_" in field.options:
        return "_blank_"
    if text.isdecimal() and int(text) < len(field.options):
        return field.options[int(text)]
    wanted = text.replace(" ", "_").casefold()
    for name in field.options:
        if name.casefold() == wanted:
            return name
    raise ValueError(text)


def _boolean(field: Field, text: str) -> bool:
    try:
        return {"true": True, "1": True, "false": False, "0": False}[text.strip().lower()]
    except KeyError:
        raise ValueError(text) from None


def _datetime(field: Field, text: str) -> datetime:
    """Without a zone it is the server's default, UTC."""
    at = datetime.fromisoformat(text.strip())
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _decimal(field: Field, text: str) -> Decimal:
    number = Decimal(text.strip())
    if not number.is_finite():
        raise ValueError(text)
    return number


def _moment(at: datetime) -> str:
    if at == NO_TIME:
        return "0001-01-01T00:00:00Z"
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_PARSERS = {
    schema.INTEGER: lambda field, text: int(text.strip()),
    schema.DECIMAL: _decimal,
    schema.BOOLEAN: _boolean,
    schema.DATE: lambda field, text: date.fromisoformat(text.strip()[:10]),
    schema.DATETIME: _datetime,
    schema.OPTION: _option,
}
