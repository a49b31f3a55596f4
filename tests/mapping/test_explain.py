"""How values came about, and that the explanation is the evaluation itself."""

from __future__ import annotations

import pytest

from hub.contracts.records import Note, Update
from hub.mapping.examples import MOMENT
from hub.mapping.explain import explain_plan, explain_step, own_words
from hub.mapping.loader import load_mapping
from hub.mapping.rows import UNSET
from hub.mapping.watched import Noted, named_paths
from tests.mapping.samples import NOW, ROOT, SOURCE, compiled

SHIPPED = ROOT / "mappings" / "agiloft_information_request.yaml"
RECORD = {
    "id": 1001,
    "status": "Open",
    "customer_name": " Alice Andersson ",
    "customer_mobile": "070-174 06 05",
    "customer_language": "Svenska",
    "product": "Mixer",
}


def by_rule(rows):
    return {row.rule: row for row in rows}


def plan_rows(mapping, record=RECORD):
    plan, rows = explain_plan(mapping, record, MOMENT)
    return plan, by_rule(rows)


def test_each_value_tells_its_row_its_place_and_what_it_read():
    mapping = load_mapping(SHIPPED)
    plan, rows = plan_rows(mapping)
    mobile = rows["request.recipient.mobile"]
    assert mobile.value == plan.recipients[0].mobile == "+46701740605"
    assert mobile.wrote == "from customer_mobile"
    assert mobile.read == (Noted("customer_mobile", "070-174 06 05"),)
    assert mobile.changed == (
        Noted("convert trim", "070-174 06 05"), Noted("convert e164:SE", "+46701740605"),
    )  # fmt: skip
    line, _ = mapping.document.where(mobile.path)
    assert "to: mobile" in mapping.text.splitlines()[line - 1]
    assert "e164:SE" in mapping.text.splitlines()[line - 1]
    assert not mobile.own


def test_choices_and_defaults_are_the_mappings_own_words():
    mapping = load_mapping(SHIPPED)
    _, rows = plan_rows(mapping)
    assert (rows["request.language"].changed, rows["request.language"].own) == (
        (Noted("map", "sv"),), True,
    )  # fmt: skip
    _, rows = plan_rows(mapping, {**RECORD, "customer_language": "Suomi"})
    language = rows["request.language"]
    assert (language.value, language.own) == ("sv", True)
    assert language.changed == (Noted("default", "sv"),)
    assert {"Svenska", "sv", "Signed", "Hub"} <= own_words(mapping)
    assert "Alice" not in str(own_words(mapping))


def test_a_title_tells_the_names_that_it_takes():
    _, rows = plan_rows(load_mapping(SHIPPED))
    title = rows["request.title"]
    assert title.read == (Noted("product", "Mixer"),)
    assert title.value == "Reparation av Mixer"


def test_a_condition_tells_what_it_saw_and_an_unwanted_record_that_only():
    mapping = load_mapping(SHIPPED)
    plan, rows = plan_rows(mapping, {**RECORD, "status": "Closed"})
    assert plan is None
    assert list(rows) == ["when"]
    assert rows["when"].read == (Noted("expr", False), Noted("status", "Closed"))
    assert rows["when"].value is False


def test_a_closed_record_tells_by_what():
    mapping = load_mapping(ROOT / "mappings" / "portal_offer.yaml")
    plan, rows = plan_rows(mapping, {"share": True, "status": "Closed"})
    assert plan is None
    assert rows["request.share.archive_when"].value is True
    assert Noted("status", "Closed") in rows["request.share.archive_when"].read


def test_a_row_that_does_not_fit_tells_its_problem_and_the_others_their_values():
    plan, rows = plan_rows(load_mapping(SHIPPED), {**RECORD, "customer_mobile": "070-12"})
    assert [problem.code for problem in plan.problems] == ["bad_number"]
    assert rows["request.recipient.mobile"].problem == plan.problems[0].message
    assert rows["request.recipient.mobile"].value is UNSET
    assert rows["request.recipient.name"].value == "Alice Andersson"


def test_the_explained_plan_is_the_plan():
    mapping = load_mapping(SHIPPED)
    for example in mapping.examples:
        record = example["given"]["record"]
        assert explain_plan(mapping, record, MOMENT)[0] == mapping.plan(record, now=MOMENT)


def test_the_explained_operation_is_the_operation_of_every_shipped_step():
    mapping = load_mapping(SHIPPED)
    context = {
        "record": RECORD,
        "form": {"name": "Alice", "mobile": "070-174 06 05", "product": "Mixer"},
        "recipient": {"name": "Alice"},
        "request": {"language": "sv"},
        "outcome": {"reason_text": "No"},
        "signature": {"name": "Alice", "at": "2026-01-15T12:00:00Z", "order_ref": "o-1"},
        "records": {"customer": {"id": "c-1"}, "repair_case": {"id": "r-1", "number": "R-1"}},
        "carries_on": "hub",
    }

    def render(text, data):
        return f"{text} by {data['signature']['name']}"

    for step in mapping.all_steps():
        key = step.spec.key
        told = explain_step(
            mapping, key, context, source=SOURCE, now=NOW,
            template=lambda text: text + " by {{ signature.name }}",
        )  # fmt: skip
        real = mapping.operation(key, context, source=SOURCE, now=NOW, render=render)
        assert told.operation == real
        assert told.error is None
        if isinstance(real, Update):
            values = {row.to: row.value for row in told.rows if row.value is not UNSET}
            assert values == dict(real.fields)
        if isinstance(real, Note):
            assert told.rows[-1].read == (Noted("signature.name", "Alice"),)


def test_a_row_of_both_stands_where_it_was_turned_round_from():
    mapping = load_mapping(SHIPPED)
    context = {"record": RECORD, "form": {"address": "Lillgatan 2"}, "records": {"repair_case": {}}}
    told = explain_step(mapping, "back.completed.0", context, source=SOURCE, now=NOW, template=str)
    address = by_rule(told.rows)["back.completed.0.both.address"]
    assert address.to == "customer_address"
    assert address.path == ("request", "prefill", 3)
    assert address.read == (Noted("form.address", "Lillgatan 2"),)


def test_a_fallback_is_part_of_the_same_look():
    mapping = compiled(
        "back: {completed: [{update: both}]}\n",
        request=(
            "request:\n  kind: x\n  provider: p\n  channels: sms\n  expires_after: 1d\n"
            "  recipient: [{to: email, from: mail, direction: both}]\n"
        ),
    )
    context = {"record": {}, "form": {}, "recipient": {"email": "alice@example.com"}}
    told = explain_step(mapping, "back.completed.0", context, source=SOURCE, now=NOW, template=str)
    (row,) = told.rows
    assert row.read == (Noted("form.email", None), Noted("recipient.email", "alice@example.com"))
    assert (row.to, row.value) == ("mail", "alice@example.com")


def test_a_step_that_fails_tells_its_row_and_what_the_others_read():
    mapping = compiled(
        "back:\n  completed:\n    - update:\n"
        "        - {to: a, from: form.a}\n"
        "        - {to: b, from: form.b, convert: date}\n"
    )
    context = {"record": {}, "form": {"a": "x", "b": "soon"}}
    told = explain_step(mapping, "back.completed.0", context, source=SOURCE, now=NOW, template=str)
    assert told.operation is None
    assert told.error.rule == "back.completed.0.b"
    rows = by_rule(told.rows)
    assert "is not a date" in rows["back.completed.0.b"].problem
    assert rows["back.completed.0.a"].read == (Noted("form.a", "x"),)
    assert "soon" not in rows["back.completed.0.b"].problem


def test_lines_tell_each_item_by_itself():
    mapping = compiled(
        request=(
            "request:\n  kind: x\n  provider: p\n  channels: sms\n  expires_after: 1d\n"
            "  recipient: [{to: name, from: name}]\n"
            "  lines:\n    for_each: rows\n    currency: SEK\n    rows:\n"
            "      - {to: text, from: item.what}\n"
            "      - {to: price, from: item.price, convert: decimal, default: '0'}\n"
        )
    )
    record = {"name": "Alice", "rows": [{"what": "Pump", "price": "10,50"}, {"what": "Hose"}]}
    plan, rows = explain_plan(mapping, record, NOW)
    found = by_rule(rows)
    assert found["request.lines[1].price"].changed == (Noted("convert decimal", "10.50"),)
    assert str(plan.lines[0].price) == found["request.lines[1].price"].value == "10.50"
    assert found["request.lines[2].text"].value == "Hose"
    assert (found["request.lines[2].price"].value, found["request.lines[2].price"].own) == (
        "0", True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ('status != "Closed" and $not(sign_state = "Signed")', ("status", "and", "sign_state")),
        ("form.a & ' ' & form.`b c`", ("form.a", "form.b c")),
        ("$sum(record.lines.price)", ("record.lines.price",)),
        ('"only text"', ()),
    ],
)
def test_names_in_an_expression_are_seen(expression, names):
    assert named_paths(expression) == names
