"""With whom a request is shared in the portal, and for how long."""

from __future__ import annotations

from typing import Any

import pytest

from hub.kernel.errors import ConfigurationError
from hub.mapping.explain import explain_plan
from hub.mapping.share import MOST_CONTACTS, SharePlan
from tests.mapping.samples import HEAD, NOW, compiled

REQUEST = """\
request:
  kind: offer
  provider: canvas
  channels: sms
  expires_after: 14d
  recipient: [{to: name, value: Alice}]
"""
SHARE = """\
  share:
    with: {from: audience, default: contact}
    customer: {from: firm}
    customer_name: {from: firm_name}
    contacts:
      for_each: people
      rows:
        - {to: key, from: item.id}
        - {to: name, from: item.name}
        - {to: email, from: item.mail}
        - {to: mobile, from: item.mobile, convert: "e164:DK"}
        - {to: language, from: item.language}
    archive_after: 30d
    remove_after: 60d
"""


def shared(part: str = SHARE, **record: Any) -> tuple[SharePlan, list[tuple[str, str]]]:
    """The plan of a record, and its problems by rule and code."""
    plan = compiled(head=HEAD, request=REQUEST + part).plan(record, now=NOW)
    assert plan is not None
    assert plan.share is not None
    return plan.share, [(one.rule, one.code) for one in plan.problems]


def test_a_mapping_without_it_shares_nothing() -> None:
    plan = compiled(head=HEAD, request=REQUEST).plan({}, now=NOW)
    assert plan is not None
    assert plan.share is None


def test_a_block_of_nothing_shares_with_the_requests_own_people() -> None:
    assert shared("  share: {}\n") == (SharePlan(), [])


def test_all_contacts_of_the_customer_as_the_record_tells_them() -> None:
    people = [
        {"id": 1, "name": "Bob", "mail": "bob@example.com", "language": "da-DK"},
        {"id": 2, "name": "Carol", "mobile": "20 12 34 56"},
        {"id": 3, "name": "Dave"},
        {"id": 1, "name": "Bob again", "mail": "bob@example.com"},
    ]
    plan, problems = shared(audience="customer", firm="K1", firm_name=" Firm  AB ", people=people)
    assert problems == []
    assert plan.data() == {
        "audience": "customer",
        "customer": "K1",
        "customer_name": "Firm AB",
        "contacts": [
            {"key": "1", "name": "Bob", "email": "bob@example.com", "mobile": "", "language": "da"},
            {"key": "2", "name": "Carol", "email": "", "mobile": "+4520123456", "language": ""},
        ],
        "tell": [],
        "archive_after": 30 * 86400.0,
        "remove_after": 60 * 86400.0,
        "on_change": "keep",
    }


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        ({"audience": "everybody"}, ("request.share.with", "bad_value")),
        ({"audience": ["contact"]}, ("request.share.with", "bad_value")),
        ({"audience": "customer"}, ("request.share.customer", "missing")),
        ({"firm": {"id": 1}}, ("request.share.customer", "bad_value")),
        ({"firm": "x" * 101}, ("request.share.customer", "bad_value")),
        ({"people": ["Bob"]}, ("request.share.contacts[1]", "bad_value")),
        ({"people": [{"mail": ["a"]}]}, ("request.share.contacts[1].email", "bad_value")),
        ({"people": [{"mobile": "12"}]}, ("request.share.contacts[1].mobile", "bad_number")),
        (
            {"people": [{"mail": "a@b.c"}] * (MOST_CONTACTS + 1)},
            ("request.share.contacts.for_each", "bad_value"),
        ),
    ],
)
def test_what_does_not_fit_is_told_by_its_rule(
    record: dict[str, Any], problem: tuple[str, str]
) -> None:
    assert shared(**record)[1] == [problem]


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("{with: everybody}", "'everybody' is no audience; write one of contact, customer"),
        ("{with: customer}", "say whose contacts they are: customer: {from: …}"),
        ("{with: {from: a}}", "say whose contacts they are: customer: {from: …}"),
        ("{contacts: {for_each: a, rows: [{to: email, from: item}]}}", "say whose contacts"),
        (
            "{customer: {from: a}, contacts: {for_each: a, rows: [{to: name, from: item}]}}",
            "nobody could sign in; add a row with to: email, or to: mobile",
        ),
        ("{customer: {from: a}, contacts: {for_each: a, rows: []}}", "is empty"),
        ("{archive_after: 60d, remove_after: 30d}", "is before the archive"),
        ("{on_change: replace}", "request.share.on_change: there is no document to replace"),
        ("{on_change: later}", "unknown way 'later'; use one of: keep, replace"),
        ("{archive_when: status =}", "request.share.archive_when: "),
        ("{archiv_after: 30d}", "unknown key 'archiv_after'; did you mean 'archive_after'?"),
        ("{customer: {from: a}, contacts: {for_each: a, rows: [{to: mail}]}}", "mail"),
        ("{with: public}", "say where the record has the link's password: password: {from: …}"),
        ("{with: {from: a, map: {x: public}}}", "say where the record has the link's password"),
        ("{password: {from: a}}", "belongs to a public link; write with: public, or remove"),
        ("{with: public, password: {value: correct horse}}", "does not stand in a file"),
        ("{with: public, password: {from: a, default: correct horse}}", "not stand in a file"),
        ("{with: public, password: {from: a, map: {a: correct horse}}}", "not stand in a file"),
    ],
)
def test_a_fault_in_it_is_told(part: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        compiled(request=f"{REQUEST}  share: {part}\n")
    assert any(message in line for line in caught.value.problems), caught.value.problems


def test_a_map_that_cannot_give_customer_needs_none() -> None:
    plan, problems = shared("  share: {with: {from: a, map: {x: contact}, default: contact}}\n")
    assert (plan.audience, problems) == ("contact", [])


PUBLIC = """\
  share:
    with: {from: audience, default: public}
    customer: {from: firm}
    password: {from: secret}
"""


def test_the_password_of_a_public_link_is_in_no_data_of_the_plan() -> None:
    plan, problems = shared(PUBLIC, secret="  correct horse ")
    assert (plan.audience, plan.password, problems) == ("public", "correct horse", [])
    assert "correct horse" not in f"{plan.data()} {plan}"


@pytest.mark.parametrize(
    ("secret", "code"),
    [
        (None, "missing"),
        ("", "missing"),
        ("       ", "missing"),
        ("seven77", "bad_value"),
        ("x" * 129, "bad_value"),
        (["correct horse"], "bad_value"),
        ("correct\x07horse", "bad_value"),
    ],
)
def test_a_public_link_without_a_good_password_is_a_problem_that_does_not_repeat_it(
    secret: Any, code: str
) -> None:
    plan, problems = shared(PUBLIC, secret=secret)
    assert (plan.password, problems) == ("", [("request.share.password", code)])
    told = compiled(head=HEAD, request=REQUEST + PUBLIC).plan({"secret": secret}, now=NOW)
    assert told is not None
    assert not secret or "horse" not in str(told.problems[0])


def test_a_record_that_says_public_where_no_password_is_read_does_not_fit() -> None:
    part = "  share: {with: {from: audience}, customer: {from: firm}}\n"
    assert shared(part, audience="public")[1] == [("request.share.password", "missing")]


def test_what_is_not_public_has_no_password() -> None:
    plan, problems = shared(PUBLIC, audience="contact", secret="short")
    assert (plan.password, problems) == ("", [])


def test_an_explanation_tells_no_password() -> None:
    mapping = compiled(head=HEAD, request=REQUEST + PUBLIC)
    told = explain_plan(mapping, {"secret": "correct horse"}, NOW)
    assert "correct horse" not in repr(told)


@pytest.mark.parametrize(("status", "shared_now"), [("Sent", True), ("Closed", False)])
def test_nothing_new_is_shared_of_a_closed_record(status: str, shared_now: bool) -> None:
    part = '  share: {archive_when: status = "Closed"}\n'
    mapping = compiled(head=HEAD, request=REQUEST + part)
    assert (mapping.plan({"status": status}, now=NOW) is not None) is shared_now
    assert mapping.planned({"status": status}, now=NOW).share == SharePlan()


def test_a_condition_that_fails_closes_nothing_and_is_told() -> None:
    plan, problems = shared("  share: {archive_when: $number(status) > 1}\n", status="Sent")
    assert plan == SharePlan()
    assert problems == [("request.share.archive_when", "expression_failed")]


def test_a_changed_document_replaces_where_the_mapping_has_documents() -> None:
    part = "  documents: [{key: a, title: A, url: {from: url}}]\n  share: {on_change: replace}\n"
    plan, _ = shared(part, url="https://example.com/a.pdf")
    assert plan.on_change == "replace"
