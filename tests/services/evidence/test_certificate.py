"""The certificate: eight languages, any name, nothing that should not be on paper."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

from hub.services.evidence import certificate
from hub.services.evidence.case import Case
from hub.services.evidence.certificate import LANGUAGES, certificate_pdf
from hub.services.typeset import glyphs
from tests.services.evidence import cases

WORDS = Path(certificate.__file__).parent / "words"
LONG = "Wolfgang Alexander Theodor Maximilian von und zu Hohenlohe-Langenburg 🎉👨‍👩‍👧"
NAMES = [
    LONG, "x" * 500, "محمد بن عبد الرحمن", "דוד בן־גוריון", "🎉", "张伟", "a\u202egnirts",
    "a\0b\x1b[31m", "", " ", "{page} #set page(fill: red) $x$ \\ */ //", "\ud83d", "\u0301" * 80,
]  # fmt: skip


def text_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def signed_by(name: str, method: str = "typed") -> Case:
    person = cases.people()[0]
    assert person.signature
    signature = replace(person.signature, name=name, method=method, parts=())
    return cases.offer_case(people=(replace(person, name=name, signature=signature),))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_all_words_with_the_same_places(language):
    english, other = (
        json.loads((WORDS / f"{one}.json").read_text(encoding="utf-8")) for one in ("en", language)
    )
    assert list(other) == list(english)
    for key, text in other.items():
        assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", english[key]))
        assert glyphs.fit(text) == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_archival_in_every_language(language):
    pdf = certificate_pdf(cases.in_language(cases.offer_case(), language))
    assert b"<pdfaid:part>3</pdfaid:part>" in pdf
    assert "7KQ2-M9TD" in text_of(pdf)


def test_a_language_that_it_does_not_know_is_english():
    assert "Certificate of signature" in text_of(
        certificate_pdf(cases.in_language(cases.offer_case(), "pl"))
    )


def test_it_tells_who_how_when_where_and_what():
    text = text_of(certificate_pdf(cases.offer_case()))
    for told in (
        "Alice Andersson", "Drawn by hand", "2 Mar 2026 10:21:07 CET (UTC+01:00)", "192.0.2.17",
        "Electronic identification: BankID", "131daac9-16c6-4618-beb0-365768f37288",
        "I have read the offer", "Offer 1", "version 2", "Photo of the pump", "declined",
        "SEK 5,250.00", "paraph verify FILE --trust ROOT.pem",
    ):  # fmt: skip
        assert told in text, told


def test_the_history_does_not_repeat_a_name_of_500_characters():
    name = "W" * 500
    case = cases.offer_case(people=cases.people(alice=name), events=cases.history(alice=name))
    sheet = certificate.sheet_of(case)
    assert sheet["people"][0]["name"] == name
    told = {one["who"] for one in sheet["history"] if one["who"].startswith("W")}
    assert told == {"W" * 80 + "…"}


def test_a_national_id_is_never_printed_whole():
    person = cases.people()[1]
    assert person.signature
    signature = replace(person.signature, national_id="198001011239")
    text = text_of(
        certificate_pdf(cases.offer_case(people=(replace(person, signature=signature),)))
    )
    assert "…1239" in text
    assert "1980" not in text


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
@pytest.mark.parametrize("method", ["typed", "drawn"])
def test_every_name_can_be_printed(name, method):
    assert certificate_pdf(signed_by(name, method)).startswith(b"%PDF")


def test_what_was_erased_says_so():
    assert "erased" in text_of(certificate_pdf(signed_by("")))


def test_a_character_without_a_shape_is_marked_and_turns_are_left_out():
    assert "�� ab" in text_of(certificate_pdf(signed_by("张伟 a\u202eb")))


def test_a_long_history_stays_short_on_paper():
    told = cases.chained(*[("viewed", {"recipient": "alice"}, {})] * 300)
    with pypdfium2.PdfDocument(certificate_pdf(cases.offer_case(events=told))) as document:
        assert len(document) <= 4
