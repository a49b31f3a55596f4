"""Every template in every language: what is given is on the page, what is not leaves no trace."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hub.contracts.sheets import TEMPLATE_FIELDS
from hub.kernel.errors import ConfigurationError
from hub.services.amounts import LANGUAGES
from hub.services.evidence import certificate as evidence_certificate
from hub.services.typeset import glyphs, wording
from hub.services.typeset.press import typeset
from hub.services.typeset.wording import templates
from tests.services.typeset.made import (
    FULL,
    LINES,
    LOGO,
    SENDER,
    bare,
    line,
    pages,
    plain,
    sheet,
    text,
)

CERTIFICATE = Path(evidence_certificate.__file__).parent / "words"
TOTAL = {
    "sv": "3 750,00 kr", "da": "3.750,00 SEK", "nb": "3 750,00 SEK", "fi": "3 750,00 SEK",
    "ro": "3.750,00 SEK", "fr": "3 750,00 SEK", "de": "3.750,00 SEK", "en": "SEK 3,750.00",
}  # fmt: skip


def test_the_five_kinds_are_there():
    assert {
        "offer", "order_confirmation", "service_sheet", "intake_protocol", "return_protocol",
    } <= set(templates())  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", templates())
def test_each_template_speaks_each_language(template, language):
    said = wording.words(template, language)
    shown = text(typeset(template, sheet(language)))
    for word in ("title", "object", "lines", "options", "total", "vat", "customer_signature"):
        assert plain(said[word]) in shown
    assert "O-1042" in shown
    assert TOTAL[language] in shown


@pytest.mark.parametrize("template", templates())
def test_no_template_keeps_a_field_to_itself(template):
    shown = text(typeset(template, sheet()))
    given = [
        "O-1042", "27 november 2026", "31 december 2026", "PO 4711", "First paragraph. Second",
        "Thirty days.", "Bring the key.", "Alice Ågren", "10042", "Lilla gatan 2 722 12 Västerås",
        "Charlie Ek +46 70 000 00 00", "Volvo V60", "ABC 123", "Lager 4 722 13 Västerås", "Net 30",
        "Mileage 123 456 km",
    ]  # fmt: skip
    assert [each for each in given if each not in shown] == []
    assert set(TEMPLATE_FIELDS) <= set(FULL)


@pytest.mark.parametrize("template", templates())
def test_words_differ_between_languages(template):
    assert len({wording.words(template, language)["title"] for language in LANGUAGES}) >= 5


@pytest.mark.parametrize("template", templates())
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_fonts_hold_every_word(template, language):
    for word in wording.words(template, language).values():
        assert glyphs.fit(word).replace("\u200b", "") == word


@pytest.mark.parametrize("template", templates())
def test_what_is_absent_leaves_no_trace(template):
    said = wording.words(template, "sv")
    shown = text(typeset(template, bare()))
    names = ["customer", "date", "object", "lines", "total", "options", "notes", "terms", "facts"]
    assert [name for name in names if said[name] in shown.replace(said["title"], "")] == []
    assert said["title"] in shown


@pytest.mark.parametrize("template", templates())
def test_every_line_that_is_counted_is_seen(template):
    shown = text(typeset(template, sheet()))
    assert all(each["text"] in shown for each in LINES)


@pytest.mark.parametrize("template", templates())
def test_a_template_neither_fetches_packages_nor_evaluates_text(template):
    source = (wording.TEMPLATES / template / wording.SOURCE).read_text()
    source += (wording.TEMPLATES / "layout" / "layout.typ").read_text()
    assert "@preview" not in source
    assert "#eval" not in source
    assert " eval(" not in source


@pytest.mark.parametrize("template", templates())
def test_the_same_sheet_gives_the_same_bytes(template):
    assert typeset(template, sheet()) == typeset(template, sheet())


def test_the_document_is_archival_tagged_and_titled():
    made = typeset("offer", sheet())
    assert b"<pdfaid:part>3</pdfaid:part>" in made
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in made
    assert b"/StructTreeRoot" in made
    assert b"Offert O-1042" in made


def test_an_unknown_template_is_told_with_the_nearest_name():
    with pytest.raises(ConfigurationError, match="did you mean 'offer'"):
        typeset("ofer", sheet())


@pytest.mark.parametrize("name", ["layout", "../offer", "", "/etc"])
def test_only_a_template_is_a_template(name):
    with pytest.raises(ConfigurationError, match="unknown template"):
        typeset(name, sheet())


def test_two_hundred_lines_keep_their_column_names_and_page_numbers():
    lines = tuple(line(str(number), f"Part {number}") for number in range(200))
    shown = pages(typeset("offer", sheet(lines=lines, accepted=frozenset())))
    assert len(shown) > 4
    for number, page in enumerate(shown, 1):
        assert f"{number} ({len(shown)})" in page
    assert all(page.startswith("Nordverk AB Offert O-1042") for page in shown[1:])
    for page in shown[:-2]:
        assert "Beskrivning" in page
    assert all(f"Part {number} " in " ".join(shown) for number in range(200))


def test_long_terms_flow_over_pages():
    shown = pages(typeset("offer", sheet(terms="All of this holds. " * 900)))
    assert len(shown) >= 3
    assert " ".join(shown).count("holds.") == 900


def test_optional_lines_are_counted_when_accepted_and_all_of_them_told_apart():
    shown = text(typeset("offer", sheet()))
    assert "Med alla tillval" in shown
    assert "4 375,00 kr" in shown
    everything = text(typeset("offer", sheet(accepted=frozenset({"3", "4"}))))
    assert "Med alla tillval" not in everything


def test_a_document_in_which_nothing_costs_anything_has_no_amounts():
    lines = (line("1", "Key", "0", "2", vat="0"),)
    shown = text(typeset("intake_protocol", sheet(lines=lines, accepted=frozenset())))
    assert "Key 2 h" in shown
    assert "0,00" not in shown
    assert "À-pris" not in shown


def test_a_document_in_which_nothing_is_taxed_speaks_of_no_rate():
    lines = tuple({**one, "vat": "0"} for one in LINES)
    shown = text(typeset("offer", sheet(lines=lines)))
    assert "Moms" not in shown
    assert "inklusive" not in shown


def test_a_logo_stands_for_the_name_and_a_bad_one_is_left_out():
    plain_name = typeset("offer", bare())
    assert plain_name == typeset("offer", bare(sender=type(SENDER)("Nordverk AB", logo=b"<svg")))
    with_logo = typeset("offer", bare(sender=type(SENDER)("Nordverk AB", logo=LOGO)))
    assert text(plain_name).count("Nordverk AB") == text(with_logo).count("Nordverk AB") + 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", templates())
def test_a_sheet_with_options_says_where_it_stands_what_was_chosen(template, language):
    """At its end: so it is with the hub's certificate, and with what a hosted provider gives."""
    words = wording.words(template, language)
    certificate = json.loads((CERTIFICATE / f"{language}.json").read_text(encoding="utf-8"))
    said = f"{words['options_counted']} {words['options_offered']}"
    assert certificate["heading"].lower() not in said.lower()
    assert plain(said) in text(typeset(template, sheet(language)))
    without = text(typeset(template, bare(language, lines=(line("1", "Work"),))))
    assert plain(words["options_offered"]) not in without


@pytest.mark.parametrize("template", ["offer", "service_sheet"])
def test_what_is_all_left_to_choose_has_no_sum_until_something_counts(template):
    options = (line("1", "Knife", "349", optional=True), line("2", "Oil", "129", optional=True))
    said = wording.words(template, "sv")
    shown = text(typeset(template, bare(lines=options, currency="SEK")))
    assert plain("0,00 kr") not in shown
    assert plain("597,50 kr") in shown  # with all options
    assert plain(said["options_counted"]) not in shown
    assert plain(said["options_offered"]) in shown
    chosen = text(typeset(template, bare(lines=options, currency="SEK", accepted=frozenset({"2"}))))
    assert plain("161,25 kr") in chosen
    assert plain(said["options_counted"]) in chosen


def test_a_page_alone_has_no_number():
    assert "(1)" not in text(typeset("offer", bare(lines=(line("1", "Work"),))))


@pytest.mark.parametrize("template", templates())
def test_no_template_asks_for_money(template):
    """What is handed in is not to be paid; what is, the terms tell."""
    said = [wording.words(template, language)["total"] for language in LANGUAGES]
    assert {"Att betala", "Å betale", "Total de plată"} & set(said) == set()
    assert [word.split()[0] for word in said] == [
        "Totalt", "I", "Totalt", "Yhteensä", "Total", "Total", "Gesamtbetrag", "Total",
    ]  # fmt: skip
