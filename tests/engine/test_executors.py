"""Both executors with real threads: wake-up, bounds, graceful stop, a broken database."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from hub.engine.settings import EngineSettings
from hub.engine.work import Work
from hub.kernel.clock import FastClock, ManualClock
from tests.engine.house import START, House, TimerRecorder


def until(condition: Callable[[], Any], seconds: float = 20) -> None:
    """Wait for other threads; the time bounds a failure only."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing came of it"
        time.sleep(0.005)


def test_what_is_owed_while_it_runs_is_done(real: House) -> None:
    engine = real.engine()
    engine.start()
    for n in range(50):
        real.owe(f"key-{n}")
        engine.wake()
    until(lambda: set(real.states().values()) == {"delivered"})
    assert engine.stop()
    assert sorted(real.handler.keys) == sorted(f"key-{n}" for n in range(50))


def test_without_a_wake_up_the_poll_finds_it(real: House) -> None:
    engine = real.engine()
    engine.start()
    real.owe("first")
    until(lambda: real.states() == {"first": "delivered"})
    engine.stop()


def test_no_more_is_claimed_than_there_are_threads(real: House) -> None:
    gate = threading.Event()
    real.handler.behave = lambda work: gate.wait(20)
    for n in range(20):
        real.owe(f"key-{n}")
    engine = real.engine()
    engine.start()
    until(lambda: len(real.handler.performed) == 4)
    assert list(real.states().values()).count("leased") == 4
    assert engine.in_flight() == 4
    gate.set()
    until(lambda: set(real.states().values()) == {"delivered"})
    engine.stop()


def test_timers_leave_threads_for_deliveries(real: House) -> None:
    gate = threading.Event()
    real.timers["poll"] = TimerRecorder(behave=lambda timer: gate.wait(20))
    for n in range(10):
        real.arm("poll", f"order-{n}")
    engine = real.engine()
    engine.start()
    until(lambda: len(real.timers["poll"].performed) == 2)
    real.owe("first")
    engine.wake()
    until(lambda: real.states() == {"first": "delivered"})
    assert len(real.timers["poll"].performed) == 2
    gate.set()
    until(lambda: len(real.timers["poll"].fired_) == 10)
    engine.stop()


def test_a_graceful_stop_lets_running_work_end(real: House) -> None:
    started, gate = threading.Event(), threading.Event()

    def slow(work: Work) -> str:
        started.set()
        gate.wait(20)
        return "ok"

    real.handler.behave = slow
    real.owe("first", entity="a", seq=1)
    real.owe("second", entity="a", seq=2)
    engine = real.engine()
    engine.start()
    assert started.wait(20)
    threading.Timer(0.1, gate.set).start()
    assert engine.stop(20)
    assert real.states() == {"first": "delivered", "second": "pending"}


def test_a_stop_gives_back_what_does_not_end_in_time(real: House) -> None:
    started, gate = threading.Event(), threading.Event()

    def hang(work: Work) -> None:
        started.set()
        gate.wait(20)

    real.handler.behave = hang
    real.owe("first")
    engine = real.engine()
    engine.start()
    assert started.wait(20)
    assert not engine.stop(0.05)
    row = real.delivery("first")
    assert (row.state, row.attempts, row.uncertain) == ("retry", 0, True)
    gate.set()


def test_a_clock_that_is_set_forward_does_not_take_work_from_its_own_hands(
    real: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, gate, sweeps = threading.Event(), threading.Event(), []

    def slow(work: Work) -> str:
        started.set()
        gate.wait(20)
        return "ok"

    clock = ManualClock(START)
    real.handler.behave = slow
    real.clock, real.settings = clock, EngineSettings(sweep=timedelta(milliseconds=5))
    real.owe("first")
    engine = real.engine()
    recover = engine.runner.recover

    def swept(*given: Any) -> int:
        sweeps.append(clock.wall())
        return recover(*given)

    monkeypatch.setattr(engine.runner, "recover", swept)
    engine.start()
    assert started.wait(20)
    clock.advance(timedelta(hours=1))
    until(lambda: sweeps.count(clock.wall()) >= 2)
    gate.set()
    until(lambda: real.states() == {"first": "delivered"})
    engine.stop()
    assert [attempt.outcome for attempt in real.attempts("first")] == ["delivered"]
    assert len(real.handler.performed) == 1


def test_timers_of_a_fast_clock_are_not_late(real: House) -> None:
    clock = FastClock(3600)
    real.clock = clock
    real.timers["reminder"] = TimerRecorder()
    real.arm(hours=1)  # a second of real time
    engine = real.engine()
    engine.start()
    until(lambda: real.timers["reminder"].fired_)
    late = clock.now() - real.timers["reminder"].fired_[0].due_at
    engine.stop()
    assert late < timedelta(hours=2)


def test_a_database_that_fails_for_a_while_loses_nothing(
    real: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = real.engine()
    broken = threading.Event()
    write = real.db.write

    def sometimes() -> Any:
        if broken.is_set():
            raise OSError("disk full")
        return write()

    monkeypatch.setattr(real.db, "write", sometimes)
    real.handler.behave = lambda work: broken.set()
    real.owe("first")
    engine.start()
    until(lambda: broken.is_set() and engine.in_flight() == 1)
    assert real.states() == {"first": "leased"}
    broken.clear()
    until(lambda: real.states() == {"first": "delivered"})
    engine.stop()
    assert real.handler.keys == ["first"]


def test_a_handler_that_exits_does_not_end_the_thread(real: House) -> None:
    def leave(work: Work) -> None:
        raise SystemExit

    real.handler.behave = leave
    for n in range(8):
        real.owe(f"key-{n}")
    engine = real.engine()
    engine.start()
    until(lambda: len({work.key for work in real.handler.performed}) == 8)
    engine.stop()
    assert "leased" not in real.states().values()
