"""Paths into JSON, bodies, parameters from templates, and when two values mean the same."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from connectors.crm_rest.shapes import at, body_of, encoded, filled, nested, rank, same_value
from hub.kernel.errors import Refused


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("", {"a": {"b": [{"c": 1}]}, "@odata.next": "x"}),
        ("a.b.0.c", 1),
        ("@odata.next", "x"),
        ("a.x", None),
        ("a.b.1.c", None),
        ("a.b.c", None),
        ("a.b.0.c.d", None),
    ],
)
def test_a_path_finds_what_stands_there(path, found):
    assert at({"a": {"b": [{"c": 1}]}, "@odata.next": "x"}, path) == found


def test_bodies_have_their_envelope_and_constants():
    constants = {"data": {"type": "contacts"}}
    assert body_of({"a": 1}, "data.attributes", constants) == {
        "data": {"type": "contacts", "attributes": {"a": 1}}
    }
    assert body_of({"a": 1}, "", {"b": 2}) == {"b": 2, "a": 1}
    assert constants == {"data": {"type": "contacts"}}


def test_names_with_dots_become_objects_beside_what_is_there():
    present = {"address": {"city": "Åre", "zip": "1"}}
    assert nested({"address.city": "Umeå", "x.y.z": 1}, present) == {
        "address": {"city": "Umeå", "zip": "1"}, "x": {"y": {"z": 1}},
    }  # fmt: skip
    assert present == {"address": {"city": "Åre", "zip": "1"}}


def test_values_become_plain_json():
    fields = {"a": Decimal("1.50"), "b": Decimal("1.50"), "c": date(2026, 3, 2), "d": ("x",)}
    assert encoded(fields, {"b": "number"}) == {
        "a": "1.50",
        "b": 1.5,
        "c": "2026-03-02",
        "d": ["x"],
    }
    assert encoded({"m": datetime(2026, 3, 2, tzinfo=UTC)}, {}) == {
        "m": "2026-03-02T00:00:00+00:00"
    }
    with pytest.raises(Refused):
        encoded({"a": b"bytes"}, {})


@pytest.mark.parametrize(
    ("template", "escape", "value", "parameter"),
    [
        ("{value}", {}, "O'Hara & {field}", "O'Hara & {field}"),
        ("{json}", {}, 'a"b', '"a\\"b"'),
        ("{json}", {}, 7, "7"),
        ("{field} eq '{value}'", {"'": "''"}, "O'Hara", "email eq 'O''Hara'"),
        ("{field}:{value}", {}, "bob@example.com", "email:bob@example.com"),
        ('{field} = "{value}"', {}, "Bob Berg", 'email = "Bob Berg"'),
    ],
)
def test_a_parameter_is_filled_in_one_pass(template, escape, value, parameter):
    assert filled(template, field="email", value=value, escape=escape) == parameter


@pytest.mark.parametrize(
    ("template", "value"),
    [("{field} eq '{value}'", "x' or 1 eq '1"), ("{field}:{value}", "a OR b"), ("a={value}", "x)")],
)
def test_a_value_that_could_change_the_expression_is_refused(template, value):
    with pytest.raises(Refused, match="give match_escape"):
        filled(template, field="email", value=value, escape={})


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (3, 3.0), ("3", 3), (Decimal("3.10"), "3.1"), (True, "true"), (True, True),
        (None, ""), ("", None), ([], None), ("a\r\nb ", "a\nb"), (["a", 1], ["a", "1"]),
        ({"a": 1}, {"a": 1, "b": 2}), (date(2026, 3, 2), "2026-03-02"),
        ("2026-03-02T10:00:00+01:00", "2026-03-02T09:00:00.000Z"),
    ],
)  # fmt: skip
def test_these_mean_the_same(written, read):
    assert same_value(written, read)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (3, 4), (0, None), (False, None), (True, 1), ("a", "A"), (["a"], ["a", "b"]), ("x", ["x"]),
        ({"a": 1}, {"b": 1}), ("2026-03-02T10:00:00", "2026-03-02T09:00:00Z"), ("+46 70", "+4670"),
    ],
)  # fmt: skip
def test_these_do_not(written, read):
    assert not same_value(written, read)


def test_marks_of_changes_are_ordered_by_what_they_mean():
    assert rank(9) < rank(10)
    assert rank("9") < rank("10")
    assert rank("2026-03-02T10:00:00Z") < rank("2026-03-02T10:00:00.500Z")
    assert rank("2026-03-02T10:00:00+02:00") < rank("2026-03-02T09:00:00Z")
    assert rank("a") < rank("b")
