"""46elks keeps the contract, and what is particular to its wire."""

from __future__ import annotations

import traceback
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.channels.sms_46elks.channel import ElksChannel
from hub.channels.sms_46elks.client import read_time
from hub.contracts.channel import ReportStatus
from hub.contracts.plugin import PluginContext
from hub.contracts.settings import load_settings
from hub.kernel.errors import (
    AuthenticationFailed,
    ConfigurationError,
    HookRejected,
    OutcomeUnknown,
    Refused,
    Retryable,
)
from tests.channels.sms_46elks.elks_driver import ELKS_IP, ElksDriver
from tests.contracts.channel_driver import LOOKUP_WAIT, STARTED, caught
from tests.contracts.channel_suite import ChannelSuite


@pytest.fixture
def driver(tmp_path):
    driver = ElksDriver(tmp_path)
    yield driver
    driver.stop()


class TestElksKeepsTheContract(ChannelSuite):
    """Every test of the suite, with the fixture above."""


def refuse_with(httpserver, status, text, content_type="text/plain"):
    httpserver.expect_request("/a1/sms", method="POST").respond_with_data(
        text, status=status, content_type=content_type
    )
    return channel_at(httpserver.url_for("/a1"))


def channel_at(url, **changes):
    data = {"base_url": url, "username": "u", "password": "p", "sender": "Verkstaden", **changes}
    return ElksChannel(
        load_settings(ElksChannel.Settings, data, "elks"),
        PluginContext("elks", hook_secret=changes.get("secret", "s3cret")),
    )


@pytest.mark.parametrize(
    ("status", "text", "kind", "code"),
    [
        (401, "Use HTTP Basic authentication", AuthenticationFailed, "authentication_failed"),
        (403, "Invalid to number", Refused, "bad_number"),
        (403, "Invalid from number", Refused, "message_refused"),
        (403, "Missing key message", Refused, "message_refused"),
        (403, "Key message missing", Refused, "message_refused"),
        (403, "Too long message", Refused, "message_refused"),
        (403, "Not enough credits to send", AuthenticationFailed, "no_credit"),
        (403, '{"error": "Not enough credits"}', AuthenticationFailed, "no_credit"),
        (403, "Something never seen +46701740605", Refused, "message_refused"),
        (404, "Not found", AuthenticationFailed, "wrong_address"),
        (429, "", Retryable, "throttled"),
        (500, "", OutcomeUnknown, "outcome_unknown"),
        (503, "busy", OutcomeUnknown, "outcome_unknown"),
        (302, "", Retryable, "unavailable"),
    ],
)
def test_each_error_text_becomes_what_the_engine_must_do(
    driver, httpserver, status, text, kind, code
):
    channel = refuse_with(httpserver, status, text)
    error = caught(lambda: channel.send(driver.message(), "key-1"))
    assert type(error) is kind
    assert error.code == code
    assert "46701740605" not in str(error)


def test_a_proxys_web_page_is_no_refusal(driver, httpserver):
    channel = refuse_with(httpserver, 403, "<html>Forbidden</html>", "text/html")
    assert type(caught(lambda: channel.send(driver.message(), "key-1"))) is Retryable


def test_a_good_status_without_json_may_have_sent_the_message(driver, httpserver):
    channel = refuse_with(httpserver, 200, "<html>Welcome</html>", "text/html")
    assert isinstance(caught(lambda: channel.send(driver.message(), "key-1")), OutcomeUnknown)


def test_a_good_answer_without_an_id_may_have_sent_the_message(driver, httpserver):
    channel = refuse_with(httpserver, 200, "{}", "application/json")
    assert isinstance(caught(lambda: channel.send(driver.message(), "key-1")), OutcomeUnknown)


def test_throttling_names_the_seconds_it_asks_for(driver):
    driver.fault("throttled", seconds=17)
    error = caught(lambda: driver.channel().send(driver.message(), "key-1"))
    assert isinstance(error, Retryable)
    assert error.retry_after == 17


def test_the_call_carries_sender_number_text_and_report_address(driver):
    driver.channel(dontlog=True).send(driver.message(), "key-1")
    [sms] = driver.sandbox.account.rows()
    assert (sms.sender, sms.to) == ("Verkstaden", driver.good)
    assert sms.report_url == driver.message().report_url
    assert sms.dontlog


def test_typography_is_cleaned_but_letters_stay(driver):
    receipt = driver.channel().send(
        driver.message(text="“Hej” Ștefan\u00a0– klart…" + "x" * 60), "key-1"
    )
    assert driver.taken()[0].startswith('"Hej" Ștefan - klart...')
    assert receipt.parts == 2


def test_letters_are_folded_only_when_the_setting_says_so(driver):
    receipt = driver.channel(fold_letters=True).send(
        driver.message(text="Ștefan, åäö" + "x" * 140), "key-1"
    )
    assert driver.taken()[0].startswith("Stefan, åäö")
    assert receipt.parts == 1


@pytest.mark.parametrize("sender", ["ab", "Verkstaden AB", "1Verkstad", "VerkstadenAB1", "Åkes"])
def test_a_sender_that_phones_do_not_show_is_refused(driver, sender):
    error = caught(lambda: driver.channel().send(driver.message(sender=sender), "key-1"))
    assert isinstance(error, Refused)
    assert driver.taken() == []
    with pytest.raises(ConfigurationError, match="sender"):
        channel_at("http://127.0.0.1:1/a1", sender=sender)


def test_a_number_may_be_the_sender(driver):
    driver.channel().send(driver.message(sender="+46701740699"), "key-1")
    assert driver.sandbox.account.rows()[0].sender == "+46701740699"


def test_the_probe_warns_of_a_low_balance_and_fails_on_an_empty_one(driver):
    channel = driver.channel(balance_warning=100)
    assert channel.probe().warnings == ()
    driver.sandbox.account.balance = 99 * 10_000
    assert "99.00 SEK" in channel.probe().warnings[0]
    driver.sandbox.account.balance = 0
    error = caught(channel.probe)
    assert isinstance(error, AuthenticationFailed)
    assert error.code == "no_credit"


def test_without_credit_the_channel_pauses_until_it_is_topped_up(driver):
    channel = driver.channel()
    driver.sandbox.account.balance = 0
    assert caught(lambda: channel.send(driver.message(), "key-1")).code == "no_credit"
    driver.sandbox.account.balance = 10_000_000
    assert channel.probe().warnings == ()
    channel.send(driver.message(), "key-1")
    assert len(driver.taken()) == 1


def test_500_after_acceptance_sends_no_second_message(driver):
    channel = driver.channel()
    driver.fault("error_500_after", times=1)
    assert isinstance(caught(lambda: channel.send(driver.message(), "key-1")), OutcomeUnknown)
    assert channel.send(driver.message(), "key-1", uncertain=True).repeated
    assert len(driver.taken()) == 1


def test_the_look_up_reads_on_through_a_long_history(driver):
    channel = driver.channel()
    first = channel.send(driver.message(), "key-1")
    for number in range(130):
        driver.sandbox.account.add("outgoing", "Verkstaden", driver.good, f"Nummer {number}")
    found = channel.send(driver.message(), "key-1", uncertain=True)
    assert (found.reference, found.repeated) == (first.reference, True)
    assert driver.sandbox.switches.calls()["GET /a1/sms"] == 2


def test_an_older_message_with_the_same_text_is_not_taken_for_this_one(driver):
    channel = driver.channel()
    channel.send(driver.message(), "key-0")
    driver.clock.advance(timedelta(minutes=3))
    error = caught(lambda: channel.send(driver.message(), "key-1", uncertain=True))
    assert error.code == "look_again"


def test_an_unlogged_message_is_recognised_by_sender_number_and_time(driver):
    channel = driver.channel(dontlog=True)
    first = channel.send(driver.message(), "key-1")
    found = channel.send(driver.message(), "key-1", uncertain=True)
    assert (found.reference, found.repeated) == (first.reference, True)
    assert len(driver.taken()) == 1


def test_a_look_up_that_fails_sends_nothing(driver):
    channel = driver.channel()
    driver.fault("error_500")
    absent = driver.clock.wall() - timedelta(seconds=LOOKUP_WAIT)
    error = caught(
        lambda: channel.send(driver.message(), "key-1", uncertain=True, absent_since=absent)
    )
    assert isinstance(error, Retryable)
    assert driver.taken() == []


class TestReports:
    def test_a_report_tells_the_time_of_delivery(self, driver):
        channel = driver.channel()
        receipt = channel.send(driver.message(), "key-1")
        hook = channel.read_hook(driver.report(receipt, ReportStatus.DELIVERED))
        assert hook.reports[0].at.isoformat() == "2026-03-02T09:30:05.250000+00:00"
        assert hook.answer.body == b""

    @pytest.mark.parametrize("ip", [ELKS_IP, f"::ffff:{ELKS_IP}", "2001:9b0:2:902::199"])
    def test_listed_addresses_may_report(self, driver, ip):
        channel = driver.channel(allowed_ips=[ELKS_IP, "2001:9b0:2:902::199"])
        raw = driver.hook({"id": "s1", "status": "sent"}, ip=ip)
        assert channel.read_hook(raw).reports[0].status is ReportStatus.SENT

    @pytest.mark.parametrize("ip", ["203.0.113.9", "::ffff:203.0.113.9", "", "unknown"])
    def test_other_addresses_are_rejected_even_with_the_secret(self, driver, ip):
        channel = driver.channel(allowed_ips=[ELKS_IP])
        with pytest.raises(HookRejected):
            channel.read_hook(driver.hook({"id": "s1", "status": "sent"}, ip=ip))

    def test_a_listed_address_without_the_secret_is_rejected(self, driver):
        channel = driver.channel(allowed_ips=[ELKS_IP])
        raw = replace(driver.hook({"id": "s1", "status": "sent"}), url="https://hub.example/hooks")
        with pytest.raises(HookRejected):
            channel.read_hook(raw)

    def test_an_instance_that_cannot_verify_rejects_everything(self, driver):
        settings = load_settings(ElksChannel.Settings, driver.settings(), "elks")
        channel = ElksChannel(settings, PluginContext("elks", clock=driver.clock))
        with pytest.raises(HookRejected):
            channel.read_hook(driver.hook({"id": "s1", "status": "sent"}))

    def test_a_report_by_get_is_rejected(self, driver):
        with pytest.raises(HookRejected) as info:
            driver.channel().read_hook(driver.hook({"id": "s1", "status": "sent"}, method="GET"))
        assert info.value.status == 405

    def test_an_unknown_status_is_no_report_and_no_error(self, driver):
        hook = driver.channel().read_hook(driver.hook({"id": "s1", "status": "parked"}))
        assert hook.reports == ()

    def test_an_incoming_sms_is_answered_without_a_word(self, driver):
        form = {"direction": "incoming", "id": "s2", "from": "+46701740606", "message": "Hej"}
        hook = driver.channel().read_hook(driver.hook(form))
        assert hook.reports == ()
        assert (hook.answer.status, hook.answer.body) == (204, b"")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-05-04T13:37:42.314100", "2024-05-04T13:37:42.314100+00:00"),
        ("2024-05-04T13:37:42.314100Z", "2024-05-04T13:37:42.314100+00:00"),
        ("2016-10-01T12:00:00:00.11", STARTED.isoformat()),
        ("", STARTED.isoformat()),
    ],
)
def test_times_are_read_as_utc_and_a_malformed_one_does_no_harm(text, moment):
    assert read_time(text, STARTED).isoformat() == moment


def test_a_look_up_that_reaches_nobody_does_not_tell_the_number_in_its_traceback(driver):
    channel = driver.channel()
    driver.stop()
    error = caught(lambda: channel.send(driver.message(), "key-1", uncertain=True))
    assert isinstance(error, Retryable)
    assert driver.good.lstrip("+") not in "".join(traceback.format_exception(error))
