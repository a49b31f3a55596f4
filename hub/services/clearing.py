"""An operator takes an acceptance back (C5): the case can be signed again, and the history keeps
who had signed, who cleared it and why."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.events import EventKind
from hub.contracts.requests import RequestState
from hub.kernel.errors import Refused, Unfit
from hub.services import deadlines, endings, history, in_hand, line_moves, places, turns
from hub.services.core import Core
from hub.services.hosted import moving, rows
from hub.services.mappings import ActiveMapping, open_key
from hub.services.portal import sharing
from hub.services.turns import unknown_recipient
from hub.storage import queries_request as queries
from hub.storage.models import Acceptance, Recipient, Request

LONGEST_REASON = 1000
_CLEARED_FROM = frozenset({RequestState.SIGNED, RequestState.COMPLETED})


def clear(
    core: Core,
    workspace_id: str,
    request_id: str,
    by: str,
    reason: str,
    recipient_key: str | None = None,
) -> None:
    """Take back one recipient's acceptance, or everybody's, and invite them again. Raises
    ``NotFound``; ``Unfit`` without a reason; ``Refused`` when nothing is signed, a signature is
    being judged, or the record has another open request meanwhile."""
    said = reason.strip()
    if not 0 < len(said) <= LONGEST_REASON:
        raise Unfit("no_reason", f"say why, in 1 to {LONGEST_REASON} characters", field="reason")
    with core.db.write() as session:
        request = turns.own(session, workspace_id, request_id)
        taken = _to_clear(session, request, recipient_key)
        _reopen(core, session, request)
        now = core.clock.now()
        for acceptance, person in taken:
            acceptance.current, acceptance.cleared_at = None, now
            acceptance.cleared = {"by": by, "reason": said}
            person.signed_at = None
        places.end_tablets(session, request, now)  # a locked one must not open again by itself
        session.flush()
        request.signature = _last_left(session, request)
        _wait_anew(session, request, {person.id for _, person in taken}, now)
        history.append(
            session,
            request,
            EventKind.CLEARED,
            now,
            dedupe=f"cleared:{request.plan['round']}",
            data={"by": by, "recipients": [person.key for _, person in taken]},
            personal={"reason": said},
        )
        deadlines.arm_expiry(session, request)
        about = {"reason": said, **({"recipient": recipient_key} if recipient_key else {})}
        endings.owe_steps(core, session, request, EventKind.CLEARED.value, about=about)
        for event, line in line_moves.reopened(core, session, request):
            endings.owe_steps(core, session, request, event, line)
        _ask_again(core, session, request)
    core.wake()


def _ask_again(core: Core, session: Session, request: Request) -> None:
    """What was signed at a hosted provider stays what it is: it gets the case anew."""
    if rows.is_hosted(core, request):
        moving.replace(core, session, request, "cleared")
    else:
        turns.invite(core, session, request)


def _to_clear(
    session: Session, request: Request, recipient_key: str | None
) -> list[tuple[Acceptance, Recipient]]:
    if RequestState(request.state) not in _CLEARED_FROM:
        raise Refused(f"nothing is signed: the request is {request.state}", code="not_signed")
    if in_hand.held(session, request.id):
        raise Refused("a signature is being checked: see how it ends", code="signature_in_hand")
    people = {one.id: one for one in request.recipients}
    query = select(Acceptance).where(
        Acceptance.request_id == request.id, Acceptance.current.is_(True)
    )
    found = [(one, people[one.recipient_id]) for one in session.scalars(query)]
    if recipient_key is not None and recipient_key not in {one.key for one in people.values()}:
        raise unknown_recipient(request, recipient_key)
    if recipient_key is not None:
        found = [(one, person) for one, person in found if person.key == recipient_key]
    if not found:
        raise Refused("this recipient has signed nothing", code="not_signed")
    return found


def _reopen(core: Core, session: Session, request: Request) -> None:
    """The request is open again, for as long as it was at first."""
    now = core.clock.now()
    request.plan = {**request.plan, "round": int(request.plan.get("round", 0)) + 1}
    if request.open_key is None:
        other = queries.OPEN.first(
            session, {"workspace_id": request.workspace_id, "open_key": _open_key(core, request)}
        )
        if other is not None:
            raise Refused(
                "the record has another open request meanwhile: cancel that one first",
                code="other_open",
            )
        request.open_key = _open_key(core, request)
    sharing.reopened(session, request)
    request.finished_at = None
    request.expires_at = now + timedelta(seconds=request.plan["expires_after"])
    session.flush()


def _last_left(session: Session, request: Request) -> dict[str, Any] | None:
    """The last signature that still holds."""
    mine = select(Acceptance).where(
        Acceptance.request_id == request.id,
        Acceptance.kind == "signed",
        Acceptance.current.is_(True),
    )
    last = mine.order_by(Acceptance.at.desc(), Acceptance.id.desc()).limit(1)
    left = session.scalar(last)
    if left is None:
        return None
    return {name: said for name, said in left.signature.items() if name not in ("ink_svg", "text")}


def _wait_anew(session: Session, request: Request, cleared: set[str], now: datetime) -> None:
    """Who signs again, and who is not at turn any more because of it, is invited and reminded from
    the beginning, each when it is their turn."""
    due = {one.id for one in turns.at_turn(request.recipients)}
    for one in turns.waited_for(request.recipients):
        if one.id in cleared or one.id not in due:
            one.invited_at = None
            deadlines.forget(session, request, one)
            endings.drop_messages(session, request, now, one)


def _open_key(core: Core, request: Request) -> str:
    version = core.shelf.version(request.mapping_version_id)
    return open_key(ActiveMapping(version, request.mapping_version_id), request.source_id)
