"""Owing work and arming timers, inside the transaction that causes them. Call ``Engine.wake`` after
the commit; without it the engine finds the rows at its next poll."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Table, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, make_transient_to_detached

from hub.kernel.ids import new_id
from hub.storage.models import Delivery, Instance, Lease, Timer


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
) -> Delivery | None:
    """Owe one thing to ``destination``. None when ``key`` is owed (or done) already.

    ``now`` is business time, ``wall`` real time. Deliveries of one ``entity`` leave in the order of
    ``seq``. The payload is stored once and its bytes never change.
    """
    delivery = Delivery(
        id=new_id(), workspace_id=workspace_id, request_id=request_id, entity=entity, seq=seq,
        kind=kind, step=step, destination=destination, payload=payload, key=key, state="pending",
        attempts=0, uncertain=False, next_at=wall, created_at=now,
    )  # fmt: skip
    values = {name: value for name, value in vars(delivery).items() if name[0] != "_"}
    if not insert_new(session, Delivery, values, ("workspace_id", "key")):
        return None
    insert_new(
        session,
        Instance,
        # A destination is known from the moment something is owed to it, configured or not yet.
        {"id": new_id(), "workspace_id": workspace_id, "key": destination, "plugin": "",
         "failures": 0},
        ("workspace_id", "key"),
    )  # fmt: skip
    make_transient_to_detached(delivery)  # the row is there: spare the reading and opening of it
    session.add(delivery)
    return delivery


def arm(
    session: Session, kind: str, entity: str, n: int, due_at: datetime, workspace_id: str
) -> bool:
    """Arm a timer for ``due_at`` (business time). False when this one was armed before, whatever
    became of it: a reminder that was sent or cancelled does not come back."""
    values = {
        "id": new_id(), "workspace_id": workspace_id, "kind": kind, "entity": entity, "n": n,
        "due_at": due_at, "state": "pending", "attempts": 0,
    }  # fmt: skip
    return insert_new(session, Timer, values, ("kind", "entity", "n"))


def disarm(session: Session, entity: str, kinds: Collection[str]) -> int:
    """Cancel the timers of ``entity`` of these kinds; one that is firing now loses its claim, so
    that nothing it does is stored. How many there were."""
    statement = (
        update(Timer)
        .where(Timer.entity == entity, Timer.kind.in_(kinds))
        .where(Timer.state.in_(("pending", "leased")))
        .values(state="cancelled", claim_id=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]


def take_lease(session: Session, name: str, holder: str, until: datetime, wall: datetime) -> bool:
    """Whether ``holder`` now has the lease ``name`` (work that must be single), until then."""
    table: Table = Lease.__table__  # type: ignore[assignment]
    insert = _INSERTS[session.connection().dialect.name](table).values(
        id=new_id(), name=name, holder=holder, until=until
    )
    free: ColumnElement[bool] = (table.c.until <= wall) | (table.c.holder == holder)
    statement = insert.on_conflict_do_update(
        index_elements=["name"], set_={"holder": holder, "until": until}, where=free
    )
    return bool(session.execute(statement).rowcount == 1)  # type: ignore[attr-defined]


def insert_new(
    session: Session, model: Any, values: dict[str, Any], unique: tuple[str, ...]
) -> bool:
    """Insert a row unless one with the same ``unique`` columns is there. Whether it is new."""
    statement = _new_row(session.connection().dialect.name, model, unique)
    return bool(session.execute(statement, values).rowcount == 1)  # type: ignore[attr-defined]


_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@cache
def _new_row(dialect: str, model: Any, unique: tuple[str, ...]) -> Any:
    return _INSERTS[dialect](model.__table__).on_conflict_do_nothing(index_elements=unique)
