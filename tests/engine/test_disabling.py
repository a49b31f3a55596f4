"""A destination that fails for days is taken out of service; nothing that is owed to it is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.engine import conditions
from hub.engine.settings import DestinationLimits
from hub.engine.work import Work
from hub.kernel.errors import OutcomeUnknown, Refused, Retryable
from tests.engine.house import WORKSPACE, House

PLACE = (WORKSPACE, "agiloft")


@pytest.fixture
def failing(house: House) -> House:
    house.chance = 0.99
    house.handler.behave = _fail
    return house


def days_of_failures(house: House, days: float) -> None:
    """One delivery after the other, every hour one try."""
    engine = house.engine()
    for hour in range(round(days * 24)):
        if hour % 24 == 0:
            house.owe(f"hour {hour} of {house.clock.now()}")
        house.advance(hours=1)
        engine.run_due()


def test_after_five_days_without_a_success_nothing_more_is_tried(failing: House) -> None:
    days_of_failures(failing, 4.9)
    assert failing.instance().paused_code is None
    since = failing.instance().failing_since
    assert since is not None
    days_of_failures(failing, 0.3)
    row = failing.instance()
    assert (row.paused_code, row.failing_since) == (conditions.FAILING, since)
    assert conditions.is_disabled(row.paused_code)
    tries = len(failing.handler.performed)
    failing.owe("while it is disabled")
    failing.advance(days=3)
    failing.engine().run_due()
    assert len(failing.handler.performed) == tries
    assert failing.states()["while it is disabled"] == "pending"


def test_once_back_in_service_everything_that_waited_goes_out(failing: House) -> None:
    days_of_failures(failing, 5.1)
    failing.owe("while it is disabled")
    waiting = {key for key, state in failing.states().items() if state != "gave_up"}
    failing.handler.behave = lambda work: "ok"
    engine = failing.engine()
    assert engine.resume(*PLACE)
    engine.run_due()
    assert {key for key, state in failing.states().items() if state == "delivered"} == waiting
    row = failing.instance()
    assert (row.paused_code, row.failing_since, row.failures) == (None, None, 0)


def test_one_success_begins_the_days_anew(failing: House) -> None:
    days_of_failures(failing, 4)
    failing.handler.behave = lambda work: "ok"
    failing.advance(hours=1)
    failing.engine().run_due()
    assert failing.instance().failing_since is None
    failing.handler.behave = _fail
    days_of_failures(failing, 4)
    assert failing.instance().paused_code is None


def test_a_gap_without_tries_does_not_count(failing: House) -> None:
    failing.owe("first")
    failing.engine().run_due()
    failing.advance(days=6)  # the hub was off
    failing.engine().run_due()
    assert failing.instance().paused_code is None
    assert failing.instance().failing_since == failing.clock.wall()


def test_refusals_say_nothing_about_the_destination(failing: House) -> None:
    failing.handler.behave = _refuse
    days_of_failures(failing, 6)
    assert failing.instance().failing_since is None
    assert failing.instance().paused_code is None


def test_the_days_are_a_setting_of_each_destination(failing: House) -> None:
    failing.limits = lambda workspace, key: DestinationLimits(disable_after=timedelta(days=1))
    days_of_failures(failing, 1.2)
    assert failing.instance().paused_code == conditions.FAILING


def test_an_address_that_is_gone_is_disabled_at_once(failing: House) -> None:
    failing.handler.behave = _gone
    failing.owe("first")
    failing.owe("second")
    failing.engine().run_due()
    assert conditions.is_disabled(failing.instance().paused_code)


def test_what_may_have_happened_keeps_the_moment_of_its_first_try(failing: House) -> None:
    """It bounds how far back a plugin looks before it does the thing again."""
    failing.handler.behave = _vanish
    failing.owe("first")
    engine = failing.engine()
    engine.run_due()
    first = failing.delivery("first").first_attempt_at
    failing.advance(hours=2)
    with failing.db.write() as session:
        conditions.pause(session, PLACE, "authentication_failed", "", failing.clock.wall())
    assert engine.resume(*PLACE)
    row = failing.delivery("first")
    assert (row.uncertain, row.first_attempt_at) == (True, first)


def _fail(work: Work) -> None:
    raise Retryable("down")


def _refuse(work: Work) -> None:
    raise Refused("no")


def _gone(work: Work) -> None:
    raise Retryable("withdrawn", code="gone")


def _vanish(work: Work) -> None:
    raise OutcomeUnknown("broke off")
