"""The engine as the composition root sees it: given handlers, it does what is owed."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from hub.engine import conditions
from hub.engine.claims import timer_of
from hub.engine.embedded import Embedded
from hub.engine.executor import Executor
from hub.engine.liveness import Liveness, liveness_for
from hub.engine.recovery import claim_id
from hub.engine.runner import Runner
from hub.engine.settings import EngineSettings, Limits, default_limits
from hub.engine.ticker import Tick, Ticker
from hub.engine.wakeup import Bell, Silent, bell_for
from hub.engine.work import Finished, Handler, TimerHandler, TimerWork
from hub.kernel.clock import Clock
from hub.storage import queries_work as queries
from hub.storage.db import Database

LONG_LEASE = timedelta(minutes=10)  # of what is done outside of the engine, without a heartbeat


class Engine:
    """Claims deliveries and timers and has handlers do them.

    ``handlers`` and ``timers`` are by kind. ``probe_due`` probes the destinations that need it; it
    runs every ``settings.probe`` in one process at a time. ``executor`` makes what carries work.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        handlers: Mapping[str, Handler],
        timers: Mapping[str, TimerHandler],
        limits: Limits = default_limits,
        settings: EngineSettings | None = None,
        *,
        probe_due: Callable[[], Any] | None = None,
        ticks: Sequence[Tick] = (),
        executor: Callable[[Runner], Executor] = Embedded,
        liveness: Liveness | None = None,
        redis_url: str | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.settings = settings or EngineSettings()
        self.runner = Runner(
            db, clock, handlers, timers, limits, self.settings, liveness or liveness_for(db), chance
        )
        if probe_due is not None:
            ticks = [*ticks, Tick("probe", self.settings.probe, probe_due, at_once=True)]
        self.ticker = Ticker(db, clock, self.runner.holder, ticks)
        self._db = db
        self._clock = clock
        self._make = executor
        self._executor: Executor | None = None  # until it is started
        self._redis_url = redis_url
        self._bell: Bell = Silent()
        self._open = False
        self._fired = itertools.count(1)

    def start(self, *, work: bool = True) -> None:
        """Take over what dead processes held, and begin to work. Returns at once.

        Without ``work`` this process only owes, and tells those who work.
        """
        self._bell = bell_for(self._db, self.runner.holder, self._redis_url)
        if not work:
            return
        self._become_holder()
        self._executor = self._make(self.runner)
        self._executor.start()
        self._bell.listen(self._executor.wake)
        self.ticker.start()

    def stop(self, seconds: float | None = None) -> bool:
        """Stop gracefully: drain for at most ``seconds``. Whether all running work had ended."""
        self.ticker.stop()
        drain = self.settings.drain.total_seconds() if seconds is None else seconds
        drained = self._executor.stop(drain) if self._executor else True
        self._bell.close()
        self.runner.close()
        self._open = False
        return drained

    def wake(self) -> None:
        """Something was owed or armed and committed: look now, here and in the other processes.
        Any thread may call it."""
        if self._executor:
            self._executor.wake()
        self._bell.ring()

    def cut_off(self) -> bool:
        """Whether wake-ups between processes do not get through: work begins a little later."""
        return self._bell.cut()

    def in_flight(self) -> int:
        """How many pieces of work this process has in hand."""
        return self._executor.in_flight() if self._executor else 0

    def resume(self, workspace_id: str, destination: str) -> bool:
        """Put a destination back in service, after its probe succeeded. Whether it was paused."""
        with self._db.write() as session:
            resumed = conditions.resume(session, (workspace_id, destination), self._clock.wall())
        if resumed:
            self.wake()
        return resumed

    def run_due(self, *, most: int = 10_000) -> int:
        """Do what is due now, one after another in this thread, until nothing is.

        For tests and one-off commands, instead of ``start``. Stops at ``most``. How many were done.
        """
        self._become_holder()
        done = 0
        while done < most:
            self.runner.recover()
            free = min(self.settings.threads, most - done)
            claimed = self.runner.claim(free, free)
            if not claimed.items:
                break
            for item in sorted(claimed.items, key=lambda i: not isinstance(i, TimerWork)):
                left = self.runner.settle([self.runner.run(item)])
                if left:
                    raise RuntimeError("the database did not take the outcome of a work")
            done += len(claimed.items)
        return done

    def fire(self, kind: str, entity: str) -> Finished | None:
        """Do one timer now in this thread, due or not, and settle it. None when it is being done
        elsewhere, or there is none. For one-off commands, beside engines that work."""
        self._become_holder()
        wall = self._clock.wall()
        claim, until = claim_id(self.runner.holder, next(self._fired), "f"), wall + LONG_LEASE
        values = {"kind": kind, "entity": entity, "claim": claim, "until": until}
        with self._db.write() as session:
            row = queries.CLAIM_TIMER.first(session, values)
        if row is None:
            return None
        finished = self.runner.run(timer_of(row, claim, until))
        if self.runner.settle([finished]):
            raise RuntimeError("the database did not take the outcome of a work")
        return finished

    def _become_holder(self) -> None:
        if not self._open:
            self.runner.open()
            self._open = True
