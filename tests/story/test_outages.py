"""Other systems are down, slow, or answer nonsense: the hub waits, says so, and loses nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests

from hub.toolkit.gate import Fault
from tests.story.inside import form_with, with_settings
from tests.story.world import mobile_of

SLOW = 20.0  # seconds of an answer that nobody waits for here
PATIENT = 0.5  # the time limit that these tests set
MANY = 1000
HURRIED = with_settings(
    agiloft={"timeout": PATIENT},
    sms={"timeout": PATIENT},
    bankid={"connect_timeout": 1.0, "read_timeout": PATIENT},
)
BACK = timedelta(minutes=20)  # longer than an open breaker and the first steps of the backoff


@pytest.fixture
def hurried(make_inside):
    return make_inside(HURRIED)


def strike_agiloft(inside, kind):
    inside.world.agiloft.gate.add(Fault(kind, "*", MANY, SLOW))


def strike_gateway(inside, kind):
    inside.world.gateway.switches.switch_on(kind, seconds=SLOW)


@pytest.mark.parametrize("kind", ["drop_before", "slow", "html", "500"])
def test_agiloft_out_of_order_when_the_record_is_read(hurried, kind):
    record = hurried.world.new_case(0)
    assert hurried.trigger(record).status_code == 202
    strike_agiloft(hurried, kind)
    hurried.pass_time(timedelta(minutes=3), step=timedelta(seconds=20))
    waiting = hurried.health_of("agiloft")
    assert (waiting["backlog"], waiting["oldest_owed_seconds"]) == (1, 180.0)
    assert waiting["status"] == "waiting"
    assert hurried.world.phone.all() == []
    check_backoff(hurried)
    hurried.world.agiloft.gate.clear()
    hurried.pass_time(BACK, step=timedelta(minutes=2))
    assert len(hurried.world.texts_to(mobile_of(0))) == 1
    assert hurried.upstream(record)["sign_state"] == "Sent"
    assert hurried.health_of("agiloft")["backlog"] == 0


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "slow", "html", "500"])
def test_agiloft_out_of_order_when_the_outcome_goes_back(hurried, kind):
    record, link = hurried.invited()
    strike_agiloft(hurried, kind)
    page = hurried.sign(link)
    assert page.url.endswith("/done"), "the customer has nothing to do with it"
    hurried.pass_time(timedelta(minutes=2), step=timedelta(seconds=20))
    assert hurried.health_of("agiloft")["backlog"] == 1
    assert hurried.entry(record).requests[0].state == "completed"
    hurried.world.agiloft.gate.clear()
    hurried.pass_time(BACK, step=timedelta(minutes=2))
    assert hurried.upstream(record)["sign_state"] == "Signed"
    signed = [c for c in hurried.world.writes_to(record) if "sign_state" in c.fields]
    assert [change.fields["sign_state"][1] for change in signed] == ["Sent", "Signed"]


@pytest.mark.parametrize(
    "kind", ["drop_before", "drop_after", "slow", "html", "error_500", "error_500_after"]
)
def test_the_gateway_out_of_order_means_one_sms_later(hurried, kind):
    record = hurried.world.new_case(0)
    strike_gateway(hurried, kind)
    hurried.press(record)
    hurried.pass_time(timedelta(minutes=3), step=timedelta(seconds=20))
    texts = len(hurried.world.texts_to(mobile_of(0)))
    assert texts <= 1
    if kind not in ("drop_after", "error_500_after"):  # there a look into the history mends it
        waiting = hurried.health_of("sms")
        assert (waiting["backlog"], waiting["status"]) == (1, "waiting")
        check_backoff(hurried)
        assert texts == 0
    hurried.world.gateway.switches.clear()
    hurried.pass_time(BACK, step=timedelta(minutes=2))
    assert len(hurried.world.texts_to(mobile_of(0))) == 1
    assert hurried.entry(record).requests[0].state == "sent"


@pytest.mark.parametrize(
    "fault", ["drop_before", "drop_after", "delay", "html", "html_500", "internal_error"]
)
def test_bankid_out_of_order_when_the_customer_starts(hurried, fault):
    record, link = hurried.invited()
    browser = hurried.browser()
    review = hurried.fill_in(browser, link)
    faults = hurried.world.bankid.faults
    faults.switch_on(fault, operation="sign", times=None, value=str(3 * PATIENT))
    refused = hurried.begin(browser, review)
    assert refused.status == 503
    assert "Vänta en minut" in refused.text
    faults.clear()
    page = hurried.begin(browser, browser.open(link))
    browser.open(hurried.approve())
    hurried.work()
    assert browser.open(page.url).url.endswith("/done")
    assert hurried.upstream(record)["sign_state"] == "Signed"


@pytest.mark.parametrize("fault", ["drop_before", "html", "html_500", "maintenance"])
def test_bankid_out_of_order_while_the_customer_signs(hurried, fault):
    record, link = hurried.invited()
    browser = hurried.browser()
    page = hurried.begin(browser, hurried.fill_in(browser, link))
    faults = hurried.world.bankid.faults
    faults.switch_on(fault, operation="collect", times=None)
    back = hurried.approve()
    browser.open(back)
    hurried.pass_time(timedelta(seconds=20), step=timedelta(seconds=2))
    assert not browser.open(page.url).url.endswith("/done")
    faults.clear()
    hurried.pass_time(timedelta(seconds=20), step=timedelta(seconds=2))
    assert browser.open(page.url).url.endswith("/done")
    assert hurried.upstream(record)["sign_state"] == "Signed"


def test_a_signature_whose_only_answer_is_lost_is_asked_for_again(hurried):
    record, link = hurried.invited()
    browser = hurried.browser()
    page = hurried.begin(browser, hurried.fill_in(browser, link))
    hurried.world.bankid.faults.switch_on("drop_after", operation="collect")
    browser.open(hurried.approve())
    hurried.pass_time(timedelta(seconds=10), step=timedelta(seconds=2))
    over = browser.open(page.url)
    assert form_with(over, "/sign") is not None
    page = hurried.begin(browser, over)
    browser.open(hurried.approve())
    hurried.work()
    assert browser.open(page.url).url.endswith("/done")
    assert [one.status for one in hurried.entry(record).orders] == ["failed", "accepted"]


def test_the_button_page_says_that_agiloft_does_not_answer(hurried):
    record = hurried.world.new_case(0)
    link = hurried.core.links.button("demo", "agiloft_information_request", str(record))
    strike_agiloft(hurried, "drop_before")
    page = hurried.browser().open(link)
    assert page.status == 503
    assert hurried.owed() == []


def test_readiness_does_not_hang_on_other_systems(hurried):
    strike_agiloft(hurried, "slow")
    strike_gateway(hurried, "slow")
    assert requests.get(f"{hurried.url}/health/ready", timeout=5).json()["status"] == "ready"


def check_backoff(inside):
    """Tries grow rarer: full jitter below 1, 2, 4 … seconds, never more than one a look."""
    tries = inside.attempts()
    failed = [one for one in tries if one.outcome == "retry"]
    assert 3 <= len(failed) <= 10
    assert all(one.code and one.detail for one in failed)
