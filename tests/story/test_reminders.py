"""Nobody answers: three reminders and no more, never in quiet hours, and none once there is an
answer; and reports of the gateway that come late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connectors.agiloft.sandbox.store import Actor
from hub.contracts.reason_texts import REASON_TEXTS
from hub.contracts.requests import Reason
from tests.story.inside import form_with
from tests.story.world import TABLE, mobile_of

STOCKHOLM = ZoneInfo("Europe/Stockholm")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SILENT = "+46701740695"  # the gateway never reports
DELIVERED_AFTER_ALL = "+46701740696"  # failed, and ten minutes later delivered


def sent_at(inside, mobile):
    """When each SMS was taken, oldest first, in local time."""
    rows = inside.world.gateway.account.rows()
    return sorted(row.created.astimezone(STOCKHOLM) for row in rows if row.to == mobile)


def test_three_reminders_and_then_the_case_has_failed(inside):
    record, _ = inside.invited()
    texts = []
    for _ in range(10):
        inside.pass_time(DAY, step=HOUR)
        texts.append(len(inside.world.texts_to(mobile_of(0))))
    assert texts[:5] == [2, 3, 4, 4, 4]
    assert texts[-1] == 4
    entry = inside.entry(record)
    (request,) = entry.requests
    assert (request.state, request.reason) == ("failed", Reason.NO_ANSWER)
    assert entry.kinds["reminded"] == 3
    upstream = inside.upstream(record)
    assert upstream["sign_state"] == "Failed"
    assert upstream["sign_reason"] == REASON_TEXTS[Reason.NO_ANSWER]["sv"]
    assert len(inside.world.writes_to(record)) == 2
    assert len({text.split()[-1] for text in inside.world.texts_to(mobile_of(0))}) == 1


@pytest.mark.parametrize("hour", [20, 22, 2])  # UTC: all of it night in Stockholm
def test_reminders_wait_for_the_end_of_the_quiet_hours(inside, hour):
    inside.pass_time(timedelta(hours=(hour - 9) % 24))
    inside.invited()
    inside.pass_time(4 * DAY, step=HOUR / 2)
    first, *reminders = sent_at(inside, mobile_of(0))
    assert first.hour in (21, 22, 23, 0, 3, 4), "an invitation that was asked for goes at once"
    assert len(reminders) == 3
    assert all(8 <= moment.hour < 21 for moment in reminders)


def test_a_reminder_that_comes_due_while_the_hub_was_down_is_one_and_at_a_decent_hour(inside):
    record, _ = inside.invited()
    now = inside.clock.now()
    night = datetime.combine((now + 6 * DAY).date(), datetime.min.time(), UTC) + HOUR
    inside.clock.advance(night - now)  # five and a half days pass, nobody works
    inside.pass_time(12 * HOUR, step=HOUR)
    _, *reminders = sent_at(inside, mobile_of(0))
    assert len(reminders) == 1
    assert reminders[0].hour >= 8
    assert inside.entry(record).requests[0].state == "sent"


def test_the_signature_ends_the_reminders(inside):
    record, link = inside.invited()
    inside.pass_time(DAY + HOUR, step=HOUR)
    inside.sign(link)
    inside.pass_time(5 * DAY, step=6 * HOUR)
    assert len(inside.world.texts_to(mobile_of(0))) == 2
    assert inside.entry(record).requests[0].state == "completed"


def test_declining_ends_the_reminders(inside):
    _, link = inside.invited()
    browser = inside.browser()
    browser.send(form_with(browser.open(f"{link}/decline"), "/decline"), {"reason": ""})
    inside.pass_time(5 * DAY, step=6 * HOUR)
    assert len(inside.world.texts_to(mobile_of(0))) == 1


def test_a_reminder_that_waits_for_the_gateway_is_not_sent_after_the_answer(inside):
    _, link = inside.invited()
    inside.world.gateway.switches.switch_on("error_500")
    inside.pass_time(DAY + 2 * HOUR, step=HOUR)
    inside.sign(link)
    inside.world.gateway.switches.clear()
    inside.pass_time(DAY, step=HOUR)
    assert len(inside.world.texts_to(mobile_of(0))) == 1


def test_the_report_that_comes_before_the_answer_or_twice_changes_nothing(inside):
    for number, mobile in enumerate(("+46701740693", "+46701740691", "+46701740692")):
        record = inside.world.new_case(number, customer_mobile=mobile)
        inside.press(record)
        inside.pass_time(timedelta(seconds=5))
        entry = inside.entry(record)
        assert entry.requests[0].state == "sent"
        assert entry.kinds["delivered"] == 1
        assert entry.broken_at is None


def test_a_delivered_report_after_a_failed_one_does_not_open_the_request_again(inside):
    record, _ = inside.invited(customer_mobile=DELIVERED_AFTER_ALL)
    inside.pass_time(timedelta(seconds=5))
    assert inside.entry(record).requests[0].state == "failed"
    inside.pass_time(timedelta(minutes=20))
    entry = inside.entry(record)
    assert entry.requests[0].state == "failed"
    assert entry.kinds["delivered"] == 1
    assert entry.broken_at is None


def test_a_failed_report_after_the_customer_has_opened_the_link_ends_nothing(inside):
    record, link = inside.invited(customer_mobile="+46701740690")
    inside.browser().open(link)
    inside.pass_time(timedelta(seconds=5))
    assert inside.entry(record).requests[0].state == "opened"
    assert inside.sign(link).url.endswith("/done")


def test_without_any_report_the_story_goes_on(inside):
    record, link = inside.invited(customer_mobile=SILENT)
    inside.pass_time(HOUR)
    inside.sign(link)
    assert inside.upstream(record)["sign_state"] == "Signed"


def test_a_record_that_somebody_edits_is_written_when_it_is_free(inside):
    record, link = inside.invited()
    inside.world.agiloft.store.lock(TABLE, record, Actor("alice", "Web").login)
    inside.sign(link)
    assert inside.upstream(record)["sign_state"] == "Sent"
    assert inside.health_of("agiloft")["backlog"] == 1
    inside.pass_time(timedelta(minutes=26), step=timedelta(minutes=2))
    assert inside.upstream(record)["sign_state"] == "Signed"
    assert len(inside.world.writes_to(record)) == 2
