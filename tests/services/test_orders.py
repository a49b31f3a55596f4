"""Orders that are replaced end at the provider too."""

from __future__ import annotations

import pytest

from hub.contracts.steps import Wait
from hub.kernel.errors import Retryable
from hub.services import orders, places
from hub.services.views import NotReady
from hub.storage.models import SigningOrder
from providers.simulated.provider import SimulatedProvider
from tests.services.one_case import BROWSER, CLIENT, OTHER_BROWSER


def told(monkeypatch, error=None):
    """References of the orders that the provider was told to withdraw."""
    withdrawn = []

    def cancel(self, order):
        withdrawn.append(order.reference)
        if error:
            raise error

    monkeypatch.setattr(SimulatedProvider, "cancel", cancel)
    return withdrawn


def test_who_begins_again_has_the_former_order_withdrawn_at_the_provider(case, monkeypatch):
    withdrawn = told(monkeypatch)
    token = case.invite()
    first = case.begin(token)
    case.begin(token, browser=OTHER_BROWSER)
    assert withdrawn == [case.order(first).reference]
    assert (case.order(first).status, case.order(first).code) == ("cancelled", "began_again")


def test_a_provider_that_does_not_answer_keeps_nobody_from_beginning_again(case, monkeypatch):
    withdrawn = told(monkeypatch, Retryable("no answer"))
    token = case.invite()
    case.begin(token)
    second = case.begin(token)
    assert len(withdrawn) == 1
    assert case.order(second).status == "pending"


def test_an_order_replaced_while_the_provider_was_asked_is_withdrawn_afterwards(case, monkeypatch):
    withdrawn = told(monkeypatch)
    token = case.invite()
    real = SimulatedProvider.begin

    def begin(self, task, **more):
        begun = real(self, task, **more)
        with case.core.db.write() as session:
            places.withdraw_pending(
                session, places.find_open(case.core, session, token), "began_again"
            )
        return begun

    monkeypatch.setattr(SimulatedProvider, "begin", begin)
    order = case.begin(token)
    assert withdrawn == [case.order(order).reference]


def test_an_order_that_is_being_created_says_so(case):
    token = case.invite()
    order = case.begin(token)
    with case.core.db.write() as session:
        session.get_one(SigningOrder, order).status = "creating"
    shown = case.cases.signing(token, order, BROWSER, CLIENT, "en")
    assert shown.message == "Starting…"
    assert isinstance(shown.step, Wait)
    assert shown.step.message["sv"] == "Startar…"


def test_an_order_that_no_provider_knows_yet_is_not_withdrawn_there(case, monkeypatch):
    withdrawn = told(monkeypatch)
    orders.withdraw_there(case.core, [SigningOrder(id="order", reference=None, started_at=None)])
    assert withdrawn == []


def test_a_drawing_for_an_order_of_another_provider_is_not_taken(case):
    token = case.invite()
    order = case.begin(token)
    for answer in ({"consent": True, "ink": "[]"}, {}):
        with pytest.raises(NotReady):
            case.cases.sign_here(token, order, BROWSER, answer, CLIENT, "en")
    assert case.order(order).status == "pending"
