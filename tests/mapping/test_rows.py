"""Rows and converters: values, problems, and that one bad row hides no other."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.contracts.requests import REASON_TEXTS, Reason
from hub.mapping.converters import MAKERS, ConversionError, convert, parse_converter
from hub.mapping.paths import parse_path
from hub.mapping.rows import UNSET, Row, Source, evaluate_one, plain
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


GOOD = [
    ("trim", "  a b ", "a b"),
    ("lower", "ÅSA@EXAMPLE.COM", "åsa@example.com"),
    ("upper", "åsa", "ÅSA"),
    ("title", "alice berg", "Alice Berg"),
    ("e164:SE", "070-174 06 05", "+46701740605"),
    ("e164:SE", "+45 20 12 34 56", "+4520123456"),
    ("date", "2026-01-31", "2026-01-31"),
    ("date", "2026-01-31T10:00:00Z", "2026-01-31"),
    ("datetime", "2026-01-31T10:00:00+01:00", "2026-01-31T09:00:00Z"),
    ("date", " 2026-01-31 10:00 ", "2026-01-31"),
    ("decimal", "1 234,50", "1234.50"),
    ("decimal", "1.234,50", "1234.50"),
    ("decimal", "1,234.50", "1234.50"),
    ("decimal", "-1.234.567", "-1234567"),
    ("decimal", "12,5", "12.5"),
    ("decimal", "0,125", "0.125"),
    ("decimal", "1234,567", "1234.567"),
    ("decimal", "1.500", "1.500"),
    ("decimal", 12.5, "12.5"),
    ("int", "12", 12),
    ("int", 12.0, 12),
    ("bool", "Ja", True),
    ("bool", "off", False),
    ("bool", True, True),
    ("national_id:SE", "811228-9874", "198112289874"),
    ("national_id:SE", "19811228-9874", "198112289874"),
    ("national_id:SE", "121212+1212", "191212121212"),
    ("national_id:SE", "701063-2391", "197010632391"),
    ("national_id:DK", "211062-5629", "2110625629"),
    ("postcode:SE", "12345", "123 45"),
    ("postcode:SE", "SE-123 45", "123 45"),
    ("postcode:DK", "2100", "2100"),
    ("last_digits:4", "811228-9874", "9874"),
    ("truncate:3", "abcdef", "abc"),
]


@pytest.mark.parametrize(("converter", "given", "expected"), GOOD)
def test_a_converter_gives_one_canonical_form(converter: str, given: Any, expected: Any) -> None:
    found = convert(given, (parse_converter(converter),), NOW)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("converter", "given"),
    [
        ("date", "31/1 2026"),
        ("date", "2026-02-30"),
        ("date", "2026-01-31 nonsense"),
        ("datetime", "0001-01-01T00:00:00+01:00"),
        ("datetime", "9999-12-31T23:59:59-01:00"),
        ("datetime", "2026-01-31T10:00:00"),
        ("datetime", "soon"),
        ("decimal", "12 kr"),
        ("decimal", "5,678"),
        ("decimal", "1,2,3"),
        ("decimal", "nan"),
        ("decimal", "1e400"),
        ("int", "1.5"),
        ("bool", "perhaps"),
        ("national_id:SE", "811228-9875"),
        ("national_id:SE", "811328-9873"),
        ("national_id:SE", "20301224-0001"),
        ("national_id:NO", "1"),
        ("postcode:SE", "1234"),
        ("postcode:SE", "０1234"),
        ("e164:SE", "12"),
        ("trim", ["a"]),
        ("int", {"a": 1}),
    ],
)
def test_a_value_that_does_not_fit_is_refused_without_being_repeated(
    converter: str, given: Any
) -> None:
    with pytest.raises(ConversionError) as caught:
        convert(given, (parse_converter(converter),), NOW)
    assert str(given) not in str(caught.value)


def test_the_century_of_a_national_id_follows_from_the_moment_given() -> None:
    chain = (parse_converter("national_id:SE"),)
    assert convert("121212-1212", chain, datetime(2026, 1, 1, tzinfo=UTC)) == "201212121212"
    assert convert("121212-1212", chain, datetime(2005, 1, 1, tzinfo=UTC)) == "191212121212"


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


# Each converter that keeps everything → values that mean different things.
KEPT_APART = {
    "trim": ("Alice", "alice", "ALICE", "Al ice"),
    "e164:SE": ("0701740605", "0701740606", "+4520123456"),
    "datetime": ("2026-01-31T10:00:00Z", "2026-01-31T10:00:01Z", "2026-01-31T10:00:00+01:00"),
    "decimal": ("1", "-1", "1,5", "15", "1000000"),
    "int": ("1", "-1", "10"),
    "bool": ("yes", "no"),
    "national_id:SE": ("811228-9874", "19121212-1212", "20121212-1212"),
    "postcode:SE": ("123 45", "123 46"),
}


def test_a_converter_that_keeps_everything_keeps_different_values_apart() -> None:
    keeps = {name for name, (_, keeps, _) in MAKERS.items() if keeps}
    assert {text.partition(":")[0] for text in KEPT_APART} == keeps
    for text, values in KEPT_APART.items():
        found = [convert(value, (parse_converter(text),), NOW) for value in values]
        assert len(set(found)) == len(values), text


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


DATES = st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat())
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | DATES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
CHAINS = sorted({case[0] for case in GOOD})


@settings(max_examples=300)
@given(value=ANY, chain=st.lists(st.sampled_from(CHAINS), min_size=1, max_size=3))
def test_whatever_a_record_holds_a_row_gives_a_value_that_can_be_stored_or_a_problem(
    value: Any, chain: list[str]
) -> None:
    source = Source(path=parse_path("field"), chain=tuple(map(parse_converter, chain)))
    found, problem = evaluate_one(Row("x", source), {"field": value}, NOW)
    assert (found is UNSET) or problem is None
    orjson.dumps(plain(None if found is UNSET else found))
