"""What a provider must withstand when the other side fails: no answer, a wrong one, a late one.

Part of ``provider_suite``; the classes there inherit these tests. A provider that calls nobody
(``driver.calls_out`` is False) skips them.
"""

from __future__ import annotations

import traceback
from typing import Any

import pytest

from hub.contracts.provider import Order, OrderStatus
from hub.kernel.errors import (
    AuthenticationFailed,
    MalformedAnswer,
    OutcomeUnknown,
    Retryable,
)
from tests.contracts.provider_attacks import read_again
from tests.contracts.provider_driver import TEXT, ProviderDriver, caught


class ProviderOutside:
    """Each test lets something go wrong outside."""

    @pytest.fixture
    def outside(self, driver):
        if not driver.calls_out:
            pytest.skip("it calls nobody")

    @pytest.mark.usefixtures("outside")
    def test_wrong_credentials_pause_probe_and_begin_alike(self, driver):
        wrong = driver.provider(**driver.wrong_credentials())
        for error in (caught(wrong.probe), caught(lambda: wrong.begin(driver.task()))):
            assert isinstance(error, AuthenticationFailed)
            assert error.detail
        wrong.close()

    @pytest.mark.usefixtures("outside")
    def test_a_customer_who_says_no_ends_the_order_with_words(self, driver, provider):
        task = driver.task()
        order = read_again(provider.begin(task).order)
        driver.decline(order)
        progress = driver.poll(provider, order, task)
        assert progress.status is OrderStatus.FAILED
        assert progress.code
        assert progress.poll_after is None
        assert {"en", "sv"} <= progress.message.keys()

    @pytest.mark.usefixtures("outside")
    @pytest.mark.parametrize("fault", ["html", "error_500", "drop_before"])
    def test_trouble_at_the_start_passes_and_then_it_goes(self, driver, provider, fault):
        driver.fault(fault, "begin")
        error = caught(lambda: provider.begin(driver.task()))
        assert isinstance(error, Retryable | MalformedAnswer)
        assert provider.begin(driver.task(), uncertain=True).order.reference

    @pytest.mark.usefixtures("outside")
    @pytest.mark.parametrize("fault", ["html", "error_500", "drop_before", "drop_after"])
    def test_trouble_while_asking_loses_nothing(self, driver, provider, fault):
        task = driver.task()
        order = read_again(provider.begin(task).order)
        driver.fault(fault, "poll")
        assert isinstance(caught(lambda: driver.poll(provider, order, task)), Retryable)
        assert driver.approve(order, task, driver.alice)
        progress = driver.poll(provider, order, task)
        assert progress.status is OrderStatus.COMPLETE
        assert provider.conclude(progress.order, task, progress.raw).accepted

    @pytest.mark.usefixtures("outside")
    def test_a_start_whose_answer_was_lost_is_an_unknown_outcome(self, driver, provider):
        driver.fault("drop_after", "begin")
        assert isinstance(caught(lambda: provider.begin(driver.task())), OutcomeUnknown)
        progress = driver.signed(provider, driver.task(), driver.alice)
        assert progress.status is OrderStatus.COMPLETE

    @pytest.mark.usefixtures("outside")
    def test_a_slow_provider_is_given_up_after_the_time_limit(self, driver):
        provider = driver.provider(**driver.impatient())
        driver.fault("slow", "begin")
        assert isinstance(caught(lambda: provider.begin(driver.task())), Retryable)
        provider.close()

    @pytest.mark.usefixtures("outside")
    @pytest.mark.parametrize("fault", ["html", "error_500", "drop_before", "drop_after"])
    @pytest.mark.parametrize("operation", ["begin", "poll"])
    def test_errors_hold_no_person_and_no_secret(self, driver, provider, fault, operation):
        task = driver.task()
        order = provider.begin(task).order
        driver.fault(fault, operation)
        calls = {"begin": provider.begin, "poll": lambda task: provider.poll(order, task)}
        error = caught(lambda: calls[operation](task))
        told = "\n".join(
            [str(error), error.detail, error.customer, *traceback.format_exception(error)]
        )
        assert not [word for word in private_words(driver, order) if word in told]


def private_words(driver: ProviderDriver, order: Order) -> list[str]:
    """What must stand in no log and no error."""
    found = [driver.alice, TEXT, *driver.secrets, *long_texts(dict(order.state))]
    return [word for word in found if word]


def long_texts(value: Any) -> list[str]:
    """Every text in there that is long enough to be a token, a proof or somebody's words."""
    if isinstance(value, dict):
        return [
            text
            for key, inner in value.items()
            if key not in {"returnUrl", "userAgent", "arrived_at", "first_at", "collected_at"}
            for text in long_texts(inner)
        ]
    if isinstance(value, list):
        return [text for inner in value for text in long_texts(inner)]
    return [value] if isinstance(value, str) and len(value) >= 30 else []
