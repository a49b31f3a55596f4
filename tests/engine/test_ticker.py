"""Ticks: in one process at a time, and a failing one does not end them."""

from __future__ import annotations

import threading
from datetime import timedelta

from hub.engine.outbox import take_lease
from hub.engine.ticker import Tick, Ticker
from hub.kernel.clock import SystemClock
from tests.engine.house import House


def test_only_one_process_runs_a_tick_until_its_lease_ends(house: House) -> None:
    ran: list[str] = []
    one = Ticker(house.db, house.clock, "one", [])
    other = Ticker(house.db, house.clock, "other", [])
    tick = Tick("probe", timedelta(seconds=30), lambda: ran.append("x"))
    assert one.run_once(tick)
    assert not other.run_once(tick)
    assert one.run_once(tick)
    house.advance(seconds=61)
    assert other.run_once(tick)
    assert not one.run_once(tick)
    assert len(ran) == 3


def test_a_failing_tick_is_logged_and_comes_again(house: House, logged: list[object]) -> None:
    tick = Tick("probe", timedelta(seconds=30), lambda: 1 / 0)
    assert not Ticker(house.db, house.clock, "one", []).run_once(tick)
    assert [entry["event"] for entry in logged] == ["tick_failed"]  # type: ignore[index]


def test_leases_have_one_holder(house: House) -> None:
    now = house.clock.wall()
    soon = now + timedelta(seconds=5)
    with house.db.write() as session:
        assert take_lease(session, "retention", "one", soon, now)
        assert not take_lease(session, "retention", "other", soon, now)
        assert take_lease(session, "retention", "other", soon + timedelta(seconds=5), soon)


def test_the_engine_probes_every_so_often(house: House) -> None:
    from hub.engine.settings import EngineSettings

    probed = threading.Event()
    house.clock = SystemClock()
    house.settings = EngineSettings(probe=timedelta(milliseconds=50))
    engine = house.engine(probe_due=probed.set)
    engine.start()
    assert probed.wait(20)
    engine.stop()
