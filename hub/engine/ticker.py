"""Things done every so often by APScheduler, which stores nothing: probes, retention.

Safe to run in every process: a tick that must be single takes a lease row first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hub.engine.outbox import take_lease
from hub.kernel.clock import Clock
from hub.kernel.logging import get_logger
from hub.storage.db import Database

if TYPE_CHECKING:
    from apscheduler.schedulers.background import BackgroundScheduler

_log = get_logger(__name__)


@dataclass(frozen=True)
class Tick:
    """``run`` every ``every`` (real time), in one process at a time. ``name`` names its lease.
    ``at_once``: the first time right at the start."""

    name: str
    every: timedelta
    run: Callable[[], Any]
    at_once: bool = False


class Ticker:
    """Runs ticks in background threads."""

    def __init__(self, db: Database, clock: Clock, holder: str, ticks: Sequence[Tick]) -> None:
        self._db = db
        self._clock = clock
        self._holder = holder
        self._ticks = ticks
        self._scheduler: BackgroundScheduler | None = None  # until it is started

    def start(self) -> None:
        """Begin; the first tick comes after one interval, or at once where it says so."""
        # loaded here, when the engine works already: it looks through all installed packages
        from apscheduler.schedulers.background import BackgroundScheduler

        self._scheduler = BackgroundScheduler(timezone=UTC)
        for tick in self._ticks:
            self._scheduler.add_job(
                self.run_once,
                "interval",
                args=[tick],
                seconds=tick.every.total_seconds(),
                id=tick.name,
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
                **({"next_run_time": datetime.now(UTC)} if tick.at_once else {}),
            )
        self._scheduler.start()

    def stop(self) -> None:
        """No more ticks; does not wait for one that runs."""
        if self._scheduler is not None and self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def run_once(self, tick: Tick) -> bool:
        """Run ``tick`` now, unless another process does. Whether it ran to its end."""
        wall = self._clock.wall()
        try:
            with self._db.write() as session:
                until = wall + 2 * tick.every
                if not take_lease(session, f"tick:{tick.name}", self._holder, until, wall):
                    return False
            tick.run()
            return True
        except Exception as error:  # the next tick tries again
            _log.error("tick_failed", tick=tick.name, exc_info=error)
            return False
