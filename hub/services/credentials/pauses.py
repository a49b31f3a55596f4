"""Pauses for credentials are told, once each: by e-mail to operations, and on the records of the
requests that wait. A tick of the engine does it in one process at a time.

What was told stands in rows (``InstancePause``, ``HeldRequest``), so that a restart tells nothing
twice and forgets nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from hub.contracts.events import EventKind
from hub.engine.outbox import insert_new
from hub.kernel.errors import AuthenticationFailed, ConfigurationError
from hub.kernel.ids import new_id
from hub.kernel.logging import get_logger
from hub.services.core import Core
from hub.services.credentials import pause_mail, pause_notes
from hub.storage.locks import alone
from hub.storage.models import Delivery, HeldRequest, Instance, InstancePause, Request
from hub.storage.touched import touched

_log = get_logger(__name__)
EVERY = timedelta(seconds=5)
BATCH = 20  # requests in one transaction
MOST = 50  # batches of one pause in one look; the rest comes with the next
CODE = AuthenticationFailed.code


def look(core: Core) -> int:
    """Tell of pauses that began or ended since the last look; how many things were told."""
    told = 0
    for pause in _ended(core):
        told += _end(core, pause)
    for pause in _left_over(core):
        told += _batches(core, pause, _go_on)
    for row in _paused(core):
        began = _begin(core, row)
        if began is not None:
            told += 1
        waits = began or _known(core, row)
        if waits is not None:
            told += _batches(core, waits, _hold)
    if told:
        core.wake()
    return told


def _paused(core: Core) -> list[Instance]:
    """Instances that wait for credentials; subscriptions have none."""
    with core.db.read() as session:
        rows = list(session.scalars(select(Instance).where(Instance.paused_code == CODE)))
    return [row for row in rows if _title(core, row.workspace_id, row.key)]


def _ended(core: Core) -> list[InstancePause]:
    """Told pauses whose instance is in service, or is paused anew."""
    same = exists().where(
        Instance.workspace_id == InstancePause.workspace_id,
        Instance.key == InstancePause.instance,
        Instance.paused_code == CODE,
        Instance.paused_at == InstancePause.began_at,
    )
    with core.db.read() as session:
        query = select(InstancePause).where(InstancePause.ended_at.is_(None), ~same)
        return list(session.scalars(query))


def _left_over(core: Core) -> list[InstancePause]:
    """Pauses that are over while records still say that they wait."""
    waiting = exists().where(HeldRequest.pause_id == InstancePause.id)
    with core.db.read() as session:
        query = select(InstancePause).where(InstancePause.ended_at.is_not(None), waiting)
        return list(session.scalars(query))


def _known(core: Core, row: Instance) -> InstancePause | None:
    with core.db.read() as session:
        return session.scalar(
            select(InstancePause).where(
                InstancePause.workspace_id == row.workspace_id,
                InstancePause.instance == row.key,
                InstancePause.began_at == row.paused_at,
            )
        )


def _begin(core: Core, row: Instance) -> InstancePause | None:
    """The pause, where it is new: operations are told."""
    values = {
        "id": new_id(), "workspace_id": row.workspace_id, "instance": row.key,
        "began_at": row.paused_at, "ended_at": None, "mail": pause_mail.way(core, row),
    }  # fmt: skip
    with core.db.write() as session:
        if not insert_new(session, InstancePause, values, ("workspace_id", "instance", "began_at")):
            return None
        pause = session.get_one(InstancePause, values["id"])
        if pause.mail == pause_mail.OWED:
            pause_mail.owe_paused(core, session, pause, row.paused_detail or CODE)
    _log.error("pause told", instance=row.key, mail=pause.mail)
    return pause


def _end(core: Core, pause: InstancePause) -> int:
    """Operations are told that it goes on; the records follow."""
    with core.db.write() as session:
        over = (
            update(InstancePause)
            .where(InstancePause.id == pause.id, InstancePause.ended_at.is_(None))
            .values(ended_at=core.clock.wall())
            .execution_options(synchronize_session=False)
        )
        if touched(session, over) != 1:
            return 0
        if pause.mail == pause_mail.OWED:
            pause_mail.owe_resumed(core, session, pause)
    return 1


def _batches(core: Core, pause: InstancePause, step: Callable[..., int]) -> int:
    told = 0
    for _ in range(MOST):
        with core.db.write() as session:
            alone(session, f"pause:{pause.id}")
            count = step(core, session, pause)
        told += count
        if count < BATCH:
            break
    return told


def _hold(core: Core, session: Session, pause: InstancePause) -> int:
    """Tell the next records that they wait. How many."""
    title = _title(core, pause.workspace_id, pause.instance)
    ids = list(session.scalars(_waiting(pause).limit(BATCH)))
    for request_id in ids:
        request = session.get_one(Request, request_id)
        pause_notes.tell(core, session, request, EventKind.HELD, pause, title)
        session.add(
            HeldRequest(
                workspace_id=pause.workspace_id,
                pause_id=pause.id,
                request_id=request_id,
                seq=request.event_seq,
            )
        )
    return len(ids)


def _go_on(core: Core, session: Session, pause: InstancePause) -> int:
    """Tell the next records that they go on. How many."""
    title = _title(core, pause.workspace_id, pause.instance) or pause.instance
    mine = select(HeldRequest).where(HeldRequest.pause_id == pause.id)
    rows = list(session.scalars(mine.order_by(HeldRequest.request_id).limit(BATCH)))
    for row in rows:
        request = session.get_one(Request, row.request_id)
        said = pause_notes.drop(core, session, request, row.seq)
        pause_notes.tell(core, session, request, EventKind.RESUMED, pause, title, aloud=said)
    session.execute(
        delete(HeldRequest)
        .where(HeldRequest.id.in_([row.id for row in rows]))
        .execution_options(synchronize_session=False)
    )
    return len(rows)


def _waiting(pause: InstancePause) -> Any:
    """Requests something of which waits for the instance, and whose records do not say so yet;
    where the record itself is there, it cannot be told."""
    told = exists().where(
        HeldRequest.pause_id == pause.id, HeldRequest.request_id == Delivery.request_id
    )
    return (
        select(Delivery.request_id)
        .join(Request, Request.id == Delivery.request_id)
        .where(
            Delivery.workspace_id == pause.workspace_id,
            Delivery.destination == pause.instance,
            Delivery.state.in_(("pending", "retry")),
            Request.source_instance != pause.instance,
            ~told,
        )
        .distinct()
        .order_by(Delivery.request_id)
    )


def _title(core: Core, workspace_id: str, instance: str) -> str:
    """What people call the system; empty where nothing is configured under that name."""
    try:
        return core.registry.manifest(core.instance(workspace_id, instance)).title
    except (LookupError, ConfigurationError):
        return ""
