"""When something is due for a request: its reminders and its end, as timer rows, and the quiet
hours."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from hub.engine.outbox import arm, disarm
from hub.services.core import Core
from hub.storage.models import Recipient, Request

REMINDER = "reminder"
EXPIRY = "expiry"
ROUND = 10  # timers of one entity count on where an acceptance was cleared: 11 is its first again


def start(
    core: Core, session: Session, request: Request, now: datetime, whose: str | None = None
) -> None:
    """The invitation is out: the clock starts. ``whose`` is a recipient's id, where it is not the
    request's first one."""
    next_reminder(core, session, request, 1, now, whose)


def next_reminder(
    core: Core,
    session: Session,
    request: Request,
    n: int,
    now: datetime,
    whose: str | None = None,
) -> None:
    """The message before reminder ``n`` has left (or never will): the wait for ``n`` begins."""
    arm(session, **reminder(core, request, n, now, whose))


def reminder(
    core: Core, request: Request, n: int, now: datetime, whose: str | None = None
) -> dict[str, Any]:
    """The timer of reminder ``n``, whose wait begins ``now``."""
    rule = request.plan["reminders"]
    due = now + timedelta(seconds=rule["after"] if n == 1 else rule["every"])
    return {
        "workspace_id": request.workspace_id,
        "kind": REMINDER,
        "entity": whose or request.id,
        "n": n + ROUND * request.plan.get("round", 0),
        "due_at": after_quiet(due, rule["quiet"], core.workspace(request.workspace_id).zone),
    }


def arm_expiry(session: Session, request: Request) -> None:
    """The request ends at ``expires_at`` whatever happens, and not at a former one."""
    disarm(session, entity=request.id, kinds=(EXPIRY,))
    arm(session, **expiry(request))


def expiry(request: Request) -> dict[str, Any]:
    """The timer of a request's end."""
    return {
        "workspace_id": request.workspace_id,
        "kind": EXPIRY,
        "entity": request.id,
        "n": 1 + request.plan.get("round", 0),
        "due_at": request.expires_at,
    }


def forget(session: Session, request: Request, recipient: Recipient) -> None:
    """Nobody is waited for here any more, or from the beginning again: no reminder to them."""
    first = recipient is request.recipients[0]
    disarm(session, entity=request.id if first else recipient.id, kinds=(REMINDER,))


def stop(session: Session, request: Request) -> None:
    """The request is over: no reminder, no expiry. In the transaction that ends it."""
    for entity in (request.id, *(one.id for one in request.recipients[1:])):
        disarm(session, entity=entity, kinds=(REMINDER, EXPIRY))


def after_quiet(moment: datetime, quiet: list[str] | None, zone: str) -> datetime:
    """``moment``, or the end of the quiet hours it falls into. All in UTC; the hours are local."""
    if not quiet:
        return moment
    begin, end = (time.fromisoformat(text) for text in quiet)
    local = moment.astimezone(ZoneInfo(zone))
    clock = local.timetz().replace(tzinfo=None)
    inside = begin <= clock < end if begin <= end else clock >= begin or clock < end
    if not inside:
        return moment
    day = local.date() + timedelta(days=1 if begin > end and clock >= begin else 0)
    over = datetime.combine(day, end, ZoneInfo(zone))
    first, second = (over.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    # In the hour that comes twice, what is due in its second pass waits for the second end.
    return first if first >= moment else second
