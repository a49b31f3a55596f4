"""The suite that every provider inherits: what the contract promises, and what goes wrong outside.

A test class inherits ``ProviderSuite`` and offers a fixture ``driver``: a ``ProviderDriver`` around
the provider's simulator, which also acts as the customer. Nothing here knows a vendor. The attacks
on finished answers stand in ``provider_attacks``, trouble outside in ``provider_outside``, what
holds for the hub's own page in ``provider_canvas``.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hub.contracts.capabilities import Capability
from hub.contracts.plugin import RawHook
from hub.contracts.provider import OrderStatus
from hub.contracts.steps import Canvas, Embed, Form, Redirect, ScanCode, Wait
from hub.kernel.errors import (
    Retryable,
    Unsupported,
)
from tests.contracts.provider_attacks import ProviderAttacks, read_again
from tests.contracts.provider_canvas import ProviderCanvas
from tests.contracts.provider_driver import TEXT, caught
from tests.contracts.provider_outside import ProviderOutside, long_texts, private_words


class ProviderSuite(ProviderAttacks, ProviderOutside, ProviderCanvas):
    """Inherit it, offer ``driver``."""

    @pytest.fixture
    def provider(self, driver):
        made = driver.provider()
        yield made
        made.close()

    def test_the_probe_reaches_the_provider_and_shows_no_secret(self, driver, provider):
        result = provider.probe()
        assert result.summary
        assert not [secret for secret in driver.secrets if secret in repr(result)]

    def test_an_order_is_json_and_names_itself(self, driver, provider):
        begun = provider.begin(driver.task())
        assert begun.order.reference
        assert begun.order.started_at == driver.clock.now()
        json.dumps(dict(begun.order.state))
        told = driver.can(Capability.HOOK) or driver.can(Capability.CANVAS)
        assert begun.poll_after is not None or told

    def test_the_same_order_id_again_keeps_the_promise_about_references(self, driver, provider):
        first = provider.begin(driver.task()).order
        second = provider.begin(driver.task(), uncertain=True).order
        assert (first.reference == second.reference) is driver.keeps_reference

    def test_two_orders_are_two(self, driver, provider):
        first = provider.begin(driver.task()).order
        second = provider.begin(driver.task(order_id="order-2")).order
        assert first.reference != second.reference

    def test_a_text_of_nothing_is_refused_before_anything_is_sent(self, driver, provider):
        driver.fault("drop_before", "begin")
        error = caught(lambda: provider.begin(driver.task(visible_text=" \n")))
        assert not isinstance(error, Retryable)
        assert error.code == "text_missing"

    def test_the_next_step_needs_no_network_and_says_what_to_do(self, driver, provider):
        task = driver.task()
        order = read_again(provider.begin(task).order)
        for operation in ("begin", "poll"):
            driver.fault("drop_before", operation)
        step = provider.next_step(order, task, task.client)
        assert isinstance(step, Redirect | Embed | Canvas | Form | ScanCode | Wait)
        if isinstance(step, ScanCode | Wait):
            assert {"en", "sv"} <= step.message.keys()

    def test_an_order_nobody_has_acted_on_is_pending(self, driver, provider):
        task = driver.task()
        progress = driver.poll(provider, provider.begin(task).order, task)
        assert progress.status is OrderStatus.PENDING
        assert progress.poll_after or driver.can(Capability.CANVAS)
        assert {"en", "sv"} <= progress.message.keys()
        assert progress.raw is None

    def test_what_alice_signs_is_collected_verified_and_hers(self, driver, provider):
        task = driver.task()
        progress = driver.signed(provider, task, driver.alice)
        assert progress.status is OrderStatus.COMPLETE
        assert progress.poll_after is None
        raw = json.loads(json.dumps(progress.raw))
        verdict = provider.conclude(progress.order, task, raw)
        assert verdict.accepted, verdict.report
        assert verdict.refusal == ""
        assert verdict.signed_at is not None
        assert abs(verdict.signed_at - driver.clock.now()) < timedelta(minutes=1)
        assert all(check["passed"] is not False for check in verdict.report["checks"])
        if driver.can(Capability.IDENTITY):
            assert verdict.identity is not None
            assert verdict.identity.national_id == driver.alice
            assert verdict.identity.name

    def test_where_nobody_is_named_whoever_signs_is_told(self, driver, provider):
        task = driver.anybody()
        progress = driver.signed(provider, task, driver.bob)
        verdict = provider.conclude(progress.order, task, progress.raw)
        assert verdict.accepted, verdict.report
        assert verdict.identity.name
        if driver.can(Capability.IDENTITY):
            assert verdict.identity.national_id == driver.bob

    def test_the_report_never_shows_a_whole_national_id(self, driver, provider):
        task = driver.task()
        progress = driver.signed(provider, task, driver.alice)
        verdict = provider.conclude(progress.order, task, progress.raw)
        assert driver.alice not in json.dumps(dict(verdict.report))

    def test_the_evidence_holds_the_exact_text_and_the_whole_answer(self, driver, provider):
        task = driver.task()
        progress = driver.signed(provider, task, driver.alice)
        parts = provider.evidence(progress.order, progress.raw)
        assert parts == provider.evidence(progress.order, progress.raw)
        assert len({part.name for part in parts}) == len(parts)
        contents = [part.content for part in parts]
        assert TEXT.encode() in contents
        assert any(_is_json(content, progress.raw) for content in contents)
        assert any(task.hidden_data in content for content in contents)

    def test_a_withdrawn_order_cannot_be_signed_and_withdrawing_again_is_no_error(
        self, driver, provider
    ):
        order = provider.begin(driver.task()).order
        if not driver.can(Capability.CANCEL):
            assert isinstance(caught(lambda: provider.cancel(order)), Unsupported)
            return
        provider.cancel(order)
        provider.cancel(order)
        assert not driver.approve(order, driver.task(), driver.alice)

    def test_withdrawing_a_signed_order_is_no_error(self, driver, provider):
        if driver.can(Capability.CANCEL):
            provider.cancel(driver.signed(provider, driver.task(), driver.alice).order)

    def test_a_provider_that_does_not_call_says_so(self, driver, provider):
        if driver.can(Capability.HOOK):
            return
        raw = RawHook("POST", "https://hub.example/h", {}, {}, b"", "192.0.2.1", driver.clock.now())
        assert isinstance(caught(lambda: provider.read_hook(raw)), Unsupported)

    def test_logs_hold_no_person_and_no_secret(self, driver, provider, caplog, capsys):
        caplog.set_level("DEBUG")
        task = driver.task()
        progress = driver.signed(provider, task, driver.alice)
        provider.conclude(progress.order, task, progress.raw)
        provider.conclude(progress.order, replace(task, visible_text="another"), progress.raw)
        captured = capsys.readouterr()
        told = caplog.text + captured.out + captured.err
        private = [*private_words(driver, progress.order), *long_texts(progress.raw)]
        assert not [word for word in private if word in told]

    def test_it_can_be_closed_twice(self, driver, provider):
        provider.probe()
        provider.close()
        provider.close()


def _is_json(content: bytes, value: Any) -> bool:
    try:
        return bool(json.loads(content) == value)
    except ValueError:
        return False
