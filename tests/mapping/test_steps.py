"""What is owed after an event, and the operation of each step."""

from __future__ import annotations

from typing import Any

import pytest

from hub.contracts.records import Attach, Create, Note, RecordRef, Update
from hub.kernel.errors import ConfigurationError, MappingError
from hub.mapping.compiled import CompiledMapping
from hub.mapping.texts import render
from tests.mapping.samples import NOW, REQUEST, SOURCE, compiled

STEPS = """\
records:
  customer:
    in: hub_register
    match: [mobile, email]
    rows:
      - {to: mobile, from: form.mobile, convert: "e164:SE"}
      - {to: email, from: form.email}
    note: "For {{ recipient.name }} as {{ records.customer.number }}"
  repair_case:
    in: erp
    table: job
    when: form.wanted = true
    rows:
      - {to: customer, from: records.customer.id, required: true}
      - {to: made, expr: '$now()'}
    note: signature
back:
  completed:
    - update: [{to: state, value: Signed}, {to: job, from: records.repair_case.number}]
    - {note: "Signed by {{ signature.name }}", when: signature.name != "Bob"}
  failed:
    - update: [{to: reason, from: outcome.reason_text}]
then:
  completed:
    - create: {in: erp, table: invoice, rows: [{to: job, from: records.repair_case.id}]}
    - update: {in: erp, table: job, id: {from: records.repair_case.id}, rows: [{to: a, value: 1}]}
    - note: {in: erp, table: job, id: {value: 7}, text: "Hello {{ record.id }}"}
"""
CONTEXT: dict[str, Any] = {
    "record": {"id": 17},
    "form": {"mobile": "070-174 06 05", "email": "", "wanted": True},
    "recipient": {"name": "Alice"},
    "signature": {"name": "Alice", "at": NOW},
    "outcome": {"reason_text": "No answer"},
    "records": {
        "customer": {"id": "c1", "number": "C1"},
        "repair_case": {"id": "r1", "number": "R1"},
    },
}


@pytest.fixture(scope="module")
def mapping() -> CompiledMapping:
    return compiled(STEPS)


def operation(mapping: CompiledMapping, key: str, **changed: Any) -> Any:
    context = {**CONTEXT, **changed}
    return mapping.operation(key, context, source=SOURCE, now=NOW, render=render)


def test_steps_come_in_the_order_in_which_they_are_owed(mapping: CompiledMapping) -> None:
    assert [
        (s.key, s.instance, s.kind, s.needs) for s in mapping.steps("completed", dict, NOW)
    ] == [
        ("records.customer", "hub_register", "create", ()),
        ("records.customer.note", "hub_register", "note", ("customer",)),
        ("records.repair_case", "erp", "create", ("customer",)),
        ("records.repair_case.note", "erp", "note", ("repair_case",)),
        ("back.completed.0", "source", "update", ("repair_case",)),
        ("back.completed.1", "source", "note", ()),
        ("then.completed.0", "erp", "create", ("repair_case",)),
        ("then.completed.1", "erp", "update", ("repair_case",)),
        ("then.completed.2", "erp", "note", ()),
    ]
    assert [step.key for step in mapping.steps("failed", dict, NOW)] == ["back.failed.0"]
    assert mapping.steps("opened", dict, NOW) == ()


def test_each_step_gives_its_operation(mapping: CompiledMapping) -> None:
    job = RecordRef("job", "r1")
    assert operation(mapping, "records.customer") == Create(
        "customer", {"mobile": "+46701740605"}, ("mobile", "email")
    )
    assert operation(mapping, "records.customer.note") == Note(
        RecordRef("customer", "c1"), "For Alice as C1"
    )
    assert operation(mapping, "records.repair_case") == Create(
        "job", {"customer": "c1", "made": "2026-01-15T12:00:00.000Z"}
    )
    assert operation(mapping, "records.repair_case.note") == Note(job, "signature")
    assert operation(mapping, "back.completed.0") == Update(
        SOURCE, {"state": "Signed", "job": "R1"}
    )
    assert operation(mapping, "back.completed.1") == Note(SOURCE, "Signed by Alice")
    assert operation(mapping, "back.failed.0") == Update(SOURCE, {"reason": "No answer"})
    assert operation(mapping, "then.completed.0") == Create("invoice", {"job": "r1"})
    assert operation(mapping, "then.completed.1") == Update(job, {"a": 1})
    assert operation(mapping, "then.completed.2") == Note(RecordRef("job", "7"), "Hello 17")


def test_a_step_evaluated_again_gives_the_same_operation(mapping: CompiledMapping) -> None:
    for spec in mapping.steps("completed", dict, NOW):
        assert operation(mapping, spec.key) == operation(mapping, spec.key)


def test_a_step_whose_condition_is_false_does_nothing(mapping: CompiledMapping) -> None:
    assert operation(mapping, "records.repair_case", form={"wanted": False}) is None
    assert operation(mapping, "back.completed.1", signature={"name": "Bob"}) is None


def test_the_note_of_a_record_that_was_not_made_is_not_owed(mapping: CompiledMapping) -> None:
    only_customer = {"customer": CONTEXT["records"]["customer"]}
    assert operation(mapping, "records.repair_case.note", records=only_customer) is None


def test_an_update_with_nothing_to_write_is_not_made(mapping: CompiledMapping) -> None:
    assert operation(mapping, "back.failed.0", outcome={}) is None


def test_a_step_that_cannot_be_evaluated_names_rule_and_path(mapping: CompiledMapping) -> None:
    with pytest.raises(MappingError) as caught:
        operation(mapping, "records.customer", form={"mobile": "070-12", "email": "a"})
    assert (caught.value.rule, caught.value.path) == ("records.customer.mobile", "form.mobile")
    assert "070" not in str(caught.value)
    with pytest.raises(MappingError, match="customer: the value is missing"):
        operation(mapping, "records.repair_case", records={})
    with pytest.raises(MappingError, match="the id of the record is missing"):
        operation(mapping, "then.completed.1", records={})


def test_a_note_that_cannot_be_written_names_its_step(mapping: CompiledMapping) -> None:
    with pytest.raises(MappingError, match="'name' is missing") as caught:
        operation(mapping, "records.customer.note", recipient={})
    assert caught.value.rule == "records.customer.note"


def test_an_unknown_step_is_a_mapping_error(mapping: CompiledMapping) -> None:
    with pytest.raises(MappingError, match="has no step"):
        operation(mapping, "back.completed.9")


def test_a_condition_that_fails_is_an_error_not_a_no(mapping: CompiledMapping) -> None:
    broken = compiled("back: {failed: [{note: a b, when: '$number(outcome.reason)'}]}\n")
    with pytest.raises(MappingError) as caught:
        operation(broken, "back.failed.0", outcome={"reason": "x"})
    assert caught.value.rule == "back.failed.0.when"


def test_what_was_sealed_is_attached_as_it_is() -> None:
    mapping = compiled("""\
back:
  completed:
    - attach: signed
    - attach: {file: evidence, name: "proof of {{ record.number }}.zip"}
then:
  completed:
    - attach: {in: erp, table: job, id: {value: 7}, file: signed}
""")
    specs = mapping.steps("completed", dict, NOW)
    assert [spec.kind for spec in specs] == ["attach_signed", "attach_evidence", "attach_signed"]
    context = {"request": {"number": "A1"}, "record": {"number": "O-7"}}
    done = [
        mapping.operation(
            spec.key, context, source=SOURCE, now=NOW, render=render, sealed=str.encode
        )
        for spec in specs
    ]
    pdf = ("signed-A1.pdf", "application/pdf", b"signed")
    assert done == [
        Attach(SOURCE, *pdf),
        Attach(SOURCE, "proof of O-7.zip", "application/zip", b"evidence"),
        Attach(RecordRef("job", "7"), *pdf),
    ]


def test_nothing_is_attached_that_was_not_sealed() -> None:
    mapping = compiled("back: {completed: [{attach: signed}]}\n")
    with pytest.raises(MappingError, match="only a completed request has"):
        operation(mapping, "back.completed.0", request={"number": "A1"})


BOTH = REQUEST.replace(
    "    - {to: name, from: customer_name}\n",
    """\
    - {to: name, from: customer_name, direction: both}
    - {to: email, from: record.customer_email, convert: trim, direction: out}
  form: f
  prefill:
    - {to: city, from: customer_city, direction: both, convert: trim}
    - {to: speaks, from: customer_language, direction: both, map: {Svenska: sv, English: en}}
    - {to: note, from: problem}
""",
)


def test_both_writes_every_answer_to_the_field_that_it_came_from() -> None:
    mapping = compiled(
        "back: {completed: [{update: [both, {to: state, value: S}]}]}\n", request=BOTH
    )
    plan = mapping.plan({"customer_city": " Uppsala ", "customer_language": "English"}, now=NOW)
    assert plan is not None
    assert plan.prefill == {"city": "Uppsala", "speaks": "en"}
    assert plan.recipients[0].email is None
    form = {"name": "Alice B", "city": " Lund ", "speaks": "sv", "note": "x"}
    person = {"name": "Alice", "email": "alice@example.com"}
    made = operation(mapping, "back.completed.0", form=form, recipient=person)
    assert made.fields == {
        "customer_name": "Alice B",
        "customer_email": "alice@example.com",
        "customer_city": "Lund",
        "customer_language": "Svenska",
        "state": "S",
    }


def test_both_alone_is_enough() -> None:
    mapping = compiled("back: {completed: [{update: both}]}\n", request=BOTH)
    made = operation(mapping, "back.completed.0", form={"city": "Lund"}, recipient={"name": "Bob"})
    assert made.fields == {"customer_name": "Bob", "customer_city": "Lund"}


ATTACHED = """\
back:
  completed:
    - attach: {name: " {{ record.id }}.txt ", text: "Signed by {{ signature.name }}"}
then:
  completed:
    - attach: {in: erp, table: job, id: {value: 7}, name: a.txt, text: "Räksmörgås"}
"""


def test_a_file_is_made_of_a_text() -> None:
    mapping = compiled(ATTACHED)
    first, second = (
        mapping.operation(spec.key, CONTEXT, source=SOURCE, now=NOW, render=render)
        for spec in mapping.steps("completed", dict, NOW)
    )
    assert first == Attach(SOURCE, "17.txt", "text/plain; charset=utf-8", b"Signed by Alice")
    assert isinstance(second, Attach)
    assert (second.ref, second.content.decode()) == (RecordRef("job", "7"), "Räksmörgås")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("name: a.txt", "nam: a.txt"), "unknown key 'nam'; did you mean 'name'?"),
        (("name: a.txt, ", ""), "name: is missing; add it"),
        (("signature.name", "signatur.name"), "did you mean 'signature'?"),
    ],
)
def test_a_file_that_cannot_be_made(change: tuple[str, str], told: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        compiled(ATTACHED.replace(*change))
    assert any(told in problem for problem in raised.value.problems), raised.value.problems
