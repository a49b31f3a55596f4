"""Random deeds of two processes, an operator, receivers and time; each is done to the engine and to
the reference, which must agree afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hub.engine import conditions, replay
from hub.engine.breaker import BreakerSettings
from hub.engine.replay import WorkFilter
from hub.engine.settings import DestinationLimits, EngineSettings
from hub.engine.work import Work
from tests.engine.house import WORKSPACE, House
from tests.engine.model.processes import (
    ERRORS,
    Alive,
    Process,
    breakers,
    emptied,
    stored_in,
)
from tests.engine.model.reference import (
    ENDED,
    OUTCOMES,
    SCHEDULE,
    UNFINISHED,
    WAITING,
    Owed,
    Receiver,
)

DESTINATIONS, ENTITIES = ("agiloft", "sms"), ("case-1", "case-2", "case-3")
CONCURRENCY, MOST = 2, 8
SETTINGS = EngineSettings(breaker=BreakerSettings(after=3, longest=timedelta(seconds=40)))
which, outcomes = st.integers(0, 1), st.sampled_from(sorted(OUTCOMES))
turns = st.lists(outcomes, min_size=4, max_size=4)
destinations, entities = st.sampled_from(DESTINATIONS), st.sampled_from(ENTITIES)


class EngineMachine(RuleBasedStateMachine):
    """Subclasses say where the database is."""

    url: str

    def __init__(self) -> None:
        super().__init__()
        self.house = House(emptied(self.url), settings=SETTINGS)
        limits = DestinationLimits(concurrency=CONCURRENCY, schedule=SCHEDULE)
        self.house.limits = lambda workspace, key: limits
        self.house.handler.behave = self._answer
        self.house.handler.store = self._store
        self.alive, self.receiver = Alive(), Receiver()
        self.owed: dict[str, Owed] = {}
        self.paused: set[str] = set()
        self.answers: dict[str, str] = {}  # by claim and key: how the call under way will end
        self.processes = [self._process(), self._process()]

    @initialize(places=st.lists(st.tuples(entities, destinations), min_size=2, max_size=5))
    def open(self, places: list[tuple[str, str]]) -> None:
        for process in self.processes:
            process.runner.open()
        for entity, destination in places:
            self.owe(entity, destination)

    @precondition(lambda self: len(self.owed) < MOST)
    @rule(entity=entities, destination=destinations)
    def owe(self, entity: str, destination: str) -> None:
        key = f"key-{len(self.owed)}"
        seq = 1 + sum(one.entity == entity for one in self.owed.values())
        id_ = self.house.owe(key, entity=entity, seq=seq, destination=destination)
        assert id_ is not None
        self.owed[key] = Owed(id_, key, entity, seq, destination)

    @rule(which=which, outcomes=turns)
    def turn(self, which: int, outcomes: list[str]) -> None:
        """What a process does when nothing comes between."""
        self.claim(which, 4)
        for outcome in outcomes[: len(self.processes[which].hand)]:
            self._call(self.processes[which], 0, outcome)
        self.store(which)

    @rule(which=which, seconds=st.sampled_from([1, 5, 31]), outcomes=turns)
    def later(self, which: int, seconds: int, outcomes: list[str]) -> None:
        self.time_passes(seconds)
        self.turn(which, outcomes)

    @rule(which=which, free=st.integers(1, 6))
    def claim(self, which: int, free: int) -> None:
        process = self.processes[which]
        before = breakers(self.house.db)
        items = process.runner.claim(free, 0).items
        assert len(items) <= free
        for work in items:
            assert isinstance(work, Work)
            self._check_claim(work)
        self._check_room(before, items)
        process.hand += items

    @precondition(lambda self: any(one.hand for one in self.processes))
    @rule(data=st.data(), outcome=outcomes)
    def call(self, data: st.DataObject, outcome: str) -> None:
        process = data.draw(st.sampled_from([one for one in self.processes if one.hand]))
        self._call(process, data.draw(st.integers(0, len(process.hand) - 1)), outcome)

    def _call(self, process: Process, index: int, outcome: str) -> None:
        work = process.hand.pop(index)
        if self.owed[work.key].began(work, self.house.clock.wall(), SETTINGS.lease):
            self.answers[work.claim_id + work.key] = outcome
        process.done.append((process.runner.run(work), outcome))

    @precondition(lambda self: any(one.done for one in self.processes))
    @rule(which=which)
    def store(self, which: int) -> None:
        process = self.processes[which]
        assert process.runner.settle([finished for finished, _ in process.done]) == []
        for finished, outcome in process.done:
            owed = self.owed[finished.item.key]
            if owed.claim != finished.item.claim_id:
                continue  # it came too late and changes nothing
            owed.settled(outcome, self.house.clock.wall())
            if outcome in ("credentials", "gone"):
                self.paused.add(owed.destination)
        process.done = []

    @precondition(lambda self: any(one.holding() for one in self.processes))
    @rule(which=which)
    def beat(self, which: int) -> None:
        process = self.processes[which]
        process.runner.extend([*process.hand, *(finished.item for finished, _ in process.done)])
        for owed in self.owed.values():
            if owed.claim and (owed.id, owed.claim) in process.holding():
                owed.lease_until = self.house.clock.wall() + SETTINGS.lease

    @rule(seconds=st.sampled_from([1, 5, 31, 120, 600]))
    def time_passes(self, seconds: int) -> None:
        self.house.advance(seconds=seconds)

    @precondition(lambda self: any(one.state == "leased" for one in self.owed.values()))
    @rule(which=which)
    def recover(self, which: int) -> None:
        process = self.processes[which]
        lost = self._lost(process)
        assert process.runner.recover(process.holding()) == len(lost)
        for owed in lost:
            owed.lost()

    @precondition(lambda self: any(one.holding() for one in self.processes))
    @rule(which=which)
    def die(self, which: int) -> None:
        self.processes[which].liveness.leave()
        self.processes[which] = fresh = self._process()
        lost = self._lost(fresh)
        fresh.runner.open()
        for owed in lost:
            owed.lost()

    @precondition(lambda self: any(one.hand for one in self.processes))
    @rule(which=which)
    def give_back(self, which: int) -> None:
        process = self.processes[which]
        process.runner.release(process.hand)
        for work in process.hand:
            if self.owed[work.key].claim == work.claim_id:
                self.owed[work.key].released()
        process.hand = []

    @rule(destination=destinations)
    def pause(self, destination: str) -> None:
        place = (WORKSPACE, destination)
        with self.house.db.write() as session:
            conditions.pause(session, place, "by_hand", "", self.house.clock.wall())
        if any(one.destination == destination for one in self.owed.values()):
            self.paused.add(destination)

    @precondition(lambda self: self.paused)
    @rule(data=st.data())
    def resume(self, data: st.DataObject) -> None:
        self._resume(data.draw(st.sampled_from(sorted(self.paused))))

    @precondition(lambda self: any(o.state in replay.REPLAYABLE for o in self.owed.values()))
    @rule(entity=entities)
    def replay(self, entity: str) -> None:
        with self.house.db.write() as session:
            replay.replay(session, WorkFilter(WORKSPACE, entity=entity), self.house.clock.wall())
        for owed in self._of(entity, replay.REPLAYABLE):
            owed.replayed()

    @precondition(lambda self: self.waiting)
    @rule(data=st.data(), verb=st.sampled_from(["discard", "cancel"]))
    def end(self, data: st.DataObject, verb: str) -> None:
        states = (*WAITING, "gave_up") if verb == "discard" else WAITING
        owed = data.draw(st.sampled_from([o for o in self.owed.values() if o.state in states]))
        what = WorkFilter(WORKSPACE, ids=[owed.id])
        now = self.house.clock.now()
        with self.house.db.write() as session:
            (replay.discard if verb == "discard" else replay.cancel)(session, what, now)
        owed.state = {"discard": "discarded", "cancel": "cancelled"}[verb]

    @invariant()
    def both_agree(self) -> None:
        told = {
            key: (key, o.state, o.attempts, o.uncertain, o.claim, o.lease_until, o.tries)
            for key, o in self.owed.items()
        }
        assert stored_in(self.house.db) == told

    @invariant()
    def nothing_is_done_twice(self) -> None:
        assert self.receiver.doubled == []

    def teardown(self) -> None:
        """All is mended: what is owed is done, in order, and nothing is left."""
        try:
            for process in self.processes:
                process.liveness.leave()
            for destination in sorted(self.paused):
                self._resume(destination)
            last = self._process()
            for owed in self._lost(last):
                owed.lost()
            before = {key for key, o in self.owed.items() if o.state in UNFINISHED}
            for _ in range(60):
                last.engine.run_due()
                states = self.house.states()
                if set(states.values()) <= set(ENDED):
                    break
                self.house.advance(seconds=120)
            assert set(states) == set(self.owed)
            assert {states[key] for key in before} <= {"delivered"}
            assert set(states.values()) <= set(ENDED)
            assert self.receiver.doubled == []
        finally:
            self.house.db.close()

    @property
    def waiting(self) -> bool:
        return any(one.state in WAITING for one in self.owed.values())

    def _process(self) -> Process:
        liveness = self.alive.of_one()
        return Process(self.house.engine(liveness=liveness), liveness)

    def _answer(self, work: Work) -> str:
        outcome = self.answers.pop(work.claim_id + work.key, "ok")
        effect = OUTCOMES[outcome][0]
        payload = (work.payload, work.destination)
        self.receiver.take(work.key, payload, asked_again=work.uncertain, effect=effect)
        if outcome in ERRORS:
            raise ERRORS[outcome]()
        return outcome

    def _store(self, session: Any, work: Work) -> None:
        finished = [f for one in self.processes for f, _ in one.done if f.item.id == work.id]
        if any(f.result == "not stored" and f.item.claim_id == work.claim_id for f in finished):
            raise KeyError("a bug in storing")

    def _check_claim(self, work: Work) -> None:
        owed = self.owed[work.key]
        assert owed.state in WAITING, f"{owed} was claimed"
        assert owed.destination not in self.paused, "its destination is paused"
        earlier = [o for o in self._of(owed.entity, UNFINISHED) if o.seq < owed.seq]
        assert not earlier, f"{earlier} must go before {owed}"
        owed.claimed(work.claim_id, self.house.clock.wall(), SETTINGS.lease)
        assert (work.attempt, work.uncertain) == (owed.attempts, owed.uncertain)
        assert work.first_attempt_at == owed.first

    def _check_room(self, before: dict[str, Any], items: Iterable[Work]) -> None:
        wall = self.house.clock.wall()
        for destination in {work.destination for work in items}:
            until = before[destination]
            assert until is None or until <= wall, "its breaker is open"
            most = CONCURRENCY if until is None else 1
            running = [o for o in self.owed.values() if o.state == "leased"]
            assert sum(o.destination == destination for o in running) <= most

    def _lost(self, asks: Process) -> list[Owed]:
        """What nobody holds any more, as ``asks`` must see it."""
        wall, mine = self.house.clock.wall(), asks.holding()
        leased = [o for o in self.owed.values() if o.claim and (o.id, o.claim) not in mine]
        return [
            o
            for o in leased
            if o.lease_until <= wall or o.claim.partition(".")[0] not in self.alive.holders
        ]

    def _of(self, entity: str, states: Iterable[str]) -> list[Owed]:
        return [o for o in self.owed.values() if o.entity == entity and o.state in states]

    def _resume(self, destination: str) -> None:
        with self.house.db.write() as session:
            conditions.resume(session, (WORKSPACE, destination), self.house.clock.wall())
        self.paused.discard(destination)
        for owed in self.owed.values():
            if owed.destination == destination and owed.state in WAITING:
                owed.patience_anew()
