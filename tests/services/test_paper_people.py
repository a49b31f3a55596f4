"""What people of one request do does not fall on the others."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hub.contracts.channel import ReportStatus
from hub.kernel.errors import Unfit
from hub.services import in_person
from hub.services.message_sending import apply_report
from hub.services.views import CaseClosed, LinkInvalid
from hub.storage.models import Delivery
from tests.services.paper_case import CLIENT, PEOPLE, PERSON
from tests.services.test_paper_signing import code_in

ALICE, BOB = "+46701740605", "+46701740606"
TOGETHER = PEOPLE.replace("turn: 2", "turn: 1")
OTHER = {"name": "Charlie", "mobile": "+46701740609"}
FORM = """\
form: intake
title: {en: Details}
steps:
  - key: contact
    title: {en: You}
    fields:
      - {name: city, type: text, label: {en: Town}, required: true}
      - {name: street, type: text, label: {en: Street}}
"""
APPROVED = """
    - {key: boss, role: approver, turn: 1, rows: [{to: name, value: Boss}, {to: mobile, value: "+46701740601"}]}
    - {key: alice, turn: 2, rows: [{to: name, value: Alice}, {to: mobile, value: "+46701740605"}]}"""  # noqa: E501


def bounced(case, to):
    """The gateway reports, late, that the invitation to somebody did not arrive."""
    with case.core.db.write() as session:
        rows = session.scalars(select(Delivery).where(Delivery.kind == "message"))
        invite = next(one for one in rows if one.step == "invite" and one.payload["to"] == to)
        apply_report(
            case.core, session, invite, ReportStatus.FAILED, case.core.clock.now(), "not_delivered"
        )


def passed_on(case, who):
    case.desk.send_code(case.token(who), who, "forward")
    case.work()
    code = code_in(case.messages(case.person(who).contact["mobile"])[-1])
    case.desk.forward(case.token(who), who, {**OTHER, "code": code}, CLIENT)
    case.work()


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_who_has_signed_gets_no_message_that_was_held_up(papers, who):
    case = papers(people=TOGETHER)
    case.send()
    case.gateway.switches.switch_on("error_500")
    case.later(hours=24)
    assert {one.state for one in case.deliveries("message")} == {"delivered", "retry"}
    case.sign(who)
    case.gateway.switches.clear()
    case.later(hours=1)
    to = {one.to for one in case.messages() if "again" in one.text}
    assert to == {ALICE, BOB} - {case.person(who).contact["mobile"]}


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_a_late_bounce_ends_nothing_for_who_has_passed_the_link_on(papers, who):
    case = papers(people=TOGETHER, signing="{forward: true}")
    case.send()
    to = case.person(who).contact["mobile"]
    passed_on(case, who)
    bounced(case, to)
    assert case.request().state != "failed"


def test_a_late_bounce_ends_nothing_for_who_has_opened_the_link(papers):
    case = papers(people=TOGETHER)
    case.send()
    case.desk.opened(case.token("bob"), CLIENT)
    bounced(case, BOB)
    assert case.request().state == "opened"
    case.sign("bob")
    case.desk.opened(case.token("alice"), CLIENT)
    bounced(case, ALICE)
    assert case.request().state == "signed"


def test_a_bounce_for_who_has_opened_nothing_ends_the_request(papers):
    case = papers(people=TOGETHER)
    case.send()
    case.desk.opened(case.token("bob"), CLIENT)
    bounced(case, ALICE)
    assert case.request().state == "failed"


def test_a_key_of_forty_letters_can_pass_the_link_on(papers):
    key = "a" * 40
    case = papers(people=PEOPLE.replace("key: alice", f"key: {key}"), signing="{forward: true}")
    case.send()
    passed_on(case, key)
    assert len(case.messages("+46701740609")) == 1


@pytest.mark.parametrize(("turn", "gross"), [(1, "1374.38"), (2, "1250.00")])
def test_an_approver_chooses_no_lines_and_an_approval_fixes_them(papers, turn, gross):
    case = papers(people=APPROVED.replace("turn: 2", f"turn: {turn}"))
    case.send()
    with pytest.raises(CaseClosed):
        case.desk.choose_lines(case.token("boss"), ["hose"])
    if turn == 1:  # both are asked together
        assert case.desk.view(case.token("alice")).papers.may_choose
        case.desk.choose_lines(case.token("alice"), ["hose"])
    case.look("boss")
    case.desk.approve(case.token("boss"), CLIENT)
    assert not case.desk.view(case.token("alice")).papers.may_choose
    with pytest.raises(CaseClosed):
        case.desk.choose_lines(case.token("alice"), [])
    case.sign("alice")
    assert {one.shown["totals"]["gross"] for one in case.acceptances()} == {gross}


def test_a_code_for_passing_the_link_on_signs_nothing(papers):
    case = papers(signing="{forward: true, code: email}")
    case.send()
    token = case.token("alice")
    case.desk.send_code(token, "alice", "forward")
    case.work()
    code = code_in(case.messages(ALICE)[-1])
    case.look("alice")
    order = case.begin("alice")
    with pytest.raises(Unfit) as refused:
        case.give("alice", order, code=code)
    assert refused.value.code == "code_expired"
    case.work()
    assert case.acceptances() == []


def test_a_locked_tablet_gives_nothing_of_the_papers(offer):
    address = in_person.link(offer.core, offer.workspace, offer.request().id)
    tablet = address.rpartition("/")[2]
    offer.desk.page_image(tablet, "offer", 1, 1, PERSON)
    offer.sign("alice")
    assert offer.desk.view(tablet).papers.locked
    for act in (
        lambda: offer.desk.page_image(tablet, "offer", 1, 1, PERSON),
        lambda: offer.desk.attachment(tablet, "photo", PERSON, original=False),
        lambda: offer.desk.attachment(tablet, "photo", PERSON, original=True),
    ):
        with pytest.raises(LinkInvalid):
            act()
    offer.desk.page_image(offer.token("alice"), "offer", 1, 1, PERSON)


@pytest.fixture
def filled(papers):
    """Two people who sign one form."""
    more = {"  language: en\n": "  language: en\n  form: intake\n"}
    case = papers(people=TOGETHER, more=more, forms={"intake": FORM})
    case.send()
    answer(case, "alice", "Lund")
    case.look("alice")
    case.look("bob")
    return case


def answer(case, who, city):
    return case.desk.save_step(case.token(who), "contact", {"city": city}, "en")


def test_what_one_has_signed_another_one_does_not_change(filled):
    filled.give("alice", filled.begin("alice"))
    with pytest.raises(CaseClosed):
        answer(filled, "bob", "Malmo")  # here, and not judged yet
    filled.work()
    with pytest.raises(CaseClosed):
        answer(filled, "bob", "Malmo")
    filled.sign("bob")
    assert filled.request().answers["values"]["city"] == "Lund"
    assert filled.request().state == "completed"


def test_the_pages_are_told_when_answers_stay_as_they_are(filled):
    bob = filled.token("bob")
    assert filled.desk.view(bob).may_change
    filled.give("alice", filled.begin("alice"))
    assert not filled.desk.view(bob).may_change  # here, and not judged yet
    filled.work()
    assert not filled.desk.view(bob).may_change


def test_other_answers_end_everybodys_orders(filled):
    order = filled.begin("alice")
    answer(filled, "bob", "Malmo")
    assert filled.give("alice", order).status == "failed"
    filled.work()
    assert filled.acceptances() == []


def test_no_address_for_a_code_and_no_address_given_are_told_apart(papers):
    case = papers(people=TOGETHER, signing="{code: email, forward: true}")
    case.send()
    with case.core.db.write() as session:  # as somebody to whom it was passed on with a number only
        row = session.merge(case.person("alice"))
        row.contact = {**row.contact, "email": None}
    token = case.token("alice")
    with pytest.raises(Unfit) as unknown:
        case.desk.send_code(token, "alice", "sign")
    with pytest.raises(Unfit) as missing:
        case.desk.forward(token, "alice", {"name": "Charlie"}, CLIENT)
    assert (unknown.value.code, unknown.value.values) == ("no_code_address", {"field": "code"})
    assert (missing.value.code, missing.value.values) == ("no_address", {"field": "email"})
