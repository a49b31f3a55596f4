"""Operators' verbs on what is owed: count, replay, put back, discard, cancel. A replayed delivery
keeps its id, key and payload, so that a receiver recognises what it has seen before."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from hub.storage.models import Delivery, Request
from hub.storage.touched import touched

REPLAYABLE = ("gave_up", "discarded")
GIVEN_UP = ("gave_up",)
WAITING = ("pending", "retry", "paused")
APPLIED = "delivered"
STATES = (*WAITING, "leased", APPLIED, "cancelled", *REPLAYABLE)
_KEPT = ("state", "attempts", "uncertain", "first_attempt_at", "finished_at")
_delivery = Delivery.__table__.c


@dataclass(frozen=True)
class WorkFilter:
    """Which deliveries of a workspace. A field that is None or empty does not narrow."""

    workspace_id: str
    ids: Collection[str] = ()
    states: Collection[str] = ()
    destination: str | None = None
    kind: str | None = None
    request_id: str | None = None
    entity: str | None = None
    code: str | None = None
    mapping: str | None = None
    since: datetime | None = None  # created at or after, business time
    until: datetime | None = None  # created before
    after: str | None = None  # behind this id, for the next batch
    most: int | None = None  # the oldest so many

    @property
    def narrows(self) -> bool:
        """Whether anything but ``most`` was asked for."""
        given = {**vars(self), "workspace_id": None, "most": None}
        return any(given.values())


@dataclass(frozen=True)
class Owed:
    """One delivery that is owed again from ``due_at`` (real time) on; ``before`` is what it was."""

    id: str
    due_at: datetime
    before: Mapping[str, Any]


def count(session: Session, which: WorkFilter, states: Collection[str] = REPLAYABLE) -> int:
    """How many deliveries a verb would touch: the dry run."""
    chosen = _chosen(which, states).subquery()
    return int(session.scalar(select(func.count()).select_from(chosen)) or 0)


def by_state(session: Session, which: WorkFilter, states: Collection[str]) -> dict[str, int]:
    """How many deliveries there are in each of ``states``, whatever ``most`` says."""
    rows = session.execute(
        select(Delivery.state, func.count())
        .where(*conditions(which, states))
        .group_by(Delivery.state)
    )
    return {row[0]: row[1] for row in rows}


def replay(
    session: Session,
    which: WorkFilter,
    begin: datetime,
    *,
    states: Collection[str] = REPLAYABLE,
    every: timedelta = timedelta(),
) -> list[Owed]:
    """Owe again, oldest first: the first is due at ``begin`` (real time), each next one ``every``
    later. Call ``Engine.wake`` after the commit.

    One that was delivered, or may have been, keeps the moment of its first try: it bounds how far
    back a plugin looks, and ``uncertain`` makes it look.
    """
    columns = select(Delivery.id, *(_delivery[name] for name in _KEPT))
    chosen = columns.where(*conditions(which, states)).order_by(Delivery.id).limit(which.most)
    owed, changes = [], []
    for number, row in enumerate(session.execute(chosen.with_for_update()).all()):
        before = {name: getattr(row, name) for name in _KEPT}
        uncertain = row.uncertain or row.state == APPLIED
        due_at = begin + number * every
        owed.append(Owed(row.id, due_at, before))
        changes.append(
            {
                "b_id": row.id, "state": "pending", "attempts": 0, "uncertain": uncertain,
                "first_attempt_at": row.first_attempt_at if uncertain else None,
                "finished_at": None, "next_at": due_at,
            }
        )  # fmt: skip
    if changes:
        _update_each(session, changes)
    return owed


def put_back(session: Session, owed: Collection[Owed]) -> int:
    """Make replayed deliveries what they were, those that nobody has tried yet. How many."""
    due = {one.id: one for one in owed}
    untried = select(Delivery.id, Delivery.next_at).where(
        Delivery.id.in_(due), Delivery.state == "pending", Delivery.attempts == 0
    )
    changes = [
        {"b_id": row.id, **due[row.id].before, "next_at": row.next_at}
        for row in session.execute(untried.with_for_update())
        if row.next_at == due[row.id].due_at  # else a later replay has it now
    ]
    if changes:
        _update_each(session, changes)
    return len(changes)


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


def _update_each(session: Session, changes: list[dict[str, Any]]) -> None:
    table: Any = Delivery.__table__
    session.execute(update(table).where(_delivery.id == bindparam("b_id")), changes)


def _set(session: Session, which: WorkFilter, states: Collection[str], **values: Any) -> int:
    statement = (
        update(Delivery)
        .where(Delivery.id.in_(_chosen(which, states)))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return touched(session, statement)


def _chosen(which: WorkFilter, states: Collection[str]) -> Any:
    chosen = select(Delivery.id).where(*conditions(which, states))
    return chosen.order_by(Delivery.id).limit(which.most)


def conditions(which: WorkFilter, states: Collection[str]) -> list[ColumnElement[bool]]:
    """What a row must fulfil to be one of ``which`` in one of ``states``."""
    wanted = [state for state in states if not which.states or state in which.states]
    found: list[ColumnElement[bool]] = [
        Delivery.workspace_id == which.workspace_id,
        Delivery.state.in_(wanted),
    ]
    for name in ("destination", "kind", "request_id", "entity"):
        if getattr(which, name) is not None:
            found.append(getattr(Delivery, name) == getattr(which, name))
    if which.code is not None:
        found.append(Delivery.error_code == which.code)
    if which.mapping is not None:
        found.append(_of_mapping(which.workspace_id, which.mapping))
    if which.ids:
        found.append(Delivery.id.in_(which.ids))
    if which.since:
        found.append(Delivery.created_at >= which.since)
    if which.until:
        found.append(Delivery.created_at < which.until)
    if which.after:
        found.append(Delivery.id > which.after)
    return found


def _of_mapping(workspace_id: str, mapping: str) -> ColumnElement[bool]:
    """Everything owed because of a mapping's requests, and the readings of their records."""
    requests = select(Request.id).where(
        Request.workspace_id == workspace_id, Request.mapping_key == mapping
    )
    intakes = and_(Delivery.kind.in_(("intake", "follow")), Delivery.step == mapping)
    return or_(Delivery.request_id.in_(requests), intakes)
