"""Who sees what, in one place: every read of the portal goes through ``visible``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from hub.kernel.errors import NotFound
from hub.mapping.share import PUBLIC
from hub.services.core import Core
from hub.services.portal import contacts, sessions
from hub.services.portal.sharing import holder_of, public_holder
from hub.services.portal.views import NoPortal, NotSignedIn
from hub.storage.models import Contact, PortalSession, Request, Share


@dataclass(frozen=True)
class Visitor:
    """Somebody who is signed in: the session, and the contacts whose address it is. Whoever has
    given the password of a public link is nobody's contact."""

    session: PortalSession
    contacts: tuple[Contact, ...]

    @property
    def workspace_id(self) -> str:
        """Whose portal it is."""
        return self.session.workspace_id

    @property
    def is_public(self) -> bool:
        """Whether it is whoever came by a public link, and sees that one document."""
        return self.session.way == PUBLIC

    @property
    def holders(self) -> list[str]:
        """What shares may name for this visitor to see them."""
        if self.is_public:
            return [public_holder(self.session.address)]
        customers = {one.customer for one in self.contacts if one.customer}
        return [*(one.id for one in self.contacts), *(holder_of(one) for one in sorted(customers))]


def portal_id(core: Core, workspace: str) -> str:
    """The row id of a workspace that has a portal. Raises ``NoPortal``."""
    found = core.workspace_ids.get(workspace)
    if found is None:
        raise NoPortal("there is no such workspace")
    sessions.settings(core, found)
    return found


def visitor(core: Core, session: Session, workspace_id: str, token: str) -> Visitor:
    """Who is signed in here. Raises ``NotSignedIn``. Read anew each time: who has left the customer
    sees nothing from that moment on."""
    row = sessions.find(core, session, workspace_id, token)
    if row is None or row.way == PUBLIC:  # which leads to its document and to no list
        raise NotSignedIn("nobody is signed in")
    found = _contacts(core, session, row)
    if not found:
        raise NotSignedIn("nobody has this address any more")
    return Visitor(row, found)


def public_visitor(
    core: Core, session: Session, workspace_id: str, token: str, request_id: str
) -> Visitor:
    """Who has given the password of this request's public link. Raises ``NotSignedIn``."""
    row = sessions.find(core, session, workspace_id, token)
    if row is None or row.way != PUBLIC or row.address != request_id:
        raise NotSignedIn("the password was not given here")
    return Visitor(row, ())


def require(core: Core, session: Session, session_id: str, request_id: str) -> None:
    """Raise ``SignedOut`` unless a document that was opened in a session may still be seen there:
    the session lives, the browser in front holds it, and nobody has taken the document away. Reads
    nothing of the request, which whoever writes has yet to hold."""
    row = sessions.require(core, session, session_id)
    who = Visitor(row, () if row.way == PUBLIC else _contacts(core, session, row))
    seen = select(Share.id).where(visible(who, core.clock.now()), Share.request_id == request_id)
    if session.scalar(seen.limit(1)) is None:
        raise sessions.over(core, row)


def _contacts(core: Core, session: Session, row: PortalSession) -> tuple[Contact, ...]:
    found = contacts.with_address(core, session, row.workspace_id, row.way, row.address)
    return tuple(found)


def visible(who: Visitor, now: datetime) -> ColumnElement[bool]:
    """Which shares a visitor may see now."""
    return _held_by(who.workspace_id, who.holders, now)


def is_public(core: Core, session: Session, workspace_id: str, request_id: str) -> bool:
    """Whether a request may be seen now by whoever has its public link and the password."""
    held = _held_by(workspace_id, [public_holder(request_id)], core.clock.now())
    return session.scalar(select(Share.id).where(held, Share.request_id == request_id)) is not None


def was_public(session: Session, request_id: str) -> bool:
    """Whether it could be seen so once."""
    mine = Share.request_id == request_id, Share.holder == public_holder(request_id)
    return session.scalar(select(Share.id).where(*mine)) is not None


def _held_by(workspace_id: str, holders: Sequence[str], now: datetime) -> ColumnElement[bool]:
    return and_(
        Share.workspace_id == workspace_id,
        Share.holder.in_(holders),
        Share.remove_at.is_(None) | (Share.remove_at > now),
    )


def one(core: Core, session: Session, who: Visitor, request_id: str) -> Request:
    """A request that the visitor may see. Raises ``NotFound`` for every other one, there or
    not."""
    query = (
        select(Request)
        .join(Share, Share.request_id == Request.id)
        .where(visible(who, core.clock.now()), Request.id == request_id)
        .limit(1)
    )
    found = session.scalar(query)
    if found is None or found.workspace_id != who.workspace_id:
        raise NotFound("there is no such document")
    return found
