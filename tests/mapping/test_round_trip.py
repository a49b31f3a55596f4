"""A row with direction both: what was written reads back as what was answered."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.mapping.compiled import CompiledMapping
from hub.mapping.directions import why_not
from tests.mapping.samples import NOW, REQUEST, SOURCE, compiled, shown

TEXT = st.text(max_size=40)
DIGITS = st.text("0123456789", min_size=8, max_size=8)
NUMBERS = st.from_regex(r"07[0236]\d{7}", fullmatch=True)
MOMENTS = st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat())


def both(options: str) -> CompiledMapping:
    prefill = f"  form: f\n  prefill: [{{to: answer, from: stored, direction: both{options}}}]\n"
    mapping = compiled("back: {completed: [{update: both}]}\n", request=REQUEST + prefill)
    assert why_not(mapping.request.prefill[0]) is None
    return mapping


def read(mapping: CompiledMapping, stored: Any) -> Any:
    plan = mapping.plan({"stored": stored}, now=NOW)
    assert plan is not None
    return None if plan.problems else plan.prefill.get("answer")


def written(mapping: CompiledMapping, answer: Any) -> Any:
    operation = mapping.operation(
        "back.completed.0", {"form": {"answer": answer}}, source=SOURCE, now=NOW, render=shown
    )
    return None if operation is None else operation.fields["stored"]  # type: ignore[union-attr]


CASES = [
    ("", TEXT),
    (", convert: trim", TEXT),
    (", convert: 'e164:SE'", NUMBERS),
    (", convert: [trim, 'postcode:SE']", st.from_regex(r" ?[1-9]\d\d ?\d\d ?", fullmatch=True)),
    (", convert: decimal", st.decimals(-(10**9), 10**9, allow_nan=False).map(str)),
    (", convert: int", st.integers(-(10**12), 10**12)),
    (", convert: bool", st.sampled_from([True, False, "ja", "Nej", "1", "off"])),
    (", convert: datetime", MOMENTS),
    (
        ", convert: 'national_id:SE'",
        st.sampled_from(["811228-9874", "197010632391", "121212+1212"]),
    ),
    (", map: {Svenska: sv, English: en, '7': 7}", st.sampled_from(["Svenska", "English", 7, "x"])),
    (", convert: trim, map: {a: true, b: false}", st.sampled_from([" a", "b ", "c"])),
]


@pytest.mark.parametrize(("options", "values"), CASES, ids=[case[0] or "plain" for case in CASES])
def test_reading_what_was_written_gives_the_answer_again(options: str, values: Any) -> None:
    mapping = both(options)

    @settings(max_examples=60, deadline=None)
    @given(stored=values)
    def round_trip(stored: Any) -> None:
        answer = read(mapping, stored)
        if answer is None:
            return
        once = written(mapping, answer)
        assert read(mapping, once) == answer
        assert written(mapping, read(mapping, once)) == once

    round_trip()


def deeper(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)


PLAIN = st.none() | st.booleans() | st.floats(allow_nan=False) | TEXT
RECORDS = st.dictionaries(TEXT, st.recursive(PLAIN, deeper, max_leaves=12), max_size=6)


@settings(max_examples=60, deadline=None)
@given(record=RECORDS)
def test_any_record_gives_a_plan_or_problems_but_never_an_exception(record: Any) -> None:
    rows = (
        '    - {to: mobile, from: a, convert: [trim, "e164:SE"], required: true}\n'
        '    - {to: email, expr: "$string($$)"}\n'
        '    - {to: national_id, from: a.b, convert: "national_id:SE"}\n'
    )
    mapping = compiled(request=REQUEST + rows)
    first = mapping.plan({**record, "a": record.get("a", "")}, now=NOW)
    second = mapping.plan({**record, "a": record.get("a", "")}, now=NOW)
    assert first is not None
    assert repr(first) == repr(second)
