"""An alarm rings once its time has come, and not after it was called off."""

from __future__ import annotations

import threading

from hub.toolkit.alarms import Alarms


def test_who_takes_too_long_is_rung_at_whoever_came_first() -> None:
    alarms, rang, slow = Alarms(), [], threading.Event()

    def ring() -> None:
        rang.append("slow")
        slow.set()

    with alarms.within(3600, lambda: rang.append("hour")), alarms.within(0.01, ring):
        assert slow.wait(30)
    assert rang == ["slow"]


def test_an_alarm_that_was_called_off_does_not_ring() -> None:
    alarms, rang, last = Alarms(), [], threading.Event()
    for _ in range(20):
        with alarms.within(0.05, lambda: rang.append("called off")):
            pass
    with alarms.within(0.1, last.set):
        assert last.wait(30)
    assert rang == []
