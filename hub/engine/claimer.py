"""One process' claiming: whose turn it is, and when to look again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.orm import Session

from hub.engine import claims, recovery
from hub.engine.claims import Ready, Survey, Turn
from hub.engine.misses import Entity, Misses
from hub.engine.settings import EngineSettings, Limits
from hub.engine.work import TimerWork, Work
from hub.kernel.clock import Clock
from hub.storage.db import Database

Item = Work | TimerWork
_SHORTEST_POLL = 0.02  # seconds; however fast the business clock runs
_SHORTEST_PAUSE = 0.001
_MANY = 1000
_CROWDED = 0.01  # seconds: somebody else was claiming at the same destination


@dataclass
class Claimed:
    """What was claimed, and how many real seconds may pass before looking again."""

    items: list[Item] = field(default_factory=list)
    pause: float = 0.0


class Claimer:
    """Leases work to ``holder``. Used by one thread at a time."""

    def __init__(
        self, db: Database, clock: Clock, limits: Limits, settings: EngineSettings, holder: str
    ) -> None:
        self._db = db
        self._clock = clock
        self._limits = limits
        self._settings = settings
        self._holder = holder
        self._turn = Turn()
        self._claims = 0
        self._busy = False
        self._crowded = False
        self._misses = Misses(settings.poll)
        self._ended: set[Entity] = set()

    def ended(self, items: Iterable[Item]) -> None:
        """These were settled: what waited for them may be claimed now."""
        self._ended |= {(i.workspace_id, i.entity) for i in items if isinstance(i, Work)}
        if len(self._ended) > _MANY:  # no thread was free to claim for long
            self._misses, self._ended = Misses(self._settings.poll), set()

    def claim(self, free: int, free_timers: int, *, carried: bool = False) -> Claimed:
        """Lease up to ``free`` things that may be done now, of them ``free_timers`` timers.

        ``carried``: they will be sent off for any process to take up, so their lease is short.
        """
        if not self._busy:  # look first: who has nothing to do writes nothing
            with self._db.read() as session:
                seen = self._survey(session)
            if not seen.anything(free_timers):
                self._ended.clear()
                return Claimed([], self._pause(seen, free_timers))
        self._crowded = False
        with self._db.write() as session:  # look again: others may have claimed meanwhile
            seen = self._survey(session)
            items = self._take(session, seen, free, free_timers, carried)
        self._ended.clear()
        self._busy = bool(items)
        pause = self._pause(seen, free_timers)
        return Claimed(items, min(pause, _CROWDED) if self._crowded else pause)

    def _survey(self, session: Session) -> Survey:
        now, wall = self._clock.now(), self._clock.wall()
        seen = claims.survey(session, self._limits, now, wall)
        self._misses.keep_off(session, seen, self._ended)
        return seen

    def _take(
        self, session: Session, seen: Survey, free: int, free_timers: int, carried: bool
    ) -> list[Item]:
        if not seen.anything(free_timers):
            return []
        items: list[Item] = []
        self._claims += 1
        claim = recovery.claim_id(self._holder, self._claims, recovery.CARRIED if carried else "")
        lease = self._settings.carried if carried else self._settings.lease
        if seen.timers_due and free_timers > 0:
            most = min(free, free_timers)
            items += claims.claim_timers(session, claim, most, seen.now, seen.wall, lease)

        def take(ready: Ready, most: int) -> int:
            if not self._db.is_sqlite and not claims.have_turn(session, ready.place):
                self._crowded = True
                return 0
            most = claims.within_rate(session, ready, most, seen.wall)
            works = claims.claim_at(session, ready, claim, most, seen.wall, lease)
            items.extend(works)
            claims.spend(session, ready, len(works), seen.wall)
            self._turn.last = ready.place
            ready.running += len(works)
            if most and not works:
                self._misses.note(ready, seen.wall)
            return len(works)

        claims.in_turn(self._turn.order(seen.ready), free - len(items), take)
        return items

    def _pause(self, seen: Survey, free_timers: int) -> float:
        """Until the next poll, or sooner if something is known to be due sooner."""
        poll = self._settings.poll
        pause = max(_SHORTEST_POLL, min(poll.total_seconds(), self._clock.real_seconds(poll)))
        if seen.timer_at is not None and free_timers > 0:
            pause = min(pause, self._clock.real_seconds(seen.timer_at - seen.now))
        if seen.again is not None:
            pause = min(pause, (seen.again - seen.wall) / timedelta(seconds=1))
        return max(_SHORTEST_PAUSE, pause)
