"""Sessions of the portal: they end when idle, when their time is over, and by signing out."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.kernel.crypto import sha256_hex
from hub.kernel.ids import new_id, random_token
from hub.mapping.share import PUBLIC
from hub.services.core import Core
from hub.services.portal import holding
from hub.services.portal.addresses import indexes
from hub.services.portal.views import NoPortal, SignedOut
from hub.settings import PortalSettings
from hub.storage.models import PortalSession

_SEEN_EVERY = timedelta(minutes=1)  # a page has dozens of images, and each would write


def settings(core: Core, workspace_id: str) -> PortalSettings:
    """The workspace's portal. Raises ``NoPortal`` where it has none."""
    found = core.workspace(workspace_id).portal
    if found is None:
        raise NoPortal("this workspace has no portal")
    return found


def begin(core: Core, session: Session, workspace_id: str, way: str, address: str) -> str:
    """Somebody has shown to hold an address: the token of the new session."""
    token, now = random_token(), core.clock.now()
    session.add(
        PortalSession(
            id=new_id(),
            workspace_id=workspace_id,
            token_sha256=sha256_hex(token.encode()),
            way=way,
            address=address,
            address_index=indexes(core, workspace_id, way, address)[0],
            created_at=now,
            seen_at=now,
        )
    )
    return token


def find(core: Core, session: Session, workspace_id: str, token: str) -> PortalSession | None:
    """The session behind a cookie, if it lives."""
    digest = sha256_hex(token.encode("utf-8", "replace"))
    row = session.scalar(select(PortalSession).where(PortalSession.token_sha256 == digest))
    mine = row is not None and row.workspace_id == workspace_id
    return row if mine and row is not None and lives(core, row) else None


def lives(core: Core, row: PortalSession) -> bool:
    """Whether a session lives now."""
    portal = core.workspace(row.workspace_id).portal
    if portal is None or row.ended_at is not None:
        return False
    now = core.clock.now()
    return now < row.seen_at + portal.idle and now < row.created_at + portal.lives


def require(core: Core, session: Session, session_id: str) -> PortalSession:
    """A session that lives and that the browser in front holds. Raises ``SignedOut``."""
    row = session.get_one(PortalSession, session_id)
    if not holding.held(row.token_sha256) or not lives(core, row):
        raise over(core, row)
    return row


def over(core: Core, row: PortalSession) -> SignedOut:
    """What to raise where a document may not be read any more in a session."""
    public = row.address if row.way == PUBLIC else ""
    return SignedOut(core.workspace(row.workspace_id).key, public)


def stale(core: Core, row: PortalSession) -> bool:
    """Whether it is time to note that somebody is still there."""
    return core.clock.now() - row.seen_at >= _SEEN_EVERY


def touch(session: Session, session_id: str, now: datetime) -> None:
    """Somebody is still there."""
    later = PortalSession.id == session_id, PortalSession.seen_at < now
    session.execute(update(PortalSession).where(*later).values(seen_at=now))


def end(core: Core, session: Session, row: PortalSession, *, everywhere: bool) -> None:
    """Sign out here, or wherever the same address is signed in. Those who came by one public link
    have nothing to do with each other."""
    mine = PortalSession.id == row.id
    if everywhere and row.way != PUBLIC:
        stored = indexes(core, row.workspace_id, row.way, row.address)
        mine = (PortalSession.workspace_id == row.workspace_id) & (
            PortalSession.address_index.in_(stored)
        )
    still = PortalSession.ended_at.is_(None)
    session.execute(update(PortalSession).where(mine, still).values(ended_at=core.clock.now()))
