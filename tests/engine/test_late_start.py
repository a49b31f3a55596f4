"""A process that stood still between claiming and working (a paused machine, a debugger, no memory)
does not do once more what another one has done meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from hub.engine.liveness import ExpiryOnly
from tests.engine.house import TimerRecorder

LEASE = 31  # seconds: longer than any lease


@pytest.fixture
def two(house):
    """Two processes of which nobody can tell whether they live."""
    house.timers["reminder"] = TimerRecorder()
    assert house.settings.lease < timedelta(seconds=LEASE)
    engines = [house.engine(liveness=ExpiryOnly()) for _ in range(2)]
    for engine in engines:
        engine.runner.open()
    return engines


def claimed(engine):
    (item,) = engine.runner.claim(4, 4).items
    return item


def test_what_another_one_has_done_is_not_done_again(house, two):
    slow, quick = two
    house.owe("note")
    item = claimed(slow)
    house.advance(seconds=LEASE)
    with capture_logs():
        quick.run_due()
        assert house.handler.keys == ["note"]
        finished = slow.runner.run(item)
        assert slow.runner.settle([finished]) == []
    assert house.handler.keys == ["note"]
    assert house.delivery("note").state == "delivered"
    assert house.delivery("note").attempts == 2, "lost, then done"


def test_what_nobody_has_taken_is_done_by_the_one_who_has_it(house, two):
    slow, _ = two
    house.owe("note")
    item = claimed(slow)
    house.advance(seconds=LEASE)
    finished = slow.runner.run(item)
    assert house.delivery("note").lease_until > house.clock.wall(), "it has its lease again"
    assert slow.runner.settle([finished]) == []
    assert (house.delivery("note").state, house.handler.keys) == ("delivered", ["note"])


def test_a_timer_fires_once(house, two):
    slow, quick = two
    house.arm(seconds=1)
    house.advance(seconds=1)
    item = claimed(slow)
    house.advance(seconds=LEASE)
    with capture_logs():
        quick.run_due()
        slow.runner.settle([slow.runner.run(item)])
    reminder = house.timers["reminder"]
    assert len(reminder.performed) == len(reminder.fired_) == 1


def test_work_that_begins_in_time_asks_nobody(house, two, monkeypatch):
    slow, _ = two
    house.owe("note")
    item = claimed(slow)
    monkeypatch.setattr(house.db, "write", lambda: pytest.fail("a question for each call"))
    finished = slow.runner.run(item)
    monkeypatch.undo()
    assert finished.error is None
    slow.runner.settle([finished])
