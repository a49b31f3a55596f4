"""Several processes claim at the same moment: order per entity and limits hold between transactions
that do not see each other yet."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.engine import claims
from hub.engine.claims import Ready
from hub.engine.settings import DestinationLimits
from hub.engine.work import Work
from hub.kernel.clock import monotonic
from hub.storage import queries_work as queries
from hub.storage.models import Delivery
from tests.engine.house import START, WORKSPACE, House

PLACE = (WORKSPACE, "agiloft")
LEASE = timedelta(seconds=30)

# On SQLite there is one writer at a time, so nobody is half-way.
on_postgres = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def claimed(session: Session, claim: str, limit: int = 8) -> list[Work]:
    ready = Ready(PLACE, limit, START, limit)
    return claims.claim_at(session, ready, claim, limit, START, LEASE)


@on_postgres
def test_a_later_one_waits_until_the_end_of_the_earlier_one_is_committed(house: House) -> None:
    for seq in (1, 2, 3):
        house.owe(f"note-{seq}", entity="case-7", seq=seq)
    with house.db.write() as one, house.db.write() as other:
        [first] = claimed(one, "one.1")
        assert first.key == "note-1"
        assert claimed(other, "other.1") == [], "its predecessor is being claimed"
    with house.db.write() as other:
        assert claimed(other, "other.2") == [], "its predecessor is under way"
    with house.db.write() as one, house.db.write() as other:
        one.get_one(Delivery, first.id).state = "delivered"
        one.flush()
        assert claimed(other, "other.3") == [], "the end of its predecessor may be rolled back"
    with house.db.write() as other:
        assert [work.key for work in claimed(other, "other.4")] == ["note-2"]


@on_postgres
def test_what_another_claim_has_in_hand_is_passed_over_and_not_waited_for(house: House) -> None:
    for n in range(6):
        house.owe(f"note-{n}")
    with house.db.write() as one, house.db.write() as other:
        mine = claimed(one, "one.1", limit=2)
        theirs = claimed(other, "other.1", limit=2)
    assert len({work.id for work in (*mine, *theirs)}) == 4


@on_postgres
def test_only_one_at_a_time_claims_at_a_destination(house: House) -> None:
    house.owe()
    with house.db.write() as one, house.db.write() as other:
        assert claims.have_turn(one, PLACE)
        assert not claims.have_turn(other, PLACE)
        assert claims.have_turn(other, (WORKSPACE, "sms"))
    with house.db.write() as other:
        assert claims.have_turn(other, PLACE)


@on_postgres
def test_what_was_claimed_since_the_survey_counts(house: House) -> None:
    for _ in range(6):
        house.owe()
    with house.db.write() as one:
        assert len(claimed(one, "one.1", limit=2)) == 2
    with house.db.write() as other:  # looked around before the other one's commit
        assert claimed(other, "other.1", limit=2) == []
        assert len(claimed(other, "other.1", limit=3)) == 1


def test_who_finds_another_claiming_looks_again_soon(house: House) -> None:
    house.owe()
    runner = house.engine().runner
    runner.open()
    if house.db.is_sqlite:
        assert len(runner.claim(4, 4).items) == 1
        return
    with house.db.write() as other:
        assert claims.have_turn(other, PLACE)
        found = runner.claim(4, 4)
    assert found.items == []
    assert found.pause <= 0.02
    assert len(runner.claim(4, 4).items) == 1


def test_four_processes_keep_order_and_limit(house: House) -> None:
    limit, entities, each = 3, 12, 4
    house.limits = lambda workspace, key: DestinationLimits(concurrency=limit)
    for n in range(entities):
        for seq in range(each):
            house.owe(f"{n}-{seq}", entity=f"case-{n}", seq=seq)
    seen: list[tuple[str, int]] = []
    most: list[int] = []
    mutex = threading.Lock()

    def perform(work: Work) -> str:
        with house.db.read() as session:
            leased = select(func.count()).where(Delivery.state == "leased")
            running = session.scalar(leased)
            lower = session.scalar(
                select(func.count()).where(
                    Delivery.entity == work.entity,
                    Delivery.seq < work.seq,
                    Delivery.state != "delivered",
                )
            )
        assert lower == 0, "an earlier one is not delivered yet"
        with mutex:
            seen.append((work.entity, work.seq))
            most.append(running or 0)
        return "ok"

    house.handler.behave = perform
    together(house, 4)
    assert sorted(seen) == sorted(
        (f"case-{n}", seq) for n in range(entities) for seq in range(each)
    )
    for n in range(entities):
        assert [seq for entity, seq in seen if entity == f"case-{n}"] == list(range(each))
    assert max(most) <= limit


def together(house: House, processes: int) -> None:
    """As many engines as ``processes`` work until nothing is owed."""
    failures: list[BaseException] = []
    end = monotonic() + 60

    def work(engine: Any) -> None:
        try:
            while monotonic() < end:
                engine.run_due()
                with house.db.read() as session:
                    owed = session.execute(queries.OWED_COUNTS).all()
                if not owed:
                    return
            raise AssertionError("something stays owed")
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(house.engine(),)) for _ in range(processes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    assert not failures
    assert not any(thread.is_alive() for thread in threads)
