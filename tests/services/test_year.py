"""A year of requests on a clock that jumps: two workers, restarts, and exactly the messages that a
plan made beforehand, without a line of the hub's code, says.

``PARAPH_YEAR_REQUESTS=300`` makes the world larger.
"""

from __future__ import annotations

import os
import random
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from hub.contracts.requests import ClientContext
from hub.engine.liveness import liveness_for
from hub.engine.work import TimerWork
from hub.services.house import House, open_house
from hub.storage.models import Delivery, Request
from tests.simulated_house import NOON, RECORD

REQUESTS = int(os.environ.get("PARAPH_YEAR_REQUESTS", "6"))
pytestmark = pytest.mark.timeout(120 * max(1, REQUESTS // 6))
STOCKHOLM = ZoneInfo("Europe/Stockholm")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CLIENT = ClientContext("192.0.2.7")
# evenings before the clocks change, so that reminders fall into those nights
CHANGES = (datetime(2026, 3, 27, 22, tzinfo=UTC), datetime(2026, 10, 23, 23, tzinfo=UTC))


@dataclass(frozen=True)
class Planned:
    """What is to happen with one record: when it is asked for, and when its customer says no."""

    record: str
    asked: datetime
    declined: datetime | None

    @property
    def moments(self) -> list[datetime]:
        """When a message must leave: the invitation, then at most three reminders."""
        found = [self.asked]
        for due in self._waits():
            if self.declined and self.declined < due:
                break
            found.append(due)
        return found[:4]

    @property
    def ends(self) -> datetime:
        return self.declined or self._waits()[3]

    def _waits(self) -> list[datetime]:
        """The ends of four waits of a day each, none at night."""
        found, moment = [], self.asked
        for _ in range(4):
            moment += DAY
            while not 8 <= moment.astimezone(STOCKHOLM).hour < 21:
                moment += HOUR
            found.append(moment)
        return found


def plans(dice: random.Random) -> list[Planned]:
    """The year's requests. Customers answer at half past, so that no two things are at once."""
    asked = [NOON + dice.randrange(350 * 24) * HOUR for _ in range(REQUESTS)]
    found = []
    for number, moment in enumerate([*CHANGES, *asked], start=1):
        answers = number > len(CHANGES) and dice.random() < 0.6
        after = dice.randrange(1, 110) * HOUR + timedelta(minutes=30)
        one = Planned(str(number), moment, moment + after if answers else None)
        if one.declined and one.declined > one._waits()[3]:
            one = Planned(one.record, moment, None)
        found.append(one)
    return found


def test_in_a_year_exactly_the_planned_messages_are_sent(case):
    dice = random.Random(20260302)
    planned = plans(dice)
    workers = [case.simulated.house, reopened(case)]
    moments = {m for one in planned for m in (*one.moments, one.ends)}
    moments |= {NOON + dice.randrange(365 * 24) * HOUR for _ in range(REQUESTS)}
    for moment in sorted(moments):
        case.simulated.clock.advance(moment - case.simulated.clock.now())
        for one in planned:
            if one.asked == moment:
                case.upstream.put("case", one.record, RECORD)
                case.trigger(one.record)
            if one.declined == moment:
                case.cases.decline(link(case, one.record), "", CLIENT)
        if dice.random() < 0.3:
            quiet = not any(moment in (one.asked, one.declined) for one in planned)
            restart(case, workers, crash=quiet)
        together(workers)
    check(case, planned)
    close(workers[1])


def check(case, planned: list[Planned]) -> None:
    sent = {one.record: [] for one in planned}
    query = select(Request.source_id, Delivery.finished_at).join(
        Delivery, Delivery.request_id == Request.id
    )
    messages = query.where(Delivery.kind == "message", Delivery.state == "delivered")
    with case.core.db.read() as session:
        for record, moment in session.execute(messages.order_by(Delivery.id)):
            sent[record].append(moment)
        ends = {row.source_id: (row.state, row.finished_at) for row in session.scalars(
            select(Request))}  # fmt: skip
    assert sent == {one.record: one.moments for one in planned}
    assert len(case.texts()) == sum(len(one.moments) for one in planned)
    assert ends == {
        one.record: ("declined" if one.declined else "failed", one.ends) for one in planned
    }


def link(case, record: str) -> str:
    with case.core.db.read() as session:
        request = session.scalars(select(Request).where(Request.source_id == record)).one()
        return case.core.links.customer_token(request.recipients[0].id)


def restart(case, workers: list[House], *, crash: bool) -> None:
    """The second worker ends, perhaps with a timer in its hands; another one takes its place."""
    runner = workers[1].engine.runner
    if crash:
        runner.open()
        claimed = runner.claim(1, 1).items
        assert all(isinstance(one, TimerWork) for one in claimed)
    close(workers[1])
    if crash:
        await_gone(case, runner.holder)
    workers[1] = reopened(case)


def await_gone(case, holder: str) -> None:
    """A server needs a moment to see who is gone, and knows nobody in its first seconds; real time
    would pass meanwhile, ours jumps."""
    liveness = liveness_for(case.core.db)
    end = time.monotonic() + 10
    while liveness.alive(holder):
        assert time.monotonic() < end, "the dead worker counts as alive"
        time.sleep(0.02)
    liveness.leave()


def reopened(case) -> House:
    return open_house(case.simulated.config, clock=case.simulated.clock)


def close(house: House) -> None:
    house.engine.runner.close()
    house.core.registry.close()
    house.core.db.close()


def together(workers: list[House]) -> None:
    """Both work at the same time until nothing is due."""
    failures: list[BaseException] = []

    def work(house: House) -> None:
        try:
            house.engine.run_due()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(house,)) for house in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    workers[0].engine.run_due()  # what the one did may have made work that the other one missed
