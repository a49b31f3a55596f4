"""Somebody's acceptance is taken back while other things are under way."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import Mock

import pytest
from sqlalchemy import select

from hub.contracts.events import EventKind
from hub.engine.replay import WorkFilter, replay
from hub.kernel.errors import Refused
from hub.services import endings
from hub.services.clearing import clear
from hub.services.orders import ConcludeTimer
from hub.services.reminders import ExpiryTimer
from hub.storage.models import Request, SigningOrder, Timer
from tests.services.paper_case import CLIENT, PEOPLE
from tests.services.test_paper_signing import FOUR

ALICE, BOB = "+46701740605", "+46701740606"


def cleared(case, who=None):
    clear(case.core, case.workspace, case.request().id, "api", "the wrong price", who)


def judge(case):
    """Judge the signature in hand, and do nothing of what follows."""
    with case.core.db.read() as session:
        complete = select(SigningOrder).where(SigningOrder.status == "complete")
        order = session.scalars(complete).one()
    timer, work = ConcludeTimer(case.core), Mock(entity=order.id)
    verdict = timer.perform(work)
    with case.core.db.write() as session:
        timer.fired(session, work, verdict)


def no_proof(case):
    raise Refused("no seal today")


def test_what_was_taken_back_before_it_was_sealed_is_not_sealed(offer):
    offer.sign("alice")
    offer.look("bob")
    offer.give("bob", offer.begin("bob"))
    judge(offer)
    assert offer.request().state == "completed"
    cleared(offer)
    offer.work()
    assert (offer.proofs(), offer.files()) == ([], {})
    assert [one.state for one in offer.deliveries("evidence")] == ["cancelled"]
    assert offer.messages("@example.com") == []
    offer.sign("alice")
    offer.sign("bob")
    offer.work()
    assert [one.number for one in offer.proofs()] == [2]
    assert offer.files()["pdf"].content == offer.blob(offer.proofs()[0].pdf_sha256)


def test_a_proof_that_was_given_up_is_not_made_of_a_later_signature(offer, monkeypatch):
    prove = offer.core.workshop.prove
    monkeypatch.setattr(offer.core.workshop, "prove", no_proof)
    offer.sign("alice")
    offer.sign("bob")
    offer.work()
    cleared(offer, "bob")
    monkeypatch.setattr(offer.core.workshop, "prove", prove)
    offer.sign("bob")
    offer.work()
    assert [one.number for one in offer.proofs()] == [2]
    with offer.core.db.write() as session:
        replay(session, WorkFilter(offer.workspace, kind="evidence"), offer.core.clock.wall())
    offer.work()
    assert [one.number for one in offer.proofs()] == [2]


def test_an_approval_that_is_taken_back_alone_can_be_given_again(papers):
    case = papers(people=FOUR)
    case.send()
    case.look("boss")
    case.desk.approve(case.token("boss"), CLIENT)
    case.work()
    case.sign("alice")
    assert case.request().state == "completed"
    cleared(case, "boss")
    case.work()
    case.desk.approve(case.token("boss"), CLIENT)
    case.work()
    assert case.request().state == "completed"
    assert len(case.proofs()) == 2


def test_who_waits_behind_the_one_that_signs_again_is_invited_again(offer):
    offer.sign("alice")
    assert len(offer.messages(BOB)) == 1
    cleared(offer, "alice")
    offer.work()
    offer.later(hours=30)
    offer.sign("alice")
    assert len(offer.messages(BOB)) == 2
    offer.later(hours=24)
    assert len(offer.messages(BOB)) == 3  # and reminded


def test_the_former_end_is_none_any_more(offer):
    offer.later(hours=20)
    offer.look("alice")
    offer.sign("alice")
    for _ in range(3):
        offer.later(days=1)
    cleared(offer, "alice")
    ends = offer.request().expires_at
    pending = [
        one.due_at for one in offer.rows(Timer) if (one.kind, one.state) == ("expiry", "pending")
    ]
    assert pending == [ends]


def test_the_former_reminders_are_none_any_more(offer):
    offer.later(hours=24)
    offer.later(hours=24)
    offer.sign("alice")
    cleared(offer, "alice")
    offer.work()
    sent = len(offer.messages(ALICE))
    offer.later(hours=23)
    assert len(offer.messages(ALICE)) == sent
    offer.later(hours=1)
    steps = [one.step for one in offer.deliveries("message") if "again" in one.key]
    assert steps == ["invite", "reminder.1"]


def test_a_link_that_is_opened_again_after_the_clearing_is_told(offer):
    offer.desk.opened(offer.token("alice"), CLIENT)
    offer.sign("alice")
    cleared(offer)
    offer.desk.opened(offer.token("alice"), CLIENT)
    assert offer.request().state == "opened"


def ended(papers, people):
    """Everybody has signed, all is taken back, and the time runs out."""
    told = "expired: [{update: [{to: state, value: Expired}"
    more = {told: told + ", {to: signed_by, from: signature.name}"}
    case = papers(people=people, more=more)
    case.send()
    for one in case.request().recipients:
        case.sign(one.key)
    case.work()
    assert case.record()["signed_by"] == one.key.title()
    cleared(case)
    return case


@pytest.mark.parametrize("people", [PEOPLE, PEOPLE.rpartition("\n")[0]])
def test_a_signature_that_was_taken_back_is_told_as_nobodys(papers, people):
    case = ended(papers, people)
    case.work()
    case.upstream.put("offer", "1", {"signed_by": ""})
    assert case.request().signature is None
    for one in case.request().recipients:
        assert not case.desk.view(case.token(one.key)).signed_by
    with case.core.db.write() as session:
        request = session.get_one(Request, case.request().id)
        endings.end(case.core, session, request, EventKind.EXPIRED, "expired")
    case.work()
    assert case.record()["state"] == "Expired"
    assert not case.record().get("signed_by")


def test_what_was_owed_before_the_clearing_still_tells_who_had_signed(papers):
    case = papers(people=PEOPLE.rpartition("\n")[0])
    case.send()
    case.upstream.fault("500", count=3)
    case.sign("alice")
    assert case.record().get("signed_by") is None
    case.clock.advance(timedelta(seconds=1))
    cleared(case)
    case.upstream.clear()
    case.later(hours=1)
    assert case.record()["signed_by"] == "Alice"


def test_the_signature_that_is_left_is_told(offer):
    offer.sign("alice")
    offer.sign("bob")
    cleared(offer, "bob")
    assert offer.request().signature["name"] == "Alice"


def test_an_end_that_fires_while_it_is_put_off_waits(offer):
    with offer.core.db.write() as session:
        request = session.get_one(Request, offer.request().id)
        former = request.expires_at
        request.expires_at = former + timedelta(days=3)
    offer.desk.opened(offer.token("alice"), CLIENT)
    with offer.core.db.write() as session:
        request = session.get_one(Request, offer.request().id)
        offer.clock.advance(former - offer.clock.now())
        due = ExpiryTimer(offer.core).fired(session, Mock(entity=request.id), None)
    assert (offer.request().state, due) == ("opened", request.expires_at)


def test_what_is_taken_back_while_it_is_sealed_is_not_kept(offer, monkeypatch):
    prove, once = offer.core.workshop.prove, []

    def proving(case):
        if not once:
            once.append(1)
            cleared(offer)
        return prove(case)

    monkeypatch.setattr(offer.core.workshop, "prove", proving)
    offer.sign("alice")
    offer.sign("bob")
    offer.work()
    assert once
    assert (offer.proofs(), offer.files(), offer.events().count("sealed")) == ([], {}, 0)
    assert offer.messages("@example.com") == []
