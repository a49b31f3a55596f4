"""The closed list of converters: what a row's ``convert`` may name.

Each takes text (or a number) and gives one canonical form. ``keeps`` says that nothing is lost: the
result means the same as the value it was made from, and converting it again changes nothing. Only
such converters may stand in a row that works in both directions.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import phonenumbers

from hub.contracts.json_schema import JsonSchema, pattern
from hub.mapping.national_ids import NATIONAL_IDS
from hub.mapping.problems import unknown_word
from hub.toolkit import phone

Apply = Callable[[Any, datetime], Any]


class ConversionError(ValueError):
    """The value does not fit. The text never repeats it; ``code`` is a RowProblem's code."""

    def __init__(self, message: str, code: str = "bad_value") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Converter:
    """One converter with its argument, ready to apply."""

    text: str
    apply: Apply
    keeps: bool


@lru_cache(maxsize=512)  # files name the same few again and again
def parse_converter(text: str) -> Converter:
    """``e164:SE`` → a converter. Raises ``ValueError`` with a sentence."""
    name, colon, argument = text.partition(":")
    if name not in MAKERS:
        raise ValueError(unknown_word("converter", name, list(MAKERS)))
    make, keeps, wants = MAKERS[name]
    if bool(wants) != bool(colon):
        example = f"{name}:{wants}" if wants else name
        raise ValueError(f"converter '{text}' is not complete or has too much; write '{example}'")
    return Converter(text, make(argument), keeps)


def convert(value: Any, chain: tuple[Converter, ...], now: datetime) -> Any:
    """``value`` through all converters. Raises ``ConversionError``."""
    for converter in chain:
        try:
            value = converter.apply(value, now)
        except ConversionError:
            raise
        except ValueError as error:
            raise ConversionError(str(error)) from None
    return value


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float | Decimal):
        return str(value)
    raise ConversionError("is a list or an object, not a text")


def _on_text(change: Callable[[str], Any]) -> Callable[[str], Apply]:
    return lambda argument: lambda value, now: change(_text(value))


def _e164(region: str) -> Apply:
    if region.upper() not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"'{region}' is no country; write its two letters, e.g. e164:SE")

    def apply(value: Any, now: datetime) -> str:
        try:
            return phone.normalise(_text(value), region)
        except ValueError as error:
            raise ConversionError(str(error), "bad_number") from None

    return apply


def _national_id(country: str) -> Apply:
    if country not in NATIONAL_IDS:
        raise ValueError(unknown_word("country of a national id", country, list(NATIONAL_IDS)))
    check = NATIONAL_IDS[country]
    return lambda value, now: check(_text(value), now)


_POSTCODES: dict[str, tuple[str, str]] = {
    # country → (digits and letters without spaces, how it is written)
    "SE": (r"([1-9]\d{2})-?(\d{2})", r"\1 \2"),
    "DK": (r"(\d{4})", r"\1"),
    "NO": (r"(\d{4})", r"\1"),
    "FI": (r"(\d{5})", r"\1"),
    "DE": (r"(\d{5})", r"\1"),
    "FR": (r"(\d{5})", r"\1"),
    "RO": (r"(\d{6})", r"\1"),
}

# How some write the country before a postcode: as on a car.
_CAR_SIGNS = {"SE": "S", "DE": "D", "FR": "F", "NO": "N", "FI": "FIN"}


def _postcode(country: str) -> Apply:
    if country not in _POSTCODES:
        raise ValueError(unknown_word("country of a postcode", country, list(_POSTCODES)))
    digits, written = _POSTCODES[country]
    sign = _CAR_SIGNS.get(country, country)
    prefix = re.compile(rf"^(?:{country}|{sign})-?", re.IGNORECASE)

    def apply(value: Any, now: datetime) -> str:
        compact = prefix.sub("", re.sub(r"\s", "", _text(value)))
        match = re.fullmatch(digits, compact, re.ASCII)
        if match is None:
            raise ConversionError("is not a postcode")
        return match.expand(written)

    return apply


_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")


def _titled(text: str) -> str:
    """Each word with a capital; what follows an apostrophe belongs to its word."""
    return _WORD.sub(lambda found: found[0][0].upper() + found[0][1:].lower(), text)


def _date(text: str) -> str:
    """The day of a date or of a moment, as it is written there. Weeks are no days."""
    try:
        if "W" in text.upper():
            raise ValueError
        return datetime.fromisoformat(text.strip()).date().isoformat()
    except ValueError:
        raise ConversionError("is not a date; write it as YYYY-MM-DD") from None


def _datetime(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ConversionError("is not a moment; write it as YYYY-MM-DDThh:mm:ssZ") from None
    if moment.tzinfo is None:
        raise ConversionError("has no time zone; write it as YYYY-MM-DDThh:mm:ssZ")
    try:
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except OverflowError:
        raise ConversionError("is at the end of time; write it as YYYY-MM-DDThh:mm:ssZ") from None


_APART = re.compile(r"[\s'\u2019]")  # blanks of all kinds, and what stands for one
_BLANKS = re.compile(r"[+-]?\s*\d{1,3}(?:[\s'\u2019]\d{3})+(?:[.,]\d*)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*(?:(?!\1)[.,]\d*)?")


def _decimal(text: str) -> str:
    """A plain decimal as text: ``1 234,50``, ``1.234,50`` and ``1,234.50`` are ``1234.50``.

    A point alone is the decimal sign, as machines write it. A comma alone is one too, except before
    exactly three digits: people mean both a thousand and a fraction by it.
    """
    plain = text.strip().replace("\u2212", "-")  # a minus sign as typesetters have it
    if _BLANKS.fullmatch(plain):
        plain = _APART.sub("", plain)
    if "_" in plain or _APART.search(plain.lstrip("+-").lstrip()):
        raise ConversionError("is not a number")  # perhaps several
    plain = _APART.sub("", plain)
    grouped = _GROUPED.fullmatch(plain)
    if grouped and len(re.findall(r"[.,]", plain)) > 1:
        plain = plain.replace(grouped.group(1), "")
    elif grouped and grouped.group(1) == "," and not plain.lstrip("+-").startswith("0"):
        raise ConversionError("may mean thousands or a fraction; write 1234 or 1.234")
    try:
        number = Decimal(plain.replace(",", "."))
    except InvalidOperation:
        raise ConversionError("is not a number") from None
    if not number.is_finite() or abs(number.adjusted()) > 30:
        raise ConversionError("is not a number of reasonable size")
    return format(number if number else abs(number), "f")


_THOUSANDS = re.compile(r"\s*[+-]?[1-9]\d{0,2}\.\d{3}\s*")


def _int(text: str) -> int:
    if _THOUSANDS.fullmatch(text):
        raise ConversionError("may mean thousands or a fraction; write 1234, or use decimal")
    number = Decimal(_decimal(text))
    if number != number.to_integral_value():
        raise ConversionError("is not a whole number")
    return int(number)


_YES = {"true", "yes", "y", "1", "1.0", "on", "x", "ja", "j", "sant", "sand", "wahr", "oui", "vrai",
        "da", "kyllä"}  # fmt: skip
_NO = {"false", "no", "n", "0", "0.0", "off", "", "nej", "falskt", "falsk", "nein", "falsch", "non",
       "faux", "nu", "nei", "ei"}  # fmt: skip


def _bool(text: str) -> bool:
    word = text.strip().lower()
    if word not in _YES | _NO:
        raise ConversionError("is neither yes nor no")
    return word in _YES


def _count(argument: str) -> int:
    if not argument.isascii() or not argument.isdecimal() or not 0 < int(argument) <= 100_000:
        raise ValueError(f"'{argument}' is no count; write a whole number above 0")
    return int(argument)


def _last_digits(argument: str) -> Apply:
    count = _count(argument)
    return lambda value, now: re.sub(r"\D", "", _text(value))[-count:]


def _truncate(argument: str) -> Apply:
    count = _count(argument)
    return lambda value, now: _text(value)[:count]


# name → (maker, keeps, how its argument looks)
MAKERS: dict[str, tuple[Callable[[str], Apply], bool, str]] = {
    "trim": (_on_text(str.strip), True, ""),
    "lower": (_on_text(str.lower), False, ""),
    "upper": (_on_text(str.upper), False, ""),
    "title": (_on_text(_titled), False, ""),
    "e164": (_e164, True, "SE"),
    "date": (_on_text(_date), False, ""),
    "datetime": (_on_text(_datetime), True, ""),
    "decimal": (_on_text(_decimal), True, ""),
    "int": (_on_text(_int), True, ""),
    "bool": (_on_text(_bool), True, ""),
    "national_id": (_national_id, True, "SE"),
    "postcode": (_postcode, True, "SE"),
    "last_digits": (_last_digits, False, "4"),
    "truncate": (_truncate, False, "80"),
}

_COUNT = "0*(?:[1-9][0-9]{0,4}|100000)"
# name → the arguments that there are, or a pattern of them
_ARGUMENTS: dict[str, list[str] | str] = {
    "e164": "[A-Za-z]{2}",
    "national_id": list(NATIONAL_IDS),
    "postcode": list(_POSTCODES),
    "last_digits": _COUNT,
    "truncate": _COUNT,
}


def shape_of_converters() -> JsonSchema:
    """Every converter as an editor may offer and check it."""
    offered: list[str] = []
    patterns: list[str] = []
    for name, (_, _, wants) in MAKERS.items():
        arguments = _ARGUMENTS[name] if wants else ""
        if not wants:
            offered.append(name)
            patterns.append(name)
        elif isinstance(arguments, str):
            offered.append(f"{name}:{wants}")
            patterns.append(f"{name}:{arguments}")
        else:
            offered += [f"{name}:{each}" for each in arguments]
            patterns.append(f"{name}:(?:{'|'.join(arguments)})")
    said = f"is no converter; write for example one of: {', '.join(offered)}"
    return {**pattern(f"^(?:{'|'.join(patterns)})$", said), "examples": offered}
