"""Rows and converters: values, problems, and that one bad row hides no other."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from marshmallow import Schema, ValidationError

from hub.contracts.reason_texts import REASON_TEXTS
from hub.contracts.requests import Reason
from hub.mapping.paths import parse_path
from hub.mapping.row_schema import LineRow, PrefillRow, RecipientRow, StepRow
from hub.mapping.rows import plain
from tests.mapping.samples import NOW, REQUEST, compiled

HEADLESS = REQUEST.replace("    - {to: name, from: customer_name}\n", "")


def plan_of(rows: str, record: dict[str, Any]) -> Any:
    request = HEADLESS.replace("  recipient:\n", f"  form: f\n  prefill:\n{rows}  recipient:\n")
    request += "    - {to: name, value: Alice}\n"
    return compiled(request=request).plan(record, now=NOW)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("from: 'a.b[1].c'", "deep"),
        ("from: '`odd.name`'", "odd"),
        ("from: record.plain", "text"),
        ("from: nothing", None),
        ("from: plain.too.far", None),
        ("from: 'a.b[9].c'", None),
        ("from: empty", None),
        ("from: blank", None),
        ("from: nothing, default: spare", "spare"),
        ("from: blank, default: spare", "spare"),
        ("value: 7", 7),
        ("value: ''", ""),
        ("value: null", None),
        ("expr: '$uppercase(plain)'", "TEXT"),
        ("expr: 'nothing'", None),
        ("from: yes, map: {true: Ja, false: Nej}", "Ja"),
        ("from: number, map: {5: five}", "five"),
        ("from: plain, map: {other: x}, default: y", "y"),
        ("from: padded, convert: [trim, upper]", "X"),
        ("from: zero", 0),
        ("from: no", False),
        ("from: moment", "2026-01-02T03:04:05Z"),
        ("from: amount", "12.50"),
    ],
)
def test_a_row_gives_its_value(row: str, expected: Any) -> None:
    record = {
        "a": {"b": [{}, {"c": "deep"}]},
        "odd.name": "odd",
        "plain": "text",
        "empty": "",
        "blank": "  ",
        "yes": True,
        "no": False,
        "number": 5,
        "padded": " x ",
        "zero": 0,
        "moment": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "amount": Decimal("12.50"),
    }
    plan = plan_of(f"    - {{to: x, {row}}}\n", record)
    assert plan.problems == ()
    assert plan.prefill.get("x") == expected
    assert ("x" in plan.prefill) == (expected is not None or "value: null" in row)


def test_one_bad_row_never_hides_the_others() -> None:
    rows = """\
    - {to: a, from: good}
    - {to: b, from: nothing, required: true}
    - {to: c, from: good, convert: int}
    - {to: d, expr: '($f := function($n) { $f($n + 1) }; $f(0))'}
    - {to: e, from: good, map: {other: x}}
    - {to: f, expr: '$pad("x", 100000000)'}
    - {to: g, expr: 'good & "!"'}
"""
    plan = plan_of(rows, {"good": "yes"})
    assert plan.prefill == {"a": "yes", "g": "yes!"}
    assert [(problem.rule, problem.code) for problem in plan.problems] == [
        ("request.prefill.b", "missing"),
        ("request.prefill.c", "bad_value"),
        ("request.prefill.d", "expression_failed"),
        ("request.prefill.e", "not_in_map"),
        ("request.prefill.f", "expression_failed"),
    ]
    for problem in plan.problems:
        assert set(problem.wording) >= {"sv", "en"}
        assert "yes" not in problem.message


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (None, "missing_number"),
        ("", "missing_number"),
        ("  ", "missing_number"),
        ("070-12", "bad_number"),
        ("ask Alice", "bad_number"),
        ("070-174 06 05 / 070-174 06 06", "bad_number"),
        ("08-123 456 78", "bad_number"),
    ],
)
def test_the_ticket_is_told_what_is_wrong_with_the_number(number: str | None, code: str) -> None:
    row = '    - {to: mobile, from: mobile, convert: [trim, "e164:SE"], required: true}\n'
    plan = compiled(request=HEADLESS + row).plan({"mobile": number}, now=NOW)
    assert plan is not None
    (problem,) = plan.problems
    assert (problem.code, problem.path) == (code, "mobile")
    assert problem.wording == REASON_TEXTS[Reason(code)]


def test_the_same_record_and_moment_give_the_same_plan() -> None:
    rows = '    - {to: a, expr: \'{"now": $now(), "x": x}\'}\n    - {to: b, from: x}\n'
    first, second = (plan_of(rows, {"x": 1, "y": {"z": [1, 2]}}) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("text", ["", ".a", "a.", "a..b", "[0]", "a[x]", "a[0", " a", "a`b"])
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a path"):
        parse_path(text)


def test_data_that_json_does_not_know_becomes_text_or_is_refused() -> None:
    assert plain({"d": datetime(2026, 1, 2, tzinfo=UTC).date(), "t": (1, 2)}) == {
        "d": "2026-01-02",
        "t": [1, 2],
    }
    with pytest.raises(TypeError):
        plain({"x": object()})


def test_whatever_goes_wrong_in_a_row_is_its_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(value: Any, chain: Any, now: Any) -> Any:
        raise ZeroDivisionError(value)

    monkeypatch.setattr("hub.mapping.rows.convert", broken)
    plan = plan_of("    - {to: x, from: plain}\n", {"plain": "secret"})
    fault = next(one for one in plan.problems if one.rule == "request.prefill.x")
    assert (fault.code, fault.message) == (
        "bad_value", "the value cannot be worked out (ZeroDivisionError)",
    )  # fmt: skip


@pytest.mark.parametrize("value", ["\ud83d", ["\ud83d"], {"a": {"b": "\udc00"}}])
def test_half_a_character_is_refused(value: Any) -> None:
    (problem,) = plan_of("    - {to: x, from: plain}\n", {"plain": value}).problems
    assert "half a character" in problem.message or "cannot be written" in problem.message


GOOD_AND_BAD_ROWS = (
    {"to": "name", "from": "a.b", "convert": "trim", "required": True},
    {"to": "name", "expr": "a & b", "default": None},
    {"to": "name", "value": 0},
    {"to": "name", "value": None},
    {"to": "name", "from": "a", "map": {"x": 1, "y": None}},
    {"to": "name", "from": "a", "expr": "b"},
    {"to": "name", "form": "a"},
    {"to": "", "from": "a"},
    {"to": 5, "from": "a"},
    {"to": "name", "from": None},
    {"to": "name", "from": "a", "required": 1},
    {"to": "name", "from": "a", "convert": ["trim", "trmi"]},
    {"to": "name", "value": 1, "required": True},
    {"from": "a"},
    {},
    ["to", "name"],
    None,
)


@pytest.mark.parametrize("schema", [StepRow, PrefillRow, RecipientRow, LineRow])
@pytest.mark.parametrize("given", GOOD_AND_BAD_ROWS, ids=str)
def test_a_row_is_read_as_marshmallow_reads_it(schema: type[Schema], given: Any) -> None:
    def outcome(load: Any) -> str:
        try:
            return repr(load(given))
        except ValidationError as error:
            return f"refused {error.messages}"

    one = schema()
    unhurried = outcome(lambda data: Schema.load(one, data))
    assert re.sub(r"0x[0-9a-f]+", "", outcome(one.load)) == re.sub(r"0x[0-9a-f]+", "", unhurried)
