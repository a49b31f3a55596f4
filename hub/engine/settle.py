"""Settling: attempt, state and the handler's effects in one commit, several works to a commit.

Works that end together share a transaction, for the sake of speed. If one of them fails, all are
rolled back and each is settled alone, so that a handler's bug never takes its neighbours down.

The common case, a delivery that went well, is made ready by the thread that did it (``foresee``).
Such works are stored by a few statements for all of them; when anything that they rest on has
changed meanwhile, nothing of that is stored and they are settled like the others.
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
from hub.engine.work import Finished, Foresee, Handler, TimerHandler, Work
from hub.kernel.clock import Clock
from hub.kernel.ids import new_id
from hub.kernel.logging import get_logger
from hub.storage import queries_work as queries
from hub.storage.db import Database
from hub.storage.models import Attempt
from hub.storage.rows import inserted, store_all

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
        waiting = deque(self._together(list(finished)))
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

    def foresee(self, one: Finished) -> Finished:
        """``one`` with its rows made ready where that can be done; any thread may call it."""
        work = one.item
        if not isinstance(work, Work) or one.error is not None:
            return one
        foreseen: Foresee | None = getattr(self._handlers.get(work.kind), "foreseen", None)
        if foreseen is None:
            return one
        try:
            rows = foreseen(work, one.result)
        except Exception as error:  # ``delivered`` will tell
            _log.warning("not_foreseen", id=work.id, kind=work.kind, exc_info=error)
            return one
        if rows is None:
            return one
        wall, now = self._clock.wall(), self._clock.now()
        outcome = Outcome("delivered", {})
        done = {"id": work.id, "claim": work.claim_id, "next_at": wall, "finished_at": now}
        rows.add(queries.DELIVERED, done)
        rows.add(inserted(Attempt), outcomes.attempt(one, work, outcome, new_id()))
        return replace(one, rows=rows)

    def _together(self, finished: list[Finished]) -> list[Finished]:
        """Store what was made ready, all at once. Gives what is left to be settled."""
        ready = [one for one in finished if one.rows is not None]
        if not ready:
            return finished
        runs: dict[Place, list[bool]] = {}
        for one in ready:
            if isinstance(one.item, Work):
                place = (one.item.workspace_id, one.item.destination)
                runs.setdefault(place, []).append(True)
        try:
            with self._db.write() as session:
                store_all(session, [one.rows for one in ready if one.rows is not None])
                self._note(session, runs)
        except Exception as error:  # each is looked at by itself then
            _log.info("settled_apart", count=len(ready), reason=type(error).__name__)
            return finished
        return [one for one in finished if one.rows is None]

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
            noted = self._note(session, runs)
        for workspace, destination in noted.opened:
            _log.warning("breaker_opened", destination=destination, workspace=workspace)
        for workspace, destination in noted.disabled:
            _log.error("destination_disabled", destination=destination, workspace=workspace)

    def _note(self, session: Session, runs: dict[Place, list[bool]]) -> conditions.Noted:
        wall = self._clock.wall()
        return conditions.note_outcomes(
            session, self._telling(runs, wall), wall, self._settings.breaker,
            lambda place: self._limits(*place).disable_after,
        )  # fmt: skip

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
            self._pause(session, place, outcome, one.started_at)
        handler = self._handlers.get(work.kind)
        if handler and effects:
            _follow(session, handler, one, work, outcome)
        _tell(one, work, outcome)

    def _pause(self, session: Session, place: Place, outcome: Outcome, began: datetime) -> None:
        code, detail, wall = outcome.code or "", outcome.detail or "", self._clock.wall()
        if conditions.pause(session, place, code, detail, wall, began):
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
