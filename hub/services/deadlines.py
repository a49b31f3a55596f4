"""When something is due for a request: its reminders and its end, as timer rows, and the quiet
hours."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from hub.engine.outbox import arm, disarm
from hub.services.core import Core
from hub.storage.models import Request

REMINDER = "reminder"
EXPIRY = "expiry"


def start(core: Core, session: Session, request: Request, now: datetime) -> None:
    """The invitation is out: the clock starts."""
    next_reminder(core, session, request, 1, now)


def next_reminder(core: Core, session: Session, request: Request, n: int, now: datetime) -> None:
    """The message before reminder ``n`` has left (or never will): the wait for ``n`` begins."""
    arm(session, **reminder(core, request, n, now))


def reminder(core: Core, request: Request, n: int, now: datetime) -> dict[str, Any]:
    """The timer of reminder ``n``, whose wait begins ``now``."""
    rule = request.plan["reminders"]
    due = now + timedelta(seconds=rule["after"] if n == 1 else rule["every"])
    return {
        "workspace_id": request.workspace_id,
        "kind": REMINDER,
        "entity": request.id,
        "n": n,
        "due_at": after_quiet(due, rule["quiet"], core.workspace(request.workspace_id).zone),
    }


def arm_expiry(session: Session, request: Request) -> None:
    """The request ends at ``expires_at`` whatever happens."""
    arm(session, **expiry(request))


def expiry(request: Request) -> dict[str, Any]:
    """The timer of a request's end."""
    return {
        "workspace_id": request.workspace_id,
        "kind": EXPIRY,
        "entity": request.id,
        "n": 1,
        "due_at": request.expires_at,
    }


def stop(session: Session, request: Request) -> None:
    """The request is over: no reminder, no expiry. In the transaction that ends it."""
    disarm(session, entity=request.id, kinds=(REMINDER, EXPIRY))


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
