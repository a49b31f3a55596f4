"""Where all that is due waits for something earlier, claiming is tried ever less often, and at once
when something has changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hub.engine import claimer, claims
from hub.engine.engine import Engine
from hub.engine.settings import EngineSettings
from hub.storage.models import Delivery
from tests.engine.house import House

TRIES = 12


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The destinations that a claim was tried at."""
    places: list[str] = []
    original = claims.claim_at

    def claim_at(session: Any, ready: claims.Ready, *rest: Any) -> Any:
        places.append(ready.place[1])
        return original(session, ready, *rest)

    monkeypatch.setattr(claimer.claims, "claim_at", claim_at)
    return places


def opened(house: House) -> Engine:
    engine = house.engine()
    engine.runner.open()
    return engine


def stuck(house: House, engine: Engine, tried: list[str]) -> list[Any]:
    """Behind a delivery under way another one of its entity waits, and many claims were tried."""
    house.owe("first", entity="case-7", seq=1)
    house.owe("second", entity="case-7", seq=2)
    house.advance(seconds=1)
    under_way = engine.runner.claim(16, 4).items
    assert [item.key for item in under_way] == ["first"]
    for _ in range(TRIES):
        assert engine.runner.claim(16, 4).items == []
    assert len(tried) < TRIES / 2
    tried.clear()
    return under_way


def keys(engine: Engine) -> list[str]:
    return [item.key for item in engine.runner.claim(16, 4).items]


def test_a_place_where_all_waits_is_tried_ever_less_often(house: House, tried: list[str]) -> None:
    engine = opened(house)
    stuck(house, engine, tried)
    for _ in range(1000):  # ten seconds
        house.advance(milliseconds=10)
        pause = engine.runner.claim(16, 4).pause
        assert pause <= EngineSettings().poll.total_seconds()
    assert 10 <= len(tried) <= 20, "at least once a second, and hardly more often"


def test_a_place_that_stays_stuck_for_hours_keeps_nobody_from_working(
    house: House, tried: list[str]
) -> None:
    engine = opened(house)
    [first] = stuck(house, engine, tried)
    for _ in range(200):
        house.advance(minutes=1)
        assert keys(engine) == []
    house.owe("other", destination="sms")
    assert keys(engine) == ["other"]
    assert engine.runner.settle([engine.runner.run(first)]) == []
    assert keys(engine) == ["second"]


def test_others_are_claimed_from_meanwhile(house: House, tried: list[str]) -> None:
    engine = opened(house)
    stuck(house, engine, tried)
    house.owe("other", destination="sms")
    assert keys(engine) == ["other"]
    assert tried == ["sms"]


def test_what_becomes_due_there_is_claimed_at_once(house: House, tried: list[str]) -> None:
    engine = opened(house)
    stuck(house, engine, tried)
    house.advance(milliseconds=1)
    house.owe("new")
    assert keys(engine) == ["new"]


def test_the_end_of_the_earlier_one_frees_the_later_at_once(house: House, tried: list[str]) -> None:
    engine = opened(house)
    [first] = stuck(house, engine, tried)
    assert engine.runner.settle([engine.runner.run(first)]) == []
    assert keys(engine) == ["second"]


def test_the_earlier_one_may_have_gone_to_another_destination(
    house: House, tried: list[str]
) -> None:
    engine = opened(house)
    house.owe("first", entity="case-7", seq=1, destination="sms")
    house.owe("second", entity="case-7", seq=2)
    house.owe("waiting", entity="case-8", seq=2)
    house.owe("before it", entity="case-8", seq=1, destination="mail")
    by_key = {item.key: item for item in engine.runner.claim(16, 4).items}
    assert sorted(by_key) == ["before it", "first"]
    for _ in range(TRIES):
        assert keys(engine) == []
    assert engine.runner.settle([engine.runner.run(by_key["first"])]) == []
    assert keys(engine) == ["second"]


@pytest.mark.parametrize("change", ["discarded elsewhere", "the clock was set back"])
def test_what_nobody_tells_is_found_within_a_second(
    house: House, tried: list[str], change: str
) -> None:
    engine = opened(house)
    house.owe("first", entity="case-7", seq=1, destination="paused")
    house.owe("second", entity="case-7", seq=2)
    with house.db.write() as session:
        session.query(Delivery).filter_by(key="first").one().state = "paused"
    for _ in range(200):
        house.advance(milliseconds=10)
        assert keys(engine) == []
    with house.db.write() as session:
        session.query(Delivery).filter_by(key="first").one().state = "discarded"
        if change == "the clock was set back":
            session.query(Delivery).filter_by(key="second").one().next_at -= timedelta(days=1)
            house.clock.advance(timedelta(hours=-1))
    if change == "discarded elsewhere":
        house.advance(seconds=1)
    assert keys(engine) == ["second"]


def test_a_call_there_that_another_process_ends_is_a_change(house: House, tried: list[str]) -> None:
    mine, other = opened(house), opened(house)
    house.owe("first", entity="case-7", seq=1)
    house.owe("second", entity="case-7", seq=2)
    [first] = other.runner.claim(16, 4).items
    for _ in range(TRIES):
        assert keys(mine) == []
    assert len(tried) < TRIES / 2
    assert other.runner.settle([other.runner.run(first)]) == []
    assert keys(mine) == ["second"]


def test_memory_of_what_ended_is_bounded(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claimer, "_MANY", 3)
    engine = opened(house)
    for n in range(8):
        house.owe(f"note-{n}")
    items = engine.runner.claim(16, 4).items
    assert engine.runner.settle([engine.runner.run(item) for item in items]) == []
    assert len(engine.runner._claimer._ended) <= 3
