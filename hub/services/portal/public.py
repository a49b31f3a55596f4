"""Public links (B2): whoever has the link and its password may read one document.

The token is derived from the request's id, like a customer's; only its hash is stored, beside the
password's. A wrong password is counted for the browser and for the network that gave it, before
anything is compared, so that a stranger's guesses end the stranger's tries and nobody else's. A
link that there is none of takes as long and gets the same answer.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hub.contracts.requests import ClientContext
from hub.kernel import passwords
from hub.kernel.crypto import sha256_hex
from hub.kernel.errors import Unfit
from hub.kernel.ids import new_id
from hub.kernel.logging import get_logger
from hub.mapping.share import PUBLIC
from hub.services.core import Core
from hub.services.links import token_hash
from hub.services.portal import seeing, sessions
from hub.services.portal.networks import network_of
from hub.services.portal.views import ASKS, GONE
from hub.storage.locks import alone
from hub.storage.models import PublicLink, PublicTry, Request

HOUR = timedelta(hours=1)
MOST_FROM_BROWSER = 5  # wrong ones in an hour, for one link
MOST_FROM_NETWORK = 20  # in an hour, for one link
MOST_OF_NETWORK = 60  # in an hour, whatever links they are for
LOUD = 100  # in an hour, for one link from wherever: it is told in the log
LONGEST_PASSWORD = 300
_log = get_logger(__name__)


def keep(core: Core, session: Session, request: Request, password: str) -> None:
    """Make the link of a request; ``password`` is the hash of its password. It leads nowhere before
    the request is shared."""
    session.add(
        PublicLink(
            id=new_id(),
            workspace_id=request.workspace_id,
            request_id=request.id,
            token_sha256=token_hash(core.vault.mac("public-link", request.id)),
            password=password,
            created_at=core.clock.now(),
        )
    )


def address(core: Core, session: Session, request: Request) -> str:
    """Where anybody with the password reads a request; empty for one that is not public, and where
    the workspace has no portal, which would show nothing there."""
    share = (request.plan or {}).get("share") or {}
    if share.get("audience") != PUBLIC:
        return ""
    links = getattr(core, "links", None)  # nobody makes addresses beside a hub (``paraph explain``)
    if links is None or core.workspace(request.workspace_id).portal is None:
        return ""
    token = _token(core, session, request.id)
    return core.links.public(core.workspace(request.workspace_id).key, token) if token else ""


def token_of(core: Core, session: Session, workspace_id: str, request_id: str) -> str:
    """The token of a request's link; empty where it has none."""
    mine = PublicLink.request_id == request_id, PublicLink.workspace_id == workspace_id
    known = session.scalar(select(PublicLink.id).where(*mine))
    return _token(core, session, request_id) if known is not None else ""


def state(core: Core, session: Session, workspace_id: str, link: str) -> str:
    """What a link's page does: ask for the password, also of a link that there is none of, or tell
    that the document is not shared any more."""
    row = _row(session, workspace_id, link)
    if row is None or seeing.is_public(core, session, workspace_id, row.request_id):
        return ASKS
    return GONE if seeing.was_public(session, row.request_id) else ASKS


def request_of(session: Session, workspace_id: str, link: str) -> str:
    """The id of a link's request; empty for none."""
    row = _row(session, workspace_id, link)
    return row.request_id if row is not None else ""


def enter(
    core: Core, workspace_id: str, link: str, given: str, client: ClientContext, browser: str
) -> str:
    """The token of a new session for the right password. Raises ``Unfit`` for a wrong one, and
    where there were too many. The try is stored first and compared afterwards, so that many at one
    moment are not more than one after the other, and no transaction waits for it."""
    if not given.strip():
        raise Unfit("no_password", "a password is needed", field="password")
    tried = _count(core, workspace_id, link, client, browser)
    with core.db.read() as session:
        row = _row(session, workspace_id, link)
        shared = row is not None and seeing.is_public(core, session, workspace_id, row.request_id)
    try:
        right = passwords.matches(row.password if row and shared else "", given[:LONGEST_PASSWORD])
    except Unfit:  # it was compared with nothing
        with core.db.write() as session:
            session.execute(delete(PublicTry).where(PublicTry.id == tried))
        raise
    if row is None or not right:
        raise Unfit("wrong_password", "that is not the password of this link", field="password")
    with core.db.write() as session:
        session.execute(delete(PublicTry).where(PublicTry.id == tried))
        return sessions.begin(core, session, workspace_id, PUBLIC, row.request_id)


def _count(core: Core, workspace_id: str, link: str, client: ClientContext, browser: str) -> str:
    """Store a try, as if it were wrong; its id. Raises ``Unfit`` where there were too many."""
    network, whose = network_of(core, workspace_id, client.ip), sha256_hex(browser.encode())
    digest, now = token_hash(link), core.clock.now()
    with core.db.write() as session:
        alone(session, f"public-try:{network}")
        columns = PublicTry.link_sha256, PublicTry.session_hash
        recent = PublicTry.workspace_id == workspace_id, PublicTry.created_at > now - HOUR
        mine = session.execute(select(*columns).where(*recent, PublicTry.asked_by == network)).all()
        here = [one.session_hash for one in mine if one.link_sha256 == digest]
        too_many = (
            len(mine) >= MOST_OF_NETWORK
            or len(here) >= MOST_FROM_NETWORK
            or here.count(whose) >= MOST_FROM_BROWSER
        )
        if too_many:
            raise Unfit("too_many_tries", "too many passwords were tried here", field="password")
        row = PublicTry(
            id=new_id(),
            workspace_id=workspace_id,
            link_sha256=digest,
            asked_by=network,
            session_hash=whose,
            created_at=now,
        )
        session.add(row)
        session.flush()
        same = PublicTry.link_sha256 == digest
        if session.scalar(select(func.count()).where(*recent, same)) == LOUD:
            _log.warning("public_link_guessed", request=request_of(session, workspace_id, link))
        return row.id


def _row(session: Session, workspace_id: str, link: str) -> PublicLink | None:
    found = session.scalar(select(PublicLink).where(PublicLink.token_sha256 == token_hash(link)))
    return found if found is not None and found.workspace_id == workspace_id else None


def _token(core: Core, session: Session, request_id: str) -> str:
    """The token that was handed out, also where the master key has changed since."""
    query = select(PublicLink.token_sha256).where(PublicLink.request_id == request_id)
    stored = session.scalar(query)
    made = core.vault.macs("public-link", request_id)
    return next((one for one in made if token_hash(one) == stored), "")
