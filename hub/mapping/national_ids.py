"""National ids per country: checked with python-stdnum, written one way.

Swedish numbers come with or without century and separator, and as co-ordination numbers (day plus
60) for people who are not registered. They are written with twelve digits, as signing methods want
them. The century of a ten-digit number follows from the moment given, not from today's date.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime

from stdnum import luhn
from stdnum.dk import cpr
from stdnum.exceptions import ValidationError
from stdnum.fi import hetu
from stdnum.no import fodselsnummer

_SWEDISH = re.compile(r"(?P<century>\d{2})?(?P<day>\d{6})(?P<sign>[-+]?)(?P<end>\d{4})", re.ASCII)
_COORDINATION = 60
_OLD = 100  # from the year on in which somebody has this age, a plus sign is written


def swedish(text: str, now: datetime) -> str:
    """Twelve digits. Raises ``ValueError``."""
    match = _SWEDISH.fullmatch(re.sub(r"\s", "", text))
    if match is None:
        raise ValueError("is not a Swedish personal number")
    short = match["day"] + match["end"]
    if not luhn.is_valid(short):
        raise ValueError("is not a Swedish personal number: the check digit is wrong")
    year_month_day = match["day"]
    for century in [match["century"]] if match["century"] else _centuries(match["sign"], now):
        born = _birth(century + year_month_day)
        if born is None or born > now.date():
            continue
        if match["sign"] == "+" and not match["century"] and now.year - born.year < _OLD:
            continue
        return century + short
    raise ValueError("is not a Swedish personal number: there is no such day of birth")


def _centuries(sign: str, now: datetime) -> list[str]:
    """Candidates, most likely first; a plus sign says that the person is a hundred or older."""
    century = now.year // 100
    centuries = [century, century - 1, century - 2]
    if sign == "+":
        return [str(each) for each in centuries if each < century]
    return [str(each) for each in centuries[:2]]


def _birth(digits: str) -> date | None:
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    try:
        return date(year, month, day - _COORDINATION if day > _COORDINATION else day)
    except ValueError:
        return None


def _checked(validate: Callable[[str], str], what: str) -> Callable[[str, datetime], str]:
    def check(text: str, now: datetime) -> str:
        try:
            return str(validate(text))
        except ValidationError:
            raise ValueError(f"is not a {what}") from None

    return check


NATIONAL_IDS: dict[str, Callable[[str, datetime], str]] = {
    "SE": swedish,
    "DK": _checked(cpr.validate, "Danish personal number"),
    "NO": _checked(fodselsnummer.validate, "Norwegian national id"),
    "FI": _checked(hetu.validate, "Finnish personal identity code"),
}
