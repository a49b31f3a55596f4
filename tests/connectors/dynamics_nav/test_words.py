"""Names, values, criteria, ids and lines, without any server."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.dynamics_nav import filters, keys, names, values
from connectors.dynamics_nav.client import LineEdit, filled
from connectors.dynamics_nav.lines import planned
from hub.kernel.errors import Refused

LINES = [
    {"Key": "k1", "Line_No": 10000, "Description": "Brake", "Quantity": "2.0", "Decision": None},
    {"Key": "k2", "Line_No": 20000, "Description": "Oil", "Quantity": "1", "Decision": None},
]


@pytest.mark.parametrize(
    ("caption", "name"),
    [
        ("No.", "No"),
        ("Sell-to Customer No.", "Sell_to_Customer_No"),
        ("Country/Region Code", "Country_Region_Code"),
        ("Balance (LCY)", "Balance_LCY"),
        ("VAT %", "VAT_Percent"),
        ("E-Mail", "E_Mail"),
        ("Nº Linha OM", "N_x00BA__Linha_OM"),
        ("Açúcar", "Açúcar"),
        ("Färg", "Färg"),
        ("Customer's Ref", "Customer_x0027_s_Ref"),
        ("Sell_to_Customer_No", "Sell_to_Customer_No"),
        ("N_x00BA__Linha_OM", "N_x00BA__Linha_OM"),
    ],
)
def test_a_caption_becomes_the_name_that_nav_makes_of_it(caption, name):
    assert names.field_name(caption) == name


@pytest.mark.parametrize(
    ("caption", "word"),
    [
        ("", "_blank_"),
        (" ", "_blank_"),
        ("Charge (Item)", "Charge_Item"),
        ("G/L Account", "G_L_Account"),
        ("Do Not Show", "Do_Not_Show"),
        ("Pending_Approval", "Pending_Approval"),
    ],
)
def test_an_option_becomes_its_word(caption, word):
    assert names.option_name(caption) == word


def test_escapes_are_written_out_for_people():
    assert names.decoded("N_x00BA__Linha_OM") == "Nº_Linha_OM"


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Decimal("1E+3"), "1000"),
        (Decimal("0.10"), "0.10"),
        (1e-05, "0.00001"),
        (date(1, 1, 1), None),
        (datetime(1, 1, 1, tzinfo=UTC), None),
        ("0001-01-01", None),
        ("0001-01-01T00:00:00Z", None),
        ("_blank_", None),
        ("_x0020_", None),
        (" ", None),
        ("a\x0bb\nc\td", "ab\nc\td"),
        (True, True),
        (7, 7),
        (None, None),
    ],
)
def test_what_was_read_becomes_plain(value, plain):
    assert values.decoded(value) == plain


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("1,5", values.DECIMAL),
        ("NaN", values.DECIMAL),
        (True, values.DECIMAL),
        ("1.5", values.INTEGER),
        ("perhaps", values.BOOLEAN),
        ("31/12/2026", values.DATE),
        ("yesterday", values.DATETIME),
        ([1], values.TEXT),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_by_the_fields_name(value, kind):
    with pytest.raises(Refused, match="Some_Field") as caught:
        values.encoded("Some_Field", value, kind)
    assert str(value) not in caught.value.detail.replace("Some_Field", "")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("12.50", "12.5"),
        (12, "12.00"),
        (Decimal("1.10"), "1.1"),
        (1.5, "1.5"),
        (None, ""),
        ("", None),
        ("0001-01-01", None),
        (True, "true"),
        ("2026-03-02T10:00:00+02:00", "2026-03-02T08:00:00Z"),
        ("2026-03-02T10:00:00", "2026-03-02T10:00:00Z"),
        ("Pending Approval", "Pending_Approval"),
        ("2026-03-02T10:00:00.123456+00:00", "2026-03-02T10:00:00.123Z"),
        ("a\r\nb ", "a\nb"),
        ("a\x1fb", "ab"),
        ([{"Line_No": 2, "Quantity": 3}], [{"Line_No": 1}, {"Line_No": 2, "Quantity": "3.0"}]),
    ],
)
def test_these_are_the_same_to_nav(written, read):
    assert values.same(written, read)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("007", "7"),
        ("a", "A"),
        (None, "x"),
        (0, None),
        (False, None),
        ("x", None),
        ("1.5", "1.6"),
        ("2026-03-02T10:00:00Z", "2026-03-02T10:00:01Z"),
        ([{"Line_No": 2, "Quantity": 3}], [{"Line_No": 2, "Quantity": "4"}]),
        ([{"Line_No": 2}], None),
    ],
)
def test_these_are_not(written, read):
    assert not values.same(written, read)


@given(st.text(max_size=60))
def test_a_value_to_search_for_cannot_be_an_operator(text):
    try:
        written = filters.literal(text)
    except Refused:
        assert not text.isprintable()
        return
    if written != text:
        assert written[0] == written[-1] == "'"
        assert "'" not in written[1:-1].replace("''", "")
    else:
        assert not set(written) & set("*?|&<>=@().' ")


def test_an_empty_field_is_searched_by_two_quotes():
    assert filters.literal("") == "''"
    assert filters.literal("A&B") == "'A&B'"
    assert filters.literal("Bob's") == "'Bob''s'"
    assert filters.odata_literal("Bob's") == "'Bob''s'"


@pytest.mark.parametrize("text", ["x" * 251, "a\nb"])
def test_what_no_field_can_hold_is_not_searched_for(text):
    with pytest.raises(Refused):
        filters.literal(text)


@given(st.lists(st.text(min_size=1, max_size=20).filter(str.isprintable), min_size=1, max_size=4))
def test_an_id_is_taken_apart_into_what_it_was_joined_of(parts):
    assert keys.parted(keys.joined(parts), len(parts)) == parts


@pytest.mark.parametrize(("given", "count"), [("", 1), ("a,b", 3), (",b", 2), ("x" * 101, 1)])
def test_what_cannot_be_an_id_is_none(given, count):
    assert keys.parted(given, count) is None


def test_a_reference_is_one_that_a_code_field_keeps():
    mark = keys.reference("delivery-7")
    assert (len(mark), mark.upper(), mark == keys.reference("delivery-8")) == (20, mark, False)


def test_named_lines_are_changed_new_ones_added_and_others_left_alone():
    wanted = [{"Line_No": 20000, "Decision": "Accepted"}, {"Description": "Filter", "Quantity": 1}]
    assert planned(LINES, wanted, "Line_No") == (
        LineEdit(LINES[1], {"Decision": "Accepted"}),
        LineEdit(None, {"Description": "Filter", "Quantity": 1}),
    )


def test_doing_it_again_to_lines_does_nothing():
    wanted = [
        {"Line_No": 10000, "Description": "Brake", "Quantity": 2},
        {"Description": "Oil", "Quantity": "1.00"},
    ]
    assert planned(LINES, wanted, "Line_No") == ()


def test_two_equal_new_lines_are_two():
    oil = {"Description": "Oil", "Quantity": 1}
    assert planned(LINES, [oil, oil], "Line_No") == (LineEdit(None, oil),)


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ([{"Line_No": 30000, "Decision": "Accepted"}], "unknown_line"),
        ([{"Line_No": 10000}, {"Line_No": "10000"}], "bad_value"),
        ("all", "bad_value"),
        ([7], "bad_value"),
    ],
)
def test_lines_that_make_no_sense_are_refused(wanted, code):
    with pytest.raises(Refused) as caught:
        planned(LINES, wanted, "Line_No")
    assert caught.value.code == code


def test_templates_are_filled_in_one_pass():
    words = {"id": "{text}", "text": "x", "found.ID": 7}
    assert filled("{id}", words) == "{text}"
    assert filled("a {id} b {text}", words) == "a {text} b x"
    assert filled("{found.ID}", words) == 7
    with pytest.raises(Refused):
        filled("{nothing}", words)
