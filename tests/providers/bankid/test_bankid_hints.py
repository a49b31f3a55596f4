"""How BankID's hints and errors become our words, and what happens when nothing comes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.contracts.provider import OrderStatus
from hub.contracts.steps import Done, Wait
from hub.kernel.errors import (
    AuthenticationFailed,
    Permanent,
    Refused,
    Retryable,
)
from providers.bankid.codes import TEXTS
from providers.bankid.order import state_of
from providers.bankid.sandbox.people import PEOPLE
from tests.contracts.provider_driver import caught
from tests.providers.bankid.bankid_driver import ALICE

RETURN_URL = "https://hub.example/s/x/return?n=once"


def pass_time(driver, seconds):
    driver.clock.advance(timedelta(seconds=seconds))


class TestHints:
    @pytest.mark.parametrize(
        ("hint", "text", "security"),
        [
            ("userCancel", "6", False),
            ("certificateErr", "16", False),
            ("cancelled", "3", False),
            ("expiredTransaction", "8", False),
            ("userDeclinedCall", "call_denied", True),
            ("notSupportedByUserApp", "old_app", False),
            ("transactionRiskBlocked", "blocked", True),
            ("somethingNobodyKnows", "22", False),
        ],
    )
    def test_every_failure_has_its_words(self, driver, provider, hint, text, security):
        task = driver.task()
        order = provider.begin(task).order
        driver.sandbox.orders.fail(driver.sandbox.orders.find(order.reference), hint)
        progress = driver.poll(provider, order, task)
        assert progress.status is OrderStatus.FAILED
        assert progress.code == hint
        assert progress.message == TEXTS[text]
        assert progress.security is security
        assert progress.poll_after is None
        assert provider.next_step(progress.order, task, task.client) == Done(TEXTS[text])

    @pytest.mark.parametrize(
        ("hint", "text"),
        [("userMrtd", "23"), ("processing", "21"), ("noClient", "1"), ("userBlinked", "21")],
    )
    def test_every_wait_has_its_words(self, driver, provider, hint, text):
        driver.fault("unknown_hint", "poll", value=hint)
        task = driver.task()
        progress = driver.poll(provider, provider.begin(task).order, task)
        assert progress.status is OrderStatus.PENDING
        assert progress.message == TEXTS[text]

    def test_an_unknown_hint_is_logged_once(self, driver, provider, capsys):
        driver.fault("unknown_hint", "poll", value="userBlinked", times=3)
        task = driver.task()
        order = provider.begin(task).order
        for _ in range(3):
            order = driver.poll(provider, order, task).order
        assert capsys.readouterr().out.count("userBlinked") == 1

    def test_unknown_members_of_an_answer_are_kept_and_do_no_harm(self, driver, provider):
        driver.fault("extra_fields", "poll")
        task = driver.task()
        progress = driver.signed(provider, task, ALICE)
        assert "somethingNew" in progress.raw
        assert provider.conclude(progress.order, task, progress.raw).accepted

    def test_an_issue_date_without_offset_does_no_harm(self, driver, provider):
        driver.fault("issue_date_without_offset", "poll")
        task = driver.task()
        progress = driver.signed(provider, task, ALICE)
        assert not progress.raw["completionData"]["bankIdIssueDate"].endswith("Z")
        assert provider.conclude(progress.order, task, progress.raw).accepted

    def test_high_risk_is_marked_and_not_accepted(self, driver, provider):
        driver.sandbox.risk = "high"
        task = driver.task()
        progress = driver.signed(provider, task, ALICE)
        assert progress.security
        assert provider.conclude(progress.order, task, progress.raw).refusal == "risk_high"

    def test_a_risk_limit_stops_the_order_at_bankid(self, driver):
        provider = driver.provider(risk="low")
        driver.sandbox.risk = "moderate"
        task = driver.task()
        order = provider.begin(task).order
        driver.approve(order, task, ALICE)
        assert driver.poll(provider, order, task).code == "transactionRiskBlocked"
        provider.close()


class TestAnOrderThatNobodyPicksUp:
    def test_is_begun_again_silently_with_a_new_code(self, driver, provider):
        task = driver.task()
        order = provider.begin(task).order
        pass_time(driver, 30)
        progress = driver.poll(provider, order, task)
        assert progress.status is OrderStatus.PENDING
        assert progress.order.reference != order.reference
        assert progress.order.started_at == order.started_at
        fresh = provider.next_step(progress.order, task, task.client)
        assert fresh.qr_content.split(".")[2] == "0"
        assert driver.approve(progress.order, task, ALICE)
        done = driver.poll(provider, progress.order, task)
        assert provider.conclude(done.order, task, done.raw).accepted

    def test_is_given_up_three_minutes_after_the_first_start(self, driver, provider):
        task = driver.task()
        order = provider.begin(task).order
        started = driver.clock.now()
        while True:
            progress = driver.poll(provider, order, task)
            order = progress.order
            if progress.status is not OrderStatus.PENDING:
                break
        assert progress.code == "startFailed"
        assert progress.message == TEXTS["17B"]
        waited = (driver.clock.now() - started).total_seconds()
        assert 180 <= waited <= 215
        assert driver.sandbox.api.counts["sign"] <= 7

    def test_on_the_same_device_it_is_not_begun_again(self, driver, provider):
        task = driver.task(return_url=RETURN_URL)
        order = provider.begin(task).order
        pass_time(driver, 31)
        progress = driver.poll(provider, order, task)
        assert progress.status is OrderStatus.FAILED
        assert progress.message == TEXTS["17A"]

    def test_a_failed_restart_is_remembered_and_tried_again(self, driver, provider):
        task = driver.task()
        order = provider.begin(task).order
        pass_time(driver, 31)
        driver.fault("maintenance", "begin", times=2)
        progress = driver.poll(provider, order, task)
        assert progress.status is OrderStatus.PENDING
        assert state_of(progress.order).restart_owed
        assert isinstance(provider.next_step(progress.order, task, task.client), Wait)
        again = caught(lambda: driver.poll(provider, progress.order, task))
        assert isinstance(again, Retryable)
        last = driver.poll(provider, progress.order, task)
        assert last.order.reference != order.reference
        assert provider.next_step(last.order, task, task.client).qr_content

    def test_a_restart_that_stays_impossible_ends_in_words(self, driver, provider):
        task = driver.task()
        order = provider.begin(task).order
        pass_time(driver, 31)
        driver.fault("maintenance", "begin")
        owed = driver.poll(provider, order, task).order
        pass_time(driver, 180)
        progress = driver.poll(provider, owed, task)
        assert progress.status is OrderStatus.FAILED
        assert progress.message == TEXTS["17B"]


class TestALostResult:
    @pytest.mark.parametrize("lost_by", ["dropped connection", "killed hub"])
    def test_is_told_and_logged_loudly(self, driver, provider, capsys, lost_by):
        task = driver.task()
        order = provider.begin(task).order
        driver.approve(order, task, ALICE)
        if lost_by == "dropped connection":
            driver.fault("drop_after", "poll")
            assert isinstance(caught(lambda: driver.poll(provider, order, task)), Retryable)
        else:
            driver.poll(provider, order, task)
        progress = driver.poll(provider, order, task)
        assert progress.status is OrderStatus.FAILED
        assert progress.code == "result_lost"
        assert progress.message == TEXTS["lost"]
        step = provider.next_step(progress.order, task, task.client)
        assert step == Done(TEXTS["lost"])
        assert "bankid_result_lost" in capsys.readouterr().out

    def test_a_completion_without_its_data_is_refused(self, driver, provider):
        driver.fault("without_completion", "poll")
        task = driver.task()
        progress = driver.signed(provider, task, ALICE)
        assert progress.status is OrderStatus.COMPLETE
        verdict = provider.conclude(progress.order, task, progress.raw)
        assert verdict.refusal == "bad_answer"
        assert provider.evidence(progress.order, progress.raw)


class TestErrors:
    @pytest.mark.parametrize(
        ("fault", "error", "code", "text"),
        [
            ("already_in_progress", Refused, "already_in_progress", "4"),
            ("invalid_parameters", Refused, "invalid_parameters", "internal"),
            ("canceled", Refused, "cancelled", "3"),
            ("unknown_error", Refused, "refused", "22"),
            ("unauthorized_401", AuthenticationFailed, "authentication_failed", "internal"),
            ("unauthorized_403", AuthenticationFailed, "authentication_failed", "internal"),
            ("not_found", Permanent, "wrong_address", "internal"),
            ("method_not_allowed", Permanent, "method_not_allowed", "internal"),
            ("request_timeout", Retryable, "request_timeout", "5"),
            ("unsupported_media_type", Permanent, "unsupported_media_type", "internal"),
            ("too_many_requests", Retryable, "too_many_requests", "5"),
            ("internal_error", Retryable, "internal_error", "5"),
            ("maintenance_capital", Retryable, "maintenance", "5"),
            ("maintenance", Retryable, "maintenance", "5"),
            ("html_500", Retryable, "internal_error", "5"),
            ("html", Retryable, "malformed_answer", "5"),
            ("not_an_object", Retryable, "malformed_answer", "5"),
        ],
    )
    def test_each_error_answer_says_what_to_do_next(
        self, driver, provider, fault, error, code, text
    ):
        driver.fault(fault, "begin")
        raised = caught(lambda: provider.begin(driver.task()))
        assert type(raised) is error
        assert raised.code == code
        assert raised.customer == TEXTS[text]["sv"]

    def test_too_many_requests_say_how_long_to_wait(self, driver, provider):
        driver.fault("too_many_requests", "poll")
        task = driver.task()
        order = provider.begin(task).order
        assert caught(lambda: driver.poll(provider, order, task)).retry_after == 2.0

    def test_an_answer_without_its_tokens_is_malformed(self, driver, provider, monkeypatch):
        orders = driver.sandbox.orders
        monkeypatch.setattr(orders, "start", lambda *call: {"orderRef": "only-this"})
        assert caught(lambda: provider.begin(driver.task())).code == "malformed_answer"

    def test_a_service_that_is_not_there_is_retried(self, driver):
        provider = driver.provider(base_url="https://127.0.0.1:9/rp/v6.0")
        assert isinstance(caught(lambda: provider.begin(driver.task())), Retryable)
        provider.close()

    def test_withdrawing_passes_other_errors_on(self, driver, provider):
        order = provider.begin(driver.task()).order
        driver.fault("maintenance", "cancel")
        assert isinstance(caught(lambda: provider.cancel(order)), Retryable)

    def test_a_newer_order_of_the_same_person_replaces_the_older_one(self, driver, provider):
        task, other = driver.task(), driver.task(order_id="order-2")
        first, second = provider.begin(task).order, provider.begin(other).order
        driver.pick_up(first, task, ALICE)
        driver.sandbox.orders.identify(driver.sandbox.orders.find(second.reference), PEOPLE[ALICE])
        assert driver.poll(provider, first, task).code == "cancelled"
        assert driver.poll(provider, second, other).code == "userSign"
