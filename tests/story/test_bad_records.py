"""Records that cannot be asked about: the request fails with a reason, the ticket says it in the
words of its own language, and nothing is sent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.contracts.reason_texts import REASON_TEXTS
from hub.contracts.requests import Reason
from tests.story.world import CLERK, mobile_of

REFUSED_BY_GATEWAY = "+46701740694"  # the sandbox answers 403 "Invalid to number"
NEVER_REACHED = "+46701740690"  # taken, then reported as failed


@pytest.mark.parametrize(
    ("mobile", "reason"),
    [
        (None, Reason.MISSING_NUMBER),
        ("", Reason.MISSING_NUMBER),
        ("070-17", Reason.BAD_NUMBER),
        ("call me", Reason.BAD_NUMBER),
        ("+46 8 555 010 20", Reason.BAD_NUMBER),
        ("+99912345678", Reason.BAD_NUMBER),
        (REFUSED_BY_GATEWAY, Reason.BAD_NUMBER),
    ],
)
@pytest.mark.parametrize(("language", "spoken"), [("Svenska", "sv"), ("English", "en")])
def test_a_number_that_takes_no_sms_fails_the_request_and_the_ticket_says_why(
    inside, mobile, reason, language, spoken
):
    record = inside.world.new_case(0, customer_mobile=mobile, customer_language=language)
    inside.press(record)
    (request,) = inside.entry(record).requests
    assert (request.state, request.reason) == ("failed", reason)
    upstream = inside.upstream(record)
    assert upstream["sign_state"] == "Failed"
    assert upstream["sign_reason"] == REASON_TEXTS[reason][spoken]
    assert inside.world.phone.all() == []


def test_an_unknown_record_is_a_failed_request_with_a_reason(inside):
    assert inside.trigger(999_999).status_code == 202
    inside.work()
    (request,) = inside.ledger.entry(999_999).requests
    assert (request.state, request.reason) == ("failed", Reason.UNKNOWN_RECORD)
    assert inside.world.phone.all() == []
    states = {one.kind: one.state for one in inside.owed()}
    assert states == {"intake": "gave_up", "step": "gave_up"}


def test_a_phone_that_is_never_reached_ends_the_request(inside):
    record = inside.world.new_case(0, customer_mobile=NEVER_REACHED)
    inside.press(record)
    assert inside.upstream(record)["sign_state"] == "Sent"
    inside.pass_time(timedelta(seconds=2))
    (request,) = inside.entry(record).requests
    assert (request.state, request.reason) == ("failed", Reason.UNREACHABLE)
    assert inside.upstream(record)["sign_reason"] == REASON_TEXTS[Reason.UNREACHABLE]["sv"]


def test_a_missing_name_is_told_with_the_field(inside):
    record = inside.world.new_case(0, customer_name=None)
    inside.press(record)
    (request,) = inside.entry(record).requests
    assert (request.state, request.reason) == ("failed", Reason.BAD_RECORD)
    assert "customer_name" in inside.upstream(record)["sign_reason"]


def test_a_closed_case_is_not_asked_about(inside):
    record = inside.world.new_case(0, status="Closed")
    inside.press(record)
    assert inside.entry(record).requests == []
    assert inside.world.phone.all() == []


def test_the_corrected_record_can_be_asked_about_at_once(inside):
    record = inside.world.new_case(3, customer_mobile="070-17")
    inside.press(record)
    fields = {"customer_mobile": mobile_of(3)}
    inside.world.agiloft.store.update("service_case", record, fields, CLERK)
    inside.press(record)
    assert [one.state for one in inside.entry(record).requests] == ["failed", "sent"]
    assert len(inside.world.texts_to(mobile_of(3))) == 1


def test_the_same_press_after_a_failure_is_a_new_request(inside):
    record = inside.world.new_case(0, customer_mobile=None)
    inside.press(record)
    inside.press(record)
    assert [one.state for one in inside.entry(record).requests] == ["failed", "failed"]
