"""Reminders while the gateway is down: one at a time, at a decent hour, and each has its wait."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from hub.contracts.requests import Reason
from hub.storage.models import Instance

STOCKHOLM = ZoneInfo("Europe/Stockholm")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def local_times(case):
    """When each message was made to leave, in local time, oldest first."""
    rows = [row for row in case.deliveries("message") if row.state == "delivered"]
    return [row.finished_at.astimezone(STOCKHOLM) for row in rows]


def test_after_an_outage_one_reminder_leaves_and_in_the_morning(case):
    case.invite()
    case.pass_time(20 * HOUR, step=HOUR)
    case.gateway.switches.switch_on("error_500")
    case.pass_time(36 * HOUR, step=HOUR)
    while case.simulated.clock.now().astimezone(STOCKHOLM).hour != 23:
        case.pass_time(HOUR)
    case.gateway.switches.clear()
    case.pass_time(8 * HOUR, step=HOUR)
    assert len(case.texts()) == 1, "nothing leaves at night"
    case.pass_time(6 * HOUR, step=HOUR)
    assert len(case.texts()) == 2, "and then one, not one for each day"
    assert 8 <= local_times(case)[-1].hour < 21


def test_the_request_fails_only_after_the_last_reminder_has_left_and_had_its_wait(case):
    case.invite()
    case.gateway.switches.switch_on("error_500")
    case.pass_time(5 * DAY, step=6 * HOUR)
    assert case.request().state == "sent"
    case.gateway.switches.clear()
    while case.request().state == "sent":
        case.pass_time(HOUR)
    assert case.request().reason == Reason.NO_ANSWER
    assert case.request().finished_at - local_times(case)[-1] >= DAY


def test_waiting_for_the_morning_says_nothing_about_the_gateway(case):
    case.invite()
    case.pass_time(20 * HOUR, step=HOUR)
    case.gateway.switches.switch_on("drop_before", times=1)
    while len(case.deliveries("message")) == 1:
        case.pass_time(HOUR)
    case.simulated.clock.advance(11 * HOUR)
    case.work()
    reminder = case.deliveries("message")[-1]
    assert (reminder.state, reminder.error_code) == ("retry", "quiet_hours")
    with case.core.db.read() as session:
        sms = session.scalar(select(Instance).where(Instance.key == "sms"))
        assert sms.failures == 1, "the one real failure"
    case.pass_time(16 * HOUR, step=HOUR)
    assert len(case.texts()) == 2
