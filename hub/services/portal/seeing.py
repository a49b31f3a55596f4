"""Who sees what, in one place: every read of the portal goes through ``visible``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from hub.kernel.errors import NotFound
from hub.services.core import Core
from hub.services.portal import contacts, sessions
from hub.services.portal.sharing import holder_of
from hub.services.portal.views import NoPortal, NotSignedIn
from hub.storage.models import Contact, PortalSession, Request, Share


@dataclass(frozen=True)
class Visitor:
    """Somebody who is signed in: the session, and the contacts whose address it is."""

    session: PortalSession
    contacts: tuple[Contact, ...]

    @property
    def workspace_id(self) -> str:
        """Whose portal it is."""
        return self.session.workspace_id

    @property
    def holders(self) -> list[str]:
        """What shares may name for this visitor to see them."""
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
    if row is None:
        raise NotSignedIn("nobody is signed in")
    found = contacts.with_address(core, session, workspace_id, row.way, row.address)
    if not found:
        raise NotSignedIn("nobody has this address any more")
    return Visitor(row, tuple(found))


def visible(who: Visitor, now: datetime) -> ColumnElement[bool]:
    """Which shares a visitor may see now."""
    return and_(
        Share.workspace_id == who.workspace_id,
        Share.holder.in_(who.holders),
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
