"""How often a request was looked at and taken along (E5): for lists, for one request, for steps.

What was looked at on the sender's own tablet is not counted as the customer's, but apart.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.contracts.events import EventKind
from hub.services import places
from hub.storage.models import Request, RequestEvent, Viewing

_VIEWED, _DOWNLOADED = EventKind.VIEWED.value, EventKind.DOWNLOADED.value
_BY_LINK = RequestEvent.dedupe.not_like(f"{places.AT_THE_SENDERS}%")
VISIT = timedelta(minutes=30)  # who looks again within them is still at the same visit
NONE: Mapping[str, Any] = {"views": 0, "downloads": 0, "last_viewed_at": None}


def of_many(session: Session, request_ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """By request id; one question for all. Requests that nobody has looked at are left out."""
    if not request_ids:
        return {}
    query = (
        select(
            RequestEvent.request_id,
            RequestEvent.kind,
            func.count(),
            func.max(RequestEvent.at),
        )
        .where(
            RequestEvent.request_id.in_(request_ids),
            RequestEvent.kind.in_((_VIEWED, _DOWNLOADED)),
            _BY_LINK,
        )
        .group_by(RequestEvent.request_id, RequestEvent.kind)
    )
    found: dict[str, dict[str, Any]] = {}
    for request_id, kind, count, last in session.execute(query):
        one = found.setdefault(request_id, dict(NONE))
        if kind == _VIEWED:
            one |= {"views": count, "last_viewed_at": last.isoformat()}
        else:
            one["downloads"] = count
    return found


def until(session: Session, request: Request, now: datetime) -> dict[str, Any]:
    """What had been counted at a moment, as steps read it: the same whenever they are tried."""
    query = select(RequestEvent.kind, RequestEvent.at).where(
        RequestEvent.request_id == request.id,
        RequestEvent.kind.in_((_VIEWED, _DOWNLOADED)),
        RequestEvent.at <= now,
        _BY_LINK,
    )
    kinds, moments = [], []
    for kind, at in session.execute(query):
        kinds.append(kind)
        moments.append(at)
    last = max(moments).isoformat(timespec="seconds") if moments else ""
    return {
        "count": kinds.count(_VIEWED),
        "downloads": kinds.count(_DOWNLOADED),
        "last_at": last,
    }


def new_visit(session: Session, place: places.Place, now: datetime) -> str | None:
    """The key of the view that counts now; None where the visit of the last one goes on. The key
    names the look before, so that two at once are one. The sender's tablet has visits of its
    own."""
    who = place.recipient
    views = select(RequestEvent.at, RequestEvent.data).where(
        RequestEvent.request_id == who.request_id, RequestEvent.kind == _VIEWED
    )
    newest = session.execute(views.order_by(RequestEvent.seq.desc()))
    last = next((row.at for row in newest if _told(row.data) == place.whose), None)
    if last is None:
        return f"viewed:{who.key}:"
    fetched = session.scalar(
        select(func.max(Viewing.last_at)).where(
            Viewing.recipient_id == who.id, Viewing.robot.is_(False)
        )
    )
    if fetched is not None and last < fetched < last + VISIT:
        last = fetched  # still reading
    return f"viewed:{who.key}:{last.isoformat()}" if now - last >= VISIT else None


def _told(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name != "_commitments"}


def of_one(session: Session, request: Request) -> dict[str, Any]:
    """The counts with every view and download, oldest first. ``in_person`` is how many of them were
    on the sender's own tablet; ``robots`` are what link previews and scanners fetched: they have
    seen nothing."""
    query = select(RequestEvent).where(
        RequestEvent.request_id == request.id, RequestEvent.kind.in_((_VIEWED, _DOWNLOADED))
    )
    each = [
        {"kind": one.kind, "at": one.at.isoformat(), **one.data}
        for one in session.scalars(query.order_by(RequestEvent.seq))
    ]
    for one in each:
        one.pop("_commitments", None)
    mine = [one for one in each if not one.get("in_person")]
    kinds = [one["kind"] for one in mine]
    return {
        "count": kinds.count(_VIEWED),
        "downloads": kinds.count(_DOWNLOADED),
        "last_at": mine[-1]["at"] if mine else None,
        "in_person": len(each) - len(mine),
        "each": each,
        "robots": _robots(session, request),
    }


def _robots(session: Session, request: Request) -> list[dict[str, Any]]:
    names = {one.id: one.key for one in request.recipients}
    query = select(Viewing).where(Viewing.request_id == request.id, Viewing.robot.is_(True))
    return [
        {
            "recipient": names[one.recipient_id],
            "kind": one.kind,
            "subject": one.subject,
            "times": one.times,
            "first_at": one.first_at.isoformat(),
            "last_at": one.last_at.isoformat(),
        }
        for one in session.scalars(query.order_by(Viewing.id))
    ]
