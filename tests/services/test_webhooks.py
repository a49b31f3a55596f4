"""Outgoing webhooks: what is owed, in which order it arrives, and what each answer means."""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug import Response

from hub.contracts.events import EventKind
from hub.engine import replay
from hub.services import health, history
from hub.services.receivers import Receivers
from hub.storage import queries_request as queries
from hub.storage.models import Attempt
from tests.receiver import receiving
from tests.services.one_case import CLIENT

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
STORY = ["started", "invited", "written_back", "declined", "written_back"]


def play(case):
    """A request that the customer declines."""
    token = case.invite()
    case.cases.decline(token, "", CLIENT)
    case.work()


def webhooks(case):
    return case.deliveries("webhook")


def line_of(case, subscription):
    (told,) = health.sync(case.core)
    return next(one for one in told.instances if one.instance == subscription["destination"])


def attempts(case, delivery_id):
    with case.core.db.read() as session:
        query = select(Attempt).where(Attempt.delivery_id == delivery_id).order_by(Attempt.id)
        return list(session.scalars(query))


def owe_again(case):
    """Replay all that was given up to receivers; how many."""
    which = replay.WorkFilter(case.core.workspace_ids["alice"], kind="webhook")
    with case.core.db.write() as session:
        return len(replay.replay(session, which, case.simulated.clock.wall()))


def lead_to(case, *addresses):
    """From now on every name leads to these addresses."""
    found = [ipaddress.ip_address(one) for one in addresses]
    case.core.receivers.close()
    case.core.guard = replace(case.core.guard, resolver=lambda host, port: found)
    case.core.receivers = Receivers(case.core.guard)


def test_the_events_of_a_request_arrive_in_order_signed_and_name_nobody(case, mine, receiver):
    _, secret, _ = mine.create(receiver.url())
    play(case)
    assert receiver.kinds == STORY == case.events()
    assert [event.content["data"]["seq"] for event in receiver.events] == [1, 2, 3, 4, 5]
    assert all(event.is_signed_with(secret) for event in receiver.events)
    assert len({event.id for event in receiver.events}) == len(STORY)
    request = case.request()
    assert receiver.events[3].content == {
        "type": "request.declined",
        "timestamp": case.simulated.clock.now().isoformat(),
        "data": {
            "request": request.id,
            "seq": 4,
            "kind": "declined",
            "state": "declined",
            "reason": None,
            "mapping": "repair",
            "record": {"instance": "source", "table": "case", "id": "1"},
            "url": f"https://hub.example/api/v1/requests/{request.id}",
        },
    }
    said = b"".join(event.body for event in receiver.events)
    assert [word for word in (b"Alice", b"70174", b"/s/", b"Dishwasher") if word in said] == []


def test_a_failed_request_is_told_with_its_reason(case, mine, receiver):
    mine.create(receiver.url(), ["failed"])
    case.upstream.put("case", "1", {"mobile": "070-174 06 94"})  # the gateway refuses it
    case.trigger()
    case.work()
    (told,) = receiver.events
    assert told.content["data"]["reason"] == "bad_number"


def test_only_the_kinds_that_were_asked_for_are_told(case, mine, receiver):
    mine.create(receiver.url(), ["declined", "invited"])
    play(case)
    assert receiver.kinds == ["invited", "declined"]


def test_without_a_subscription_nothing_is_owed(case):
    play(case)
    assert webhooks(case) == []


def test_an_event_and_what_is_owed_because_of_it_are_one_commit(case, mine, receiver):
    mine.create(receiver.url(), ["opened"])
    case.invite()

    def open_and_fail():
        with case.core.db.write() as session:
            request = queries.head(session, case.request().id)
            history.append(session, request, EventKind.OPENED, case.core.now(), dedupe="open")
            raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError):
        open_and_fail()
    assert "opened" not in case.events()
    assert webhooks(case) == []


def test_bytes_and_id_stay_the_same_over_attempts_and_replays_and_the_time_does_not(
    case, mine, receiver
):
    _, secret, _ = mine.create(receiver.url(), ["started"])
    receiver.will_answer(500, 404)
    case.trigger()
    case.pass_time(10 * MINUTE, step=MINUTE)
    (delivery,) = webhooks(case)
    assert [one.code for one in attempts(case, delivery.id)] == ["http_500", "http_404", None]
    with case.core.db.write() as session:
        row = session.get_one(type(delivery), delivery.id)
        row.state = "gave_up"  # and an operator replays it a day later
    case.simulated.clock.advance(timedelta(days=1))
    assert owe_again(case) == 1
    case.work()
    assert len(receiver.events) == 4
    assert {(event.id, event.body) for event in receiver.events} == {
        (f"msg_{delivery.id}", receiver.events[0].body)
    }
    times = [event.at for event in receiver.events]
    assert times == sorted(times)
    assert times[-1] - times[0] > timedelta(days=1)
    assert all(event.is_signed_with(secret) for event in receiver.events)


def test_a_later_event_waits_for_an_earlier_one_of_its_request_and_receiver_only(
    case, mine, receiver
):
    slow, _, _ = mine.create(receiver.url(), description="slow")
    with receiving() as quick:
        mine.create(quick.url())
        receiver.will_answer(*[503] * 3)
        play(case)
        assert quick.kinds == STORY, "another receiver does not wait"
        assert receiver.kinds == ["started"], "nothing overtakes the first event"
        assert line_of(case, slow).status == "waiting"
        case.pass_time(HOUR, step=MINUTE)
    assert receiver.kinds == ["started"] * 4 + STORY[1:]
    assert line_of(case, slow).status == "ok"


def test_retry_after_is_honoured(case, mine, receiver):
    mine.create(receiver.url(), ["started"])
    for status, code in ((429, "rate_limited"), (503, "http_503")):
        receiver.will_answer(Response("", status, {"Retry-After": "600"}))
        case.upstream.put("case", str(status), case.record())
        case.trigger(str(status))
        case.work()
        *_, owed = webhooks(case)
        assert (owed.state, owed.error_code) == ("retry", code)
        assert owed.next_at == case.simulated.clock.wall() + timedelta(seconds=600)


def test_a_redirect_is_given_up_at_once_with_a_reason_and_the_next_event_goes(case, mine, receiver):
    shown, _, _ = mine.create(receiver.url(), ["started", "invited"])
    receiver.will_answer(Response("", 308, {"Location": receiver.url("?again")}))
    case.invite()
    first, second = webhooks(case)
    assert (first.state, first.attempts, first.error_code) == ("gave_up", 1, "redirected")
    assert "308" in first.error_detail
    assert second.state == "delivered"
    assert receiver.kinds == ["started", "invited"], "the redirect was not followed"
    assert line_of(case, shown).status == "broken"


def test_410_disables_and_what_is_owed_is_given_up_until_somebody_replays_it(case, mine, receiver):
    shown, _, _ = mine.create(receiver.url())
    receiver.will_answer(503)
    case.invite()
    assert [one.state for one in webhooks(case)] == ["retry", "pending", "pending"]
    receiver.will_answer(410)
    case.simulated.clock.advance(HOUR)
    case.work()
    codes = ["gone", "subscription_disabled", "subscription_disabled"]
    assert [(one.state, one.error_code) for one in webhooks(case)] == [
        ("gave_up", code) for code in codes
    ]
    told = mine.one(shown["id"])
    assert (told["enabled"], told["disabled"]["code"]) == (False, "gone")
    assert "410" in told["disabled"]["reason"]
    assert line_of(case, shown).status == "broken"
    case.cases.decline(case.link(), "", CLIENT)
    case.work()
    assert len(webhooks(case)) == 3, "nothing new is owed to it"
    mine.change(shown["id"], {"enabled": True})
    owe_again(case)
    case.work()
    assert receiver.kinds[-3:] == STORY[:3]
    assert line_of(case, shown).status == "ok"


def test_long_answers_and_broken_ones_do_no_harm(case, mine, receiver):
    mine.create(receiver.url(), ["started"])
    receiver.will_answer(Response("x" * 1_000_000, 200))
    case.trigger()
    case.work()
    (delivery,) = webhooks(case)
    assert delivery.state == "delivered"
    (attempt,) = attempts(case, delivery.id)
    assert attempt.exchange[0]["answered"] == "64000 bytes"


def test_a_name_that_leads_inside_by_now_is_refused_at_dial(case, mine, receiver):
    lead_to(case, "127.0.0.1")
    mine.create(receiver.url(host="receiver.example"), ["started"])
    lead_to(case, "10.0.0.1")
    case.trigger()
    case.work()
    (delivery,) = webhooks(case)
    assert (delivery.state, delivery.error_code) == ("gave_up", "private_address")
    assert receiver.events == []
