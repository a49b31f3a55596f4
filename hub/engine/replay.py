"""Operators' verbs on what is owed: count, replay, discard, cancel. A replayed delivery keeps its
id, key and payload, so that a receiver recognises what it has seen before."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from hub.storage.models import Delivery

REPLAYABLE = ("gave_up", "discarded")
GIVEN_UP = ("gave_up",)
WAITING = ("pending", "retry", "paused")


@dataclass(frozen=True)
class WorkFilter:
    """Which deliveries of a workspace. A field that is None or empty does not narrow."""

    workspace_id: str
    ids: Collection[str] = ()
    destination: str | None = None
    kind: str | None = None
    request_id: str | None = None
    entity: str | None = None
    code: str | None = None
    since: datetime | None = None  # created at or after, business time
    until: datetime | None = None  # created before
    most: int | None = None  # the oldest so many


def count(session: Session, which: WorkFilter, states: Collection[str] = REPLAYABLE) -> int:
    """How many deliveries a verb would touch: the dry run."""
    chosen = _chosen(which, states).subquery()
    return int(session.scalar(select(func.count()).select_from(chosen)) or 0)


def replay(session: Session, which: WorkFilter, wall: datetime) -> int:
    """Owe again what was given up or discarded. How many; call ``Engine.wake`` after the commit."""
    return _set(
        session, which, REPLAYABLE,
        state="pending", attempts=0, first_attempt_at=None, finished_at=None, next_at=wall,
    )  # fmt: skip


def discard(
    session: Session,
    which: WorkFilter,
    now: datetime,
    states: Collection[str] = (*WAITING, "gave_up"),
) -> int:
    """A person decided that these are not owed any more. Work under way is left alone. How many."""
    return _set(session, which, states, state="discarded", finished_at=now)


def cancel(session: Session, which: WorkFilter, now: datetime) -> int:
    """What happened meanwhile made these needless. Work under way is left alone. How many."""
    return _set(session, which, WAITING, state="cancelled", finished_at=now)


def _set(session: Session, which: WorkFilter, states: Collection[str], **values: Any) -> int:
    statement = (
        update(Delivery)
        .where(Delivery.id.in_(_chosen(which, states)))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]


def _chosen(which: WorkFilter, states: Collection[str]) -> Any:
    conditions: list[ColumnElement[bool]] = [
        Delivery.workspace_id == which.workspace_id,
        Delivery.state.in_(states),
    ]
    for name in ("destination", "kind", "request_id", "entity"):
        if getattr(which, name) is not None:
            conditions.append(getattr(Delivery, name) == getattr(which, name))
    if which.code is not None:
        conditions.append(Delivery.error_code == which.code)
    if which.ids:
        conditions.append(Delivery.id.in_(which.ids))
    if which.since:
        conditions.append(Delivery.created_at >= which.since)
    if which.until:
        conditions.append(Delivery.created_at < which.until)
    return select(Delivery.id).where(*conditions).order_by(Delivery.id).limit(which.most)
