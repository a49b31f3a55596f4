"""Values as they may stand in a record, made up for the converters of a row. The same chance gives
the same values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import Any

import phonenumbers

from hub.mapping.rows import Source

Maker = Callable[[Random, str], Any]
_LETTERS = "abcXYZåäöÅÄÖéüłș ñ-'.,0123456789 \u00a0\t日"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_POSTCODE_DIGITS = {"SE": 5, "FI": 5, "DE": 5, "FR": 5, "RO": 6, "DK": 4, "NO": 4}
_FINNISH = "0123456789ABCDEFHJKLMNPRSTUVWXY"


def sample_values(source: Source, random: Random) -> Iterator[Any]:
    """Values without end; not each of them fits."""
    make = _maker(source)
    while True:
        value = make(random)
        spaces = random.choice(("", "", " ", "  "))
        yield f"{spaces}{value}{spaces}" if isinstance(value, str) else value


def _maker(source: Source) -> Callable[[Random], Any]:
    if source.choices is not None:
        typed = [one for key in source.choices for one in _meant(key)]
        keys: list[Any] = [*source.choices, *typed, "what nobody foresaw"]
        return lambda random: random.choice(keys)
    names = [each.text for each in source.chain if each.text != "trim"]
    name, _, argument = (names[-1] if names else "").partition(":")
    make = _MAKERS.get(name, _text)
    return lambda random: make(random, argument)


def _meant(key: str) -> Iterator[Any]:
    """What a key of ``map`` may be in the record beside a text."""
    if key in ("true", "false"):
        yield key == "true"
    elif key.isascii() and key.removeprefix("-").isdecimal():
        yield int(key)


def _text(random: Random, _: str) -> Any:
    if random.random() < 0.1:
        return random.choice((0, 7, -1, 12.5, True, False, "0", ""))
    return "".join(random.choices(_LETTERS, k=random.randint(1, 30)))


def _number(random: Random, region: str) -> str:
    kind = phonenumbers.PhoneNumberType.MOBILE
    known = phonenumbers.example_number_for_type(region.upper(), kind)
    if known is None:
        return ""
    digits = str(known.national_number)
    national = int(digits[:-3] + _digits(random, 3))
    number = phonenumbers.PhoneNumber(known.country_code, national)
    form = random.choice(
        (
            phonenumbers.PhoneNumberFormat.E164,
            phonenumbers.PhoneNumberFormat.NATIONAL,
            phonenumbers.PhoneNumberFormat.INTERNATIONAL,
        )
    )
    return str(phonenumbers.format_number(number, form))


def _decimal(random: Random, _: str) -> Any:
    whole, part = random.randint(-(10**9), 10**9), _digits(random, 2)
    spaced = f"{whole:_},{part}".replace("_", " ")
    return random.choice((whole, f"{whole}", f"{whole}.{part}", f"{whole},{part}", spaced))


def _int(random: Random, _: str) -> Any:
    whole = random.randint(-(10**12), 10**12)
    return random.choice((whole, f"{whole}", f"{whole}.0", f"{whole:_}".replace("_", " ")))


def _bool(random: Random, _: str) -> Any:
    return random.choice((True, False, "ja", "Nej", "yes", "no", "1", "0", "X", "off", "oui"))


def _datetime(random: Random, _: str) -> str:
    moment = _EPOCH + timedelta(
        seconds=random.randint(0, 10**9), microseconds=random.choice((0, 1))
    )
    zone = timezone(timedelta(minutes=15 * random.randint(-48, 56)))
    return moment.astimezone(random.choice((UTC, zone))).isoformat()


def _postcode(random: Random, country: str) -> str:
    digits = _digits(random, _POSTCODE_DIGITS.get(country, 5))
    return random.choice(
        (digits, f"{digits[:3]} {digits[3:]}", f"{country}-{digits}", f"{country} {digits}")
    )


def _national_id(random: Random, country: str) -> str:
    """Likely ones; the right check digits come by chance, and who asks takes those."""
    born = _EPOCH - timedelta(days=random.randint(0, 36_000))
    if country == "SE":
        date = f"{born:%Y%m%d}" if random.random() < 0.5 else f"{born:%y%m%d}"
        return f"{date}{random.choice(('', '-'))}{_digits(random, 4)}"
    if country == "FI":
        return f"{born:%d%m%y}-{_digits(random, 3)}{random.choice(_FINNISH)}"
    return f"{born:%d%m%y}{_digits(random, 5 if country == 'NO' else 4)}"


def _digits(random: Random, count: int) -> str:
    return "".join(random.choices("0123456789", k=count))


_MAKERS: dict[str, Maker] = {
    "e164": _number,
    "decimal": _decimal,
    "int": _int,
    "bool": _bool,
    "datetime": _datetime,
    "postcode": _postcode,
    "national_id": _national_id,
}
