"""The link is passed on to somebody whom the hub can reach, and who can act."""

from __future__ import annotations

import pytest

from hub.kernel.errors import Unfit
from tests.services.paper_case import CLIENT, PEOPLE
from tests.services.test_paper_signing import code_in

TOLD = """\
back:
  forwarded: [{note: "now {{ recipients.alice.key }} {{ recipients.alice.name }} {{ recipients.alice.state }}"}]
  sealed: [{note: "{{ signatures.alice.name }}, {{ signatures.bob.name }}; {{ recipient.name }}"}]
"""  # noqa: E501
# No mail is taken there; what would be sent is told by what is owed.
MAIL = "smtp, settings: {{host: 127.0.0.1, port: 9, security: none, from_address: hub@example.com}}"
BY_SMS = """
    - {key: alice, rows: [{to: name, value: Alice}, {to: mobile, value: "NUMBER"}]}"""
BY_MAIL = """
    - {key: alice, rows: [{to: name, value: Alice}, {to: email, value: alice@example.com}]}"""


def refused(case, **given):
    """What is wrong with whom Alice names."""
    with pytest.raises(Unfit) as error:
        case.desk.forward(case.token("alice"), "alice", {"name": "Charlie", **given}, CLIENT)
    return error.value.code, error.value.values["field"]


def passed_on(case, who="alice", **given):
    """Somebody passes it on, with the code that was sent to them."""
    token = case.token(who)
    case.desk.send_code(token, who, "forward")
    case.work()
    code = code_in(case.messages(case.person(who).contact["mobile"])[-1])
    case.desk.forward(token, who, {"name": "Charlie", "code": code, **given}, CLIENT)
    case.work()


@pytest.mark.parametrize(
    ("mine", "given", "meant"),
    [
        ("+40712345678", "0701 234 567", "+40701234567"),
        ("+33612345678", "06 98 76 54 32", "+33698765432"),
        ("+46701740605", "070-174 06 09", "+46701740609"),
        ("+46701740605", "+40 701 234 567", "+40701234567"),
    ],
)
def test_a_number_is_one_of_the_country_of_who_passes_it_on(papers, mine, given, meant):
    case = papers(people=BY_SMS.replace("NUMBER", mine), signing="{forward: true}")
    case.send()
    passed_on(case, mobile=given)
    assert case.person("alice.1").contact["mobile"] == meant
    assert len(case.messages(meant)) == 1


def test_a_number_of_no_known_country_is_asked_for_once_more(papers):
    case = papers(people=BY_MAIL, signing="{forward: true}", post=MAIL)
    case.send()
    assert refused(case, email="c@example.com", mobile="0701 234 567") == ("no_country", "mobile")
    assert refused(case, email="c@example.com", mobile="+40 701 234 567") == (
        "code_expired",
        "code",
    )


@pytest.mark.parametrize(
    ("signing", "given", "needs"),
    [
        ("{forward: true}", {"email": "charlie@example.com"}, "mobile"),
        ("{forward: true, code: sms}", {"email": "charlie@example.com"}, "mobile"),
        ("{forward: true, code: email}", {"mobile": "+46701740609"}, "email"),
    ],
)
def test_whom_nothing_can_be_sent_to_is_not_taken_and_it_can_be_mended(
    papers, signing, given, needs
):
    case = papers(signing=signing)
    case.send()
    assert refused(case, **given) == (f"needs_{needs}", needs)
    assert (case.request().state, len(case.request().recipients)) == ("sent", 2)
    passed_on(case, email="charlie@example.com", mobile="+46701740609")
    assert case.person("alice").forwarded_at is not None
    assert len(case.messages("+46701740609")) == 1


def test_where_only_mail_goes_out_an_address_is_needed_and_the_code_goes_there(papers):
    case = papers(people=PEOPLE, signing="{forward: true}", post=MAIL)
    case.send()
    assert refused(case, mobile="+46701740609") == ("needs_email", "email")
    case.desk.send_code(case.token("alice"), "alice", "forward")
    (code,) = case.deliveries("notice")
    assert code.payload["to"] == "alice@example.com"


def test_an_approver_needs_no_address_for_a_code_before_signing(papers):
    people = BY_SMS.replace("key: alice,", "key: alice, role: approver,").replace(
        "NUMBER", "+46701740605"
    )
    bob = PEOPLE.strip("\n").splitlines()[1]
    case = papers(people=f"{people}\n{bob}", signing="{forward: true, code: email}")
    case.send()
    passed_on(case, mobile="+46701740609")
    assert case.request().state == "sent"


def test_who_was_named_instead_stands_in_the_place_of_who_passed_it_on(papers):
    case = papers(signing="{forward: true}", more={"back:\n": TOLD})
    case.send()
    passed_on(case, mobile="+46701740608", name="Carol")
    passed_on(case, "alice.2", mobile="+46701740609")
    case.sign("alice.3", name="Charlie")
    view = case.desk.view(case.token("bob")).papers
    assert [(one.name, one.state) for one in view.people] == [
        ("Alice Andersson", "forwarded"),
        ("Bob Berg", "invited"),
        ("Carol", "forwarded"),
        ("Charlie", "signed"),
    ]
    case.sign("bob", name="Bob")
    case.work()
    told = case.upstream.notes(case.upstream.put("offer", "1", {}))
    assert told == [
        "now alice Carol invited",
        "now alice Charlie invited",
        "Not wanted: Hose",
        "Charlie, Bob; Charlie",
    ]
