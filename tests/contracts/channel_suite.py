"""The suite that every channel inherits: what the contract promises, and what goes wrong outside.

A test class inherits ``ChannelSuite`` and offers a fixture ``driver``: a ``ChannelDriver`` around
the channel's simulator. Nothing here knows a vendor.
"""

from __future__ import annotations

import traceback
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hub.contracts.capabilities import Capability
from hub.contracts.channel import LOOK_AGAIN, Channel, ChannelReceipt, Message, ReportStatus
from hub.contracts.plugin import HookAnswer, RawHook
from hub.kernel.errors import (
    AuthenticationFailed,
    HookRejected,
    OutcomeUnknown,
    ParaphError,
    Refused,
    Retryable,
    Unsupported,
)
from tests.contracts.channel_driver import (
    HOOK_SECRET,
    HOOK_URL,
    LOOKUP_WAIT,
    TEXT,
    ChannelDriver,
    caught,
)


class ChannelSuite:
    """Inherit it, offer ``driver``."""

    @pytest.fixture
    def channel(self, driver: ChannelDriver) -> Channel:
        return driver.channel()

    def test_the_probe_reaches_the_gateway_and_sends_nothing(self, driver, channel):
        result = channel.probe()
        assert result.summary
        assert driver.taken() == []

    def test_the_probe_shows_no_secret(self, driver, channel):
        shown = repr(channel.probe())
        assert not [secret for secret in driver.secrets if secret in shown]

    def test_a_message_arrives_once_and_the_receipt_names_it(self, driver, channel):
        receipt = channel.send(driver.message(), "key-1")
        assert receipt.reference
        assert not receipt.repeated
        assert receipt.parts >= 1
        assert [text.strip() for text in driver.taken()] == [TEXT.strip()]

    def test_two_messages_have_two_references(self, driver, channel):
        first = channel.send(driver.message(), "key-1")
        second = channel.send(driver.message(text="Påminnelse: https://hub.example/s/abc"), "key-2")
        assert first.reference != second.reference
        assert len(driver.taken()) == 2

    def test_a_recipient_unknown_to_the_gateway_is_refused_for_good(self, driver, channel):
        error = caught(lambda: channel.send(driver.message(to=driver.unknown), "key-1"))
        assert isinstance(error, Refused)
        assert error.code == driver.refused_code
        assert driver.taken() == []

    def test_a_recipient_that_is_none_is_refused_for_good(self, driver, channel):
        error = caught(lambda: channel.send(driver.message(to=driver.malformed), "key-1"))
        assert isinstance(error, Refused)
        assert error.code == driver.refused_code
        assert driver.taken() == []

    def test_an_empty_text_is_refused_for_good(self, driver, channel):
        error = caught(lambda: channel.send(driver.message(text=" \n "), "key-1"))
        assert isinstance(error, Refused)
        assert error.code == "message_refused"
        assert driver.taken() == []

    def test_wrong_credentials_pause_probe_and_send_alike(self, driver):
        channel = driver.channel(**driver.wrong_credentials())
        assert isinstance(caught(channel.probe), AuthenticationFailed)
        error = caught(lambda: channel.send(driver.message(), "key-1"))
        assert isinstance(error, AuthenticationFailed)
        assert driver.taken() == []

    @pytest.mark.parametrize("fault", ["html", "error_500", "drop_before", "throttled"])
    def test_trouble_before_acceptance_passes_and_then_it_goes(self, driver, channel, fault):
        driver.fault(fault)
        error = caught(lambda: channel.send(driver.message(), "key-1"))
        assert isinstance(error, Retryable)
        assert driver.taken() == []
        driver.clear()
        assert self._until_sent(driver, channel, error).reference
        assert len(driver.taken()) == 1

    @pytest.mark.parametrize("fault", ["html", "drop_before"])
    def test_the_probe_calls_an_outage_an_outage(self, driver, channel, fault):
        driver.fault(fault)
        assert isinstance(caught(lambda: self._reach(driver, channel)), Retryable)

    def test_a_slow_gateway_is_given_up_after_the_time_limit(self, driver):
        driver.fault("slow", seconds=20)
        channel = driver.channel(**driver.impatient())
        try:
            error = caught(lambda: channel.send(driver.message(), "key-1"))
        finally:
            driver.clear()
        assert isinstance(error, Retryable)
        assert driver.taken() == []

    def test_an_answer_lost_after_acceptance_is_an_unknown_outcome(self, driver, channel):
        driver.fault("drop_after", times=1)
        error = caught(lambda: channel.send(driver.message(), "key-1"))
        assert isinstance(error, OutcomeUnknown)
        assert len(driver.taken()) == 1

    def test_an_uncertain_repeat_finds_the_first_one_or_says_that_it_is_the_same(
        self, driver, channel
    ):
        driver.fault("drop_after", times=1)
        caught(lambda: channel.send(driver.message(), "key-1"))
        receipt = channel.send(driver.message(), "key-1", uncertain=True)
        assert receipt.reference
        assert len(set(driver.identities())) == 1
        if driver.can(Capability.LOOKUP):
            assert receipt.repeated
            assert len(driver.taken()) == 1

    def test_an_uncertain_repeat_is_not_taken_in_by_other_messages(self, driver, channel):
        channel.send(driver.message(text="Något annat: https://hub.example/s/zzz"), "key-0")
        driver.clock.advance(timedelta(minutes=5))
        receipt = self._look_then_send(driver, channel, driver.message())
        assert not receipt.repeated
        assert len(driver.taken()) == 2

    def test_a_lost_message_is_looked_for_twice_before_it_goes_again(self, driver, channel):
        message = driver.message()
        if not driver.can(Capability.LOOKUP):
            assert not channel.send(message, "key-1", uncertain=True).repeated
            return
        first_look = driver.clock.wall()
        error = caught(lambda: channel.send(message, "key-1", uncertain=True))
        assert isinstance(error, Retryable)
        assert error.code == LOOK_AGAIN
        assert error.retry_after == LOOKUP_WAIT
        driver.clock.advance(timedelta(seconds=LOOKUP_WAIT / 2))
        early = caught(
            lambda: channel.send(message, "key-1", uncertain=True, absent_since=first_look)
        )
        assert early.code == LOOK_AGAIN
        assert driver.taken() == []
        driver.clock.advance(timedelta(seconds=LOOKUP_WAIT / 2))
        channel.send(message, "key-1", uncertain=True, absent_since=first_look)
        assert len(driver.taken()) == 1

    @pytest.mark.parametrize(
        "status", [ReportStatus.SENT, ReportStatus.DELIVERED, ReportStatus.FAILED]
    )
    def test_a_report_says_how_far_the_message_is(self, driver, channel, status):
        if not driver.can(Capability.REPORTS):
            self._takes_no_hooks(driver, channel)
            return
        receipt = channel.send(driver.message(), "key-1")
        hook = channel.read_hook(driver.report(receipt, status))
        assert [(r.reference, r.status) for r in hook.reports] == [(receipt.reference, status)]
        assert hook.reports[0].at.tzinfo is not None
        assert hook.answer == HookAnswer(204)

    def test_late_double_and_disordered_reports_read_the_same_each_time(self, driver, channel):
        if not driver.can(Capability.REPORTS):
            self._takes_no_hooks(driver, channel)
            return
        receipt = channel.send(driver.message(), "key-1")
        told = [ReportStatus.DELIVERED, ReportStatus.SENT, ReportStatus.DELIVERED]
        calls = [driver.report(receipt, status) for status in told]
        driver.clock.advance(timedelta(hours=7))
        read = [channel.read_hook(call).reports[0] for call in calls]
        assert [report.status for report in read] == told
        assert read[0] == read[2]

    def test_a_forged_report_is_rejected(self, driver, channel):
        if not driver.can(Capability.REPORTS):
            self._takes_no_hooks(driver, channel)
            return
        receipt = channel.send(driver.message(), "key-1")
        genuine = driver.report(receipt, ReportStatus.DELIVERED)
        forged = replace(
            genuine,
            url=genuine.url.replace(HOOK_SECRET, "guessed"),
            headers={name: value.replace(HOOK_SECRET, "guessed")
                     for name, value in genuine.headers.items()},
        )  # fmt: skip
        assert isinstance(caught(lambda: channel.read_hook(forged)), HookRejected)

    @pytest.mark.parametrize(
        "body", [b"", b"\xff\xfe\x00", b"[1,2", b"{}", b"<html></html>", b"=&="]
    )
    def test_a_report_that_is_none_is_rejected_and_raises_nothing_else(self, driver, channel, body):
        if not driver.can(Capability.REPORTS):
            self._takes_no_hooks(driver, channel)
            return
        receipt = channel.send(driver.message(), "key-1")
        broken = replace(driver.report(receipt, ReportStatus.SENT), body=body)
        error = caught(lambda: channel.read_hook(broken))
        assert isinstance(error, HookRejected)
        assert error.status == 400

    @pytest.mark.parametrize("fault", ["html", "error_500", "drop_before", "drop_after"])
    def test_errors_hold_no_person_and_no_secret(self, driver, channel, fault):
        driver.fault(fault)
        errors = [caught(lambda: channel.send(driver.message(), "key-1"))]
        if fault != "drop_after":
            errors.append(caught(lambda: self._reach(driver, channel)))
            if driver.can(Capability.LOOKUP):
                errors.append(
                    caught(lambda: channel.send(driver.message(), "key-1", uncertain=True))
                )
        for error in errors:
            self._holds_nothing_personal(driver, error)

    def test_refusals_hold_no_person_and_no_secret(self, driver, channel):
        refused = caught(lambda: channel.send(driver.message(to=driver.unknown), "key-1"))
        wrong = driver.channel(**driver.wrong_credentials())
        for error in (refused, caught(wrong.probe)):
            self._holds_nothing_personal(driver, error)

    def test_it_can_be_closed_twice(self, driver, channel):
        channel.probe()
        channel.close()
        channel.close()

    def test_what_is_not_declared_is_not_supported(self, driver, channel):
        if not driver.can(Capability.REPORTS):
            self._takes_no_hooks(driver, channel)
        assert driver.can(Capability.SMS) or driver.can(Capability.EMAIL)

    def _until_sent(
        self, driver: ChannelDriver, channel: Channel, error: ParaphError
    ) -> ChannelReceipt:
        """What the engine does after a passing error: again, uncertain where that was unknown."""
        if isinstance(error, OutcomeUnknown):
            return self._look_then_send(driver, channel, driver.message())
        return channel.send(driver.message(), "key-1")

    def _look_then_send(
        self, driver: ChannelDriver, channel: Channel, message: Message
    ) -> ChannelReceipt:
        if not driver.can(Capability.LOOKUP):
            return channel.send(message, "key-1", uncertain=True)
        looked = driver.clock.wall()
        assert caught(lambda: channel.send(message, "key-1", uncertain=True)).code == LOOK_AGAIN
        driver.clock.advance(timedelta(seconds=LOOKUP_WAIT))
        return channel.send(message, "key-1", uncertain=True, absent_since=looked)

    def _reach(self, driver: ChannelDriver, channel: Channel) -> Any:
        """The probe, or where a fault strikes later than it, a message."""
        channel.probe()
        return channel.send(driver.message(), "key-1")

    def _takes_no_hooks(self, driver: ChannelDriver, channel: Channel) -> None:
        raw = RawHook("POST", HOOK_URL, {}, {}, b"", "127.0.0.1", driver.clock.now())
        with pytest.raises(Unsupported):
            channel.read_hook(raw)

    def _holds_nothing_personal(self, driver: ChannelDriver, error: ParaphError) -> None:
        written = traceback.format_exception(error)
        told = "\n".join([str(error), error.detail, error.customer, repr(error.args), *written])
        # Frames quote our own source lines, which hold no values; messages may.
        personal = (driver.good, driver.good.lstrip("+"), driver.unknown.lstrip("+"), TEXT.strip())
        found = [word for word in (*personal, *driver.secrets) if word in told]
        assert not found
