"""A small house for engine tests: a database, handlers that record, a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.engine import outbox
from hub.engine.embedded import Embedded
from hub.engine.engine import Engine
from hub.engine.executor import Executor
from hub.engine.runner import Runner
from hub.engine.settings import DestinationLimits, EngineSettings
from hub.engine.work import Failure, TimerWork, Work
from hub.kernel.clock import Clock, ManualClock
from hub.kernel.crypto import Vault
from hub.storage.db import Database
from hub.storage.migrate import upgrade
from hub.storage.models import Attempt, Delivery, Instance, Timer, Workspace

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WORKSPACE = "workspace-1"


def opened(url: str) -> Database:
    """The database there, migrated, with its workspace."""
    db = Database(url, Vault("a secret key for tests, long enough"))
    upgrade(db)
    with db.write() as session:
        if session.get(Workspace, WORKSPACE) is None:
            session.add(Workspace(id=WORKSPACE, key="workshop", name="Workshop", created_at=START))
    return db


@dataclass
class Recorder:
    """A handler that notes what it is asked. ``behave`` is called by ``perform``."""

    behave: Callable[[Work], Any] = lambda work: f"done {work.key}"
    store: Callable[[Session, Work], None] = lambda session, work: None
    give_up: Callable[[Session, Work], None] = lambda session, work: None
    performed: list[Work] = field(default_factory=list)
    stored: list[tuple[str, Any]] = field(default_factory=list)
    failures: list[tuple[str, Failure]] = field(default_factory=list)

    def perform(self, work: Work) -> Any:
        self.performed.append(work)
        return self.behave(work)

    def delivered(self, session: Session, work: Work, result: Any) -> None:
        self.store(session, work)
        self.stored.append((work.key, result))

    def gave_up(self, session: Session, work: Work, failure: Failure) -> None:
        self.give_up(session, work)
        self.failures.append((work.key, failure))

    @property
    def keys(self) -> list[str]:
        return [work.key for work in self.performed]


@dataclass
class TimerRecorder:
    """A timer handler that notes what it is asked."""

    behave: Callable[[TimerWork], Any] = lambda timer: None
    again: Callable[[Session, TimerWork], datetime | None] = lambda session, timer: None
    after_failure: Callable[[TimerWork], datetime | None] = lambda timer: None
    performed: list[TimerWork] = field(default_factory=list)
    fired_: list[TimerWork] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    def perform(self, timer: TimerWork) -> Any:
        self.performed.append(timer)
        return self.behave(timer)

    def fired(self, session: Session, timer: TimerWork, result: Any) -> datetime | None:
        self.fired_.append(timer)
        return self.again(session, timer)

    def failed(self, session: Session, timer: TimerWork, error: Exception) -> datetime | None:
        self.errors.append(error)
        return self.after_failure(timer)


@dataclass
class House:
    """The database, the clock and one engine on them."""

    db: Database
    clock: Any = field(default_factory=lambda: ManualClock(START))
    handler: Recorder = field(default_factory=Recorder)
    timers: dict[str, TimerRecorder] = field(default_factory=dict)
    limits: Callable[[str, str], DestinationLimits] = lambda workspace, key: DestinationLimits()
    settings: EngineSettings = field(default_factory=EngineSettings)
    chance: float = 0.5
    counted: int = 0
    engines: list[Engine] = field(default_factory=list)
    executor: Callable[[Runner], Executor] = Embedded

    def engine(self, clock: Clock | None = None, **more: Any) -> Engine:
        more = {"executor": self.executor, **more}
        made = Engine(
            self.db, clock or self.clock, {"note": self.handler}, self.timers, self.limits,
            self.settings, chance=lambda: self.chance, **more,
        )  # fmt: skip
        self.engines.append(made)
        return made

    def close(self) -> None:
        """The engines hold nothing any more, and the database is closed."""
        for engine in self.engines:
            engine.runner.close()
        self.db.close()

    def owe(self, key: str = "", **given: Any) -> str | None:
        self.counted += 1
        key = key or f"key-{self.counted}"
        values = {
            "workspace_id": WORKSPACE, "request_id": None, "entity": f"entity of {key}",
            "kind": "note", "step": "", "destination": "agiloft", "payload": {"text": key},
            "seq": 1, "now": self.clock.now(), "wall": self.clock.wall(), **given,
        }  # fmt: skip
        with self.db.write() as session:
            return outbox.owe(session, key=key, **values)

    def arm(
        self, kind: str = "reminder", entity: str = "request-1", n: int = 1, **after: int
    ) -> bool:
        due = self.clock.now() + timedelta(**after)
        with self.db.write() as session:
            return outbox.arm(session, kind, entity, n, due, WORKSPACE)

    def delivery(self, key: str) -> Delivery:
        return self._one(select(Delivery).where(Delivery.key == key))

    def states(self) -> dict[str, str]:
        with self.db.read() as session:
            rows = session.execute(select(Delivery.key, Delivery.state).order_by(Delivery.id))
            return {row.key: row.state for row in rows}

    def attempts(self, key: str) -> list[Attempt]:
        mine = select(Attempt).join(Delivery).where(Delivery.key == key).order_by(Attempt.id)
        with self.db.read() as session:
            rows = list(session.scalars(mine))
            session.expunge_all()
        return rows

    def instance(self, key: str = "agiloft") -> Instance:
        return self._one(select(Instance).where(Instance.key == key))

    def timer(self, kind: str = "reminder", entity: str = "request-1", n: int = 1) -> Timer:
        return self._one(select(Timer).filter_by(kind=kind, entity=entity, n=n))

    def advance(self, **span: float) -> None:
        self.clock.advance(timedelta(**span))

    def _one(self, statement: Any) -> Any:
        with self.db.read() as session:
            row = session.scalars(statement).one()
            session.expunge(row)
        return row
