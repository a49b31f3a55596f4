"""Follow-ups: steps of a mapping that are done when somebody asks for them after a request is over,
such as copying what was declined to a new offer (A11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.events import EventKind
from hub.kernel.errors import NotFound, Refused
from hub.mapping.compiled import called
from hub.services import endings, history, made_records, turns
from hub.services.core import Core
from hub.services.step_context import STEP_KIND
from hub.storage.models import Delivery, Request, RequestEvent


def follow_ups(core: Core, workspace_id: str, request_id: str) -> list[dict[str, Any]]:
    """Every follow-up of a request's mapping: whether somebody asked for it, how far its steps are,
    and the records that they made. Raises ``NotFound``."""
    with core.db.read() as session:
        request = turns.own(session, workspace_id, request_id)
        known = core.shelf.version(request.mapping_version_id).call_steps
        return [_told(core, session, request, name) for name in known]


def follow_up(
    core: Core, workspace_id: str, request_id: str, name: str, door: str
) -> dict[str, Any]:
    """Owe the steps of a follow-up, once for each request: asked for again it is told how the first
    time went, with ``repeated``. Raises ``NotFound``, and ``Refused`` while the request is open."""
    with core.db.write() as session:
        request = turns.own(session, workspace_id, request_id)
        known = core.shelf.version(request.mapping_version_id).call_steps
        if name not in known:
            listed = ", ".join(known) or "none"
            raise NotFound(
                f"there is no follow-up '{name[:64]}'; there are: {listed}",
                code="unknown_follow_up",
            )
        if history.is_open(request):
            raise Refused(
                "the request is still open: follow up when it is over, or note the customer's "
                "answer by hand",
                code="request_open",
            )
        told = {"follow_up": name, "door": door}
        now, kind = core.clock.now(), EventKind.FOLLOWED_UP
        new = history.append(session, request, kind, now, dedupe=_dedupe(name), data=told)
        if new:
            endings.owe_steps(core, session, request, called(name))
            session.flush()
        found = _told(core, session, request, name)
    core.wake()
    return {**found, "repeated": not new}


def _dedupe(name: str) -> str:
    return f"follow_up:{name}"


def _told(core: Core, session: Session, request: Request, name: str) -> dict[str, Any]:
    asked = session.scalar(
        select(RequestEvent).where(
            RequestEvent.request_id == request.id, RequestEvent.dedupe == _dedupe(name)
        )
    )
    prefix = f"{called(name)}."
    records = made_records.made_of(core, session, request.workspace_id, [request.id])
    made = [one for one in records.get(request.id, ()) if one["step"].startswith(prefix)]
    return {
        "name": name,
        "asked_at": asked.at.isoformat() if asked is not None else None,
        "steps": _steps(session, request, prefix) if asked is not None else [],
        "records": made,
    }


def _steps(session: Session, request: Request, prefix: str) -> list[Mapping[str, Any]]:
    """How far each step is. Deliveries are swept in the end; what was made stays told."""
    query = (
        select(Delivery.id, Delivery.step, Delivery.destination, Delivery.state)
        .add_columns(Delivery.error_code, Delivery.error_detail)
        .where(
            Delivery.request_id == request.id,
            Delivery.kind == STEP_KIND,
            Delivery.step.startswith(prefix, autoescape=True),
        )
        .order_by(Delivery.seq)
    )
    rows: Iterable[Any] = session.execute(query).mappings()
    return [dict(row) for row in rows]
