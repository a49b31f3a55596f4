"""What a provider promises about the hub's own page: which takes an answer, which has none to take.

Part of ``provider_suite``; the classes there inherit these tests.
"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from hub.contracts.canvas import METHODS
from hub.contracts.capabilities import Capability
from hub.contracts.provider import OrderStatus
from hub.contracts.steps import Canvas
from hub.kernel.errors import Unfit, Unsupported
from tests.contracts.provider_attacks import read_again
from tests.contracts.provider_driver import caught

LANGUAGES = {"sv", "da", "nb", "fi", "ro", "fr", "de", "en"}


class ProviderCanvas:
    """Each test asks for a signature on the hub's page."""

    @pytest.fixture
    def canvas(self, driver):
        if not driver.can(Capability.CANVAS):
            pytest.skip("it takes nothing from the hub's pages")

    def test_a_canvas_is_offered_by_those_who_take_its_answer(self, driver, provider):
        task = driver.task()
        order = read_again(provider.begin(task).order)
        step = provider.next_step(order, task, task.client)
        assert isinstance(step, Canvas) is driver.can(Capability.CANVAS)
        if isinstance(step, Canvas):
            assert set(step.methods) <= set(METHODS)
            return
        assert isinstance(caught(lambda: provider.receive(order, task, {})), Unsupported)

    @pytest.mark.usefixtures("canvas")
    @pytest.mark.parametrize("wanted", ["drawn,typed", "drawn", "typed", ""])
    def test_the_mapping_s_methods_are_those_that_the_page_offers(self, driver, provider, wanted):
        task = driver.task(options={"methods": wanted})
        order = read_again(provider.begin(task).order)
        step = provider.next_step(order, task, task.client)
        assert set(step.methods) == {one for one in wanted.split(",") if one}

    @pytest.mark.usefixtures("canvas")
    def test_an_answer_is_complete_at_once_and_the_same_again(self, driver, provider):
        task = driver.task()
        order = read_again(provider.begin(task).order)
        first = provider.receive(order, task, driver.answer(driver.alice))
        second = provider.receive(order, task, driver.answer(driver.alice))
        assert first == second
        assert first.status is OrderStatus.COMPLETE
        assert first.order.reference == order.reference
        assert first.message.keys() >= LANGUAGES

    @pytest.mark.usefixtures("canvas")
    @pytest.mark.parametrize("spoiled", ["name", "method", "consent", "code_used"])
    def test_a_bad_answer_is_told_in_every_language_and_leaves_the_order(
        self, driver, provider, spoiled
    ):
        task = driver.task(options={"consent": "I agree.", "code": "sms"})
        good = {**driver.answer(driver.alice), "consent": "I agree.", "code_used": "code-1"}
        order = read_again(provider.begin(task).order)
        for garbage in (None, 17, [], {}, True, "", "\t"):
            answer = {**good, spoiled: garbage}
            error = caught(lambda answer=answer: provider.receive(order, task, answer))
            assert isinstance(error, Unfit), garbage
            assert error.words.keys() >= LANGUAGES
            assert good["name"] not in error.detail
        assert provider.receive(order, task, good).status is OrderStatus.COMPLETE

    @pytest.mark.usefixtures("canvas")
    def test_an_answer_to_other_documents_is_not_accepted(self, driver, provider):
        task = driver.task(document_sha256=("a" * 64, "b" * 64))
        progress = driver.signed(provider, task, driver.alice)
        assert provider.conclude(progress.order, task, progress.raw).accepted
        for other in (("a" * 64,), ("b" * 64, "a" * 64), ()):
            swapped = replace(task, document_sha256=other)
            verdict = provider.conclude(progress.order, swapped, progress.raw)
            assert not verdict.accepted
            assert verdict.refusal == "wrong_document"

    @pytest.mark.usefixtures("canvas")
    def test_an_answer_to_another_consent_is_not_accepted(self, driver, provider):
        task = driver.task(options={"consent": "I agree to 100."})
        order = read_again(provider.begin(task).order)
        good = {**driver.answer(driver.alice), "consent": "I agree to 100."}
        raw = json.loads(json.dumps(provider.receive(order, task, good).raw))
        assert provider.conclude(order, task, raw).accepted
        dearer = replace(task, options={"consent": "I agree to 900."})
        assert not provider.conclude(order, dearer, raw).accepted
