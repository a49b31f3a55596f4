"""The examples in a mapping file, and the mapping that is shipped."""

from __future__ import annotations

import re

import pytest

from hub.contracts.capabilities import Capability as C
from hub.contracts.manifest import PluginKind
from hub.mapping.examples import run_examples
from hub.mapping.lint import lint
from hub.mapping.loader import compile_mapping, load_folder, load_forms
from tests.mapping.samples import EXAMPLES, ROOT, sample
from tests.mapping.test_lint import CONNECTOR, SIGNS, Info
from tests.mapping.test_steps import STEPS

AGILOFT_FIELDS = (
    "id",
    "case_number",
    "status",
    "customer_name",
    "customer_mobile",
    "customer_email",
    "customer_address",
    "customer_postcode",
    "customer_city",
    "customer_language",
    "product",
    "problem_description",
    "sign_state",
    "sign_reason",
    "signed_at",
    "signed_by",
    "bankid_order_ref",
    "repair_case_number",
    "handled_by",
    "customer_personal_number",
)
DEMO = {
    "agiloft": CONNECTOR,
    "hub_register": CONNECTOR,
    "bankid": Info(PluginKind.PROVIDER, SIGNS),
    "sms": Info(PluginKind.CHANNEL, frozenset({C.SMS})),
    "mail": Info(PluginKind.CHANNEL, frozenset({C.EMAIL})),
}


def outcome(example: str, extra: str = "") -> list[str]:
    text = sample(extra).replace(EXAMPLES, f"examples:\n  - {example}\n")
    (result,) = run_examples(compile_mapping(text, "sample.yaml"))
    assert result.passed == (not result.problems)
    return [str(problem) for problem in result.problems]


ALICE = "given: {record: {customer_name: Alice}}"


@pytest.mark.parametrize(
    "expect",
    [
        "{}",
        "{recipient: {name: Alice, language: en}}",
        "{language: en, title: '', prefill: {}, problems: []}",
        "{skipped: false}",
    ],
)
def test_only_what_is_expected_is_compared(expect: str) -> None:
    assert outcome(f"{{name: n, {ALICE}, expect: {expect}}}") == []


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        ("{recipient: {name: Bob}}", "expected 'Bob', got 'Alice'"),
        ("{recipient: {mobile: x}}", "expected 'x', got nothing"),
        ("{language: sv}", "expected 'sv', got 'en'"),
        ("{skipped: true}", "expected True, got False"),
        ("{problems: [missing_number]}", "expected ['missing_number'], got []"),
        ("{back: [{update: {a: 1}}]}", "expected 1 entries, got 0"),
        ("{records: {c: {a: 1}}}", "got nothing"),
    ],
)
def test_a_difference_is_told_with_its_place_in_the_example(expect: str, told: str) -> None:
    (line,) = outcome(f"{{name: n, {ALICE}, expect: {expect}}}")
    assert told in line
    assert line.startswith("sample.yaml:12:")
    assert re.search(r"; correct the (rule|row in line \d+), or the example if it is wrong$", line)


def test_what_happens_after_an_event_is_compared() -> None:
    given = (
        "{event: completed, record: {id: 5}, form: {mobile: 070-174 06 05, wanted: true}, "
        "signature: {name: Alice}, recipient: {name: Alice}, "
        "records: {customer: {number: C1}, repair_case: {number: R1, id: job-1}}}"
    )
    expect = (
        "{records: {customer: {mobile: '+46701740605', note: For Alice as C1}, "
        "repair_case: {customer: example-customer, note: signature}}, "
        "back: [{update: {job: R1}}, {note: Signed by Alice}], "
        "then: [{create: {job: job-1}, table: invoice}, {update: {a: 1}}, {note: Hello 5}]}"
    )
    assert outcome(f"{{name: n, given: {given}, expect: {expect}}}", STEPS) == []
    (line,) = outcome(
        f"{{name: n, given: {given}, expect: {expect}}}".replace("R1}}, {", "R2}}, {"), STEPS
    )
    assert "expected 'R2', got 'R1'" in line


def test_a_step_that_fails_fails_the_example() -> None:
    given = "{event: completed, record: {}, form: {mobile: 070-12}}"
    first, second = outcome(f"{{name: n, given: {given}, expect: {{back: []}}}}", STEPS)
    assert "fails: records.customer.mobile: the mobile number is too short" in first
    assert "correct the row in line 16" in first
    assert "fails: then.completed.2: the text cannot be made: 'id' is missing" in second


def test_the_shipped_mappings_pass_their_examples_and_fit_the_demo() -> None:
    forms = load_forms(ROOT / "config" / "forms")
    mappings = load_folder(ROOT / "mappings")
    assert "agiloft_information_request" in mappings
    for mapping in mappings.values():
        results = run_examples(mapping)
        assert len(results) >= 6
        assert [str(problem) for result in results for problem in result.problems] == []
    story = mappings["agiloft_information_request"]
    found = lint(
        story, instances=DEMO, forms=forms, texts=("signature",), source_fields=AGILOFT_FIELDS
    )
    assert [str(problem) for problem in found] == []


@pytest.mark.parametrize(
    ("who", "status", "told"),
    [("hub", "new", "Hub"), ("upstream", "upstream", "Agiloft"), ("erp", "elsewhere", "Elsewhere")],
)
def test_who_carries_on_makes_a_difference_here_and_upstream(
    who: str, status: str, told: str
) -> None:
    text = (ROOT / "mappings" / "agiloft_information_request.yaml").read_text(encoding="utf-8")
    assert "\ncarries_on: hub\n" in text
    text = text.replace("carries_on: hub\n", f"carries_on: {who}\n")
    text = text.replace("handled_by: hub", f"handled_by: {who}")
    text = text.replace("status: new", f"status: {status}").replace(
        "handled_by: Hub", f"handled_by: {told}"
    )
    results = run_examples(compile_mapping(text, "agiloft_information_request.yaml"))
    assert [str(problem) for result in results for problem in result.problems] == []


def test_story_d_asks_at_most_three_times_and_writes_every_answer_back() -> None:
    story = load_folder(ROOT / "mappings")["agiloft_information_request"]
    assert story.request.reminders.limit == 3
    (step,) = (step for step in story.all_steps() if step.spec.key == "back.completed.0")
    written = {row.to for row in step.rows}
    answers = {name for name in AGILOFT_FIELDS if name.startswith("customer_")}
    answers -= {"customer_language", "customer_personal_number"}
    assert written >= answers | {"product", "problem_description", "signed_by", "sign_state"}
    assert "customer_personal_number" not in written
