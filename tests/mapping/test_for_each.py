"""Steps that are done for each of several items, and the lines of a request."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from hub.contracts.records import Create, Note
from hub.kernel.errors import ConfigurationError, MappingError
from hub.mapping.compiled import CompiledMapping
from hub.mapping.examples import run_examples
from hub.mapping.loader import compile_mapping
from hub.mapping.plan import RequestPlan
from hub.mapping.texts import render
from tests.mapping.samples import HEAD, NOW, REQUEST, SOURCE, compiled, sample

DECLINED = """\
then:
  completed:
    - create: {in: erp, table: offer, rows: [{to: customer, from: record.customer}]}
    - for_each: {expr: 'lines[decision = "declined"]'}
      when: item.price != "0"
      create:
        in: erp
        table: offer_line
        rows:
          - {to: text, from: item.text}
          - {to: number, from: position}
"""
LINES = [
    {"id": "1", "text": "Pump", "price": "100.00", "decision": "accepted"},
    {"id": "2", "text": "Hose", "price": "50.00", "decision": "declined"},
    {"id": "3", "text": "Gift", "price": "0", "decision": "declined"},
    {"id": "4", "text": "Seal", "price": "9.50", "decision": "declined"},
]


def done(mapping: CompiledMapping, context: dict[str, Any], event: str = "completed") -> list[Any]:
    return [
        mapping.operation(spec.key, context, source=SOURCE, now=NOW, render=render)
        for spec in mapping.steps(event, lambda: context, NOW)
    ]


def test_a_step_is_owed_once_for_each_item() -> None:
    mapping, context = compiled(DECLINED), {"lines": LINES, "record": {"customer": "C1"}}
    keys = [spec.key for spec in mapping.steps("completed", lambda: context, NOW)]
    assert keys == ["then.completed.0", *(f"then.completed.1[{n}]" for n in range(3))]
    offer, hose, gift, seal = done(mapping, context)
    assert offer.fields == {"customer": "C1"}
    assert hose.fields == {"text": "Hose", "number": 1}
    assert gift is None, "its condition says no"
    assert seal.fields == {"text": "Seal", "number": 3}


@pytest.mark.parametrize(
    ("lines", "count"), [([], 0), (None, 0), (LINES[1:2], 1), (LINES[1], 1), (LINES[:2], 1)]
)
def test_one_item_or_none_is_a_list_too(lines: Any, count: int) -> None:
    mapping = compiled(DECLINED)
    steps = mapping.steps("completed", lambda: {"lines": lines}, NOW)
    assert len(steps) == 1 + count


def test_what_counts_no_items_asks_for_nothing() -> None:
    mapping = compiled("back: {failed: [{update: [{to: a, value: 1}]}]}\n" + DECLINED)

    def context() -> dict[str, Any]:
        raise AssertionError("nobody needs it")

    assert len(mapping.steps("failed", context, NOW)) == 1
    assert mapping.counts_items("completed")
    assert not mapping.counts_items("failed")


def test_records_for_each_item_and_their_notes() -> None:
    mapping = compiled("""\
records:
  job:
    in: erp
    for_each: record.jobs
    rows: [{to: what, from: item.what}]
    note: "Job {{ position }}: {{ item.what }}"
back:
  completed: [{update: [{to: jobs, expr: '$join(records.job.number, ", ")'}]}]
""")
    context = {
        "record": {"jobs": [{"what": "wash"}, {"what": "dry"}]},
        "records": {"job": [{"id": "j1", "number": "J1"}, {"id": "j2", "number": "J2"}]},
    }
    wash, dry, first, second, update = done(mapping, context)
    assert (wash.fields, dry.fields) == ({"what": "wash"}, {"what": "dry"})
    assert isinstance(wash, Create)
    assert isinstance(second, Note)
    assert (first.ref.id, first.text) == ("j1", "Job 1: wash")
    assert (second.ref.id, second.text) == ("j2", "Job 2: dry")
    assert update.fields == {"jobs": "J1, J2"}


def test_items_that_cannot_be_counted_fail_where_everybody_sees_it() -> None:
    mapping = compiled(DECLINED.replace("lines[decision", "lines[text + 1 and decision"))
    (_, spec) = mapping.steps("completed", lambda: {"lines": LINES}, NOW)
    assert spec.key == "then.completed.1"
    with pytest.raises(MappingError, match=r"then\.completed\.1\.for_each"):
        mapping.operation(spec.key, {"lines": LINES}, source=SOURCE, now=NOW, render=render)


def test_too_many_items_are_not_done_in_part() -> None:
    mapping, context = compiled(DECLINED), {"lines": [LINES[1]] * 201}
    (_, spec) = mapping.steps("completed", lambda: context, NOW)
    with pytest.raises(MappingError, match="gives 201 items, more than 200"):
        mapping.operation(spec.key, context, source=SOURCE, now=NOW, render=render)


def test_an_item_that_is_gone_is_no_silent_success() -> None:
    mapping = compiled(DECLINED)
    with pytest.raises(MappingError, match="other items than when"):
        mapping.operation("then.completed.1[9]", {"lines": LINES}, source=SOURCE, now=NOW,
                          render=render)  # fmt: skip


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        (
            "back: {completed: [{update: [{to: a, from: item.b}]}]}\n",
            "'item' has no 'for_each' here; add one",
        ),
        (
            "back: {completed: [{note: 'Line {{ position }}'}]}\n",
            "'position' has no 'for_each' here",
        ),
        (
            "back: {completed: [{update: [{to: a, from: line.id}]}]}\n",
            "'line' is known after line events only; use 'lines'",
        ),
        (
            """\
records: {a: {in: erp, rows: [{to: b, value: 1}]}}
then:
  completed:
    - {for_each: records.a.parts, note: {in: erp, table: t, id: {value: 1}, text: Hello}}
""",
            "counts records that are not made yet",
        ),
        ("back: {completed: [{for_each: 7, note: Hello there}]}\n", "must be a block of keys"),
        ("back: {completed: [{for_each: rec.lines, note: Hi there}]}\n", "did you mean 'record'?"),
    ],
)
def test_an_item_that_cannot_be(extra: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        compiled(extra)
    assert any(told in problem for problem in raised.value.problems), raised.value.problems


def test_a_row_after_the_word_both_is_told_with_its_own_line() -> None:
    extra = """\
back:
  completed:
    - update:
        - both
        - {to: a, value: 1}
        - {to: b, from: item.b}
"""
    with pytest.raises(ConfigurationError) as raised:
        compiled(extra)
    line = sample(extra).splitlines().index("        - {to: b, from: item.b}") + 1
    (problem,) = raised.value.problems
    assert problem.startswith(f"sample.yaml:{line}:")


OFFERED = (
    REQUEST
    + """\
  lines:
    for_each: order_lines
    currency: {from: currency, default: SEK}
    rows:
      - {to: id,       from: item.no, required: true}
      - {to: text,     from: item.text}
      - {to: quantity, from: item.quantity, convert: decimal}
      - {to: price,    from: item.price, convert: decimal}
      - {to: vat,      value: 25}
      - {to: optional, from: item.optional, convert: bool}
"""
)
ORDER = {
    "customer_name": "Alice",
    "order_lines": [
        {"no": 10, "text": "Pump", "quantity": "1", "price": "1 234,50"},
        {"no": 20, "text": "Hose", "quantity": 2.5, "price": 99, "optional": "ja"},
    ],
}


def planned(record: dict[str, Any], request: str = OFFERED) -> RequestPlan:
    plan = compiled(request=request).plan(record, now=NOW)
    assert plan is not None
    return plan


def test_lines_are_read_as_decimals_with_a_currency() -> None:
    plan = planned(ORDER)
    assert plan.problems == ()
    assert plan.currency == "SEK"
    pump, hose = plan.lines
    assert (pump.id, pump.price, pump.quantity) == ("10", Decimal("1234.50"), Decimal(1))
    assert (pump.optional, pump.chosen) == (False, True)
    assert (hose.optional, hose.chosen, hose.quantity) == (True, False, Decimal("2.5"))
    assert hose.data()["price"] == "99"


@pytest.mark.parametrize(
    ("change", "rule", "code"),
    [
        ({"price": "many"}, "request.lines[2].price", "bad_value"),
        ({"no": None}, "request.lines[2].id", "missing"),
        ({"no": 10}, "request.lines[2].id", "bad_value"),
        ({"quantity": "NaN"}, "request.lines[2].quantity", "bad_value"),
        ({"quantity": [1]}, "request.lines[2].quantity", "bad_value"),
    ],
)
def test_a_bad_line_is_named_and_the_others_stay(
    change: dict[str, Any], rule: str, code: str
) -> None:
    first, second = ORDER["order_lines"]
    assert isinstance(second, dict)
    plan = planned({**ORDER, "order_lines": [first, {**second, **change}]})
    assert [(one.rule, one.code) for one in plan.problems] == [(rule, code)]
    assert [line.id for line in plan.lines] == ["10"]


@pytest.mark.parametrize(
    ("record", "rule"),
    [
        ({"currency": "kronor"}, "request.lines.currency"),
        ({"order_lines": [{"no": n} for n in range(501)]}, "request.lines.for_each"),
    ],
)
def test_lines_that_are_none(record: dict[str, Any], rule: str) -> None:
    plan = planned({**ORDER, **record})
    assert [one.rule for one in plan.problems] == [rule]


def test_examples_speak_of_lines_and_of_one_line() -> None:
    text = (
        sample(
            """\
then:
  line_declined:
    - create: {in: erp, table: offer, rows: [{to: text, from: line.text}]}
""",
            head=HEAD,
            request=OFFERED,
        )
        + """\
  - name: the lines
    given: {record: {customer_name: Bob, order_lines: [{no: 1, price: "2,50"}]}}
    expect: {currency: SEK, lines: [{id: "1", price: "2.50", vat: "25", optional: false}]}
  - name: a declined line becomes an offer
    given: {record: {customer_name: Bob}, event: line_declined, line: {id: "1", text: Hose}}
    expect: {then: [{create: {text: Hose}}]}
"""
    )
    results = run_examples(compile_mapping(text, "sample.yaml"))
    assert [str(result) for result in results if not result.passed] == []
