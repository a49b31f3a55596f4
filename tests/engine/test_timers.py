"""Timers: business time, once per number, disarmed in the transaction that makes them needless."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.engine import outbox
from hub.engine.work import TimerWork
from hub.kernel.errors import Retryable
from hub.storage.models import Timer
from tests.engine.house import House, TimerRecorder


def test_a_timer_fires_when_it_is_due_and_not_before(house: House) -> None:
    house.timers["reminder"] = TimerRecorder()
    house.arm(hours=24)
    engine = house.engine()
    assert engine.run_due() == 0
    house.advance(hours=24)
    assert engine.run_due() == 1
    assert engine.run_due() == 0
    assert house.timer().state == "done"


def test_the_same_timer_is_armed_once_even_after_it_fired(house: House) -> None:
    house.timers["reminder"] = TimerRecorder()
    assert house.arm(n=1)
    assert not house.arm(n=1)
    house.engine().run_due()
    assert not house.arm(n=1)
    assert house.arm(n=2)


def test_a_poll_arms_its_own_row_again_and_rows_do_not_grow(house: House) -> None:
    poll = TimerRecorder(again=lambda session, timer: house.clock.now() + timedelta(seconds=2))
    house.timers["poll"] = poll
    house.arm("poll", "order-1")
    engine = house.engine()
    for _ in range(30):
        engine.run_due()
        house.advance(seconds=2)
    assert len(poll.fired_) == 30
    assert {timer.attempts for timer in poll.fired_} == {1}
    with house.db.read() as session:
        assert session.scalar(select(func.count()).select_from(Timer)) == 1


def test_a_disarmed_timer_does_not_fire(house: House) -> None:
    house.timers["reminder"] = TimerRecorder()
    house.arm(hours=1)
    house.arm("expiry", hours=1)
    with house.db.write() as session:
        assert outbox.disarm(session, "request-1", ("reminder",)) == 1
    house.advance(hours=2)
    house.engine().run_due(most=1)
    assert house.timer().state == "cancelled"
    assert house.timers["reminder"].performed == []


def test_a_timer_disarmed_while_it_is_firing_has_no_effect(house: House) -> None:
    house.timers["reminder"] = TimerRecorder()
    house.arm()
    runner = house.engine().runner
    runner.open()
    [item] = runner.claim(4, 4).items
    finished = runner.run(item)
    with house.db.write() as session:
        outbox.disarm(session, "request-1", ("reminder",))
    runner.settle([finished])
    assert house.timers["reminder"].fired_ == []
    assert house.timer().state == "cancelled"


def test_a_handler_may_disarm_all_timers_of_its_entity(house: House) -> None:
    def end(session: Session, timer: TimerWork) -> None:
        outbox.disarm(session, timer.entity, ("reminder", "expiry"))

    house.timers["expiry"] = TimerRecorder(again=end)
    house.arm(hours=1)
    house.arm("expiry")
    house.engine().run_due()
    assert house.timer("expiry").state == "done"
    assert house.timer("reminder").state == "cancelled"


def test_a_failed_timer_comes_back_when_its_handler_says(house: House) -> None:
    recorder = TimerRecorder(
        behave=_down, after_failure=lambda timer: house.clock.now() + timedelta(seconds=5)
    )
    house.timers["poll"] = recorder
    house.arm("poll", "order-1")
    engine = house.engine()
    engine.run_due()
    assert engine.run_due() == 0
    house.advance(seconds=5)
    engine.run_due()
    assert [timer.attempts for timer in recorder.performed] == [1, 2]
    assert all(isinstance(error, Retryable) for error in recorder.errors)


def test_a_bug_in_fired_is_told_to_failed(house: House) -> None:
    def bug(session: Session, timer: TimerWork) -> None:
        raise KeyError("a bug")

    house.timers["poll"] = TimerRecorder(again=bug)
    house.arm("poll", "order-1")
    house.engine().run_due()
    assert [type(error) for error in house.timers["poll"].errors] == [KeyError]
    assert house.timer("poll", "order-1").state == "done"


def test_a_timer_whose_handler_is_missing_stays(house: House) -> None:
    house.arm("unheard_of", "order-1")
    house.engine().run_due()
    row = house.timer("unheard_of", "order-1")
    assert (row.state, row.attempts) == ("pending", 1)
    assert row.due_at > house.clock.now()


def test_a_timer_with_a_lost_lease_fires_once_more(house: House) -> None:
    house.timers["reminder"] = TimerRecorder()
    house.arm()
    lost = house.engine().runner
    lost.open()
    [item] = lost.claim(4, 4).items
    house.advance(seconds=31)
    house.engine().run_due()
    lost.settle([lost.run(item)])
    assert len(house.timers["reminder"].fired_) == 1


def _down(timer: TimerWork) -> None:
    raise Retryable("down")
