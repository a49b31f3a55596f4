"""How a request ends, and what is then owed to others: one transaction for both (F1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.contracts.events import EventKind
from hub.contracts.requests import Reason
from hub.engine.outbox import owe
from hub.engine.work import Work
from hub.kernel.crypto import sha256_hex
from hub.services import deadlines, history, line_moves, news, step_places
from hub.services.core import Core
from hub.services.hosted import withdrawing
from hub.services.portal import sharing
from hub.services.step_context import STEP_KIND, step_context
from hub.storage.models import Delivery, Inbound, Recipient, Request, SigningOrder

# What may happen several times to one request, and is then followed by its steps each time.
_EACH_TIME = frozenset(
    kind.value
    for kind in (
        EventKind.PREPARED,
        EventKind.REPLACED,
        EventKind.CHANGE_REFUSED,
        EventKind.SIGNED,
        EventKind.APPROVED,
        EventKind.UNREACHABLE,
        EventKind.UNDELIVERED,
        EventKind.VIEWED,
        EventKind.DOWNLOADED,
        EventKind.REMARKED,
        EventKind.REPLIED,
        EventKind.FORWARDED,
        EventKind.CHASED,
        EventKind.CLEARED,
        EventKind.HELD,
        EventKind.RESUMED,
    )
)
# Endings that nobody's doing caused, whom their news would name.
_TOLD = (EventKind.EXPIRED, EventKind.FAILED)
DAYS = timedelta(days=2)  # from then on "for several days" is true


def fail(
    core: Core, session: Session, request: Request, reason: Reason, *, detail: str | None = None
) -> None:
    """The request has failed, for a reason that the upstream's user is told in words."""
    if not history.is_open(request):
        return
    request.reason = reason.value
    request.reason_detail = detail
    end(core, session, request, EventKind.FAILED, "failed", data={"reason": reason.value})


def giving_up(core: Core, work: Work) -> Reason:
    """Why a delivery without a reason of its own was given up: after days, or at once."""
    if core.clock.wall() - work.first_attempt_at >= DAYS:
        return Reason.GAVE_UP
    return Reason.SYSTEM_REFUSED


def end(
    core: Core,
    session: Session,
    request: Request,
    kind: EventKind,
    owed: str,
    *,
    data: Mapping[str, Any] | None = None,
    personal: Mapping[str, Any] | None = None,
    about: Mapping[str, Any] | None = None,
) -> bool:
    """Record the ending, stop what is under way, owe what the mapping says for ``owed``. ``about``
    is what its steps are told beside the recipient. False when it had ended otherwise at the same
    moment: then nothing is stored."""
    if not history.is_open(request):
        return False
    now = core.clock.now()
    dedupe = f"end:{kind}{round_of(request)}"
    if not history.append(session, request, kind, now, dedupe=dedupe, data=data, personal=personal):
        return False
    deadlines.stop(session, request)
    drop_messages(session, request, now)
    _withdraw_orders(session, request, kind)
    withdrawing.end(core, session, request, kind)
    sharing.ended(session, request, now)
    if kind is not EventKind.COMPLETED:
        # a later hook with the same content is a new wish, not a repetition of this one
        session.execute(
            update(Inbound)
            .where(Inbound.request_id == request.id, Inbound.source == "hook")
            .values(dedupe=None)
        )
    told = {name: value for name, value in (data or {}).items() if name == "recipient"}
    owe_steps(core, session, request, owed, about={**told, **(about or {})})
    if kind in _TOLD:
        news.tell(core, session, request, kind.value)
    for event, line in line_moves.ended(core, session, request, kind):
        owe_steps(core, session, request, event, line)
    return True


def invited(core: Core, session: Session, request: Request) -> None:
    """Owe what follows from the link being on its way, also for each line that is offered by it."""
    owe_steps(core, session, request, EventKind.INVITED.value)
    for event, line in line_moves.offered(core, session, request):
        owe_steps(core, session, request, event, line)


def owe_steps(
    core: Core,
    session: Session,
    request: Request,
    event: str,
    line: str | None = None,
    about: Mapping[str, Any] | None = None,
) -> None:
    """Owe every step that the request's mapping version has for ``event``, in their order. ``line``
    is the id of the line that it is about, ``about`` what else ``step_context`` tells."""
    now = core.clock.now()

    def context() -> dict[str, Any]:
        return step_context(core, session, request, event, now, line, about)

    _owe(core, session, request, steps(core, request, event, now, context, line, about=about))


def _owe(core: Core, session: Session, request: Request, owed: Iterable[Mapping[str, Any]]) -> None:
    """Owe each that was never done. Of what was done before an acceptance was cleared, the delivery
    may be deleted since; its event stays."""
    again = bool(round_of(request))
    for one in owed:
        if not (again and history.known(session, request, one["key"])):
            owe(session, **one)
    core.wake()


def owe_waiting(core: Core, session: Session, request: Request, event: str) -> None:
    """Owe the steps of ``event`` that could not be done before the evidence was there."""
    now = request.finished_at or core.clock.now()

    def context() -> dict[str, Any]:
        return step_context(core, session, request, event, now)

    _owe(core, session, request, steps(core, request, event, now, context, waiting=True))


def steps(
    core: Core,
    request: Request,
    event: str,
    now: datetime,
    context: Callable[[], Mapping[str, Any]],
    line: str | None = None,
    *,
    waiting: bool = False,
    about: Mapping[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """What ``owe_steps`` owes, for ``hub.engine.outbox.owe``. ``context`` is what ``step_context``
    gives; it is asked for where items have to be counted. ``waiting``: only those that need the
    evidence, which are left out otherwise."""
    mapping = core.shelf.version(request.mapping_version_id)
    base = request.event_seq * 1000
    each = _occasion(request, event, line)
    again = round_of(request)
    told = {**({} if line is None else {"line": line}), **({"about": about} if about else {})}
    return [
        {
            "workspace_id": request.workspace_id,
            "request_id": request.id,
            "entity": step_places.entity(request, step, place, event),
            "kind": STEP_KIND,
            "step": step.key,
            "destination": place,
            "payload": {"event": event, "at": now.isoformat(), **told},
            "key": f"{request.id}:{each}:{step.key}{_again(step.key, again)}",
            "seq": base + index,
            "now": now,
            "wall": core.clock.wall(),
        }
        for index, step in enumerate(mapping.steps(event, context, now))
        if bool(step.sealed) is waiting
        for place in (step_places.destination(core, request, step),)
    ]


def _occasion(request: Request, event: str, line: str | None) -> str:
    """What tells one occasion of an event from another. A line is decided once, however often its
    case is signed."""
    if line is not None:
        return f"{event}:{sha256_hex(line.encode())[:16]}"
    return f"{event}:{request.event_seq}" if event in _EACH_TIME else event


def round_of(request: Request) -> str:
    """Tells what happens after an acceptance was cleared from what happened before."""
    return f":again{request.plan['round']}" if request.plan.get("round") else ""


def opening_of(request: Request, recipient: Recipient) -> str:
    """The key of the event that somebody opened the link, since the last clearing."""
    return f"opened:{recipient.key}{round_of(request)}"


def _again(step: str, round_: str) -> str:
    """What was made once is not made again when a cleared case is signed once more; what is written
    back is."""
    return round_ if step.startswith("back.") else ""


def out_of(request: Request, recipient: Recipient) -> str:
    """The entity under which somebody's messages leave, one after the other."""
    first = recipient is request.recipients[0]
    return f"{request.id}:out" if first else f"{request.id}:out:{recipient.key}"


def drop_messages(
    session: Session, request: Request, now: datetime, whose: Recipient | None = None
) -> None:
    """Messages that have not left yet are not wanted any more; only those to ``whose``, where
    named."""
    waiting = (
        update(Delivery)
        .where(Delivery.request_id == request.id, Delivery.kind == "message")
        .where(Delivery.state.in_(("pending", "retry", "paused")))
    )
    if whose is not None:
        waiting = waiting.where(Delivery.entity == out_of(request, whose))
    over = {"state": "cancelled", "claim_id": None, "lease_until": None, "finished_at": now}
    session.execute(waiting.values(**over))


def _withdraw_orders(session: Session, request: Request, kind: EventKind) -> None:
    """Orders under way at providers end with the request. A signature in hand is judged even then,
    unless a person ended the request."""
    by_person = kind in (EventKind.DECLINED, EventKind.CANCELLED, EventKind.DECIDED)
    ends = ("creating", "pending", *(("complete",) if by_person else ()))
    under_way = select(SigningOrder).where(
        SigningOrder.request_id == request.id, SigningOrder.status.in_(ends)
    )
    for order in session.scalars(under_way):
        order.status = "cancelled"
        order.code = "request_over"
