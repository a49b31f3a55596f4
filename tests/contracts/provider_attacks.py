"""Attacks that every provider must withstand: answers that are tampered with, borrowed or replayed.

Part of ``provider_suite``; the classes there inherit these tests.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from hub.contracts.capabilities import Capability
from hub.contracts.provider import Order, OrderStatus

_GARBAGE: tuple[Any, ...] = (None, "", 17, [], {}, "AAAA", "\x00", "å" * 50, -(2**70), True)


def read_again(order: Order) -> Order:
    """The order as it comes back from the hub's store: its state has been JSON."""
    return replace(order, state=json.loads(json.dumps(dict(order.state))))


class ProviderAttacks:
    """Each test makes a good answer, spoils it, and expects a refusal instead of an exception."""

    def test_no_tampered_character_goes_unnoticed(self, driver, provider):
        task = driver.task()
        progress = driver.signed(provider, task, driver.alice)
        good = provider.conclude(progress.order, task, progress.raw)
        for path, spoiled in _tampered(progress.raw):
            verdict = provider.conclude(progress.order, task, spoiled)
            if path in driver.unsigned and verdict.accepted:
                assert verdict.identity == good.identity, path
                continue
            assert not verdict.accepted, path
            assert verdict.refusal, path
            assert verdict.identity is None, path

    def test_no_missing_or_senseless_member_raises(self, driver, provider):
        task = driver.task()
        progress = driver.signed(provider, task, driver.alice)
        for path, spoiled in _spoiled(progress.raw):
            verdict = provider.conclude(progress.order, task, spoiled)
            assert path in driver.unsigned or not verdict.accepted, path

    @pytest.mark.parametrize("raw", [{}, {"status": "complete"}, {"proof": None}])
    def test_an_answer_of_nothing_is_refused(self, driver, provider, raw):
        task = driver.task()
        order = read_again(provider.begin(task).order)
        verdict = provider.conclude(order, task, raw)
        assert not verdict.accepted
        assert verdict.refusal
        assert {"en", "sv"} <= verdict.message.keys()

    def test_another_person_cannot_sign_for_alice(self, driver, provider):
        if not _knows_people(driver):
            return
        task = driver.task()
        order = read_again(provider.begin(task).order)
        let_in = driver.approve(order, task, driver.bob)
        progress = driver.poll(provider, order, task)
        if driver.can(Capability.ENFORCES_PERSON):
            assert not let_in
            assert progress.status is OrderStatus.PENDING
            return
        verdict = provider.conclude(progress.order, task, progress.raw)
        assert not verdict.accepted
        assert verdict.refusal == "wrong_person"

    def test_the_signature_of_another_person_is_not_accepted_as_alices(self, driver, provider):
        """Begun without naming anybody, so that the signing method had nothing to refuse."""
        if not _knows_people(driver):
            return
        progress = driver.signed(provider, driver.anybody(), driver.bob)
        verdict = provider.conclude(progress.order, driver.task(), progress.raw)
        assert not verdict.accepted
        assert verdict.refusal == "wrong_person"
        assert verdict.identity is None

    def test_a_signature_over_another_text_is_not_accepted(self, driver, provider):
        cheap = driver.task(visible_text="Jag godkänner kostnaden 1 kr.")
        progress = driver.signed(provider, cheap, driver.alice)
        verdict = provider.conclude(progress.order, driver.task(), progress.raw)
        assert not verdict.accepted
        assert verdict.refusal == "wrong_text"

    def test_a_signature_over_other_hidden_data_is_not_accepted(self, driver, provider):
        progress = driver.signed(provider, driver.task(hidden_data=b"other"), driver.alice)
        verdict = provider.conclude(progress.order, driver.task(), progress.raw)
        assert not verdict.accepted
        assert verdict.refusal == "wrong_text"

    def test_the_signature_of_another_order_cannot_be_replayed(self, driver, provider):
        """Same person, same text, same hidden data; only the order is another one."""
        earlier = driver.signed(provider, driver.task(order_id="order-0"), driver.alice)
        task = driver.task(order_id="order-1")
        order = read_again(provider.begin(task).order)
        assert not provider.conclude(order, task, earlier.raw).accepted

    def test_a_replayed_signature_that_claims_the_other_order_is_not_accepted(
        self, driver, provider
    ):
        """As above, with the order's reference in the answer rewritten."""
        earlier = driver.signed(provider, driver.task(order_id="order-0"), driver.alice)
        task = driver.task(order_id="order-1")
        order = read_again(provider.begin(task).order)
        assert driver.approve(order, task, driver.alice)
        progress = driver.poll(provider, order, task)
        text = json.dumps(earlier.raw).replace(earlier.order.reference, order.reference)
        assert not provider.conclude(progress.order, task, json.loads(text)).accepted


def _knows_people(driver: Any) -> bool:
    """Whether the provider tells people apart; a name that somebody wrote does not."""
    return bool(driver.can(Capability.IDENTITY) or driver.can(Capability.ENFORCES_PERSON))


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    else:
        yield path, value


def _tampered(raw: Any) -> Iterator[tuple[str, Any]]:
    """Copies with one character changed: first, last, and some in between."""
    dice = random.Random(7)
    for path, value in _leaves(raw):
        if not isinstance(value, str) or not value:
            continue
        places = {0, len(value) - 1, *(dice.randrange(len(value)) for _ in range(20))}
        for place in sorted(places):
            other = "B" if value[place] == "A" else "A"
            changed = value[:place] + other + value[place + 1 :]
            yield ".".join(path), _with(raw, path, changed)


def _spoiled(raw: Any) -> Iterator[tuple[str, Any]]:
    """Copies in which a member is missing or of another kind, at every depth."""
    paths = {path[:depth] for path, _ in _leaves(raw) for depth in range(1, len(path) + 1)}
    for path in sorted(paths):
        name = ".".join(path)
        yield name, _with(raw, path, None, remove=True)
        for garbage in _GARBAGE:
            yield name, _with(raw, path, garbage)


def _with(raw: Any, path: tuple[str, ...], value: Any, *, remove: bool = False) -> Any:
    changed = copy.deepcopy(raw)
    parent = changed
    for name in path[:-1]:
        parent = parent[name]
    if remove:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    return changed
