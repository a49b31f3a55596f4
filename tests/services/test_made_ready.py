"""What is made ready before its transaction: the same outcome as the long way, and nothing of it
where something else has happened meanwhile."""

from __future__ import annotations

from sqlalchemy import select

from hub.contracts.events import EventKind
from hub.registry import InstanceKey
from hub.services import history
from hub.services.history import verify_chain
from hub.storage.models import AccessToken, Attempt, Inbound, Request, RequestEvent, Timer
from tests.simulated_house import RECORD


def rows(case, model):
    with case.core.db.read() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def outcomes(case):
    return [one.outcome for one in rows(case, Inbound)]


def test_a_record_that_comes_with_its_trigger_is_a_request_when_it_is_answered(case):
    accepted = case.trigger(record=RECORD)
    request = case.request()
    assert (accepted.request_id, accepted.repeated) == (request.id, False)
    assert (request.state, request.title) == ("preparing", "Repair of Dishwasher")
    assert request.recipients[0].contact["mobile"] == "+46701740605"
    assert [one.kind for one in case.deliveries()] == ["message"]
    assert outcomes(case) == ["request"]
    assert [one.kind for one in rows(case, Timer)] == ["expiry"]
    assert len(rows(case, AccessToken)) == 1
    case.work()
    link = case.core.links.customer(request.recipients[0].id)
    assert case.texts() == [f"Alice: Repair of Dishwasher {link}"]
    assert case.request().state == "sent"
    assert sorted(one.kind for one in rows(case, Timer)) == ["expiry", "reminder"]
    assert verify_chain(rows(case, RequestEvent)) is None
    attempt, *_ = rows(case, Attempt)
    assert (attempt.number, attempt.outcome) == (1, "delivered")
    assert case.record()["state"] == "Sent"


def test_a_record_that_does_not_fit_fails_and_the_upstream_is_told(case):
    case.trigger(record={**RECORD, "mobile": ""})
    case.work()
    assert (case.request().state, case.request().reason) == ("failed", "missing_number")
    assert case.record()["state"] == "Failed"
    assert outcomes(case) == ["request"]


def test_a_record_that_nobody_wants_leads_to_nothing_and_may_come_again(case):
    closed = {**RECORD, "state": "Closed"}
    case.trigger(record=closed, dedupe="same")
    assert (outcomes(case), case.requests(), case.deliveries()) == (["not_wanted"], [], [])
    assert not case.trigger(record=RECORD, dedupe="same").repeated
    assert len(case.requests()) == 1


def test_a_mapping_with_a_fault_keeps_the_wish(case, monkeypatch):
    active = case.core.shelf.active(case.core.workspace_ids["alice"], "repair")

    def broken(*_, **__):
        raise LookupError("a bug")

    with monkeypatch.context() as patch:
        patch.setattr(type(active.mapping), "plan", broken)
        accepted = case.trigger(record=RECORD)
    assert (accepted.request_id, accepted.repeated) == (None, False)
    assert [one.kind for one in case.deliveries()] == ["intake"]
    case.work()
    assert case.request().state == "sent"


def test_an_invitation_is_told_behind_what_happened_while_it_was_sent(case, monkeypatch):
    case.trigger(record=RECORD)
    core, request_id = case.core, case.request().id
    channel = core.registry.channel(InstanceKey("alice", "sms"))
    send = channel.send

    def opened_meanwhile(*args, **options):
        with core.db.write() as session:
            request = session.get_one(Request, request_id)
            history.append(session, request, EventKind.OPENED, core.now(), dedupe="opened")
        return send(*args, **options)

    monkeypatch.setattr(channel, "send", opened_meanwhile)
    case.work()
    assert case.events()[:3] == ["started", "opened", "invited"]
    assert verify_chain(rows(case, RequestEvent)) is None
    assert case.request().state == "opened"
    (message,) = case.deliveries("message")
    assert (message.state, message.attempts) == ("delivered", 1)
    assert len(case.texts()) == 1
