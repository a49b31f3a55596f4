"""``paraph test --mutate``: rows and steps that no example would miss, and no others."""

from __future__ import annotations

import pytest

from hub.mapping import loader
from hub.mapping.examples import run_examples
from hub.mapping.loader import compile_mapping
from hub.mapping.mutations import removals, unmissed, without
from hub.services.inspection import read_files
from tests.mapping.samples import HEAD, ROOT

TEXT = (
    HEAD
    + """\
when: state != "Closed"
request:
  kind: information_request
  title: "Repair of {{ product }}"
  provider: bankid
  channels: sms
  expires_after: 14d
  form: repair_intake
  prefill:
    - {to: name, from: customer_name, direction: both}
    - {to: product, from: product, direction: both}
  recipient:
    - {to: name, from: customer_name}
    - {to: email, from: email}
records:
  customer: {in: register, rows: [{to: name, from: form.name}], note: made}
back:
  failed:
    - update: [{to: state, value: Failed}, {to: reason, from: outcome.reason}]
    - note: failed
  completed:
    - update: [both, {to: state, value: Signed}]
then:
  failed:
    - create: {in: erp, table: t, rows: [{to: a, value: 1}, {to: b, value: 2}]}
examples:
"""
)
SHOWS_NOTHING = "  - {name: n, given: {record: {state: New, product: X}}, expect: {problems: []}}\n"
SHOWS_ALL = """\
  - name: the request
    given: {record: {state: New, customer_name: Alice, email: a@example.com, product: X}}
    expect:
      title: Repair of X
      recipient: {name: Alice, email: a@example.com}
      prefill: {name: Alice, product: X}
  - {name: closed, given: {record: {state: Closed}}, expect: {skipped: true}}
  - name: signed
    given: {record: {state: New, product: X}, form: {name: Alice, product: Y}}
    expect:
      records: {customer: {name: Alice, note: made}}
      back: [{update: {customer_name: Alice, product: Y, state: Signed}}]
  - name: failed
    given: {event: failed, record: {state: New, product: X}, outcome: {reason: no_answer}}
    expect:
      back: [{update: {state: Failed, reason: no_answer}}, {note: failed}]
      then: [{create: {a: 1, b: 2}}]
"""


def rows(examples: str) -> list[str]:
    mapping = compile_mapping(TEXT + examples, "sample.yaml")
    told = [str(problem) for result in run_examples(mapping) for problem in result.problems]
    assert told == []
    return [problem.row for problem in unmissed(mapping)]


def test_examples_that_show_everything_miss_everything() -> None:
    assert rows(SHOWS_ALL) == []


def test_what_no_example_shows_is_told_once() -> None:
    assert rows(SHOWS_NOTHING) == [
        "when",
        "request.title",
        "request.recipient[name]",
        "request.recipient[email]",
        "request.prefill[name]",
        "request.prefill[product]",
        "records.customer",
        "back.failed[1]",
        "back.failed[2]",
        "back.completed[1]",
        "then.failed[1]",
    ]


@pytest.mark.parametrize(
    ("gone", "left", "row"),
    [
        (", reason: no_answer}}", "}}", "back.failed[1].update[reason]"),
        (", b: 2}", "}", "then.failed[1].create.rows[b]"),
        ("{name: Alice, email: a@example.com}", "{name: Alice}", "request.recipient[email]"),
        (", note: made}", "}", "records.customer.note"),
    ],
)
def test_each_row_is_looked_at_by_itself(gone: str, left: str, row: str) -> None:
    assert gone in SHOWS_ALL
    assert rows(SHOWS_ALL.replace(gone, left)) == [row]


def test_a_row_that_works_both_ways_is_missed_in_either_direction() -> None:
    only_back = SHOWS_ALL.replace("      prefill: {name: Alice, product: X}\n", "")
    assert rows(only_back) == []
    only_in = SHOWS_ALL.replace("customer_name: Alice, product: Y, ", "")
    assert rows(only_in) == ["back.completed[1].update[1]"]
    neither = only_in.replace("      prefill: {name: Alice, product: X}\n", "")
    assert "request.prefill[name]" in rows(neither)


def test_a_row_is_told_with_its_place_and_what_an_example_would_hold() -> None:
    text = TEXT + SHOWS_ALL.replace(", b: 2}", "}")
    (problem,) = unmissed(compile_mapping(text, "sample.yaml"))
    line = text.splitlines()[problem.line - 1]
    assert line[problem.column - 1 :].startswith("{to: b, value: 2}")
    assert str(problem).endswith(
        "warning: no example would miss this row; "
        "show it in one with expect: {then: [{create: {b: …}}]}"
    )


def test_the_file_is_not_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    mapping = compile_mapping(TEXT + SHOWS_ALL, "sample.yaml")
    before = repr(mapping.document.data)

    def read(*_: object) -> None:
        raise AssertionError("the YAML is parsed once")

    monkeypatch.setattr(loader, "read_document", read)
    assert list(unmissed(mapping)) == []
    assert repr(mapping.document.data) == before


def test_taking_out_shares_what_stays() -> None:
    data = {"a": [{"b": 1}, {"c": 2}], "d": {"e": 3}}
    left = without(data, ("a", 0))
    assert left == {"a": [{"c": 2}], "d": {"e": 3}}
    assert left["d"] is data["d"]
    assert data["a"][0] == {"b": 1}


def test_the_mappings_of_the_demo_have_no_row_that_no_example_would_miss() -> None:
    files = read_files(ROOT / "config")
    workspace = files.workspaces["demo"]
    for key in workspace.mappings:
        mapping = files.load(workspace, key)
        assert len(list(removals(mapping.document.data))) > 20
        assert [str(problem) for problem in unmissed(mapping)] == []
