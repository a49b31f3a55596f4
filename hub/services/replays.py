"""Replay: filter, count, dry run, then do it again, at a bounded rate. For deliveries that were
given up, and for calls that came in.

A replay makes its rows due one after another, so that thousands of them do not flood a destination;
after that the engine does them like anything that is owed. The rows are the truth: a replay goes on
after a restart, and a stop puts back what was not tried yet. What was applied already is only
counted, unless it is forced.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hub.engine.replay import Owed, WorkFilter, put_back
from hub.kernel.clock import Clock
from hub.kernel.errors import NotFound, Refused
from hub.kernel.ids import new_id
from hub.kernel.logging import get_logger
from hub.services import replay_filters as filters
from hub.services.replay_filters import CallFilter
from hub.storage.db import Database
from hub.storage.models import Delivery, Replay, ReplayItem

_log = get_logger(__name__)
BATCH = 100  # rows a transaction: some tens of milliseconds
PAUSE = 0.02  # seconds between two of them: whoever waits for the lock gets it
SAMPLE = 20  # rows that a dry run shows
RATE = 50.0  # a second, unless told otherwise
MOST = 1000
VERDICTS = ("replay", "already_applied", "still_owed", "cancelled", "nothing_in_it", "not_readable")


class Desk(Protocol):
    """What a replay needs: ``Core``, or the ``Office`` of the command line."""

    db: Database
    clock: Clock


@dataclass(frozen=True)
class Order:
    """What an operator asks for, and who it is. ``rate`` is rows a second."""

    by: str
    rate: float = RATE
    force: bool = False


@dataclass(frozen=True)
class Counted:
    """What a replay would do, or has begun to do. ``verdicts`` says how many rows are what:
    ``replay`` for those that are done again, else why not. ``items`` are some of them, or all that
    were named by their ids."""

    verdicts: Mapping[str, int]
    items: list[dict[str, Any]]
    seconds: float
    replay_id: str | None = None

    @property
    def number(self) -> int:
        """How many are, or would be, done again."""
        return self.verdicts["replay"]


@dataclass(frozen=True)
class Batch:
    """Rows of one transaction that were made due, and the id behind which to go on."""

    items: list[ReplayItem] = field(default_factory=list)
    last: str | None = None


F = TypeVar("F", WorkFilter, CallFilter)


class Replays(ABC, Generic[F]):
    """The steps that both kinds share, for one workspace."""

    of: str

    def __init__(
        self, desk: Desk, workspace_id: str, wake: Callable[[], None] = lambda: None
    ) -> None:
        self._desk = desk
        self._db = desk.db
        self._clock = desk.clock
        self._workspace_id = workspace_id
        self._wake = wake

    def count(self, given: Mapping[str, Any], order: Order) -> Counted:
        """The dry run. Raises ``Refused`` and ``NotFound`` for what does not exist."""
        with self._db.read() as session:
            which = self._checked(session, given, order)
            return self._counted(session, which, order)

    def begin(self, given: Mapping[str, Any], order: Order) -> Counted:
        """Make what fits the filter due, ``order.rate`` a second; returns when all have their
        moment, not when they are done."""
        counted = self.count(given, order)
        if counted.number == 0:
            return counted
        with self._db.write() as session:
            which = self._checked(session, given, order)
            run = self._note(session, which, order, counted)
        try:
            made = self._spread(which, order, run, counted.number)
        except KeyboardInterrupt:  # at the command line, before all of it was made due
            stop(self._desk, self._workspace_id, run)
            raise
        _log.info("replay_begun", replay=run, of=self.of, count=made, workspace=self._workspace_id)
        verdicts = {**counted.verdicts, "replay": made}
        return Counted(verdicts, counted.items, made / order.rate, run)

    def _spread(self, which: F, order: Order, run: str, number: int) -> int:
        """Give the rows their moments, batch by batch. How many there were."""
        made, step, start = 0, timedelta(seconds=1 / order.rate), self._clock.wall()
        while made < number:
            part = replace(which, most=min(BATCH, number - made))
            with self._db.write() as session:
                batch = self._make_due(session, part, order, run, start + made * step, step)
                session.add_all(batch.items)
                made += len(batch.items)
                session.execute(update(Replay).where(Replay.id == run).values(number=made))
            self._wake()
            if batch.last is None:
                break
            which = replace(which, after=batch.last)
            if made < number:
                time.sleep(PAUSE)
        return made

    @abstractmethod
    def _filter(self, session: Session, given: Mapping[str, Any]) -> F: ...

    @abstractmethod
    def _counted(self, session: Session, which: F, order: Order) -> Counted: ...

    @abstractmethod
    def _make_due(
        self,
        session: Session,
        which: F,
        order: Order,
        run: str,
        begin: datetime,
        every: timedelta,
    ) -> Batch: ...

    def _checked(self, session: Session, given: Mapping[str, Any], order: Order) -> F:
        which = self._filter(session, given)
        if order.force and not which.narrows:
            raise Refused(
                "'force' does again what was done: say which, by ids or another filter",
                code="force_needs_a_filter",
            )
        return which

    def _note(self, session: Session, which: F, order: Order, counted: Counted) -> str:
        row = Replay(
            id=new_id(),
            workspace_id=self._workspace_id,
            of=self.of,
            by=order.by[:100],
            filters=filters.as_data(which),
            forced=order.force,
            rate=order.rate,
            number=0,
            already_applied=counted.verdicts["already_applied"],
            created_at=self._clock.now(),
        )
        session.add(row)
        _log.info(
            "replay_asked_for", replay=row.id, of=self.of, by=order.by, forced=order.force,
            filters=row.filters, count=counted.number, workspace=self._workspace_id,
        )  # fmt: skip
        return row.id


def stop(desk: Desk, workspace_id: str, replay_id: str) -> dict[str, Any]:
    """Nothing more of this replay goes out: what was not tried yet is what it was before. Raises
    ``NotFound``."""
    now = desk.clock.now()
    back, after = 0, ""
    with desk.db.read() as session:
        run = _run(session, workspace_id, replay_id)
    while True:
        with desk.db.write() as session:
            page = (
                select(ReplayItem)
                .where(ReplayItem.replay_id == run.id, ReplayItem.id > after)
                .order_by(ReplayItem.id)
                .limit(BATCH)
            )
            items = list(session.scalars(page))
            back += put_back(session, [_owed(item, now) for item in items])
            if len(items) < BATCH:
                values = {"stopped_at": func.coalesce(Replay.stopped_at, now)}
                session.execute(update(Replay).where(Replay.id == run.id).values(values))
                break
            after = items[-1].id
        time.sleep(PAUSE)
    _log.info("replay_stopped", replay=run.id, put_back=back, workspace=workspace_id)
    return {**progress(desk, workspace_id, replay_id), "put_back": back}


def progress(desk: Desk, workspace_id: str, replay_id: str) -> dict[str, Any]:
    """How far a replay is: its row, and how many of its deliveries are in which state. Raises
    ``NotFound``."""
    with desk.db.read() as session:
        run = _run(session, workspace_id, replay_id)
        rows = session.execute(
            select(Delivery.state, func.count())
            .join(ReplayItem, ReplayItem.delivery_id == Delivery.id)
            .where(ReplayItem.replay_id == run.id)
            .group_by(Delivery.state)
        )
        states = {row[0]: row[1] for row in rows}
        last = session.scalar(
            select(func.max(ReplayItem.due_at)).where(ReplayItem.replay_id == run.id)
        )
    return {**as_json(run), "last_due_at": last.isoformat() if last else None, "states": states}


def as_json(run: Replay) -> dict[str, Any]:
    """A replay's row."""
    return {
        "id": run.id,
        "of": run.of,
        "by": run.by,
        "filters": run.filters,
        "forced": run.forced,
        "rate": run.rate,
        "count": run.number,
        "already_applied": run.already_applied,
        "created_at": run.created_at.isoformat(),
        "stopped_at": run.stopped_at.isoformat() if run.stopped_at else None,
    }


def _run(session: Session, workspace_id: str, replay_id: str) -> Replay:
    run = session.get(Replay, replay_id)
    if run is None or run.workspace_id != workspace_id:
        raise NotFound(f"there is no replay with this id: {replay_id[:80]}", code="unknown_replay")
    return run


def _owed(item: ReplayItem, now: datetime) -> Owed:
    before = dict(item.before)
    for name in ("first_attempt_at", "finished_at"):
        before[name] = datetime.fromisoformat(before[name]) if before[name] else None
    if item.inbound_id is not None:  # nothing was owed before: what stays undone is cancelled
        before["finished_at"] = now
    return Owed(item.delivery_id, item.due_at, before)
