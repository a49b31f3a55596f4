"""What may be claimed: order per entity, turns, pausing, breaker, concurrency, rate."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from hub.engine.claimer import Item
from hub.engine.engine import Engine
from hub.engine.settings import DestinationLimits, EngineSettings
from hub.engine.work import Work
from hub.kernel.errors import AuthenticationFailed, NotFound, Retryable
from hub.storage.models import Delivery
from tests.engine.house import WORKSPACE, House


def claimed_keys(house: House, free: int = 16, engine: object = None) -> list[str]:
    runner = (engine or house.engine()).runner  # type: ignore[attr-defined]
    runner.open()
    return [item.key for item in runner.claim(free, 4).items]


def test_deliveries_of_one_entity_leave_in_order(house: House) -> None:
    for seq in (3, 1, 2):
        house.owe(f"note-{seq}", entity="case-7", seq=seq)
    house.engine().run_due()
    assert house.handler.keys == ["note-1", "note-2", "note-3"]


def test_a_later_one_waits_while_an_earlier_one_is_retried(house: House) -> None:
    house.handler.behave = _fails("first", Retryable())
    house.owe("first", entity="case-7", seq=1)
    house.owe("second", entity="case-7", seq=2)
    house.owe("other", entity="case-8", seq=2)
    house.engine().run_due()
    assert house.states() == {"first": "retry", "second": "pending", "other": "delivered"}


@pytest.mark.parametrize("end", ["gave_up", "cancelled", "discarded"])
def test_an_earlier_one_that_ended_badly_does_not_block(house: House, end: str) -> None:
    house.handler.behave = _fails("first", NotFound())
    first = house.owe("first", entity="case-7", seq=1)
    house.owe("second", entity="case-7", seq=2)
    if end != "gave_up":
        with house.db.write() as session:
            session.get_one(Delivery, first).state = end
    house.engine().run_due()
    assert house.states() == {"first": end, "second": "delivered"}


def test_the_same_entity_name_in_another_workspace_does_not_block(house: House) -> None:
    from hub.storage.models import Workspace

    with house.db.write() as session:
        session.add(Workspace(id="w2", key="w2", name="Two", created_at=house.clock.now()))
    house.handler.behave = _fails("first", Retryable())
    house.owe("first", entity="case-7", seq=1)
    house.owe("second", entity="case-7", seq=2, workspace_id="w2")
    house.engine().run_due()
    assert house.states()["second"] == "delivered"


def test_owing_the_same_key_again_owes_nothing(house: House) -> None:
    assert house.owe("note-1") is not None
    assert house.owe("note-1") is None
    house.engine().run_due()
    assert house.owe("note-1") is None
    assert house.handler.keys == ["note-1"]


def test_destinations_are_served_in_turn(house: House) -> None:
    for n in range(40):
        house.owe(f"a-{n:02}", destination="busy")
    house.owe("b", destination="calm-1")
    house.owe("c", destination="calm-2")
    assert {"b", "c"} <= set(claimed_keys(house, free=6))


def test_each_round_begins_behind_the_last_one_served(house: House) -> None:
    for place in "abcdefgh":
        for n in range(9):
            house.owe(f"{place}-{n}", destination=place)
    engine = house.engine()
    rounds = [claimed_keys(house, 8, engine) for _ in range(4)]
    assert [sorted({key[0] for key in keys}) for keys in rounds] == [
        ["a", "b"], ["c", "d"], ["e", "f"], ["g", "h"],
    ]  # fmt: skip


def test_no_more_are_claimed_than_a_destination_bears(house: House) -> None:
    house.limits = lambda workspace, key: DestinationLimits(concurrency=3)
    for _ in range(10):
        house.owe()
    engine = house.engine()
    assert len(claimed_keys(house, 16, engine)) == 3
    assert claimed_keys(house, 16, engine) == []
    assert claimed_keys(house, 16) == []  # nor by another process


def test_processes_that_claim_at_the_same_moment_keep_the_concurrency_together(
    house: House,
) -> None:
    house.limits = lambda workspace, key: DestinationLimits(concurrency=5)
    for n in range(60):
        house.owe(destination=f"d{n % 3}")
    engines = [house.engine() for _ in range(4)]
    for engine in engines:
        engine.runner.open()
    start = threading.Barrier(4)

    def claim(engine: Engine) -> list[Item]:
        start.wait(20)
        return engine.runner.claim(16, 4).items

    with ThreadPoolExecutor(4) as pool:
        claimed = [item for items in pool.map(claim, engines) for item in items]
    by_destination = Counter(item.destination for item in claimed if isinstance(item, Work))
    assert by_destination == {"d0": 5, "d1": 5, "d2": 5}


def test_calls_per_second_are_kept(house: House) -> None:
    house.limits = lambda workspace, key: DestinationLimits(concurrency=100, per_second=2)
    for _ in range(10):
        house.owe()
    engine = house.engine()
    counts = []
    for _ in range(4):
        counts.append(len(claimed_keys(house, 16, engine)))
        house.advance(seconds=1)
    assert counts == [2, 2, 2, 2]


def test_calls_per_second_are_those_of_all_processes_together(house: House) -> None:
    house.limits = lambda workspace, key: DestinationLimits(concurrency=100, per_second=3)
    for _ in range(20):
        house.owe()
    engines = [house.engine(), house.engine()]
    counts = []
    for _ in range(3):
        counts.append([len(claimed_keys(house, 2, engine)) for engine in engines])
        house.advance(seconds=1)
    assert counts == [[2, 1]] * 3


def test_a_seldom_called_destination_is_called_seldom(house: House) -> None:
    house.limits = lambda workspace, key: DestinationLimits(concurrency=100, per_second=0.1)
    for _ in range(5):
        house.owe()
    counts = []
    for _ in range(4):
        counts.append(len(claimed_keys(house, 16)))
        house.advance(seconds=5)
    assert counts == [1, 0, 1, 0]


def test_a_clock_that_was_set_back_does_not_stop_a_limited_destination(house: House) -> None:
    house.limits = lambda workspace, key: DestinationLimits(concurrency=100, per_second=2)
    for _ in range(5):
        house.owe()
    engine = house.engine()
    house.advance(minutes=5)
    assert len(claimed_keys(house, 16, engine)) == 2
    house.advance(minutes=-5)
    assert len(claimed_keys(house, 16, engine)) == 2


def test_one_dead_destination_of_fifty_does_not_hold_up_the_others(house: House) -> None:
    dead = {f"dead-{n:03}" for n in range(200)}
    for key in sorted(dead):
        house.owe(key, destination="d00")
    for n in range(1, 50):
        house.owe(f"key-{n:02}", destination=f"d{n:02}")
    house.handler.behave = lambda work: _down() if work.destination == "d00" else "ok"
    house.engine().run_due()
    states = house.states()
    assert all(state == "delivered" for key, state in states.items() if key not in dead)
    tried = [work for work in house.handler.performed if work.key in dead]
    assert 5 <= len(tried) <= 12  # then its breaker was open, with at most a round under way
    assert house.instance("d00").breaker_until == house.clock.wall() + timedelta(seconds=10)
    assert house.instance("d01").breaker_until is None


def test_a_half_open_breaker_lets_one_through(house: House) -> None:
    house.handler.behave = lambda work: _down()
    for _ in range(30):
        house.owe()
    engine = house.engine()
    engine.run_due()
    before = len(house.handler.performed)
    house.advance(seconds=10)
    engine.run_due()
    assert len(house.handler.performed) == before + 1
    house.advance(seconds=20)
    house.handler.behave = lambda work: "ok"
    engine.run_due()
    assert set(house.states().values()) == {"delivered"}
    assert house.instance().breaker_until is None


def test_wrong_credentials_pause_the_instance_and_lose_nothing(house: House) -> None:
    house.handler.behave = lambda work: _refuse_credentials()
    for n in range(3):
        house.owe(f"key-{n}", entity="case-7", seq=n)
    house.owe("elsewhere", destination="sms")
    engine = house.engine()
    engine.run_due()
    row = house.instance()
    assert (row.paused_code, row.paused_detail) == ("authentication_failed", "login refused")
    assert house.states()["key-0"] == "pending"
    assert house.delivery("key-0").attempts == 0
    assert [a.outcome for a in house.attempts("key-0")] == ["paused"]

    house.advance(days=10)
    assert engine.run_due() == 0
    house.handler.behave = lambda work: "ok"
    assert engine.resume(WORKSPACE, "agiloft")
    assert not engine.resume(WORKSPACE, "agiloft")
    engine.run_due()
    states = house.states()
    assert [states[f"key-{n}"] for n in range(3)] == ["delivered"] * 3


def test_time_spent_paused_does_not_use_up_the_patience(house: House) -> None:
    engine = house.engine()
    house.handler.behave = lambda work: _down()
    house.owe("note")
    for _ in range(12):
        engine.run_due()
        house.advance(hours=1)
    house.handler.behave = lambda work: _refuse_credentials()
    engine.run_due()
    house.advance(days=4)
    engine.resume(WORKSPACE, "agiloft")
    house.handler.behave = lambda work: _down()
    engine.run_due()
    assert house.states() == {"note": "retry"}


def test_settings_that_cannot_work_are_refused() -> None:
    with pytest.raises(ValueError, match="thread"):
        EngineSettings(threads=4, timer_threads=8)
    with pytest.raises(ValueError, match="heartbeat"):
        EngineSettings(heartbeat=timedelta(seconds=20))


def _fails(key: str, error: Exception) -> object:
    def behave(work: Work) -> str:
        if work.key == key:
            raise error
        return "ok"

    return behave


def _down() -> None:
    raise Retryable("down")


def _refuse_credentials() -> None:
    raise AuthenticationFailed("login refused")
