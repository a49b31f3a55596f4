"""The pages' own words in each language, and moments as people write them.

English is the source: it stands in the templates. Every other language is one ``.po`` file in
``hub/translations``, read at start (no compiled files to keep in step); ``README.md`` there says
how to add words or a language.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel.core import UnknownLocaleError
from babel.dates import format_date, format_datetime, get_timezone
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from hub.kernel.errors import ConfigurationError

FOLDER = Path(__file__).parents[2] / "translations"
SOURCE = "en"
# Language → how it calls itself; the order in which the switch shows them.
NAMES = {"sv": "Svenska", "en": "English"}
# Dates of "en" are European ones: day before month, 24 hours.
_LOCALES = {"en": "en_GB", "sv": "sv_SE"}

Gettext = Callable[..., str]


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


def moment(at: datetime, zone: str, language: str) -> str:
    """Day, time and zone in words, e.g. ``22 November 2026 14:05 CET``."""
    return format_datetime(at, "d MMMM y HH:mm z", get_timezone(zone), _locale(language))


def day(at: datetime, zone: str, language: str) -> str:
    """The day of ``at`` in ``zone``, in words."""
    return calendar_date(at.astimezone(get_timezone(zone)).date(), language)


def calendar_date(on: date, language: str) -> str:
    """A date that belongs to no zone, in words."""
    return format_date(on, "d MMMM y", _locale(language))


def _locale(language: str) -> str:
    return _LOCALES.get(language, language)


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
