"""Taking agreements back at their providers: owed when the request ends otherwise, or moves on."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.contracts.events import EventKind
from hub.services import owed_kinds
from hub.services.core import Core
from hub.services.hosted import rows
from hub.services.hosted.owing import owe
from hub.storage.models import Delivery, HostedAgreement, Request

_LAST = 1_000_000  # behind every step of placing
_WAITING = ("pending", "retry", "paused")


def end(core: Core, session: Session, request: Request, kind: EventKind) -> None:
    """The request is over: what is under way at a provider is taken back, unless everybody has
    signed it or it is over there as well."""
    if not request.plan.get(rows.ELSEWHERE) or kind is EventKind.COMPLETED:
        return
    row = rows.current(session, request.id)
    if row is not None and row.status in rows.UNDER_WAY:
        take_back(core, session, row)


def take_back(core: Core, session: Session, row: HostedAgreement) -> None:
    """Owe it. What was still to be placed is not wanted any more; a step that is being done at this
    moment ends first."""
    under_way = f"{row.request_id}:{rows.entity(row)}"
    mine = Delivery.entity == under_way, Delivery.kind == owed_kinds.PLACE
    asked = Delivery.seq > 1, Delivery.first_attempt_at.is_not(None)  # the first asks nobody
    nothing_there = session.scalar(select(Delivery.id).where(*mine, *asked).limit(1)) is None
    over = {"state": "cancelled", "claim_id": None, "lease_until": None}
    session.execute(
        update(Delivery)
        .where(*mine, Delivery.state.in_(_WAITING))
        .values(**over, finished_at=core.clock.now())
    )
    row.status = rows.WITHDRAWN
    if nothing_there:
        return
    kind = owed_kinds.WITHDRAW
    owe(core, session, row, kind, rows.entity(row), step=kind, seq=_LAST)
