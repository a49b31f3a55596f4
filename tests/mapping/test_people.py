"""Several people of a request: roles, turns, conditions; and how they sign."""

from __future__ import annotations

from typing import Any

import pytest

from hub.kernel.errors import ConfigurationError
from hub.mapping.plan import RequestPlan
from hub.mapping.signing import SigningPlan
from tests.mapping.samples import HEAD, NOW, compiled

REQUEST = """\
request:
  kind: offer
  provider: canvas
  channels: sms
  expires_after: 14d
"""
PEOPLE = """\
  recipients:
    - {key: boss, role: copy, rows: [{to: name, value: Charlie}]}
    - {key: partner, turn: 2, when: partner, rows: [{to: name, from: partner}]}
    - key: owner
      rows: [{to: name, from: owner, required: true}, {to: email, from: mail}]
    - {key: lawyer, role: approver, when: lawyer, rows: [{to: name, from: lawyer}]}
"""
NOTHING = "examples: [{name: n, given: {record: {}}, expect: {}}]\n"


def planned(part: str, **record: Any) -> RequestPlan:
    plan = compiled(head=HEAD, request=REQUEST + part).plan(record, now=NOW)
    assert plan is not None
    return plan


def test_those_who_act_come_first_in_their_turns() -> None:
    plan = planned(PEOPLE, owner="Alice", partner="Bob", lawyer="Eva")
    assert plan.problems == ()
    found = [(one.key, one.role, one.turn, one.name) for one in plan.recipients]
    assert found == [
        ("owner", "signer", 1, "Alice"),
        ("lawyer", "approver", 1, "Eva"),
        ("partner", "signer", 2, "Bob"),
        ("boss", "copy", 1, "Charlie"),
    ]
    assert plan.signer.key == "owner"


def test_who_is_not_in_the_record_is_left_out() -> None:
    assert [one.key for one in planned(PEOPLE, owner="Alice").recipients] == ["owner", "boss"]


def test_a_fault_of_somebody_is_told_with_the_key() -> None:
    (problem,) = planned(PEOPLE, partner="Bob").problems
    assert (problem.rule, problem.path, problem.code) == (
        "request.recipients.owner.name", "owner", "missing",
    )  # fmt: skip


def test_somebody_must_sign() -> None:
    part = PEOPLE.replace("key: owner\n", "key: owner\n      when: owner\n")
    (problem,) = planned(part, lawyer="Eva").problems
    assert (problem.rule, problem.code) == ("request.recipients", "missing")
    nobody = "  recipients:\n    - {key: a, when: x, rows: [{to: name, from: x}]}\n"
    plan = planned(nobody)
    assert [(one.key, one.name) for one in plan.recipients] == [("a", "")]  # whom it is about
    assert [one.code for one in plan.problems] == ["missing"]


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("  recipient: [{to: name, value: A}]\n" + PEOPLE, "stands beside 'recipient'; keep one"),
        ("", "request.recipient: is missing; add it"),
        ("  recipients: []\n", "must have 1 to 20 entries"),
        (PEOPLE.replace("turn: 2", "turn: 10"), "is not between 1 and 9"),
        (PEOPLE.replace("turn: 2", "turn: 0"), "is not between 1 and 9"),
        (PEOPLE.replace("role: copy", "role: copy, turn: 2"), "a copy has no turn; remove it"),
        (PEOPLE.replace("role: copy", "role: singer"), "unknown role 'singer'; did you mean"),
        (PEOPLE.replace("key: partner", "key: owner"), "'owner' stands here twice"),
        (PEOPLE.replace("to: email", "to: emial"), "unknown recipient field 'emial'"),
        (PEOPLE.replace("from: mail", "from: mail, direction: both"), "unknown key 'direction'"),
        (
            "  recipients: [{key: a, role: viewer, rows: [{to: name, value: A}]}]\n",
            "nobody signs; give one of them role: signer",
        ),
        (PEOPLE.replace("recipients:", "recipiants:"), "did you mean 'recipient"),
        (PEOPLE.replace("when: partner,", "when: partner (,"), "correct it"),
    ],
)
def test_a_fault_is_told_with_the_way_out(part: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        compiled(request=REQUEST + part)
    assert any(message in line for line in caught.value.problems), caught.value.problems


ALONE = (
    "  recipient: [{to: name, value: Alice}, {to: email, from: mail}, {to: mobile, from: tel}]\n"
)


def test_without_a_word_it_is_signed_as_usual() -> None:
    assert planned(ALONE).signing == SigningPlan()
    assert planned(ALONE).signing.data() == {
        "methods": ["drawn", "typed"], "consent": None, "code": None,
        "confirmation": False, "receipt": False, "remarks": False,
        "forward": False, "in_person": False, "download": True,
    }  # fmt: skip


def test_what_the_mapping_says_of_signing_counts() -> None:
    part = """\
  signing:
    methods: typed
    consent: {sv: "Jag godkänner {{ number }}.", en: "I accept\\n{{ number }}."}
    code: sms
    confirmation: true
    receipt: true
    download: false
"""
    plan = planned(ALONE + part, number=7, tel="1")
    assert plan.problems == ()
    assert plan.signing.data() == {
        "methods": ["typed"], "consent": {"sv": "Jag godkänner 7.", "en": "I accept\n7."},
        "code": "sms", "confirmation": True, "receipt": True, "remarks": False,
        "forward": False, "in_person": False, "download": False,
    }  # fmt: skip


def test_a_consent_that_cannot_be_made_is_a_problem() -> None:
    (problem,) = planned(ALONE + "  signing: {consent: 'I accept {{ number }}.'}\n").problems
    assert (problem.rule, problem.code) == ("request.signing.consent", "bad_value")


@pytest.mark.parametrize(
    ("code", "reason"), [("sms", "missing_number"), ("email", "missing_address")]
)
def test_a_code_needs_somewhere_to_go(code: str, reason: str) -> None:
    (problem,) = planned(f"{ALONE}  signing: {{code: {code}}}\n").problems
    assert (problem.rule, problem.code) == ("request.signing.code", reason)
    assert planned(f"{ALONE}  signing: {{code: {code}}}\n", mail="a@b.c", tel="1").problems == ()


def test_a_number_that_is_missing_is_told_once() -> None:
    part = ALONE.replace("from: tel", "from: tel, required: true")
    (problem,) = planned(f"{part}  signing: {{code: sms}}\n").problems
    assert problem.rule == "request.recipient.mobile"


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("{methods: [drawn, drawn]}", "'drawn' is named twice"),
        ("{methods: [drwan]}", "unknown method 'drwan'; did you mean 'drawn'?"),
        ("{methods: []}", "is empty"),
        ("{code: letter}", "unknown way 'letter'"),
        ("{recept: true}", "unknown key 'recept'; did you mean 'receipt'?"),
        ("{receipt: 1}", "must be yes or no"),
        ("{consent: '{{ a | shout }}'}", "unknown filter"),
    ],
)
def test_a_fault_of_signing_is_told(part: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        compiled(request=f"{REQUEST}{ALONE}  signing: {part}\n")
    assert any(message in line for line in caught.value.problems), caught.value.problems
