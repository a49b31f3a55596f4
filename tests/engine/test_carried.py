"""Work that a broker carries: taken up once, lost without harm, done by its sender when need be."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis

from hub.engine.handover import Ticket
from hub.engine.relay import Inbox, Relay
from hub.engine.runner import Runner
from hub.engine.settings import EngineSettings
from hub.engine.work import Work
from hub.kernel.clock import SystemClock
from tests.cluster.servers import ValkeyServer
from tests.engine.conftest import carried_by
from tests.engine.house import House, Recorder, TimerRecorder, opened
from tests.engine.test_executors import until

FAULTS: list[Callable[[ValkeyServer], None]] = [
    ValkeyServer.flush,
    lambda server: (server.stop(), server.start()),  # type: ignore[func-returns-value]
    ValkeyServer.kill,
]


@dataclass
class Pigeon:
    """A carrier that keeps what it is given. ``most``: how much it takes."""

    most: int = 1000
    tickets: list[Ticket] = field(default_factory=list)

    def send(self, tickets: Sequence[Ticket]) -> int:
        taken = tickets[: self.most]
        self.tickets += taken
        return len(taken)


Made = tuple[Relay, Inbox, Runner]


@pytest.fixture
def relay(house: House) -> Callable[[Pigeon], Made]:
    """Makes relays, each of a process of its own."""

    def make(pigeon: Pigeon) -> Made:
        runner, inbox = house.engine().runner, Inbox(lambda: None)
        runner.open()
        return Relay(runner, pigeon, inbox), inbox, runner

    return make


def test_what_is_claimed_is_sent_off_and_taken_up_once(
    house: House, relay: Callable[[Pigeon], Made]
) -> None:
    house.owe("first")
    house.timers["reminder"] = TimerRecorder()
    house.arm()
    pigeon = Pigeon()
    sender, _, _ = relay(pigeon)
    assert sender.claim(4, 2).items == []
    assert sorted(ticket.timer for ticket in pigeon.tickets) == [False, True]
    takers = [relay(Pigeon()) for _ in range(2)]
    taken = []
    for taker, inbox, _ in takers:
        inbox.allow(4)
        assert all(inbox.offer(ticket, 0) for ticket in pigeon.tickets * 2)
        taken.append(taker.claim(4, 2).items)
    assert [len(items) for items in taken] == [2, 0]
    assert house.delivery("first").claim_id == taken[0][0].claim_id
    assert sender.settle([sender.run(item) for item in taken[0]]) == []
    assert house.states() == {"first": "delivered"}
    assert house.handler.performed[0].payload == {"text": "first"}


def test_what_the_broker_does_not_take_is_done_by_who_claimed_it(
    house: House, relay: Callable[[Pigeon], Made]
) -> None:
    for n in range(3):
        house.owe(f"key-{n}")
    pigeon = Pigeon(most=1)
    sender, _, _ = relay(pigeon)
    assert len(sender.claim(4, 2).items) == 2
    assert len(pigeon.tickets) == 1
    house.owe("later")  # the broker is not asked again so soon
    assert [item.key for item in sender.claim(2, 2).items] == ["later"]  # type: ignore[union-attr]
    assert len(pigeon.tickets) == 1


def test_what_nobody_takes_up_its_sender_takes_up_and_a_late_ticket_finds_nothing(
    house: House, relay: Callable[[Pigeon], Made]
) -> None:
    house.settings = EngineSettings(patience=timedelta(0))
    house.owe("first")
    pigeon = Pigeon()
    sender, inbox, _ = relay(pigeon)
    assert sender.claim(4, 2).items == []
    assert [item.key for item in sender.claim(4, 2).items] == ["first"]  # type: ignore[union-attr]
    inbox.offer(pigeon.tickets[0], 0)
    assert sender.claim(4, 2).items == []
    assert house.delivery("first").attempts == 1


def test_no_more_is_sent_off_than_there_are_threads(
    house: House, relay: Callable[[Pigeon], Made]
) -> None:
    for _ in range(20):
        house.owe()
    pigeon = Pigeon()
    sender, _, _ = relay(pigeon)
    for _ in range(3):
        sender.claim(4, 2)
    assert len(pigeon.tickets) == 4


def test_a_stop_gives_back_what_was_sent_off_as_if_it_had_not_been_claimed(
    house: House, relay: Callable[[Pigeon], Made]
) -> None:
    house.owe("first")
    house.arm()
    sender, _, _ = relay(Pigeon())
    sender.claim(4, 2)
    assert (house.states()["first"], house.timer().state) == ("leased", "leased")
    sender.withdraw()
    row = house.delivery("first")
    assert (row.state, row.attempts, row.uncertain) == ("pending", 0, False)
    assert (row.first_attempt_at, row.claim_id) == (None, None)
    assert (house.timer().state, house.timer().attempts) == ("pending", 0)


def test_what_a_dead_process_sent_off_comes_back_without_an_attempt(
    house: House, relay: Callable[[Pigeon], Made]
) -> None:
    house.owe("first")
    sender, _, runner = relay(Pigeon())
    sender.claim(4, 2)
    runner.close()  # as good as dead
    if house.db.is_sqlite:
        assert house.engine().run_due() == 1
    else:  # on a server that has just started nobody is declared dead
        house.advance(seconds=house.settings.carried.total_seconds())
        assert house.engine().run_due() == 1
    assert [a.outcome for a in house.attempts("first")] == ["delivered"]
    assert not house.handler.performed[0].uncertain


def test_a_message_holds_ids_only(house: House, valkey: ValkeyServer) -> None:
    house.owe("first", payload={"text": "+46701740605"})
    runner = house.engine().runner
    runner.open()
    executor: Any = carried_by(valkey.url)(runner)  # not started: nobody takes anything up
    executor._relay.claim(4, 2)
    with redis.Redis.from_url(valkey.url) as client:
        [queue] = client.keys("dramatiq:q*.msgs")
        [message] = client.hgetall(queue).values()
        client.flushall()
    row = house.delivery("first")
    assert f'"args":["{row.id}","{row.claim_id}",false]'.encode() in message
    assert b'"kwargs":{}' in message
    assert b"4670" not in message


@pytest.fixture
def own_valkey(tmp_path: Path) -> Iterator[ValkeyServer]:
    server = ValkeyServer(tmp_path / "valkey")
    server.start()
    yield server
    server.stop()


@pytest.mark.parametrize("fault", FAULTS, ids=["flushed", "restarted", "killed"])
def test_redis_may_fail_in_the_middle_and_everything_is_done_once(
    database_url: str, own_valkey: ValkeyServer, fault: Callable[[ValkeyServer], None]
) -> None:
    db = opened(database_url)
    half, go = threading.Event(), threading.Event()
    house = House(db, SystemClock(), Recorder(), executor=carried_by(own_valkey.url))
    house.settings = EngineSettings(threads=8, timer_threads=2)

    def perform(work: Work) -> str:
        if len(house.handler.performed) > 100:
            half.set()
            go.wait(30)
        return "ok"

    house.handler.behave = perform
    for n in range(200):
        house.owe(f"key-{n}", destination=f"d{n % 20}")
    engines = [house.engine(), house.engine()]
    for engine in engines:
        engine.start()
    assert half.wait(30)
    fault(own_valkey)
    go.set()
    until(lambda: set(house.states().values()) == {"delivered"}, 60)
    for engine in engines:
        assert engine.stop()
    db.close()
    assert Counter(house.handler.keys) == Counter(f"key-{n}" for n in range(200))
