"""Numbers of nobody: telephone numbers and national ids that pass every check.

Swedish ones are from the ranges that are set apart for this: telephone numbers for use in fiction,
and birth numbers from 980 on, which the tax agency keeps for tests. Those of other countries have
the right form and check digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

import phonenumbers
from phonenumbers import PhoneNumberType
from stdnum import luhn
from stdnum.exceptions import ValidationError
from stdnum.fi import hetu
from stdnum.no import fodselsnummer

_LOTS = 100


def mobile_numbers(region: str) -> Iterator[phonenumbers.PhoneNumber]:
    """Mobile numbers of a country: in Sweden 070-174 06 05 to 99, which nobody has."""
    if region == "SE":
        for last in range(5, 100):
            yield phonenumbers.parse(f"+467017406{last:02d}")
        return
    example = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
    if example is None:
        return
    country, first = example.country_code, example.national_number or 0
    for step in range(_LOTS):
        one = phonenumbers.PhoneNumber(country_code=country, national_number=first + step)
        if phonenumbers.is_valid_number(one):
            yield one


def national_ids(text: str) -> Iterator[str]:
    """Of the country whose form the text has; Swedish ones keep how they are written."""
    digits = re.sub(r"\D", "", text)
    if re.fullmatch(r"\d{6}[-+A-FU-Y]\d{3}[A-Y]", text, re.IGNORECASE):
        yield from _finnish()
    sign = "-" if "-" in text else "+" if "+" in text else ""
    century = "19" if len(digits) == 12 else ""
    for short in _swedish():
        yield f"{century}{short[:6]}{sign}{short[6:]}"
    if len(digits) == 11:
        yield from _norwegian(" " in text)
    yield from _finnish()
    yield from (f"01018{n % 10}{sign}{1000 + n}" for n in range(_LOTS))


def _swedish() -> Iterator[str]:
    """Birth numbers from 980 on are kept for tests."""
    for n in range(_LOTS):
        body = f"9001{1 + n // 20:02d}{980 + n % 20}"
        yield body + luhn.calc_check_digit(body)


def _finnish() -> Iterator[str]:
    for n in range(2, 2 + _LOTS):
        for check in "0123456789ABCDEFHJKLMNPRSTUVWXY":
            one = f"010180-{n:03d}{check}"
            with suppress(ValidationError):
                yield str(hetu.validate(one))


def _norwegian(spaced: bool) -> Iterator[str]:
    for n in range(_LOTS):
        for check in range(100):
            one = f"010180{n:03d}{check:02d}"
            with suppress(ValidationError):
                made = str(fodselsnummer.validate(one))
                yield f"{made[:6]} {made[6:]}" if spaced else made
