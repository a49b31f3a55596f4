"""What is shared with whom (B2): written when a request's link first leaves, and never before, so
that nobody finds in the portal what the sender has not sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.kernel.ids import new_id
from hub.mapping.share import CUSTOMER, PUBLIC
from hub.services.core import Core
from hub.services.portal import contact_news, contacts
from hub.services.portal.contacts import Person
from hub.storage.models import Request, Share

PUBLIC_KEY = "portal.public"  # of the recipient who stands for all that came by the public link
CLOSED = "closed"  # of a plan: it is archived as soon as it ends


def is_shared(request: Request) -> bool:
    """Whether the mapping shares it in the portal."""
    return bool(request.plan.get("share"))


def holder_of(customer: str) -> str:
    """The holder that stands for all contacts of a customer."""
    return f"customer:{customer}"


def public_holder(request_id: str) -> str:
    """The holder that stands for whoever has given the password of a request's public link."""
    return f"{PUBLIC}:{request_id}"


def publish(core: Core, session: Session, request: Request) -> None:
    """Share a request with those whom its mapping names. Later only with whom it was passed on to:
    what its record says of the customer's contacts is as old as the request, and others have left
    or come since."""
    plan: Mapping[str, Any] | None = request.plan.get("share")
    if not plan:
        return
    known = set(session.scalars(select(Share.holder).where(Share.request_id == request.id)))
    customer = f"{request.source_instance}/{plan['customer']}" if plan["customer"] else ""
    of = contacts.Of(request.workspace_id, customer, plan["customer_name"])
    people = [
        Person.of(one.contact | {"language": one.language}, request.language)
        for one in request.recipients
        if not known or one.forwarded_from is not None
    ]
    listed = [] if known else [Person.of(one, request.language) for one in plan["contacts"]]
    named = contacts.keep(core, session, of, people, afresh=not known)
    if listed:
        contacts.keep(core, session, of, [*people, *listed], afresh=True, all_of_them=True)
    holders = [row.id for row in named]
    if plan["audience"] == CUSTOMER and customer:
        holders.append(holder_of(customer))
    if plan["audience"] == PUBLIC:
        holders.append(public_holder(request.id))
    for holder in dict.fromkeys(holders):
        if holder not in known:
            session.add(_row(core, request, plan["audience"], holder))
    session.flush()
    if not known:
        contact_news.tell(core, session, request, contact_news.SHARED)


def ended(session: Session, request: Request, now: datetime) -> None:
    """The request is over: from when on it stands in the archive, and nowhere any more (B4)."""
    plan = request.plan.get("share")
    if plan:
        closed = request.plan.get(CLOSED)
        archive_at = now if closed else _later(now, plan["archive_after"])
        _file(session, request, archive_at, _later(now, plan["remove_after"]))


def reopened(session: Session, request: Request) -> None:
    """Its acceptance was cleared: it stands among the open ones again."""
    if is_shared(request):
        _file(session, request, None, None)


def archive(core: Core, session: Session, request: Request) -> bool:
    """Into the archive now, since the record upstream is closed (B1). False where it is not
    shared with anybody."""
    plan = request.plan.get("share")
    if not plan:
        return False
    now = core.clock.now()
    mine = Share.request_id == request.id
    earlier = Share.archive_at.is_(None) | (Share.archive_at > now)
    session.execute(update(Share).where(mine, earlier).values(archive_at=now))
    return session.scalar(select(Share.id).where(mine).limit(1)) is not None


def _file(
    session: Session, request: Request, archive_at: datetime | None, remove_at: datetime | None
) -> None:
    filed = {"archive_at": archive_at, "remove_at": remove_at}
    session.execute(update(Share).where(Share.request_id == request.id).values(**filed))


def _later(now: datetime, seconds: float | None) -> datetime | None:
    return now + timedelta(seconds=seconds) if seconds is not None else None


def _row(core: Core, request: Request, audience: str, holder: str) -> Share:
    return Share(
        id=new_id(),
        workspace_id=request.workspace_id,
        request_id=request.id,
        holder=holder,
        audience=audience,
        created_at=core.clock.now(),
    )
