"""Settling: attempt, state and the handler's effects in one commit, several works to a commit.

Works that end together share a transaction, for the sake of speed. If one of them fails, all are
rolled back and each is settled alone, so that a handler's bug never takes its neighbours down.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.engine import conditions, outcomes, settle_timers
from hub.engine.claims import Place
from hub.engine.outcomes import Outcome
from hub.engine.settings import EngineSettings, Limits
from hub.engine.work import Finished, Handler, TimerHandler, Work
from hub.kernel.clock import Clock
from hub.kernel.ids import new_id
from hub.kernel.logging import get_logger
from hub.storage import queries_work as queries
from hub.storage.db import Database

_log = get_logger(__name__)


class Settler:
    """Stores how works ended. Used by one thread at a time."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        handlers: Mapping[str, Handler],
        timers: Mapping[str, TimerHandler],
        limits: Limits,
        settings: EngineSettings,
        chance: Callable[[], float],
    ) -> None:
        self._db = db
        self._clock = clock
        self._handlers = handlers
        self._timers = timers
        self._limits = limits
        self._settings = settings
        self._chance = chance
        self._well: dict[Place, datetime] = {}

    def settle(self, finished: Iterable[Finished]) -> list[Finished]:
        """Settle all. Gives back those that could not be stored because the database did not take
        them: settle them again later; if their lease is lost meanwhile, that changes nothing."""
        waiting = deque(finished)
        left: list[Finished] = []
        while waiting:
            batch: list[Finished] = []
            try:
                self._store(_drawn(waiting, batch, self._settings))
            except Exception as error:
                if not batch:  # the database cannot even be reached
                    _log.error("settling_failed", waiting=len(waiting), exc_info=error)
                    return [*left, *waiting]
                left += [one for one in batch if not self._alone(one)]
        return left

    def _alone(self, one: Finished) -> bool:
        """Settle one work; if that fails, settle its failure; at last settle it without effects."""
        try:
            self._store([one])
            return True
        except Exception as error:
            _log.error("settling_failed", id=one.item.id, kind=one.item.kind, exc_info=error)
            failed = replace(one, error=error, spoiled=True)
        for effects in (True, False):
            try:
                self._store([failed], effects=effects)
                return True
            except Exception as error:
                _log.error("settling_failed", id=one.item.id, kind=one.item.kind, exc_info=error)
        return False

    def _store(self, finished: Iterable[Finished], *, effects: bool = True) -> None:
        attempts: list[dict[str, Any]] = []
        runs: dict[Place, list[bool]] = {}
        wall = self._clock.wall()
        with self._db.write() as session:
            for one in finished:
                if isinstance(one.item, Work):
                    self._delivery(session, one, one.item, wall, attempts, runs, effects)
                else:
                    settle_timers.settle(
                        session, self._timers.get(one.item.kind), one, one.item,
                        self._clock.now(), effects=effects,
                    )  # fmt: skip
                session.flush()
                session.expunge_all()  # the next work reads what it needs afresh
            if attempts:
                queries.ATTEMPTS.run_many(session, attempts)
            opened = conditions.note_outcomes(
                session, self._telling(runs, wall), wall, self._settings.breaker
            )
        for workspace, destination in opened:
            _log.warning("breaker_opened", destination=destination, workspace=workspace)

    def _telling(self, runs: dict[Place, list[bool]], wall: datetime) -> dict[Place, list[bool]]:
        """Without what everybody knows: that a destination was well is noted once a second."""
        told = {}
        for place, run in runs.items():
            well = self._well.get(place)
            if all(run) and well is not None and wall - well < conditions.OFTEN_ENOUGH:
                continue
            told[place] = run
            if all(run):
                self._well[place] = wall
            else:
                self._well.pop(place, None)
        return told

    def _delivery(
        self,
        session: Session,
        one: Finished,
        work: Work,
        wall: datetime,
        attempts: list[dict[str, Any]],
        runs: dict[Place, list[bool]],
        effects: bool,
    ) -> None:
        place = (work.workspace_id, work.destination)
        schedule = self._limits(*place).schedule
        outcome = outcomes.of(one, work, wall, self._clock.now(), schedule, self._chance())
        if queries.SETTLE.run(session, outcome.values) != 1:
            _log.warning("claim_lost", id=work.id, kind=work.kind, destination=work.destination)
            return
        attempts.append(outcomes.attempt(one, work, outcome, new_id()))
        if outcome.healthy is not None:
            runs.setdefault(place, []).append(outcome.healthy)
        if outcome.pauses:
            self._pause(session, place, outcome, wall)
        handler = self._handlers.get(work.kind)
        if handler and effects:
            _follow(session, handler, one, work, outcome)
        _tell(one, work, outcome)

    def _pause(self, session: Session, place: Place, outcome: Outcome, wall: datetime) -> None:
        if conditions.pause(session, place, outcome.code or "", outcome.detail or "", wall):
            _log.error("destination_paused", destination=place[1], code=outcome.code)


def _drawn(
    waiting: deque[Finished], batch: list[Finished], settings: EngineSettings
) -> Iterable[Finished]:
    """Draw works for one transaction, for as long as it may hold the write lock."""
    end = time.monotonic() + settings.settle_slice.total_seconds()
    while waiting and (not batch or time.monotonic() < end):
        batch.append(waiting.popleft())
        yield batch[-1]


def _follow(
    session: Session, handler: Handler, one: Finished, work: Work, outcome: Outcome
) -> None:
    if outcome.name == "delivered":
        handler.delivered(session, work, one.result)
    elif outcome.failure is not None:
        handler.gave_up(session, work, outcome.failure)


def _tell(one: Finished, work: Work, outcome: Outcome) -> None:
    if outcome.name == "delivered":
        return
    tell = _log.error if outcome.unexpected else _log.warning  # a bug of ours, or trouble there
    tell(
        "delivery_" + outcome.name, id=work.id, kind=work.kind, destination=work.destination,
        attempt=work.attempt, code=outcome.code,
        exc_info=one.error if outcome.unexpected else None,
    )  # fmt: skip
