"""The pages' own words in each language, and moments, amounts and sizes as people write them.

English is the source: it stands in the templates, and between ``N_()`` where Python needs words.
Every other language is one ``.po`` file in ``hub/translations``, read at start (no compiled files
to keep in step); ``README.md`` there says how to add words or a language.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel.core import UnknownLocaleError
from babel.dates import format_date, format_datetime, format_skeleton, get_timezone
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal
from babel.units import format_unit

from hub.kernel.errors import ConfigurationError

FOLDER = Path(__file__).parents[2] / "translations"
SOURCE = "en"
# Language → how it calls itself; the order in which the switch shows them.
NAMES = {
    "sv": "Svenska",
    "da": "Dansk",
    "nb": "Norsk",
    "fi": "Suomi",
    "ro": "Română",
    "fr": "Français",
    "de": "Deutsch",
    "en": "English",
}
# English as Europe writes it: day before month, 24 hours, the currency behind the amount.
_LOCALES = {
    "sv": "sv_SE",
    "da": "da_DK",
    "nb": "nb_NO",
    "fi": "fi_FI",
    "ro": "ro_RO",
    "fr": "fr_FR",
    "de": "de_DE",
    "en": "en_150",
}
_KILO, _MEGA = 1000, 1_000_000

Gettext = Callable[..., str]
Plural = Callable[..., str]


class Words:
    """All languages, read once. ``folder`` holds ``<language>/LC_MESSAGES/messages.po``."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._catalogues = {
            language: NullTranslations() if language == SOURCE else _read(folder, language)
            for language in NAMES
        }

    def known(self, language: str | None) -> str | None:
        """``language`` (or its first part: ``sv-FI`` is ``sv``) when the pages speak it."""
        first = (language or "").replace("_", "-").split("-")[0].lower()
        return first if first in self._catalogues else None

    def gettext(self, language: str) -> Gettext:
        """The ``_`` of a template: the message in ``language``, with its %(values)s filled in."""
        catalogue = self._catalogues[language]

        def translate(message: str, **values: object) -> str:
            text = catalogue.gettext(message)
            return text % values if values else text

        return translate

    def plural(self, language: str) -> Plural:
        """The ``ngettext`` of a template: the form that ``count`` wants, which stands in it as
        %(count)s."""
        catalogue = self._catalogues[language]

        def translate(one: str, many: str, count: int, **values: object) -> str:
            shown = format_decimal(count, locale=_locale(language))
            return catalogue.ngettext(one, many, count) % {"count": shown, **values}

        return translate


def N_(message: str) -> str:
    """Marks words outside templates for extraction; they are translated where they are shown."""
    return message


def moment(at: datetime, zone: str, language: str) -> str:
    """Day, time and zone in words, e.g. ``22 November 2026 14:05 CET``."""
    place, locale = get_timezone(zone), _locale(language)
    local = at.astimezone(place)
    name = format_datetime(at, "z", place, locale)
    if not name.isalpha():  # this language has no short name for the zone
        name = format_datetime(at, "z", place, _LOCALES[SOURCE])
    return f"{day(at, zone, language)} {format_skeleton('Hm', local, locale=locale)} {name}"


def day(at: datetime, zone: str, language: str) -> str:
    """The day of ``at`` in ``zone``, in words."""
    return calendar_date(at.astimezone(get_timezone(zone)).date(), language)


def calendar_date(on: date, language: str) -> str:
    """A date that belongs to no zone, in words."""
    return format_date(on, "long", _locale(language))


def money(amount: Decimal, currency: str, language: str) -> str:
    """An amount with its currency, e.g. ``1 500,50 kr``."""
    return format_currency(amount, currency, locale=_locale(language))


def number(value: Decimal, language: str) -> str:
    """A number without superfluous zeros."""
    return format_decimal(value, locale=_locale(language))


def file_size(count: int, language: str) -> str:
    """How large a file is, e.g. ``120 kB``."""
    if count < _MEGA:
        kilos = max(1, round(count / _KILO))
        return format_unit(kilos, "digital-kilobyte", "short", locale=_locale(language))
    megas = round(count / _MEGA, 1)
    return format_unit(megas, "digital-megabyte", "short", locale=_locale(language))


def _locale(language: str) -> str:
    return _LOCALES.get(language, language)


@cache
def _read(folder: Path, language: str) -> NullTranslations:
    path = folder / language / "LC_MESSAGES" / "messages.po"
    compiled = io.BytesIO()
    try:
        with path.open("rb") as file:
            write_mo(compiled, read_po(file, locale=language, abort_invalid=True))
    except (OSError, ValueError, UnknownLocaleError) as error:
        raise ConfigurationError(f"{path}: the translations cannot be read: {error}") from None
    compiled.seek(0)
    return GNUTranslations(compiled)
