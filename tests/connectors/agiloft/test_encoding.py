"""What our values become in Agiloft, and whether two values mean the same."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.agiloft.encoding import decode, encode, link_value, plain_value, same_value
from connectors.agiloft.query import Condition, as_query, as_where, contains, equals
from connectors.agiloft.sandbox.schema import LINKED, Field
from connectors.agiloft.sandbox.values import take
from hub.kernel.errors import Refused

STOCKHOLM = ZoneInfo("Europe/Stockholm")
LINKED_FIELD = Field("company", "Company", LINKED, table="company", column="company_name")


def encoded(fields, **options):
    return encode("case", fields, linked=["company", "case.owner"], zone=STOCKHOLM, **options)


@pytest.mark.parametrize("name", ["$KB", "$login", "a$overwrite", "", "a b", "a=b", "a\n"])
def test_a_field_that_could_be_a_system_parameter_is_refused(name):
    with pytest.raises(Refused):
        encoded({name: "x"})


def test_an_empty_text_for_a_linked_field_is_left_out():
    assert encoded({"company": "", "owner": "", "city": ""}) == {"city": ""}


def test_a_linked_field_is_looked_up_by_its_display_value():
    assert encoded({"company": "A: what?", "owner": 7}) == {
        "company": ":A\\: what\\?",
        "owner": 7,
    }


def test_none_clears_a_link():
    assert encoded({"company": None}) == {"company": "$global.null"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-07-01T10:00:00Z", "2026-07-01 12:00:00"),
        ("2026-07-01T10:00:00.123+00:00", "2026-07-01 12:00:00"),
        (datetime(2026, 1, 1, 23, 30, tzinfo=UTC), "2026-01-02 00:30:00"),
        (date(2026, 1, 2), "2026-01-02"),
        ("2026-01-02", "2026-01-02"),
        (True, "Yes"),
        (3, 3),
        (["a", "b"], ["a", "b"]),
    ],
)
def test_moments_leave_as_iso_in_the_zone_of_the_knowledge_base(value, expected):
    assert plain_value(value, STOCKHOLM) == expected


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-07-01T10:00:00Z", "Jul 01 2026 12:00:00"),
        ("2026-07-01T10:00:00Z", "2026-07-01 12:00:00"),
        ("2026-01-02", "Jan 02 2026"),
        (3, "3"),
        (3, "3.00"),
        ("one\ntwo", "one\r\ntwo "),
        (None, ""),
        ("", None),
        (["SMS", "Phone"], ["Phone", "SMS"]),
        (["SMS"], "SMS"),
        ("Signed", {"id": 4, "value": "Signed"}),
        ("Signed", ["Signed"]),
    ],
)
def test_values_that_mean_the_same(written, read):
    assert same_value(written, read, STOCKHOLM)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-07-01T10:00:00Z", "Jul 01 2026 10:00:00"),
        ("anna", "Anna"),
        (3, "4"),
        (3, None),
        (["SMS"], ["SMS", "Phone"]),
        ("x", ""),
    ],
)
def test_values_that_do_not(written, read):
    assert not same_value(written, read, STOCKHOLM)


def test_capitals_of_a_choice_do_not_count():
    assert same_value("signed", "Signed", STOCKHOLM, fold=True)


def test_dates_as_people_see_them_become_iso():
    assert decode("Dec 27 2017 04:40:24") == "2017-12-27 04:40:24"
    assert decode("Dec 27 2017") == "2017-12-27"
    assert decode("Foo 99 2017") == "Foo 99 2017"
    assert decode("On Dec 27 2017") == "On Dec 27 2017"


@given(st.text(min_size=1))
def test_every_display_value_survives_the_look_up(text):
    seen = []

    def lookup(table, column, display):
        seen.append(display)
        return [1]

    assert take(LINKED_FIELD, link_value(text), "case", lookup) == 1
    assert seen == [text]


@given(st.text())
def test_no_value_reaches_a_query_unchecked(text):
    try:
        conditions = (equals("name", text), contains("note", text))
    except Refused:
        return
    for written in (as_query(conditions), as_where(conditions)):
        assert written.count("'") == 4
        assert not re.search(r"[;\\\"`]|--", written)


def test_a_value_with_a_quote_is_searched_by_its_longest_harmless_piece():
    assert equals("name", "Bob O'Hara") == Condition("name", "~=", "Bob O")


def test_a_value_without_any_harmless_piece_is_refused():
    with pytest.raises(Refused):
        equals("name", "';--")
