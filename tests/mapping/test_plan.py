"""From a record to a request."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest

from hub.mapping.conditions import truthy
from hub.mapping.plan import ReminderRule
from tests.mapping.samples import NOW, REQUEST, compiled

FULL = (
    REQUEST
    + """\
    - {to: mobile, from: mobile, convert: "e164:SE"}
  title: {sv: "Ärende {{ number }}", en: "Case {{ record.number }}"}
  number: {from: number}
  language: {from: speaks, map: {Svenska: sv, English: en}, default: sv}
  reminders: {after: 24h, every: 90m, limit: 2, quiet: "21:00-08:00", channel: mail}
  form: f
  prefill: [{to: city, from: city}]
"""
)
RECORD = {"customer_name": "Alice", "mobile": "070-174 06 05", "speaks": "English", "number": 7}


def plan(record: dict[str, Any], extra: str = "", request: str = FULL) -> Any:
    return compiled(extra, request=request).plan(record, now=NOW)


def test_a_plan_holds_everything_that_the_request_needs() -> None:
    made = plan(RECORD, "carries_on: upstream\n")
    (person,) = made.recipients
    assert (made.kind, made.title, made.language) == ("information_request", "Case 7", "en")
    assert made.number == "7"
    assert (made.providers, made.channels, made.form) == (("bankid",), ("sms",), "f")
    assert (person.name, person.mobile, person.role) == ("Alice", "+46701740605", "signer")
    assert person.language == "en"
    assert made.expires_after == timedelta(days=14)
    assert made.reminders == ReminderRule(
        timedelta(days=1), timedelta(minutes=90), 2, (time(21), time(8)), "mail"
    )
    assert (made.carries_on, made.problems) == ("upstream", ())


def test_without_reminders_there_are_none() -> None:
    assert plan(RECORD, request=REQUEST).reminders.limit == 0


def test_reminders_without_a_limit_stop_at_three_and_repeat_the_first_pause() -> None:
    rule = plan(RECORD, request=REQUEST + "  reminders: {after: 2h}\n").reminders
    assert (rule.limit, rule.every) == (3, timedelta(hours=2))


def test_when_decides_whether_there_is_a_request() -> None:
    assert plan(RECORD, "when: number > 7\n") is None
    assert plan(RECORD, "when: number = 7\n") is not None
    assert plan(RECORD, "when: missing\n") is None


def test_a_condition_that_fails_is_a_problem_and_not_a_no() -> None:
    made = plan(RECORD, "when: $number(customer_name) > 1\n")
    assert [(p.rule, p.code) for p in made.problems] == [("when", "expression_failed")]
    assert made.recipients[0].name == "Alice"


def test_a_title_that_needs_a_missing_field_is_a_problem() -> None:
    made = plan({key: value for key, value in RECORD.items() if key != "number"})
    assert [problem.rule for problem in made.problems] == ["request.title"]
    assert made.number == ""


def test_a_named_person_is_planned_only_where_the_mapping_names_one() -> None:
    row = '    - {to: national_id, from: pnr, convert: "national_id:SE"}\n'
    named = REQUEST + row
    assert plan({"pnr": "811228-9874"}, request=named).recipients[0].national_id == "198112289874"
    assert plan({"pnr": ""}, request=named).recipients[0].national_id is None
    assert plan(RECORD).recipients[0].national_id is None


def test_truth_is_jsonatas() -> None:
    assert [truthy(x) for x in (None, "", 0, [], {}, [0, ""], False)] == [False] * 7
    assert [truthy(x) for x in ("x", 1, [0, 1], {"a": 1}, True)] == [True] * 5


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("customer_name", ["Alice"], "is a list, an object or a yes or no"),
        ("customer_name", {"first": "Alice"}, "is a list, an object or a yes or no"),
        ("customer_name", True, "is a list, an object or a yes or no"),
        ("customer_name", "A" * 3_000_000, "has more than 200 characters"),
        ("customer_name", "Ali\x00ce", "holds characters that cannot be shown"),
        ("number", {"id": 7}, "is a list, an object or a yes or no"),
        ("number", "7" * 101, "has more than 100 characters"),
        ("speaks", "Svenska", "is no code of a language"),
        ("speaks", ["sv"], "is a list, an object or a yes or no"),
        ("speaks", "the Swedish language", "has more than 8 characters"),
    ],
)
def test_what_cannot_be_sent_or_stored_is_a_problem(field: str, value: Any, said: str) -> None:
    request = FULL.replace("{from: speaks, map: {Svenska: sv, English: en}, default: sv}",
                           "{from: speaks}")  # fmt: skip
    problems = plan({**RECORD, "speaks": "sv", field: value}, request=request).problems
    assert any(said in one.message for one in problems), problems


def test_line_breaks_in_names_and_titles_become_blanks() -> None:
    made = plan({**RECORD, "customer_name": " Alice\r\n Berg\t", "number": "7\n8"})
    assert made.problems == ()
    assert (made.recipients[0].name, made.number, made.title) == ("Alice Berg", "7 8", "Case 7 8")


def test_a_title_that_is_too_long_is_a_problem() -> None:
    problems = plan({**RECORD, "number": "7" * 90}, request=FULL.replace(
        "Case {{ record.number }}", "{{ number }} {{ number }} {{ number }} {{ number }}"
    )).problems  # fmt: skip
    assert [one.message for one in problems] == ["the title has more than 300 characters"]


def test_a_name_of_any_script_is_taken() -> None:
    for name in ("Åsa Öberg", "محمد", "王小明", "O’Neill-Æ", "👩‍🔧 Workshop"):
        assert plan({**RECORD, "customer_name": name}).recipients[0].name == name
