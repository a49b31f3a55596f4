"""What an example may expect: values, operators, problems, durations, the workspace's texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from hub.kernel.errors import ConfigurationError
from hub.mapping.examples import run_examples
from hub.mapping.expectations import mismatches
from hub.mapping.loader import compile_mapping
from tests.mapping.samples import EXAMPLES, REQUEST, sample
from tests.mapping.test_examples import ALICE, outcome

FOUND = {
    "text": "Repair of a dishwasher",
    "lines": [{"text": "Motor", "price": "1200.50"}, {"text": "Belt", "price": "99"}],
    "details": {"consent": True, "contact": "sms"},
    "tags": ["a", "b"],
    "count": 1,
}
HOLD: list[Any] = [
    {"text": {"equals": "Repair of a dishwasher"}},
    {"text": {"contains": "dishwasher"}},
    {"text": {"contains": ["Repair", "a dish"]}},
    {"text": {"schema": {"type": "string", "pattern": "^Repair of .+$"}}},
    {"lines": {"contains": {"text": "Belt"}}},
    {"lines": {"contains": [{"text": "Belt"}, {"price": {"contains": "1200"}}]}},
    {"lines": [{"price": {"schema": {"type": "string"}}}, {"text": "Belt"}]},
    {"lines": {"schema": {"minItems": 2, "items": {"required": ["text", "price"]}}}},
    {"details": {"contains": {"contact": "sms"}}},
    {"details": {"contains": "consent"}},
    {"details": {"equals": {"consent": True, "contact": "sms"}}},
    {"tags": {"contains": "a"}, "count": 1},
    {"text": {"contains": "Repair", "schema": {"maxLength": 30}}},
    {"count": {"equals": 1}},
]
FAIL: list[tuple[Any, str]] = [
    ({"text": {"equals": "Repair"}}, "expected exactly 'Repair', got 'Repair of a dishwasher'"),
    ({"text": {"contains": "oven"}}, "expected something with 'oven' in it"),
    ({"text": {"schema": {"maxLength": 3}}}, "does not fit the schema"),
    ({"lines": {"contains": {"text": "Door"}}}, "expected something with {'text': 'Door'} in it"),
    ({"lines": {"schema": {"items": {"required": ["vat"]}}}}, "does not fit the schema at 0"),
    ({"details": {"equals": {"contact": "sms"}}}, "expected exactly nothing, got True"),
    ({"details": {"contains": {"contact": "post"}}}, "expected something with"),
    ({"tags": {"contains": ["a", "c"]}}, "expected something with ['a', 'c'] in it"),
    ({"nothing": {"contains": "a"}}, "got nothing"),
    ({"nothing": {"schema": {"type": "string"}}}, "expected a value that fits the schema"),
    ({"count": True}, "expected True, got 1"),
    ({"text": {"contain": "oven"}}, "(did you mean 'contains'?)"),
    ({"tags": ["a"]}, "expected 1 entries, got 2"),
]


@pytest.mark.parametrize("expected", HOLD, ids=str)
def test_what_holds_is_no_mismatch(expected: Any) -> None:
    assert list(mismatches(expected, FOUND)) == []


@pytest.mark.parametrize(("expected", "said"), FAIL, ids=lambda value: str(value)[:40])
def test_what_does_not_hold_is_told(expected: Any, said: str) -> None:
    (mismatch,) = mismatches(expected, FOUND)
    assert said in mismatch.said
    assert mismatch.path[0] in expected


def test_a_long_value_is_cut_in_the_message() -> None:
    (mismatch,) = mismatches("a", "b" * 10_000)
    assert len(mismatch.said) < 400
    assert mismatch.found == "b" * 10_000  # whoever shows both sides has all of it


def doubling(levels: int) -> str:
    """A schema of few lines that takes 2 to the power of ``levels`` steps to check."""
    parts = [
        f"a{level}: {{allOf: [{{$ref: '#/$defs/a{level + 1}'}}, {{$ref: '#/$defs/a{level + 1}'}}]}}"
        for level in range(levels)
    ]
    parts.append(f"a{levels}: {{type: string}}")
    return f"{{$ref: '#/$defs/a0', $defs: {{{', '.join(parts)}}}}}"


REFUSED = [
    ("{title: {schema: {type: strin}}}", "expect.title.schema: is no JSON Schema"),
    ("{title: {schema: {$ref: 'https://example.com/x'}}}", "which is elsewhere; write it into"),
    ("{title: {schema: {$id: 'https://example.com/x'}}}", "uses '$id'; use $ref with '#/…'"),
    ("{title: {schema: {allOf: [{$ref: '#'}]}}}", "refers to itself by '#'"),
    (f"{{title: {{schema: {doubling(30)}}}}}", "has more than 10000 parts"),
    ("{title: {schema: {pattern: '(a+)+(?=b)'}}}", "is no JSON Schema"),
    ("{title: {schema: text}}", "is no JSON Schema; write a block such as {type: string}"),
    ("{recipient: {name: {schema: [1]}}}", "expect.recipient.name.schema: is no JSON Schema"),
    ("{back: [{update: {a: {schema: 7}}}]}", "schema: is no JSON Schema"),
    ("{title: [a]}", "must be a text; write one, or one of: equals, contains, schema"),
    ("{back: {update: {}}}", "must be a list; write one, or one of: equals, contains, schema"),
    ("{error: {cod: missing}}", "unknown key 'cod'; did you mean 'code'?"),
    ("{error: {}}", "says nothing; give at least one of rule, path, code and text"),
]


@pytest.mark.parametrize(("expect", "told"), REFUSED)
def test_an_operator_that_cannot_be_used_is_told_with_its_place(expect: str, told: str) -> None:
    example = f"examples:\n  - {{name: n, {ALICE}, expect: {expect}}}\n"
    with pytest.raises(ConfigurationError) as caught:
        compile_mapping(sample().replace(EXAMPLES, example), "sample.yaml")
    (line,) = caught.value.problems
    assert line.startswith("sample.yaml:12:")
    assert told in line


def test_a_schema_may_refer_to_its_own_parts() -> None:
    expect = "{title: {schema: {$ref: '#/$defs/a~1b', $defs: {'a/b': {type: string}}}}}"
    example = f"examples:\n  - {{name: n, {ALICE}, expect: {expect}}}\n"
    mapping = compile_mapping(sample().replace(EXAMPLES, example), "sample.yaml")
    assert [result.passed for result in run_examples(mapping)] == [True]


BAD_MOBILE = REQUEST + "    - {to: mobile, from: mobile, convert: 'e164:SE', required: true}\n"
ERRORS_THAT_HOLD = [
    "{error: {code: missing_number}}",
    "{error: {rule: request.recipient.mobile}}",
    "{error: {path: mobile, text: required}}",
    "{error: [{code: missing_number}]}",
    "{error: {text: Mobilnumret}}",
    "{error: {code: missing_number}, problems: [missing_number]}",
    "{error: {code: missing_number}, recipient: {name: Alice}}",
]
ERRORS_THAT_FAIL = [
    (
        "{error: {code: bad_number}}",
        "expected a problem with code 'bad_number', got missing_number",
    ),
    ("{error: {rule: request.recipient.name}}", "got missing_number in request.recipient.mobile"),
    ("{error: {code: missing_number, path: phone}}", "expected a problem with"),
    ("{error: {text: forgotten}}", "expected a problem with text 'forgotten'"),
    ("{problems: []}", "expected [], got missing_number in request.recipient.mobile"),
]


def told_of(expect: str) -> list[str]:
    text = sample(request=BAD_MOBILE)
    example = f"examples:\n  - {{name: n, {ALICE}, expect: {expect}}}\n"
    (result,) = run_examples(compile_mapping(text.replace(EXAMPLES, example), "sample.yaml"))
    return [str(problem) for problem in result.problems]


@pytest.mark.parametrize("expect", ERRORS_THAT_HOLD)
def test_a_problem_may_be_expected_by_what_is_known_of_it(expect: str) -> None:
    assert told_of(expect) == []


@pytest.mark.parametrize(("expect", "told"), ERRORS_THAT_FAIL)
def test_another_problem_than_expected_is_told(expect: str, told: str) -> None:
    lines = told_of(expect)
    assert any(told in line for line in lines), lines


def test_a_problem_that_nobody_expects_is_told_beside_one_that_is() -> None:
    request = BAD_MOBILE + "    - {to: email, from: email, required: true}\n"
    example = f"examples:\n  - {{name: n, {ALICE}, expect: {{error: {{code: missing_number}}}}}}\n"
    text = sample(request=request).replace(EXAMPLES, example)
    (result,) = run_examples(compile_mapping(text, "sample.yaml"))
    (problem,) = result.problems
    assert "expected no problem beside those under 'error', got missing in" in problem.message
    assert problem.fix == "correct the row in line 12, or the example if it is wrong"


STEP = "back: {failed: [{update: [{to: state, from: record.price, convert: decimal}]}]}\n"


def test_a_step_may_be_expected_to_fail() -> None:
    given = "given: {event: failed, record: {customer_name: Alice, price: much}}"
    rule = "back.failed.0.state"
    for error in (f"{{rule: {rule}}}", "{code: bad_value}", "{text: is not a number}"):
        assert outcome(f"{{name: n, {given}, expect: {{error: {error}, back: []}}}}", STEP) == []
    (line, *_) = outcome(f"{{name: n, {given}, expect: {{error: {{code: missing}}}}}}", STEP)
    assert "expected a problem with code 'missing', got bad_value in back.failed.0.state" in line


def test_settings_of_the_request_are_compared_as_people_write_them() -> None:
    request = REQUEST + "  reminders: {after: 24h, limit: 2, quiet: '21:00-08:00'}\n"
    good = (
        "{expires_after: 336h, kind: information_request, provider: bankid, channels: [sms],"
        " reminders: {after: 1d, every: 24h, limit: 2, quiet: '21:00-08:00'}}"
    )
    for expect, told in [
        (good, None),
        ("{expires_after: 14h}", "expected '14h', got '14d'"),
        ("{reminders: {after: 24m}}", "expected '24m', got '1d'"),
        ("{channels: mail}", "got ('sms',)"),
        ("{form: x}", "expected 'x', got None"),
    ]:
        example = f"examples:\n  - {{name: n, {ALICE}, expect: {expect}}}\n"
        text = sample(request=request).replace(EXAMPLES, example)
        (result,) = run_examples(compile_mapping(text, "sample.yaml"))
        lines = [str(problem) for problem in result.problems]
        assert (lines == []) if told is None else (told in lines[0]), lines


NOTE = "back: {failed: [{note: signature}]}\n"


def rendered(expect: str) -> list[str]:
    """The example's problems in a workspace whose texts say who signed."""

    def note(text: str, context: Mapping[str, Any]) -> str:
        return f"{text}: {context['signature']['name']} in {context['request']['language']}"

    given = "given: {event: failed, record: {customer_name: Alice}, signature: {name: Bob}}"
    text = sample(NOTE).replace(
        EXAMPLES, f"examples:\n  - {{name: n, {given}, expect: {expect}}}\n"
    )
    (result,) = run_examples(compile_mapping(text, "sample.yaml"), render=note)
    return [str(problem) for problem in result.problems]


def test_a_text_of_the_workspace_is_expected_by_its_key_or_by_what_it_says() -> None:
    assert rendered("{back: [{note: signature}]}") == []
    assert rendered("{back: [{note: 'signature: Bob in en'}]}") == []
    assert rendered("{back: [{note: {contains: Bob}}]}") == []
    (line,) = rendered("{back: [{note: {contains: Alice}}]}")
    assert "got 'signature: Bob in en'" in line


def test_a_mismatch_names_the_line_of_the_row_that_gave_the_value() -> None:
    extra = (
        "records:\n"
        "  customer:\n"
        "    in: register\n"
        "    rows:\n"
        "      - {to: name, from: record.customer_name}\n"
        "back:\n"
        "  completed:\n"
        "    - update:\n"
        "        - both\n"
        "        - {to: state, value: Signed}\n"
    )
    request = REQUEST + "  form: f\n  prefill:\n    - {to: n, from: nick, direction: both}\n"
    given = "given: {record: {customer_name: Alice, nick: Al}, form: {n: Ally}}"
    expect = (
        "{recipient: {name: 1}, prefill: {n: 1}, records: {customer: {name: 1}},"
        " back: [{update: {nick: 1, state: 1}}]}"
    )
    text = sample(extra, request=request)
    text = text.replace(EXAMPLES, f"examples:\n  - {{name: n, {given}, expect: {expect}}}\n")
    (result,) = run_examples(compile_mapping(text, "sample.yaml"))
    rows = [problem.fix.partition(",")[0] for problem in result.problems]
    lines = text.splitlines()
    wanted = [
        "    - {to: name, from: customer_name}",
        "    - {to: n, from: nick, direction: both}",
        "      - {to: name, from: record.customer_name}",
        "    - {to: n, from: nick, direction: both}",
        "        - {to: state, value: Signed}",
    ]
    assert rows == [f"correct the row in line {lines.index(row) + 1}" for row in wanted]
