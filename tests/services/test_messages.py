"""What a message's fate means for its request."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.contracts.channel import LOOK_AGAIN, ReportStatus
from hub.engine import replay
from hub.kernel.ids import new_id
from hub.services import message_sending, messages
from hub.storage.models import Attempt, Delivery
from tests.services.one_case import CLIENT

DAY = timedelta(days=1)


def report_failed(case):
    """The gateway reports the invitation as failed."""
    with case.core.db.write() as session:
        row = session.get_one(Delivery, case.deliveries("message")[0].id)
        now = case.simulated.clock.now()
        message_sending.apply_report(case.core, session, row, ReportStatus.FAILED, now, "gone")


def decline(case):
    """The customer says no."""
    case.cases.decline(case.link(), "", CLIENT)


@pytest.mark.parametrize(
    ("end", "outcome"), [(decline, "Declined"), (report_failed, "Failed")], ids=["no", "report"]
)
def test_what_ends_the_request_before_the_gateway_answers_stays_upstream(
    case, monkeypatch, end, outcome
):
    real = case.gateway.take

    def slow(message, key):
        taken = real(message, key)
        end(case)
        return taken

    monkeypatch.setattr(case.gateway, "take", slow)
    case.trigger()
    case.work()
    case.pass_time(4 * DAY, step=DAY)
    assert case.record()["state"] == outcome
    assert len(case.texts()) == 1
    assert "invited" in case.events(), "it did go out"
    (sent,) = case.deliveries("message")
    assert (sent.state, sent.external_ref) == ("delivered", "sim-1")


def test_a_message_replayed_after_the_end_is_cancelled_and_says_so(case):
    case.upstream.put("case", "1", {"mobile": "070-174 06 94"})  # the gateway refuses it
    case.trigger()
    case.work()
    assert case.request().reason == "bad_number"
    which = replay.WorkFilter(case.core.workspace_ids["alice"], kind="message")
    with case.core.db.write() as session:
        assert len(replay.replay(session, which, case.simulated.clock.wall())) == 1
    case.work()
    (message,) = case.deliveries("message")
    assert (message.state, message.error_code) == ("cancelled", "request_over")
    assert message.error_detail == "nothing was sent: the request is over"
    with case.core.db.read() as session:
        query = select(Attempt).where(Attempt.delivery_id == message.id).order_by(Attempt.id)
        assert [one.code for one in session.scalars(query)] == ["bad_number", "request_over"]


def test_looking_in_vain_counts_from_the_newest_tries_also_after_a_replay(case):
    case.invite()
    (message,) = case.deliveries("message")
    at = case.simulated.clock.now()
    tries = [(7, LOOK_AGAIN, 1), (8, "unavailable", 2), (1, LOOK_AGAIN, 3)]  # a replay, then one
    with case.core.db.write() as session:
        for number, code, minute in tries:
            session.add(
                Attempt(
                    id=new_id(),
                    workspace_id=message.workspace_id,
                    delivery_id=message.id,
                    number=number,
                    started_at=at + timedelta(minutes=minute),
                    duration_ms=1,
                    outcome="retry",
                    code=code,
                    exchange=[],
                )
            )
    with case.core.db.read() as session:
        found = messages.absent_since(session, message.id)
    assert found == at + timedelta(minutes=3)
