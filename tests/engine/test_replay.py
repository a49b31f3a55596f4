"""Operators' verbs: what is replayed keeps its id, key and payload."""

from __future__ import annotations

from hub.engine.replay import WorkFilter, cancel, count, discard, replay
from hub.engine.retry import RetrySchedule
from hub.engine.settings import DestinationLimits
from hub.engine.work import Work
from hub.kernel.errors import Refused
from tests.engine.house import WORKSPACE, House


def test_replayed_deliveries_go_out_again_as_the_same_ones(house: House) -> None:
    house.handler.behave = _refuse
    house.owe("first", payload={"text": "hello"})
    house.owe("second", destination="sms")
    engine = house.engine()
    engine.run_due()
    sealed = _payload(house)
    which = WorkFilter(WORKSPACE, destination="agiloft", code="refused")
    with house.db.write() as session:
        assert count(session, which) == 1
        assert len(replay(session, which, house.clock.wall())) == 1
    house.handler.behave = lambda work: "ok"
    engine.run_due()
    first, again = [work for work in house.handler.performed if work.key == "first"]
    assert (again.id, again.key, again.payload, again.attempt) == (
        first.id, "first", {"text": "hello"}, 1,
    )  # fmt: skip
    assert _payload(house) == sealed
    assert house.states() == {"first": "delivered", "second": "gave_up"}
    assert [attempt.outcome for attempt in house.attempts("first")] == ["gave_up", "delivered"]


def test_what_was_delivered_is_not_replayed(house: House) -> None:
    house.owe("first")
    house.engine().run_due()
    with house.db.write() as session:
        assert replay(session, WorkFilter(WORKSPACE), house.clock.wall()) == []


def test_another_workspace_is_never_touched(house: House) -> None:
    house.owe("first")
    with house.db.write() as session:
        assert cancel(session, WorkFilter("another"), house.clock.now()) == 0
        assert discard(session, WorkFilter("another"), house.clock.now()) == 0


def test_cancelled_and_discarded_deliveries_do_not_go_out(house: House) -> None:
    house.owe("first", entity="a")
    house.owe("second", entity="b")
    house.owe("third", entity="c")
    with house.db.write() as session:
        cancel(session, WorkFilter(WORKSPACE, entity="a"), house.clock.now())
        discard(session, WorkFilter(WORKSPACE, entity="b"), house.clock.now())
    house.engine().run_due()
    assert house.handler.keys == ["third"]


def test_work_under_way_is_left_alone(house: House) -> None:
    house.owe("first")
    runner = house.engine().runner
    runner.open()
    [item] = runner.claim(1, 0).items
    with house.db.write() as session:
        assert cancel(session, WorkFilter(WORKSPACE), house.clock.now()) == 0
    runner.settle([runner.run(item)])
    assert house.states() == {"first": "delivered"}


def test_a_limit_takes_the_oldest(house: House) -> None:
    for n in range(5):
        house.owe(f"key-{n}")
    with house.db.write() as session:
        assert discard(session, WorkFilter(WORKSPACE, most=2), house.clock.now()) == 2
    assert [key for key, state in house.states().items() if state == "discarded"] == [
        "key-0", "key-1",
    ]  # fmt: skip


def _payload(house: House) -> str:
    with house.db.read() as session:
        sql = "SELECT payload FROM delivery WHERE key = 'first'"
        return str(session.connection().exec_driver_sql(sql).scalar())


def _refuse(work: Work) -> None:
    raise Refused("no")


def test_what_was_given_up_with_an_unknown_outcome_is_looked_up_by_its_replay(house: House) -> None:
    def bug(work: Work) -> None:
        raise KeyError("after the call")

    house.limits = lambda workspace, key: DestinationLimits(
        schedule=RetrySchedule(unexpected_tries=1)
    )
    house.handler.behave = bug
    house.owe("note-1")
    engine = house.engine()
    engine.run_due()
    assert house.states() == {"note-1": "gave_up"}
    with house.db.write() as session:
        replay(session, WorkFilter(WORKSPACE), house.clock.wall())
    house.handler.behave = lambda work: "found"
    engine.run_due()
    assert [work.uncertain for work in house.handler.performed] == [False, True]
