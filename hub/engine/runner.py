"""Everything an executor needs, whatever carries the work: claim, run, settle, extend, release.

Only ``run`` may be called from several threads at once.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from hub.engine import exchange, recovery
from hub.engine.claimer import Claimed, Claimer, Item
from hub.engine.handover import Handover
from hub.engine.liveness import Liveness
from hub.engine.settings import EngineSettings, Limits
from hub.engine.settle import Settler
from hub.engine.work import Finished, Handler, TimerHandler, TimerWork, Work
from hub.kernel.clock import Clock, monotonic
from hub.kernel.errors import Retryable
from hub.storage import queries_work as queries
from hub.storage.db import Database, in_transaction
from hub.storage.touched import touched


class Runner:
    """One process' part in the work."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        handlers: Mapping[str, Handler],
        timers: Mapping[str, TimerHandler],
        limits: Limits,
        settings: EngineSettings,
        liveness: Liveness,
        chance: Callable[[], float],
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.holder = secrets.token_hex(8)
        self._db = db
        self._handlers = handlers
        self._timers = timers
        self._liveness = liveness
        self._settler = Settler(db, clock, handlers, timers, limits, settings, chance)
        self._claimer = Claimer(db, clock, limits, settings, self.holder)
        self.handover = Handover(db, clock, settings, self.holder)

    def open(self) -> None:
        """Become a holder of leases, and free what dead processes held. Before anything else."""
        self._liveness.hold(self.holder)
        self.recover()

    def close(self) -> None:
        """Hold nothing any more."""
        self._liveness.leave()

    def recover(self, in_hand: Collection[tuple[str, str]] = ()) -> int:
        """Free leases that no living process holds, and none of ``in_hand`` (row and claim). How
        many rows there were."""
        self._liveness.keep()
        wall = self.clock.wall()
        return recovery.free_lost(self._db, self._liveness, self.holder, wall, in_hand)

    def claim(self, free: int, free_timers: int, *, carried: bool = False) -> Claimed:
        """Lease up to ``free`` things that may be done now, of them ``free_timers`` timers.
        ``carried``: to be sent off, see ``handover``."""
        return self._claimer.claim(free, free_timers, carried=carried)

    def run(self, item: Item) -> Finished:
        """Do one piece of work; never raises. No transaction may be open in this thread."""
        started, began = self.clock.wall(), monotonic()
        result: Any = None
        failed: Exception | None = None
        with exchange.collecting() as calls:
            try:
                item = self._opened(item)  # also for the handler that is told of a failure
                self._still_mine(item)
                result = self._perform(item)
            except Exception as error:
                failed = error
            except BaseException as error:  # SystemExit in a plugin must not end the thread
                failed = RuntimeError(f"{type(error).__name__} in a handler")
        finished = Finished(item, started, monotonic() - began, result, failed, calls)
        return self._settler.foresee(finished)

    def settle(self, finished: Iterable[Finished]) -> list[Finished]:
        """Store how works ended; gives back those that the database did not take."""
        ended = list(finished)
        left = self._settler.settle(ended)
        self._claimer.ended(one.item for one in ended)
        return left

    def extend(self, items: Sequence[Item]) -> None:
        """Heartbeat: these are still being worked on."""
        until = self.clock.wall() + self.settings.lease
        works = [_row(i) | {"until": until} for i in items if isinstance(i, Work)]
        timers = [_row(i) | {"until": until} for i in items if isinstance(i, TimerWork)]
        with self._db.write() as session:
            if works:
                session.execute(queries.EXTEND, works)
            if timers:
                session.execute(queries.EXTEND_TIMER, timers)

    def release(self, items: Sequence[Item]) -> None:
        """Give leases back at a stop; the attempts do not count."""
        wall = self.clock.wall()
        works = [_row(i) | {"wall": wall} for i in items if isinstance(i, Work)]
        timers = [_row(i) for i in items if isinstance(i, TimerWork)]
        with self._db.write() as session:
            if works:
                session.execute(queries.RELEASE, works)
            if timers:
                session.execute(queries.RELEASE_TIMER, timers)

    def _still_mine(self, item: Item) -> None:
        """A process that stood still between claiming and working may have lost its lease to
        another one, which has done the work meanwhile: then it is not done once more. Raises
        ``Retryable``; settling that changes nothing, since the claim is gone."""
        wall = self.clock.wall()
        if wall < item.leased_until:
            return
        statement = queries.EXTEND if isinstance(item, Work) else queries.EXTEND_TIMER
        with self._db.write() as session:
            row = _row(item) | {"until": wall + self.settings.lease}
            if touched(session, statement, row) != 1:
                raise Retryable("the lease had run out before the work began", code="lease_lost")

    def _perform(self, item: Item) -> Any:
        if in_transaction():
            raise RuntimeError("a transaction is open: outgoing calls are made without one")
        if isinstance(item, TimerWork):
            timer_handler = self._timers.get(item.kind)
            if timer_handler is None:
                raise LookupError(f"no handler for timers of kind {item.kind}")
            return timer_handler.perform(item)
        handler = self._handlers.get(item.kind)
        if handler is None:
            raise LookupError(f"no handler for deliveries of kind {item.kind}")
        return handler.perform(item)

    def _opened(self, item: Item) -> Item:
        if isinstance(item, TimerWork):
            return item
        sealed: Any = item.payload
        payload = {} if sealed is None else orjson.loads(self._db.vault.open(sealed))
        return replace(item, payload=payload)


def _row(item: Item) -> dict[str, Any]:
    return {"id": item.id, "claim": item.claim_id}
