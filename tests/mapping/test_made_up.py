"""Made-up values: nothing of the real ones is left, and the same converters take them."""

from __future__ import annotations

import pytest

from hub.mapping.converters import ConversionError, convert, parse_converter
from hub.mapping.examples import MOMENT
from hub.mapping.fields_read import FieldsRead, Kind, fields_read
from hub.mapping.loader import load_form, load_mapping
from hub.mapping.made_up import MadeUp
from tests.mapping.samples import ROOT, compiled

SHIPPED = ROOT / "mappings" / "agiloft_information_request.yaml"
FORM = ROOT / "config" / "forms" / "repair_intake.yaml"
REAL = {
    "id": 48151623,
    "case_number": "SC-48151",
    "status": "Waiting for parts",
    "sign_state": "Signed",
    "customer_name": " Selma Lagerlöf ",
    "customer_mobile": "073-123 45 67",
    "customer_email": "selma.lagerlof@telia.se",
    "customer_address": "Mårbacka 1",
    "customer_postcode": "686 93",
    "customer_city": "Sunne",
    "customer_language": "Svenska",
    "customer_personal_number": "811228-9874",
    "product": "Skrivmaskin av märket Remington",
    "problem_description": "Selma skriver: ring 073-123 45 67\nhälsningar Selma",
    "internal_remark": "VIP, granne till kungen",
}


def shipped():
    return load_mapping(SHIPPED)


def making(mapping=None, form=None):
    mapping = mapping or shipped()
    return MadeUp(fields_read(mapping, form or load_form(FORM)), MOMENT)


def chained(**chains):
    """Fields that go through converters."""
    known = FieldsRead(roots=None)
    for name, texts in chains.items():
        known.add(name, tuple(parse_converter(text) for text in texts))
    return MadeUp(known, MOMENT)


def test_nothing_real_is_left_and_the_mapping_gives_the_same_kind_of_request():
    mapping = shipped()
    real = {key: value for key, value in REAL.items() if key != "sign_state"}
    made = making(mapping).record(real)
    text = str(made)
    for word in ("Selma", "Lager", "telia", "rbacka", "686", "Sunne", "Remington", "0731", "kungen",
                 "811228", "48151", "073", "granne"):  # fmt: skip
        assert word not in text, word
    before, after = (mapping.plan(one, now=MOMENT) for one in (real, made))
    assert before.problems == after.problems == ()
    assert after.recipients[0].mobile.startswith("+467017406")
    assert after.language == "sv"
    assert after.recipients[0].national_id.startswith("19900101980")


def test_a_field_that_nothing_reads_is_left_out():
    made = making().record(REAL)
    assert "internal_remark" not in made
    assert set(REAL) - set(made) == {"internal_remark"}


def test_words_that_the_mapping_compares_with_or_chooses_by_stay():
    made = making().record(REAL)
    assert made["sign_state"] == "Signed"
    assert made["customer_language"] == "Svenska"
    assert made["status"] == "Text 1"


def test_white_space_around_and_the_way_of_writing_stay():
    made = making().record(REAL)
    assert made["customer_name"] == " Alice Andersson "
    assert made["customer_mobile"] == "070-174 06 05"
    assert made["customer_postcode"] == "100 01"
    assert made["customer_email"] == "alice@example.com"
    assert made["customer_personal_number"] == "900101-9802"
    assert made["case_number"] == "SC-10001"
    assert making().record({"customer_mobile": "+46 73 123 45 67"}) == {
        "customer_mobile": "+46 70 174 06 05"
    }
    assert making().record({"customer_mobile": "0046731234567"}) == {
        "customer_mobile": "0046701740605"
    }


def test_the_same_value_becomes_the_same_one_and_another_another():
    one = making()
    value = one.value
    assert value("073-123 45 67", "customer_mobile") == value("073-123 45 67", "customer_mobile")
    other = value("073-123 45 68", "customer_mobile")
    assert other == "070-174 06 06"
    assert value("+46731234567", "customer_mobile") == "+46701740605"  # written otherwise
    assert value("selma", "customer_name") == value("SELMA ", "customer_name").strip()
    assert value("Nils", "customer_name") != value("Selma", "customer_name")


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("customer_mobile", "073-12"),
        ("customer_mobile", "fråga Selma"),
        ("customer_mobile", "08-123 456 78 anknytning 5"),
        ("customer_personal_number", "811228-9875"),
        ("customer_personal_number", "okänt"),
    ],
)
def test_a_bad_value_becomes_one_that_is_bad_alike(name, bad):
    mapping = shipped()
    record = {
        "id": 1,
        "status": "Open",
        "customer_name": "Selma",
        "customer_mobile": "073-123 45 67",
        name: bad,
    }
    made = making(mapping).record(record)
    assert bad not in str(made)
    before, after = (mapping.plan(one, now=MOMENT) for one in (record, made))
    assert [one.code for one in after.problems] == [one.code for one in before.problems] != []


@pytest.mark.parametrize(
    ("chain", "real"),
    [
        (["trim", "e164:SE"], " 073-123 45 67"),
        (["e164:DK"], "+45 20 12 34 56"),
        (["e164:NO"], "406 12 345"),
        (["e164:FI"], "040 1234567"),
        (["e164:US"], "(201) 555-0123"),
        (["national_id:SE"], "19811228-9874"),
        (["national_id:SE"], "8112289874"),
        (["national_id:DK"], "211062-5629"),
        (["national_id:NO"], "15108695088"),
        (["national_id:FI"], "311280-888Y"),
        (["postcode:SE"], "68693"),
        (["postcode:SE"], "SE-686 93"),
        (["postcode:DK"], "2100"),
        (["postcode:DE"], "10115"),
        (["postcode:RO"], "010011"),
        (["date"], "1958-11-20"),
        (["date"], "2026-03-02"),
        (["datetime"], "2026-03-02T09:00:00+01:00"),
        (["decimal"], "1 234,50"),
        (["int"], "12"),
        (["int"], "12345678901"),
        (["bool"], "ja"),
        (["last_digits:4"], "731234567"),
        (["truncate:80", "upper"], "Selma"),
    ],
)
def test_every_converter_takes_what_was_made_up(chain, real):
    converters = tuple(parse_converter(text) for text in chain)
    convert(real, converters, MOMENT)  # it is a good one to begin with
    made = chained(field=chain).record({"field": real})["field"]
    convert(made, converters, MOMENT)


def test_lists_and_objects_keep_their_shape_and_amounts_stay():
    mapping = compiled(
        request=(
            "request:\n  kind: x\n  provider: p\n  channels: sms\n  expires_after: 1d\n"
            "  recipient: [{to: name, from: person.full}]\n"
            "  lines:\n    for_each: rows\n    currency: SEK\n    rows:\n"
            "      - {to: text, from: item.what}\n"
            "      - {to: price, from: item.price, convert: decimal}\n"
        )
    )
    record = {
        "person": {"full": "Selma Lagerlöf", "mail": "selma@telia.se", "vip": True},
        "rows": [{"what": "Selmas pump", "price": "1 200,50"}, {"what": "Hose", "price": 40}],
    }
    made = MadeUp(fields_read(mapping, None), MOMENT).record(record)
    assert made == {
        "person": {"full": "Alice Andersson", "mail": "alice@example.com", "vip": True},
        "rows": [{"what": "Text 1", "price": "1 200,50"}, {"what": "Text 2", "price": 40}],
    }


def test_what_looks_personal_is_made_up_wherever_it_stands():
    known = FieldsRead(roots=None)
    made = MadeUp(known, MOMENT).record(
        {"a": "selma@telia.se", "b": "0731234567", "c": "19811228-9874", "d": "1958-11-20",
         "e": 731234567, "f": 12, "g": None, "h": "", "i": False, "j": "2026-05-01"}
    )  # fmt: skip
    assert made["a"] == "alice@example.com"
    assert "73123" not in str(made)
    assert "811228" not in str(made)
    assert made["d"] == "1980-01-01"
    assert (made["f"], made["g"], made["h"], made["i"]) == (12, None, "", False)
    assert made["j"] == "2026-05-01"


@pytest.mark.parametrize(
    ("real", "made"),
    [("kim.ek85", "XXX.XX11"), ("Ek-7", "XX-2"), ("SC-4815", "SC-1001"), ("811228", "800101"),
     ("KIM.EK85", "KIM.XX11"), ("999999", "999999")],
)  # fmt: skip
def test_short_names_and_days_of_birth_do_not_stay(real, made):
    assert chained().value(real, "field") == made


def test_what_stands_where_a_name_of_a_field_should_be_does_not_stay():
    value = {"Selma Lagerlöf": "mother", "selma@example.com": 1, "08112298": 2, "field": 3}
    made = chained().value(value, "extra")
    assert list(made) == ["Name 1", "Name 2", "Name 3", "field"]


def test_a_value_that_nothing_made_up_can_stand_for_is_told_by_its_field():
    class Nothing:
        text = "nothing"

        def apply(self, value, now):
            if value != "Selma":
                raise ConversionError("is not Selma")
            return value

    known = FieldsRead(roots=None)
    known.chains["field"] = [(Nothing(),)]
    with pytest.raises(LookupError, match="field"):
        MadeUp(known, MOMENT).record({"field": "Selma"})


def test_fields_are_known_by_their_rows_first_and_then_by_their_names():
    known = fields_read(shipped(), load_form(FORM))
    assert known.kind("customer_mobile") is Kind.PHONE
    assert known.kind("customer_name") is Kind.NAME
    assert known.kind("product_name") is None
    assert known.kind("invoice_address") is Kind.ADDRESS
    assert known.kind("problem_description") is None
    assert known.roots is not None


@pytest.mark.parametrize("expression", ["**.name", "$$.name", "$keys($)", "$string()"])
def test_an_expression_that_may_read_anything_keeps_all_fields(expression):
    mapping = compiled(f"when: '{expression}'\n")
    assert fields_read(mapping, None).roots is None
