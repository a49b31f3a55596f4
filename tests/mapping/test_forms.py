"""Forms: the shipped one, what answers it takes, and what a form file may not say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hub.kernel.errors import ConfigurationError
from hub.mapping.form_texts import MESSAGES
from hub.mapping.forms import FieldType, FormSpec, said
from hub.mapping.loader import compile_form, load_forms
from tests.mapping.samples import ROOT

ANSWERS = {
    "name": "  Alice   Berg ",
    "mobile": "070-174 06 05",
    "email": "Alice@Example.com",
    "address": "Storgatan 1",
    "postcode": "12345",
    "city": "Uppsala",
    "product": "Tvättmaskin",
    "serial_number": "abc-1",
    "problem_description": "Den låter.\r\nIbland.",
    "accessories": "",
    "contact_preference": "sms",
    "backup_consent": "on",
}


@pytest.fixture(scope="module")
def form() -> FormSpec:
    return load_forms(ROOT / "config" / "forms")["repair_intake"]


def test_good_answers_come_out_clean(form: FormSpec) -> None:
    clean, errors = form.validate({**ANSWERS, "csrf": "x"}, "sv")
    assert errors == {}
    assert clean == {
        **ANSWERS,
        "name": "Alice Berg",
        "mobile": "+46701740605",
        "email": "alice@example.com",
        "postcode": "123 45",
        "serial_number": "ABC-1",
        "problem_description": "Den låter.\nIbland.",
        "backup_consent": True,
    }


def test_clean_answers_are_good_answers(form: FormSpec) -> None:
    clean, _ = form.validate(ANSWERS, "en")
    again, errors = form.validate({k: str(v) for k, v in clean.items()}, "en")
    assert (again, errors) == (clean, {})


@pytest.mark.parametrize(
    ("field", "answer", "code"),
    [
        ("name", " ", "required"),
        ("name", "\x00\x07", "required"),
        ("name", "x" * 101, "too_long"),
        ("mobile", "070-12", "bad_number"),
        ("mobile", "no telephone", "bad_number"),
        ("email", "alice", "bad_email"),
        ("email", "alice@example", "bad_email"),
        ("email", "a@b.se, c@d.se", "bad_email"),
        ("postcode", "1234", "bad_postcode"),
        ("contact_preference", "pigeon", "bad_choice"),
        ("contact_preference", "", "choose"),
        ("backup_consent", "", "consent"),
        ("problem_description", "x" * 2001, "too_long"),
    ],
)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_wrong_answer_gets_a_sentence_in_the_customers_language(
    form: FormSpec, field: str, answer: str, code: str, language: str
) -> None:
    clean, errors = form.validate({**ANSWERS, field: answer}, language)
    assert list(errors) == [field]
    start = MESSAGES[code][language].partition("{")[0]
    assert errors[field].startswith(start)
    assert "{" not in errors[field]
    assert field not in clean
    assert len(clean) == len(ANSWERS) - 1


def test_all_wrong_answers_are_told_at_once(form: FormSpec) -> None:
    _, errors = form.validate({}, "sv")
    assert set(errors) == {field.name for field in form.fields if field.required}


def test_a_step_is_judged_alone(form: FormSpec) -> None:
    clean, errors = form.validate_step("contact", ANSWERS, "sv")
    assert (set(clean), errors) == (set(list(ANSWERS)[:6]), {})
    assert form.validate_step("nothing", ANSWERS, "sv") == ({}, {})


def test_every_text_of_the_shipped_form_is_in_both_languages(form: FormSpec) -> None:
    assert "contact.name.label" in form.texts
    assert "repair.contact_preference.choice.sms" in form.texts
    for name, wording in form.texts.items():
        assert set(wording) >= {"sv", "en"}, name


def test_personal_fields_of_the_shipped_form_can_be_filled_in_by_the_browser(
    form: FormSpec,
) -> None:
    step = form.step("contact")
    assert step is not None
    assert all(field.autocomplete not in ("", "off") for field in step.fields)


def test_an_unknown_language_reads_english(form: FormSpec) -> None:
    assert said(form.title, "et") == form.title["en"]
    assert form.validate({}, "et")[1]["name"] == MESSAGES["required"]["en"]


def test_every_message_is_in_both_languages() -> None:
    assert all(set(wording) >= {"sv", "en"} for wording in MESSAGES.values())


FIELD = "{name: a, type: text, label: {en: A}}"
GOOD = f"""\
form: sample
title: {{en: T}}
steps:
  - key: one
    title: {{en: O}}
    fields:
      - {FIELD}
"""


def test_each_type_has_its_check() -> None:
    kinds = [kind for kind in FieldType if kind not in (FieldType.SELECT, FieldType.RADIO)]
    fields = "".join(
        f"      - {{name: f{i}, type: {k}, label: {{en: A}}}}\n" for i, k in enumerate(kinds)
    )
    form = compile_form(GOOD + fields, "sample.yaml")
    _, errors = form.validate({f"f{i}": "?" for i in range(len(kinds))}, "en")
    wrong = {kinds[int(name[1:])] for name in errors}
    assert wrong == {FieldType.EMAIL, FieldType.TEL, FieldType.POSTCODE, FieldType.DATE}


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        (
            "type: text",
            "type: txet",
            "7:19: steps[one].fields[a].type: unknown type 'txet'; did you",
        ),
        ("label:", "lable:", "unknown key 'lable'; did you mean 'label'?"),
        ("label: {en: A}", "label: {sv: A}", "has no English text; add 'en'"),
        ("label: {en: A}", "label: {swe: A, en: A}", "'swe' is no language; use two letters"),
        ("label: {en: A}", "label: A", "must hold a text per language"),
        ("type: text", "type: radio", "needs choices; add them"),
        ("type: text", "type: text, choices: [{value: a, label: {en: A}}]", "use select or radio"),
        ("type: text", "type: text, rows: 3", "is for textarea only; remove it"),
        ("type: text", "type: text, max_length: 0", "is not between 1 and 20000"),
        (
            "type: text",
            "type: text, convert: trimm",
            "unknown converter 'trimm'; did you mean 'trim'?",
        ),
        ("type: text", "type: text, autocomplete: mail", "unknown autocomplete word 'mail'"),
        (FIELD, f"{FIELD}\n      - {FIELD}", "field 'a' stands here twice; rename one"),
        ("fields:\n      - " + FIELD, "fields: []", "is empty; write at least one entry"),
        ("form: sample", "frm: sample", "unknown key 'frm'; did you mean 'form'?"),
    ],
)
def test_a_fault_in_a_form_file_is_told_with_its_place(good: str, bad: str, told: str) -> None:
    assert good in GOOD
    with pytest.raises(ConfigurationError) as caught:
        compile_form(GOOD.replace(good, bad, 1), "sample.yaml")
    problems = caught.value.problems
    assert any(told in line for line in problems), problems
    assert all(re.match(r"sample\.yaml:\d+:\d+: .+: .+; .+", line) for line in problems)


def test_a_folder_of_forms_tells_the_faults_of_all_its_files(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("form: one\n")
    (tmp_path / "two.yaml").write_text(GOOD)
    with pytest.raises(ConfigurationError) as caught:
        load_forms(tmp_path)
    told = "\n".join(caught.value.problems)
    assert "title: is missing" in told or "is missing; add it" in told
    assert "rename the file to sample.yaml" in told
