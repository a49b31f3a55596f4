"""Values on both wires: what NAV writes as plain JSON, and ours as NAV takes them.

Blank dates (``0001-01-01``), blank options (``_blank_``) and empty texts mean "no value"; decimals
are texts, so that no digit is lost; characters that XML cannot carry are dropped both ways.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.dynamics_nav.names import BLANK, option_name
from hub.kernel.errors import Refused

TEXT, INTEGER, DECIMAL, BOOLEAN = "text", "integer", "decimal", "boolean"
DATE, DATETIME, OPTION, OTHER = "date", "datetime", "option", "other"
KINDS = (TEXT, INTEGER, DECIMAL, BOOLEAN, DATE, DATETIME, OPTION)
NOTHING: tuple[Any, ...] = (None, "", [], {})
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_BLANK_WORDS = (BLANK, "_x0020_", " ")
_BLANK_DATE = "0001-01-01"
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}


def cleaned(text: str) -> str:
    """``text`` without what XML cannot carry."""
    return _ILLEGAL.sub("", text)


def decoded(value: Any) -> Any:
    """A value that was read, as plain JSON; None where NAV means "nothing"."""
    if isinstance(value, bool | int) or value is None:
        return value
    if isinstance(value, Decimal | float):
        return format(Decimal(repr(value)) if isinstance(value, float) else value, "f")
    if isinstance(value, datetime):
        if value.year == 1:
            return None
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return None if value == date.min else value.isoformat()
    if isinstance(value, time):
        return value.isoformat()
    text = cleaned(str(value))
    return None if text in _BLANK_WORDS or text.startswith(_BLANK_DATE) else text


def encoded(name: str, value: Any, kind: str, options: tuple[str, ...] = ()) -> Any:
    """A value to write into field ``name`` of this kind. None and '' clear it. Raises ``Refused``
    naming the field, never the value."""
    if kind == OPTION:
        return _option(name, value, options)
    if value in (None, ""):
        return _EMPTY.get(kind, "")
    try:
        return _ENCODERS.get(kind, _text)(value)
    except (ValueError, InvalidOperation, ArithmeticError):
        raise Refused(f"the value for field {name} is no {kind}", code="bad_value") from None


def telling(fields: Mapping[str, Any]) -> list[str]:
    """The texts of a record that may name somebody; a fault may repeat them. Codes and options are
    single words, and stay readable."""
    texts = [value for value in fields.values() if isinstance(value, str)]
    return [text for text in texts if " " in text.strip() or "@" in text]


def same(written: Any, read: Any) -> bool:
    """Whether ``read`` is what ``written`` becomes in NAV: numbers by size, moments by the time
    they mean, options by their word, texts but for line ends and blanks around."""
    if _nothing(written) or _nothing(read):
        return _nothing(written) and _nothing(read)
    if isinstance(written, bool) or isinstance(read, bool):
        return _word(written).lower() == _word(read).lower()
    if isinstance(written, Mapping):
        return isinstance(read, Mapping) and all(
            same(value, read.get(name)) for name, value in written.items()
        )
    if isinstance(written, list | tuple):
        rows = read if isinstance(read, list | tuple) else []
        return all(any(same(one, row) for row in rows) for one in written)
    return _same_words(written, read)


def _same_words(written: Any, read: Any) -> bool:
    one, two = _word(written), _word(read)
    if one == two:
        return True
    if _NUMBER.fullmatch(one) and _NUMBER.fullmatch(two):
        sized = not isinstance(written, str) or not isinstance(read, str) or "." in one + two
        return sized and Decimal(one) == Decimal(two)
    if two == option_name(one):
        return True
    moment, other = _moment(one), _moment(two)
    if moment is None or other is None:
        return False
    return abs((moment - other).total_seconds()) < 1  # NAV keeps no more than milliseconds


def _nothing(value: Any) -> bool:
    """Also a value that clears: what NAV shows as blank."""
    if isinstance(value, str | date):
        return decoded(value.strip() if isinstance(value, str) else value) in NOTHING
    return value in NOTHING


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    if isinstance(value, Decimal):
        return format(value, "f")
    return cleaned(str(value)).replace("\r\n", "\n").strip()


def _moment(text: str) -> datetime | None:
    if len(text) < len("2026-03-02T10:00Z"):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _option(name: str, value: Any, options: tuple[str, ...]) -> str:
    word = option_name("" if value is None else str(value))
    if options and word not in options:
        known = ", ".join(options)
        raise Refused(f"field {name} knows no such option, only {known}", code="bad_option")
    return word


def _text(value: Any) -> str:
    if isinstance(value, list | Mapping):
        raise ValueError
    return cleaned(_word(value) if not isinstance(value, str) else value)


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool):
        raise ValueError
    number = Decimal(_word(value))
    if not number.is_finite():
        raise ValueError
    return number


def _integer(value: Any) -> int:
    number = _decimal(value)
    if number != number.to_integral_value():
        raise ValueError
    return int(number)


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    found = _BOOLEANS.get(_word(value).lower())
    if found is None:
        raise ValueError
    return found


def _date(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(_word(value)[:10])


def _datetime(value: Any) -> datetime:
    """Always with a zone: without one NAV takes the server's own."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(_word(value))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


_EMPTY: Mapping[str, Any] = {
    TEXT: "",
    INTEGER: 0,
    DECIMAL: Decimal(0),
    BOOLEAN: False,
    DATE: _BLANK_DATE,  # as texts: of a date of the year 1 not every library writes all digits
    DATETIME: f"{_BLANK_DATE}T00:00:00Z",
}
_ENCODERS: Mapping[str, Any] = {
    INTEGER: _integer,
    DECIMAL: _decimal,
    BOOLEAN: _boolean,
    DATE: _date,
    DATETIME: _datetime,
}
