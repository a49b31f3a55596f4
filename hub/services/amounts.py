"""Money, numbers, per cent and dates as people write them in each language: for typeset documents,
pages and messages alike."""

from __future__ import annotations

import copy
import re
from datetime import date
from decimal import Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from hub.contracts.money import Money, digits, rounded

LANGUAGES = ("sv", "da", "nb", "fi", "ro", "fr", "de", "en")
# Those of "en" are European: day before month, 24 hours.
_LOCALES = {
    "sv": "sv_SE",
    "da": "da_DK",
    "nb": "nb_NO",
    "fi": "fi_FI",
    "ro": "ro_RO",
    "fr": "fr_FR",
    "de": "de_DE",
    "en": "en_GB",
}
_MOST_DECIMALS = 8
# CLDR wants a space between letters and digits ("SEK 100"), which Babel does not put in.
_GLUED = re.compile(r"(?<=[A-Z])(?=\d)")


def money(value: Money, language: str) -> str:
    """With its currency, e.g. ``1 234,50 kr``; digits are those of ISO 4217."""
    places = digits(value.currency)
    pattern = copy.copy(Locale.parse(_locale(language)).currency_formats["standard"])
    # Babel's own digits are those in use (no cents of a Serbian dinar), which are not what is owed.
    pattern.frac_prec = (places, places)
    text = pattern.apply(
        rounded(value.amount, value.currency),
        _locale(language),
        currency=value.currency,
        currency_digits=False,
    )
    return _minus(_GLUED.sub("\u00a0", text))


def amount(value: Decimal, currency: str, language: str, *, exact: bool = False) -> str:
    """Without the currency, in its digits; ``exact`` keeps more where a unit price has them."""
    least = digits(currency)
    most = max(least, min(_decimals(value), _MOST_DECIMALS)) if exact else least
    pattern = "#,##0" + ("." + "0" * least + "#" * (most - least) if most else "")
    shown = value if exact else rounded(value, currency)
    return _minus(format_decimal(shown, pattern, _locale(language)))


def number(value: Decimal, language: str) -> str:
    """A plain number: no more decimals than it has."""
    most = min(_decimals(value), _MOST_DECIMALS)
    pattern = "#,##0" + ("." + "#" * most if most else "")
    return _minus(format_decimal(value, pattern, _locale(language)))


def percent(value: Decimal, language: str) -> str:
    """``value`` per cent, e.g. ``25,5 %``."""
    return format_percent(value / 100, locale=_locale(language), decimal_quantization=False)


def calendar_date(on: date, language: str) -> str:
    """A date that belongs to no zone, in words."""
    return format_date(on, "long", _locale(language))


def _minus(text: str) -> str:
    """A sign as wide as a digit in every language; CLDR has a hyphen in some."""
    return text.replace("-", "\u2212")


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _locale(language: str) -> str:
    return _LOCALES.get(language, language)
