"""Reading the EW surface's text answers, with answers as the vendor's pages print them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.agiloft.grammar import html_message, is_html, parse_assignments, record, rows
from connectors.agiloft.sandbox.errors import EwError
from connectors.agiloft.sandbox.ewrest import assignments, error_page

NAMES = st.from_regex(r"\A[a-z_][a-z0-9_]{0,20}\Z")
PAGE = """<html><head><title>Error</title></head><body><h3>
com.supportwizard.ws.EWWrongDataException has occurred:</h3>
[default task-12][1513772343000] No column <b>colour</b> in table service_case</body></html>"""


def test_a_create_answer_gives_the_id():
    assert parse_assignments("EWREST_id='353';") == {"id": "353"}


def test_a_read_answer_gives_every_field():
    text = "EWREST_id='358';\nEWREST_date_created='Dec 27 2017 04:40:24';\nEWREST_empty='';\n"
    expected = {"id": "358", "date_created": "Dec 27 2017 04:40:24", "empty": None}
    assert parse_assignments(text) == expected


def test_a_select_answer_with_spaces_and_on_one_line_is_read():
    text = "EWREST_id_length = '3'; EWREST_id_0 = '150'; EWREST_id_1 = '151'; EWREST_id_2 = '9';"
    assert parse_assignments(text)["id_2"] == "9"


def test_lines_of_older_servers_end_in_crlf():
    assert parse_assignments("EWREST_a='1';\r\nEWREST_b='2';\r\n") == {"a": "1", "b": "2"}


def test_null_is_none_and_other_lines_are_ignored():
    assert parse_assignments("// hello\nEWREST_a = null;\nvar b='3';\n") == {"a": None}


def test_an_attach_answer_has_a_dot_in_its_name():
    assert parse_assignments("EWREST_signed_documents.length='1';") == {
        "signed_documents.length": "1"
    }


def test_an_assignment_inside_a_value_is_text():
    text = "EWREST_note='x\\'; EWREST_id=\\'9\\';';\nEWREST_id='1';"
    assert parse_assignments(text) == {"note": "x'; EWREST_id='9';", "id": "1"}


def test_a_raw_line_end_inside_a_value_is_kept():
    assert parse_assignments("EWREST_note='one\ntwo';") == {"note": "one\ntwo"}


def test_a_multi_value_field_becomes_a_list():
    values = parse_assignments("EWREST_f_group_0='Manager';EWREST_f_group_1='Tech';")
    assert record(values)["f_group"] == ["Manager", "Tech"]


def test_a_field_that_ends_in_a_number_stays():
    assert record({"line_0": "a", "line": "b"}) == {"line_0": "a", "line": "b"}


def test_a_search_answer_gives_rows():
    text = "EWREST_length = '2'; EWREST_id_0='4'; EWREST_name_0='A'; EWREST_id_1='5';"
    found = rows(parse_assignments(text), ["id", "name"])
    assert found == [{"id": "4", "name": "A"}, {"id": "5", "name": None}]


def test_a_search_that_finds_nothing_gives_no_rows():
    assert rows(parse_assignments("EWREST_id_length = '0';"), ["id"]) == []


def test_an_error_page_gives_exception_and_text():
    assert html_message(PAGE) == "EWWrongDataException: No column colour in table service_case"


def test_a_page_of_somebody_else_gives_its_words():
    assert html_message("<html><body><h1>Bad gateway</h1> nginx</body></html>") == (
        "Bad gateway nginx"
    )


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("text/html; charset=utf-8", "x", True),
        ("text/plain", "  <!DOCTYPE html><p>", True),
        ("", "<HTML>", True),
        ("text/plain", "EWREST_a='<html>';", False),
        ("application/json", "{}", False),
    ],
)
def test_pages_are_told_from_answers(kind, text, expected):
    assert is_html(kind, text) is expected


@given(st.dictionaries(NAMES, st.text() | st.none()), st.booleans(), st.booleans())
def test_whatever_is_written_is_read_again(values, crlf, spaced):
    text = assignments(values, crlf=crlf, spaced=spaced)
    assert parse_assignments(text) == {name: value or None for name, value in values.items()}


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text):
    assert isinstance(parse_assignments(text), dict)
    assert isinstance(html_message(text), str)


@given(st.text(st.characters(categories=("L", "N", "P", "Zs")), min_size=1, max_size=80))
def test_the_text_of_an_error_page_is_found(text):
    page = error_page(EwError(400, text), 1_700_000_000_000)
    assert html_message(page).startswith("EWWrongDataException")
