"""Owing work and arming timers, inside the transaction that causes them. Call ``Engine.wake`` after
the commit; without it the engine finds the rows at its next poll."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, select, update
from sqlalchemy.orm import Session

from hub.kernel.ids import new_id
from hub.storage.db import Database
from hub.storage.models import Delivery, Instance, Lease, Timer
from hub.storage.prepared import insert, insert_into
from hub.storage.rows import Rows, inserted
from hub.storage.touched import touched


def owe(
    session: Session,
    *,
    workspace_id: str,
    request_id: str | None,
    entity: str,
    kind: str,
    step: str = "",
    destination: str,
    payload: Any,
    key: str,
    seq: int,
    now: datetime,
    wall: datetime,
) -> str | None:
    """Owe one thing to ``destination``: the delivery's id. None when ``key`` is owed (or done)
    already.

    ``now`` is business time, ``wall`` real time. Deliveries of one ``entity`` leave in the order of
    ``seq``. The payload is stored once and its bytes never change.
    """
    values = delivery_row(
        workspace_id=workspace_id, request_id=request_id, entity=entity, kind=kind, step=step,
        destination=destination, payload=payload, key=key, seq=seq, now=now, wall=wall,
    )  # fmt: skip
    if not insert_new(session, Delivery, values, ("workspace_id", "key")):
        return None
    _know(session, workspace_id, destination)
    return str(values["id"])


def delivery_row(*, now: datetime, wall: datetime, **given: Any) -> dict[str, Any]:
    """The row behind ``owe``, which says what is given."""
    return {"id": new_id(), **given, "state": "pending", "next_at": wall, "created_at": now}


def add_delivery(db: Database, rows: Rows, owed: Mapping[str, Any]) -> None:
    """``owe`` for rows that are made ready: what is owed, and its destination where that is not
    known yet."""
    place = {"workspace_id": owed["workspace_id"], "key": owed["destination"]}
    if not db.is_known(*place.values()):
        known = inserted(Instance, ("workspace_id", "key"))
        rows.add(known, {"id": new_id(), "plugin": "", **place})
    rows.add(inserted(Delivery, ("workspace_id", "key")), delivery_row(**owed))


def timer_row(**given: Any) -> dict[str, Any]:
    """The row behind ``arm``, which says what is given."""
    return {"id": new_id(), **given, "state": "pending"}


def arm(
    session: Session, kind: str, entity: str, n: int, due_at: datetime, workspace_id: str
) -> bool:
    """Arm a timer for ``due_at`` (business time). False when this one was armed before, whatever
    became of it: a reminder that was sent or cancelled does not come back."""
    values = timer_row(kind=kind, entity=entity, n=n, due_at=due_at, workspace_id=workspace_id)
    return insert_new(session, Timer, values, ("kind", "entity", "n"))


def disarm(session: Session, entity: str, kinds: Collection[str]) -> int:
    """Cancel the timers of ``entity`` of these kinds; one that is firing now loses its claim, so
    that nothing it does is stored. How many there were.

    On PostgreSQL one whose outcome is being stored at this moment is left alone: it waits for what
    we hold, and checks where things stand when it gets it.
    """
    armed = (
        select(Timer.id)
        .where(Timer.entity == entity, Timer.kind.in_(kinds))
        .where(Timer.state.in_(("pending", "leased")))
        .with_for_update(skip_locked=True)
    )
    statement = (
        update(Timer)
        .where(Timer.id.in_(armed))
        .values(state="cancelled", claim_id=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )
    return touched(session, statement)


def take_lease(session: Session, name: str, holder: str, until: datetime, wall: datetime) -> bool:
    """Whether ``holder`` now has the lease ``name`` (work that must be single), until then."""
    table: Table = Lease.__table__  # type: ignore[assignment]
    dialect = session.connection().dialect.name
    row = insert_into(dialect, table).values(id=new_id(), name=name, holder=holder, until=until)
    free: ColumnElement[bool] = (table.c.until <= wall) | (table.c.holder == holder)
    statement = row.on_conflict_do_update(
        index_elements=["name"], set_={"holder": holder, "until": until}, where=free
    )
    # asked for a row: what an INSERT counts is not the same for all drivers
    return session.scalar(statement.returning(table.c.id)) is not None


def insert_new(
    session: Session, model: Any, values: dict[str, Any], unique: tuple[str, ...]
) -> bool:
    """Insert a row unless one with the same ``unique`` columns is there. Whether it is new."""
    return insert(model, unique).run(session, values) == 1


def _know(session: Session, workspace_id: str, destination: str) -> None:
    """A destination is known from the moment something is owed to it, configured or not yet."""
    place = (workspace_id, destination)
    if place in session.info["destinations"]:
        return
    values = {"id": new_id(), "workspace_id": workspace_id, "key": destination, "plugin": ""}
    ours = session.info.setdefault("new_destinations", set())  # of this transaction only
    if insert_new(session, Instance, values, ("workspace_id", "key")):
        ours.add(place)
    elif place not in ours:  # somebody committed it; what we inserted may still be rolled back
        session.info["destinations"].add(place)
