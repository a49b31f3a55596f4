"""Languages: complete, chosen by the request, the customer or the browser; dates by zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import hub.web
from hub.kernel.errors import ConfigurationError
from hub.mapping.form_texts import MESSAGES
from hub.web.pages.words import FOLDER, NAMES, SOURCE, Words, day, file_size, moment, money
from tests.web.pages.conftest import BASE, Browser
from tests.web.pages.fakes import FakeCases, new_cases

SOURCES = Path(hub.web.__file__).parent
OTHERS = [language for language in NAMES if language != SOURCE]


@cache
def _in_sources() -> set[str]:
    """What stands in templates, and what Python marks by ``N_()``."""
    found = [
        *extract_from_dir(SOURCES / "templates", [("**.html", "jinja2")]),
        *extract_from_dir(SOURCES / "pages", [("**.py", "python")]),
    ]
    return {str(message) for _, _, message, _, _ in found}


def _translated(language: str) -> dict[str, Message]:
    with (FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return {str(one.id): one for one in read_po(file, locale=language) if one.id}


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_and_no_translation_is_left_over(language: str) -> None:
    translated = _translated(language)
    assert set(translated) == _in_sources()
    assert [key for key, one in translated.items() if not all(_forms(one)) or one.fuzzy] == []


@pytest.mark.parametrize("language", OTHERS)
def test_translations_fill_in_the_same_values(language: str) -> None:
    def values(text: str) -> set[str]:
        return set(re.findall(r"%\((\w+)\)s", text))

    for key, one in _translated(language).items():
        for form in _forms(one):
            assert values(form) == values(key)


def _forms(message: Message) -> tuple[str, ...]:
    """What it is translated to: one text, or one for each plural form."""
    said = message.string
    return tuple(said) if isinstance(said, list | tuple) else (str(said),)


NEW = ("%(count)s new message", "%(count)s new messages")


@pytest.mark.parametrize(
    ("language", "one", "two", "twenty"),
    [
        ("en", "1 new message", "2 new messages", "20 new messages"),
        ("sv", "1 nytt meddelande", "2 nya meddelanden", "20 nya meddelanden"),
        ("ro", "1 mesaj nou", "2 mesaje noi", "20 de mesaje noi"),
        ("fr", "1 nouveau message", "2 nouveaux messages", "20 nouveaux messages"),
        ("fi", "1 uusi viesti", "2 uutta viestiä", "20 uutta viestiä"),
    ],
)
def test_plural_forms_are_those_of_the_language(
    language: str, one: str, two: str, twenty: str
) -> None:
    say = Words().plural(language)
    assert [say(*NEW, count) for count in (1, 2, 20)] == [one, two, twenty]


@pytest.mark.parametrize("language", OTHERS)
def test_every_plural_has_all_forms_that_its_language_has(language: str) -> None:
    with (FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    plurals = [one for one in catalogue if one.pluralizable]
    assert plurals
    assert {len(_forms(one)) for one in plurals} == {catalogue.num_plurals}


def test_the_request_s_own_language_is_the_first_choice(visitor: Browser, cases: FakeCases) -> None:
    cases.case = new_cases(language="sv").case
    page = visitor.get(f"{BASE}/form/contact", **{"Accept-Language": "en"}).text
    assert '<html lang="sv">' in page
    assert "Hur når vi dig?" in page
    assert "Reparation av gräsklippare" in page


def test_the_switch_is_kept(visitor: Browser) -> None:
    english = visitor.get(f"{BASE}/form/contact").text
    assert f'href="{BASE}/form/contact?lang=sv" lang="sv"' in english
    assert '<html lang="sv">' in visitor.get(f"{BASE}/form/contact?lang=sv").text
    assert '<html lang="sv">' in visitor.get(f"{BASE}/decline").text
    assert '<html lang="en">' in visitor.get(f"{BASE}/decline?lang=en").text


def test_a_language_that_the_pages_do_not_speak_becomes_english(
    visitor: Browser, cases: FakeCases
) -> None:
    cases.case = new_cases(language="et").case
    assert '<html lang="en">' in visitor.get(f"{BASE}/form/contact?lang=xx").text


def test_pages_without_a_case_follow_the_browser(visitor: Browser) -> None:
    answer = visitor.get("/s/unknown", **{"Accept-Language": "sv-FI,sv;q=0.9"})
    assert "Länken fungerar inte" in answer.text


def test_moments_carry_their_zone_and_summer_time() -> None:
    winter = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    summer = datetime(2026, 6, 22, 13, 5, tzinfo=UTC)
    assert moment(winter, "Europe/Stockholm", "en") == "23 November 2026 00:30 CET"
    assert moment(summer, "Europe/Stockholm", "sv") == "22 juni 2026 15:05 CEST"
    assert moment(summer, "Europe/Stockholm", "de") == "22. Juni 2026 15:05 MESZ"
    assert moment(winter, "Europe/Stockholm", "fi") == "23. marraskuuta 2026 0.30 CET"
    assert day(winter, "Europe/Stockholm", "sv") == "23 november 2026"


def test_amounts_and_sizes_are_written_as_the_language_does() -> None:
    written = {
        language: money(Decimal("1500.5"), "EUR", language) for language in ("sv", "en", "ro")
    }
    assert {key: text.replace("\xa0", " ") for key, text in written.items()} == {
        "sv": "1 500,50 €",
        "en": "1,500.50 €",
        "ro": "1.500,50 EUR",
    }
    assert file_size(40, "fr").replace("\xa0", " ").replace("\u202f", " ") == "1 ko"
    assert file_size(1_250_000, "en") == "1.2 MB"


def test_every_language_of_the_pages_has_its_own_words_for_errors_of_forms() -> None:
    for code, words in MESSAGES.items():
        assert set(words) == set(NAMES), code


def test_missing_translations_stop_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"messages\.po"):
        Words(tmp_path)
