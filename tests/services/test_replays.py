"""Replay of deliveries: filter, count, dry run, then the same rows again at a bounded rate."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from hub.engine import outbox
from hub.kernel.errors import NotFound, Refused
from hub.services import replays
from hub.services.replay_deliveries import DeliveryReplays
from hub.services.replay_filters import KINDS
from hub.services.replays import Order
from hub.storage.models import Delivery, Replay
from tests.engine.house import WORKSPACE, House, opened
from tests.simulated_house import SimulatedHouse

ME = Order("Alice", rate=100)


@pytest.fixture
def house(database_url):
    with capture_logs():
        made = House(opened(database_url))
        yield made
        made.db.close()


def service(house):
    return DeliveryReplays(house, WORKSPACE)


def owe(house, states, **more):
    """One delivery per state; its key is ``<state>-<n>``. Their ids by key."""
    ids = {}
    for n, state in enumerate(states):
        key = f"{state}-{n}"
        ids[key] = house.owe(key, **more)
        with house.db.write() as session:
            ended = {"state": state, "finished_at": house.clock.now(), "attempts": 7}
            session.execute(update(Delivery).where(Delivery.key == key).values(**ended))
    return ids


def rows(house):
    """Key → what a receiver could tell apart: id, payload as stored."""
    with house.db.read() as session:
        found = session.connection().exec_driver_sql("SELECT key, id, payload FROM delivery")
        return {row[0]: (row[1], row[2]) for row in found}


def test_a_thousand_given_up_deliveries_go_out_at_the_rate_with_the_same_keys_and_bytes(house):
    now, wall = house.clock.now(), house.clock.wall()
    with house.db.write() as session:
        for n in range(1000):
            outbox.owe(
                session, workspace_id=WORKSPACE, request_id=None, entity=f"e{n}", kind="note",
                destination="agiloft", payload={"n": n}, key=f"key-{n}", seq=0, now=now, wall=wall,
            )  # fmt: skip
        session.execute(update(Delivery).values(state="gave_up", attempts=12, finished_at=now))
    before = rows(house)
    begun = service(house).begin({}, ME)
    assert (begun.number, begun.seconds) == (1000, 10)
    engine = house.engine()
    done = 0
    for second in range(1, 11):
        engine.run_due()
        done = len(house.handler.performed)
        assert done <= (second - 1) * 100 + 1
        house.advance(seconds=1)
    engine.run_due()
    assert len(house.handler.performed) == 1000
    assert done > 800
    assert {(work.key, work.id) for work in house.handler.performed} == {
        (key, row[0]) for key, row in before.items()
    }
    assert {work.payload["n"] for work in house.handler.performed} == set(range(1000))
    assert rows(house) == before
    assert set(house.states().values()) == {"delivered"}


def test_what_was_applied_is_told_and_left_alone_unless_forced(house):
    ids = owe(house, ["delivered", "gave_up"])
    first_try = house.clock.wall() - timedelta(days=2)
    with house.db.write() as session:
        session.execute(update(Delivery).values(first_attempt_at=first_try))
    named = {"ids": list(ids.values())}
    begun = service(house).begin(named, ME)
    assert (begun.number, begun.verdicts["already_applied"]) == (1, 1)
    assert [one["verdict"] for one in begun.items] == ["already_applied", "replay"]
    house.advance(seconds=1)
    engine = house.engine()
    engine.run_due()
    assert house.handler.keys == ["gave_up-1"]
    assert not house.handler.performed[0].uncertain
    forced = service(house).begin({"ids": [ids["delivered-0"]]}, Order("Bob", force=True))
    assert forced.number == 1
    engine.run_due()
    again = house.handler.performed[-1]
    # its key is the same, and the plugin looks first, as far back as the first try
    assert (again.key, again.uncertain) == ("delivered-0", True)
    assert again.first_attempt_at == first_try


@pytest.mark.parametrize("state", ["pending", "retry", "paused", "leased", "cancelled"])
@pytest.mark.parametrize("force", [False, True])
def test_what_is_owed_or_was_cancelled_is_never_replayed(house, state, force):
    ids = owe(house, [state])
    counted = service(house).begin({"ids": list(ids.values())}, Order("Alice", force=force))
    verdict = "cancelled" if state == "cancelled" else "still_owed"
    assert (counted.number, counted.verdicts[verdict], counted.replay_id) == (0, 1, None)
    assert house.states() == {f"{state}-0": state}


def test_a_stopped_replay_leaves_what_was_not_tried_as_it_was(house):
    owe(house, ["gave_up", "discarded", "gave_up"])
    begun = service(house).begin({}, Order("Alice", rate=0.5))
    engine = house.engine()
    engine.run_due()
    assert house.states() == {
        "gave_up-0": "delivered",
        "discarded-1": "pending",
        "gave_up-2": "pending",
    }
    told = replays.stop(house, WORKSPACE, begun.replay_id)
    assert (told["put_back"], told["count"]) == (2, 3)
    assert told["stopped_at"] is not None
    assert house.states() == {
        "gave_up-0": "delivered", "discarded-1": "discarded", "gave_up-2": "gave_up",
    }  # fmt: skip
    row = house.delivery("gave_up-2")
    assert (row.attempts, row.finished_at) == (7, house.clock.now())
    assert replays.stop(house, WORKSPACE, begun.replay_id)["put_back"] == 0
    assert service(house).count({}, ME).number == 2  # begun again, it goes on where it was


def test_ctrl_c_before_all_are_due_puts_back_those_that_were(house, monkeypatch):
    owe(house, ["gave_up"] * 3)
    monkeypatch.setattr(replays, "BATCH", 1)
    pauses = []

    def interrupted(seconds):
        pauses.append(seconds)
        if len(pauses) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(replays, "time", SimpleNamespace(sleep=interrupted))
    with pytest.raises(KeyboardInterrupt):
        service(house).begin({}, ME)
    assert set(house.states().values()) == {"gave_up"}
    with house.db.read() as session:
        (run,) = session.scalars(select(Replay))
    assert run.number == 2
    assert run.stopped_at is not None


def test_a_stop_leaves_alone_what_was_replayed_once_more_since(house):
    owe(house, ["gave_up", "gave_up"])
    first = service(house).begin({}, Order("Alice", rate=0.1))
    replays.stop(house, WORKSPACE, first.replay_id)
    house.advance(seconds=1)
    service(house).begin({}, Order("Bob", rate=0.1))
    assert replays.stop(house, WORKSPACE, first.replay_id)["put_back"] == 0


def test_each_replay_is_kept_with_who_which_and_how_many(house):
    ids = owe(house, ["gave_up", "delivered"])
    with capture_logs() as logged:
        begun = service(house).begin({"destination": "agiloft", "most": 5}, ME)
    assert [one["event"] for one in logged] == ["replay_asked_for", "replay_begun"]
    assert (logged[0]["by"], logged[0]["count"]) == ("Alice", 1)
    with house.db.read() as session:
        (run,) = session.scalars(select(Replay))
    assert (run.id, run.by, run.number, run.already_applied) == (begun.replay_id, "Alice", 1, 1)
    assert run.filters == {"destination": "agiloft", "most": 5}
    told = replays.progress(house, WORKSPACE, begun.replay_id)
    assert (told["count"], told["states"]) == (1, {"pending": 1})
    assert ids


# filter → keys that it chooses
FILTERS = [
    ({}, ["a", "b", "c"]),
    ({"destination": "sms"}, ["b"]),
    ({"kind": "message"}, ["b", "c"]),
    ({"state": "discarded"}, ["c"]),
    ({"state": "delivered"}, []),
    ({"entity": "entity of a"}, ["a"]),
    ({"code": "refused"}, ["a", "b"]),
    ({"code": "refused", "destination": "sms"}, ["b"]),
    ({"code": "nothing"}, []),
    ({"most": 2}, ["a", "b"]),
    ({"since": timedelta(hours=1)}, ["b", "c"]),
    ({"until": timedelta(hours=1)}, ["a"]),
    ({"since": timedelta(hours=1), "until": timedelta(hours=2)}, ["b"]),
]


@pytest.mark.parametrize(("narrowed", "keys"), FILTERS)
def test_filters_narrow(house, narrowed, keys):
    start = house.clock.now()
    house.owe("a")
    house.advance(hours=1)
    house.owe("b", destination="sms", kind="message")
    house.advance(hours=1)
    house.owe("c", kind="message")
    with house.db.write() as session:
        for key, state, code in (("a", "gave_up", "refused"), ("b", "gave_up", "refused"),
                                 ("c", "discarded", "not_found")):  # fmt: skip
            ended = {"state": state, "error_code": code}
            session.execute(update(Delivery).where(Delivery.key == key).values(**ended))
    given = {k: start + v if isinstance(v, timedelta) else v for k, v in narrowed.items()}
    counted = service(house).count(given, ME)
    assert counted.number == len(keys)
    service(house).begin(given, ME)
    assert [key for key, state in house.states().items() if state == "pending"] == keys


BAD = [
    ({"destination": "fax"}, "unknown_destination", ["'fax'", "agiloft"]),
    ({"kind": "letter"}, "unknown_kind", ["'letter'", "call, collect, evidence, follow, intake"]),
    ({"state": "lost"}, "unknown_state", ["'lost'", "gave_up"]),
    ({"mapping": "other"}, "unknown_mapping", ["'other'"]),
    ({"colour": "red"}, "unknown_filter", ["'colour'", "destination"]),
]


@pytest.mark.parametrize(("given", "code", "said"), BAD)
def test_an_unknown_filter_or_value_is_refused_with_the_known_ones(house, given, code, said):
    owe(house, ["gave_up"])
    with pytest.raises(Refused) as caught:
        service(house).begin(given, ME)
    assert caught.value.code == code
    assert all(word in caught.value.detail for word in said)
    assert house.states() == {"gave_up-0": "gave_up"}


def test_an_unknown_id_or_request_is_not_found(house):
    ids = list(owe(house, ["gave_up"]).values())
    for given in ({"ids": [*ids, "nope"]}, {"request": "nope"}):
        with pytest.raises(NotFound, match="nope"):
            service(house).begin(given, ME)
    with pytest.raises(NotFound, match="nope"):
        replays.stop(house, WORKSPACE, "nope")
    another = DeliveryReplays(house, str(uuid4()))
    with pytest.raises(NotFound):
        another.begin({"ids": ids}, ME)
    assert house.states() == {"gave_up-0": "gave_up"}


def test_a_span_that_ends_before_it_begins_is_refused(house):
    now = house.clock.now()
    with pytest.raises(Refused, match="not after"):
        service(house).count({"since": now, "until": now}, ME)


def test_force_alone_is_refused_since_it_would_do_everything_again(house):
    owe(house, ["delivered"])
    with pytest.raises(Refused) as caught:
        service(house).begin({"most": 10}, Order("Alice", force=True))
    assert caught.value.code == "force_needs_a_filter"
    assert house.states() == {"delivered-0": "delivered"}


def test_every_kind_of_delivery_can_be_filtered_by(tmp_path):
    with capture_logs():
        made = SimulatedHouse(tmp_path)
        assert set(KINDS) == set(made.house.engine.runner._handlers)
        made.close()
