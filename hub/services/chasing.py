"""Chasing: the sender asks a customer once more, by hand (E1), and sees whom to ask (B7).

A chase is a message of its own, with a text of its own; it counts beside the reminders that leave
by themselves and is told in the history as ``chased``. Quiet hours hold nothing back here: somebody
has pressed the button now.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.requests import RequestState
from hub.kernel.errors import NotFound, Refused
from hub.services import history, in_hand, messages, turns
from hub.services.core import Core
from hub.services.list_rows import Shown, request_item
from hub.storage.models import Delivery, Recipient, Request

PAGE = 50
AGAIN = timedelta(minutes=10)  # a second click is no second chase
_SENT = RequestState.SENT.value


def chase(core: Core, workspace_id: str, request_id: str, recipient_key: str | None = None) -> int:
    """Ask everybody whose turn it is once more, or the one named; how many messages are owed.
    Raises ``NotFound``, ``Refused`` where there is nobody to ask, or somebody was asked a moment
    ago."""
    with core.db.write() as session:
        request = session.get(Request, request_id, with_for_update=True)
        if request is None or request.workspace_id != workspace_id:
            raise NotFound("there is no request with this id")
        if not history.is_open(request):
            raise Refused(f"it is over: the request is {request.state}", code="request_over")
        if in_hand.held(session, request.id):
            raise Refused("a signature is being checked: see how it ends", code="signature_in_hand")
        owed = sum(_ask_again(core, session, request, one) for one in _whom(request, recipient_key))
        if not owed:
            raise Refused("no channel reaches them: see to the addresses", code="unreachable")
    core.wake()
    return owed


def unopened(core: Core, workspace_id: str, days: int, after: str | None = None) -> dict[str, Any]:
    """A page of requests that were sent ``days`` days ago or earlier and that nobody has opened,
    the oldest first."""
    before = core.clock.now() - timedelta(days=days)
    query = select(Request.id).where(
        Request.workspace_id == workspace_id,
        Request.state == _SENT,
        Request.created_at <= before,
    )
    if after is not None:
        query = query.where(Request.id > after)
    with core.db.read() as session:
        ids = list(session.scalars(query.order_by(Request.id).limit(PAGE + 1)))
        shown = Shown.read(core, session, workspace_id, ids[:PAGE])
        times = chased(session, ids[:PAGE])
        items = [{**request_item(shown, one), **times[one]} for one in ids[:PAGE]]
    return {"items": items, "next": ids[PAGE - 1] if len(ids) > PAGE else None}


def _whom(request: Request, recipient_key: str | None) -> list[Recipient]:
    waiting = waited(request)
    if recipient_key is not None:
        if recipient_key not in {one.key for one in request.recipients}:
            raise turns.unknown_recipient(request, recipient_key)
        waiting = [one for one in waiting if one.key == recipient_key]
    if not waiting:
        raise Refused("nobody who was asked is waited for now", code="nobody_waited_for")
    return waiting


def waited(request: Request) -> list[Recipient]:
    """Who was asked and is waited for now."""
    return [one for one in turns.at_turn(request.recipients) if one.invited_at is not None]


def too_soon(core: Core, session: Session, request: Request, whom: Recipient) -> bool:
    """Whether somebody was chased a moment ago."""
    last, _ = _last(session, request, whom)
    return last is not None and core.clock.now() - last < AGAIN


def _ask_again(core: Core, session: Session, request: Request, whom: Recipient) -> bool:
    if too_soon(core, session, request, whom):
        raise Refused("they were asked a moment ago", code="chased_just_now")
    _, number = _last(session, request, whom)
    return messages.owe_message(core, session, request, messages.CHASE, number + 1, recipient=whom)


def _last(session: Session, request: Request, whom: Recipient) -> tuple[datetime | None, int]:
    """When somebody was last chased, and how often so far."""
    mine = select(Delivery.seq, Delivery.created_at, Delivery.payload).where(
        Delivery.request_id == request.id,
        Delivery.kind == messages.KIND,
        Delivery.step.startswith(f"{messages.CHASE}."),
    )
    first = request.recipients[0].id
    rows = [row for row in session.execute(mine) if row.payload.get("recipient", first) == whom.id]
    return max((row.created_at for row in rows), default=None), max(
        (row.seq for row in rows), default=0
    )


def chased(session: Session, ids: list[str]) -> dict[str, dict[str, Any]]:
    """How often each was chased, and when last."""
    told: dict[str, dict[str, Any]] = {one: {"chased": 0, "chased_at": None} for one in ids}
    query = select(Delivery.request_id, Delivery.created_at).where(
        Delivery.request_id.in_(ids),
        Delivery.kind == messages.KIND,
        Delivery.step.startswith(f"{messages.CHASE}."),
    )
    for request_id, at in session.execute(query.order_by(Delivery.id)):
        of = told[str(request_id)]
        told[str(request_id)] = {"chased": of["chased"] + 1, "chased_at": at.isoformat()}
    return told
