"""A look-up that found nothing was answered all the same: the destination is well."""

from __future__ import annotations

from collections.abc import Callable

from hub.contracts.channel import LOOK_AGAIN
from hub.engine.work import Work
from hub.kernel.errors import OutcomeUnknown, Retryable
from tests.engine.house import House


def test_a_look_up_that_was_answered_speaks_for_the_destination(house: House) -> None:
    house.handler.behave = _raise(Retryable("not there yet", retry_after=60, code=LOOK_AGAIN))
    for number in range(8):
        house.owe(f"key-{number}")
    house.engine().run_due()
    row = house.instance()
    assert (row.failures, row.breaker_until) == (0, None), "else everybody else waits for minutes"
    assert set(house.states().values()) == {"retry"}


def test_a_look_up_that_was_answered_closes_the_breaker(house: House) -> None:
    house.handler.behave = _raise(OutcomeUnknown())
    for number in range(5):
        house.owe(f"key-{number}")
    house.engine().run_due()
    assert house.instance().breaker_until is not None
    house.advance(minutes=10)
    house.handler.behave = _raise(Retryable("not there yet", retry_after=60, code=LOOK_AGAIN))
    house.engine().run_due()
    assert (house.instance().failures, house.instance().breaker_until) == (0, None)


def _raise(error: Exception) -> Callable[[Work], None]:
    def behave(work: Work) -> None:
        raise error

    return behave
