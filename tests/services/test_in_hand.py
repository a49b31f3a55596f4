"""A signature that the hub has in hand is never thrown away, whatever else happens."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.contracts.channel import ReportStatus
from hub.contracts.reason_texts import REASON_TEXTS
from hub.contracts.requests import Reason
from hub.kernel.errors import ConfigurationError
from hub.services import health, message_sending
from hub.services.views import CaseClosed, SigningStatus
from hub.storage.models import Delivery
from providers.simulated.provider import SimulatedProvider
from tests.services.one_case import BROWSER, CLIENT, OTHER_BROWSER

SECONDS, HOUR, DAY = timedelta(seconds=3), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def unjudged(case, monkeypatch):
    """The customer has signed; the answer cannot be judged: the case and a way to mend it."""

    def conclude(self, order, task, raw):
        raise ConfigurationError("the signature root is missing")

    with monkeypatch.context() as patch:
        patch.setattr(SimulatedProvider, "conclude", conclude)
        token = case.invite()
        case.approve(case.begin(token))
        case.pass_time(SECONDS)
        yield case, patch.undo


def counted(case):
    (found,) = health.sync(case.core)
    return found.unjudged_signatures


def test_it_is_judged_when_that_has_become_possible_again_however_late(unjudged):
    case, mend = unjudged
    case.pass_time(20 * DAY, step=6 * HOUR)
    assert case.request().state in ("sent", "opened"), "neither expired nor failed"
    assert len(case.texts()) == 1, "no reminder to somebody who has signed"
    assert counted(case) == 1
    mend()
    case.pass_time(HOUR)
    assert case.request().state == "completed"
    assert case.record()["state"] == "Signed"
    assert counted(case) == 0


def test_meanwhile_nothing_is_signed_changed_or_declined_beside_it(unjudged):
    case, mend = unjudged
    token = case.link()
    with pytest.raises(CaseClosed):
        case.begin(token, browser=OTHER_BROWSER)
    with pytest.raises(CaseClosed):
        case.cases.save_step(token, "any", {}, "en")
    with pytest.raises(CaseClosed):
        case.cases.decline(token, "no", CLIENT)
    mend()
    case.pass_time(HOUR)
    assert case.request().state == "completed"


def test_a_failed_report_does_not_end_the_request_under_it(unjudged):
    case, mend = unjudged
    with case.core.db.write() as session:
        row = session.get_one(Delivery, case.deliveries("message")[0].id)
        now = case.simulated.clock.now()
        message_sending.apply_report(case.core, session, row, ReportStatus.FAILED, now, "late")
    mend()
    case.pass_time(HOUR)
    assert case.request().state == "completed"


def test_a_same_device_signature_outlives_an_attempt_in_another_tab(case):
    token = case.invite()
    first = case.begin(token, "this_device")
    nonce = case.approve(first)
    case.pass_time(SECONDS)
    second = case.begin(token, "this_device", OTHER_BROWSER)
    case.cases.returned(token, nonce, BROWSER, "en")
    case.work()
    assert case.order(first).status == "accepted"
    case.approve(second)
    case.pass_time(SECONDS)
    assert case.events().count("signed") == 1


def test_who_never_comes_back_is_reminded_and_the_ticket_says_why(case):
    token = case.invite()
    order = case.begin(token, "this_device")
    case.approve(order)
    case.pass_time(SECONDS)
    assert case.order(order).status == "complete"
    case.pass_time(10 * DAY, step=HOUR)
    assert (case.order(order).status, case.order(order).code) == ("failed", "never_returned")
    assert len(case.texts()) == 4
    assert case.request().reason == Reason.NEVER_RETURNED
    assert case.record()["reason"] == REASON_TEXTS[Reason.NEVER_RETURNED]["en"]


def test_for_an_hour_the_browser_may_still_come_back(case):
    token = case.invite()
    order = case.begin(token, "this_device")
    nonce = case.approve(order)
    case.pass_time(SECONDS)
    case.pass_time(HOUR - timedelta(minutes=1), step=timedelta(minutes=10))
    shown = case.cases.signing(token, order, BROWSER, CLIENT, "en")
    assert shown.status is SigningStatus.RETURN_NEEDED
    case.cases.returned(token, nonce, BROWSER, "en")
    case.work()
    assert case.request().state == "completed"


def test_a_customer_who_declines_after_all_ends_what_never_came_back(case):
    token = case.invite()
    order = case.begin(token, "this_device")
    case.approve(order)
    case.pass_time(SECONDS)
    case.cases.decline(token, "no", CLIENT)
    assert case.order(order).status == "cancelled"
    assert case.request().state == "declined"
