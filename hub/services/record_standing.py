"""How a record's request stands, for the pages behind the record's buttons. Reads rows only."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.events import EventKind
from hub.kernel.errors import ConfigurationError
from hub.services import history, in_hand, paper_views, people_states, reading, record_talk
from hub.services.core import Core
from hub.services.document_views import PersonView
from hub.services.hosted import rows, surveying
from hub.services.links import CHECK, DECIDE, TALK
from hub.services.portal import public
from hub.services.record_views import (
    GONE,
    HERE,
    IN_HAND,
    OVER,
    PLACING,
    AgreementView,
    NotedView,
    RecordView,
)
from hub.services.step_context import reason_text
from hub.storage.models import Delivery, HostedAgreement, Recipient, Request, RequestEvent

_SOON = timedelta(seconds=30)  # real time: a reading that has not begun by then is told as late


def standing(
    core: Core, session: Session, request: Request, empty: RecordView, *, others: bool
) -> RecordView:
    """``empty`` with everything of the request. ``others``: more of the record's are open."""
    row = rows.current(session, request.id)
    number = request.plan["number"] or request.source_id
    title = request.title if number in request.title else f"{request.title} ({number})"
    totals = paper_views.totals_view(request)
    return replace(
        empty,
        record_title=title,
        request_id=request.id,
        state=request.state,
        reason=reason_text(request, empty.language)
        if request.state in ("failed", "declined")
        else "",
        obstacle=_obstacle(core, session, request, row, empty.action),
        people=tuple(_person(one) for one in request.recipients),
        agreement=_agreement(core, session, row) if row is not None else None,
        noted=noted(session, request) if request.decision else None,
        lines=paper_views.lines_view(request) if empty.action == DECIDE else (),
        currency=totals.currency if totals is not None else "",
        others=others,
        talk=record_talk.talk(session, request) if empty.action == TALK else (),
        writers=record_talk.writers(session, request) if empty.action == TALK else (),
        unread=reading.unread(session, [request.id]).get(request.id, 0),
        public_link=public.address(core, session, request),
    )


def _obstacle(
    core: Core, session: Session, request: Request, row: HostedAgreement | None, action: str
) -> str:
    """Why what the button does cannot be done now; empty where it can."""
    open_now = history.is_open(request)
    if action == TALK:
        return ""
    if action == CHECK:
        return _unseen(core, request, row, open_now)
    if not open_now:
        return OVER
    return IN_HAND if in_hand.held(session, request.id) else ""


def _unseen(core: Core, request: Request, row: HostedAgreement | None, open_now: bool) -> str:
    """Why it cannot be read how it stands at its provider."""
    if row is not None and row.status == rows.STANDING:
        return ""
    if not open_now:
        return OVER
    if row is None:
        return PLACING if rows.is_hosted(core, request) else HERE
    return {rows.PLACING: PLACING, rows.OVER: ""}.get(row.status, GONE)


def _person(one: Recipient) -> PersonView:
    name = one.contact.get("name") or ""
    return PersonView(name, one.role, people_states.state(one), at=one.signed_at)


def _agreement(core: Core, session: Session, row: HostedAgreement) -> AgreementView:
    owed = surveying.owed_now(session, row)
    told = rows.told(core, row)
    return AgreementView(
        title=_title(core, row),
        status=row.status,
        state=row.state,
        word=row.word,
        reference=row.reference,
        url=told["url"],
        looked_at=row.looked_at,
        reading=owed is not None,
        away=owed is not None and _away(owed, core.clock.wall()),
    )


def _away(owed: Delivery, wall: datetime) -> bool:
    """Whether the reading has failed and is tried again later, or does not begin."""
    if owed.state == "retry" and owed.next_at > wall:
        return True
    return owed.state == "paused" or wall - owed.next_at > _SOON


def _title(core: Core, row: HostedAgreement) -> str:
    try:
        return core.registry.manifest(core.instance(row.workspace_id, row.provider)).title
    except ConfigurationError:  # the instance was removed
        return row.provider


def noted(session: Session, request: Request) -> NotedView | None:
    """The answer that was noted, with who took it, from the history."""
    query = select(RequestEvent).where(
        RequestEvent.request_id == request.id, RequestEvent.kind == EventKind.DECIDED.value
    )
    event = session.scalar(query.order_by(RequestEvent.seq.desc()).limit(1))
    if event is None:
        return None
    said = event.personal or {}
    return NotedView(
        decision=event.data["decision"],
        by=said.get("by", {}).get("value", ""),
        how=event.data["how"],
        remark=said.get("remark", {}).get("value", ""),
        at=event.at,
    )
