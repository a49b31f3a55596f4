"""Handing claimed work from one process to another: a ticket names the row and the claim under
which it was sent off; whoever takes it up replaces that claim by one of its own.

The database decides who was first, so a ticket that comes twice, late, or never does no harm.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import count

from hub.engine import claims, recovery
from hub.engine.claimer import Item
from hub.engine.settings import EngineSettings
from hub.engine.work import TimerWork
from hub.kernel.clock import Clock
from hub.storage import queries_carried as queries
from hub.storage.db import Database


@dataclass(frozen=True, order=True)
class Ticket:
    """All that a broker carries: which row, and the claim under which it was sent off."""

    id: str
    claim_id: str
    timer: bool = False

    @classmethod
    def of(cls, item: Item) -> Ticket:
        """The ticket of a carried claim."""
        return cls(item.id, item.claim_id, isinstance(item, TimerWork))


class Handover:
    """What the process ``holder`` sends off and takes up."""

    def __init__(self, db: Database, clock: Clock, settings: EngineSettings, holder: str) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings
        self._holder = holder
        self._taken = count(1)

    def take_up(self, tickets: Collection[Ticket]) -> list[Item]:
        """Make these claims our own; gives what is ours now. The rest is someone else's."""
        if not tickets:
            return []
        mine = recovery.claim_id(self._holder, next(self._taken), recovery.TAKEN_UP)
        until = self._clock.wall() + self._settings.lease
        items: list[Item] = []
        with self._db.write() as session:
            for one in sorted(tickets):  # in one order for all, so that no two wait for each other
                row = {"id": one.id, "claim": one.claim_id, "mine": mine, "until": until}
                if one.timer:
                    timer = queries.TAKE_UP_TIMER.first(session, row)
                    items += [claims.timer_of(timer, mine, until)] if timer else []
                else:
                    delivery = queries.TAKE_UP.first(session, row)
                    items += [claims.work_of(delivery, mine, until)] if delivery else []
        return items

    def carried(self) -> set[Ticket]:
        """What this process has sent off and nobody has taken up yet."""
        mine = {"mine": recovery.carried_by(self._holder)}
        with self._db.read() as session:
            works = {Ticket(r.id, r.claim_id) for r in session.execute(queries.CARRIED, mine)}
            timers = session.execute(queries.CARRIED_TIMERS, mine)
            return works | {Ticket(r.id, r.claim_id, timer=True) for r in timers}

    def withdraw(self, tickets: Iterable[Ticket]) -> None:
        """Give back what nobody has taken up; no attempt counts."""
        rows = {timer: [] for timer in (False, True)}  # type: dict[bool, list[dict[str, str]]]
        for one in sorted(tickets):
            rows[one.timer].append({"id": one.id, "claim": one.claim_id})
        with self._db.write() as session:
            if rows[False]:
                session.execute(queries.WITHDRAW, rows[False])
            if rows[True]:
                session.execute(queries.WITHDRAW_TIMER, rows[True])
