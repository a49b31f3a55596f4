"""Claiming: which work may be done now, destination by destination in turn.

A claim leases rows to this process. Every later write on them is conditional on the claim's id, so
whoever has lost a lease changes nothing. The statements stand in ``queries_survey`` and
``queries_work`` of ``hub.storage``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from hub.engine import rates
from hub.engine.breaker import Health
from hub.engine.settings import Limits
from hub.engine.work import TimerWork, Work
from hub.storage import queries_survey
from hub.storage import queries_work as queries

Place = tuple[str, str]
"""A destination: workspace id and instance key."""


@dataclass
class Ready:
    """A destination that something is owed to, and how many more calls it may have now.

    ``limit`` is how many it may have at a time. ``again`` is when to look again if it may have
    none. ``full_at``: see ``rates``. ``running`` calls are under way there, and what became due
    last did so at ``newest``.
    """

    place: Place
    room: int
    again: datetime
    limit: int = 0
    per_second: float | None = None
    full_at: datetime | None = None
    running: int = 0
    newest: datetime | None = None


@dataclass
class Turn:
    """Whose turn it was last: the next round of this process begins behind it."""

    last: Place | None = None

    def order(self, ready: list[Ready]) -> list[Ready]:
        """``ready`` beginning with whoever comes next."""
        last = self.last
        if last is None:
            return ready
        return [r for r in ready if r.place > last] + [r for r in ready if r.place <= last]


@dataclass
class Survey:
    """What may be claimed now, and the moment from which more may be."""

    ready: list[Ready]
    timer_at: datetime | None  # business time
    now: datetime  # business time of the survey
    wall: datetime  # real time of it

    @property
    def timers_due(self) -> bool:
        """Whether a timer is due."""
        return self.timer_at is not None and self.timer_at <= self.now

    def anything(self, free_timers: int) -> bool:
        """Whether claiming makes sense now."""
        return (self.timers_due and free_timers > 0) or any(r.room for r in self.ready)

    @property
    def again(self) -> datetime | None:
        """The earliest moment at which a destination that has no room now may have some."""
        return min((r.again for r in self.ready if not r.room), default=None)


def survey(session: Session, limits: Limits, now: datetime, wall: datetime) -> Survey:
    """Look at all destinations; claims nothing."""
    running = Counter((row[0], row[1]) for row in queries_survey.RUNNING.all(session))
    ready = []
    rows = queries_survey.SURVEY.all(session, {"wall": wall})
    for workspace, key, paused, until, failures, full_at, due, newest in rows:
        if due is None or paused is not None:
            continue
        place = (workspace, key)
        if due > wall:
            ready.append(Ready(place, 0, due))
            continue
        health = Health(failures, until)
        if health.is_open(wall):
            ready.append(Ready(place, 0, until))
            continue
        limit = limits(workspace, key)
        most = 1 if health.is_half_open(wall) else limit.concurrency
        allowed, again = rates.allowed(full_at, limit.per_second, wall)
        under_way = running[place]
        room = max(0, min(most - under_way, allowed))
        # Full for want of calls that end: their end rings the bell, so looking again is not urgent.
        again = again if not allowed else wall + _LATER
        ready.append(Ready(place, room, again, most, limit.per_second, full_at, under_way, newest))
    (timer_at,) = queries_survey.NEXT_TIMER.first(session) or (None,)
    return Survey(ready, timer_at, now, wall)


def in_turn(ready: list[Ready], free: int, take: Callable[[Ready, int], int]) -> None:
    """Share ``free`` threads among the destinations: equal shares first, but at least a handful,
    since each claim costs a statement; then what is left to those who can use it. ``take`` claims
    at one destination and says how many it got."""
    hungry = [r for r in ready if r.room > 0]
    while free > 0 and hungry:
        share = max(_HANDFUL, free // len(hungry))
        still: list[Ready] = []
        for destination in hungry:
            wanted = min(share, destination.room, free)
            if wanted < 1:
                break
            got = take(destination, wanted)
            free -= got
            destination.room -= got
            if got == wanted and destination.room > 0:
                still.append(destination)
        hungry = still


def have_turn(session: Session, place: Place) -> bool:
    """PostgreSQL: whether nobody else is claiming at ``place``, until this transaction ends."""
    named = {"space": _SPACE, "place": "/".join(place)}
    return bool(queries.CLAIM_TURN.first(session, named)[0])


def within_rate(session: Session, ready: Ready, most: int, wall: datetime) -> int:
    """As many of ``most`` as the rate still allows: others may have claimed since the survey."""
    if ready.per_second is None:
        return most
    place = {"workspace": ready.place[0], "key": ready.place[1]}
    (ready.full_at,) = queries.FULL_AT.first(session, place)
    allowed, _ = rates.allowed(ready.full_at, ready.per_second, wall)
    return min(most, allowed)


def spend(session: Session, ready: Ready, calls: int, wall: datetime) -> None:
    """Note that ``calls`` were claimed where calls per second are limited."""
    if ready.per_second is None or not calls:
        return
    ready.full_at = rates.after(ready.full_at, ready.per_second, wall, calls)
    row = {"workspace": ready.place[0], "key": ready.place[1], "full_at": ready.full_at}
    queries.SPEND.run(session, row)


def claim_at(
    session: Session, ready: Ready, claim: str, most: int, wall: datetime, lease: timedelta
) -> list[Work]:
    """Claim up to ``most`` deliveries at one destination, the longest due first."""
    place = ready.place
    rows = queries.CLAIM.all(
        session,
        {
            "claim": claim,
            "until": wall + lease,
            "wall": wall,
            "workspace": place[0],
            "destination": place[1],
            "most": most,
            "limit": ready.limit,
        },
    )
    rows.sort(key=lambda row: (row.next_at, row.id))
    return [work_of(row, claim, wall + lease) for row in rows]


def claim_timers(
    session: Session, claim: str, most: int, now: datetime, wall: datetime, lease: timedelta
) -> list[TimerWork]:
    """Claim up to ``most`` timers that are due at business time ``now``."""
    rows = queries.CLAIM_TIMERS.all(
        session, {"claim": claim, "until": wall + lease, "now": now, "most": most}
    )
    rows.sort(key=lambda row: (row.due_at, row.id))
    return [timer_of(row, claim, wall + lease) for row in rows]


def work_of(row: Any, claim: str, until: datetime) -> Work:
    """A delivery's row, claimed ``until`` then, as work."""
    return Work(
        id=row.id, workspace_id=row.workspace_id, request_id=row.request_id,
        entity=row.entity, seq=row.seq, kind=row.kind, step=row.step,
        destination=row.destination, payload=row.payload, key=row.key, attempt=row.attempts,
        uncertain=bool(row.uncertain), created_at=row.created_at,
        first_attempt_at=row.first_attempt_at, claim_id=claim, leased_until=until,
        last_code=row.error_code,
    )  # fmt: skip


def timer_of(row: Any, claim: str, until: datetime) -> TimerWork:
    """A timer's row, claimed ``until`` then, as work."""
    return TimerWork(
        id=row.id, workspace_id=row.workspace_id, kind=row.kind, entity=row.entity, n=row.n,
        due_at=row.due_at, attempts=row.attempts, claim_id=claim, leased_until=until,
    )  # fmt: skip


_LATER = timedelta(seconds=1)
_HANDFUL = 4
_SPACE = 0x70617261  # advisory locks of claims; those of ``liveness_server`` have one number only
