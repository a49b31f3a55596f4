"""Opening a document from the portal: the page of one request, below ``/s/`` like from any link,
for as long as the session lives and in the browser that holds it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.kernel.ids import new_id
from hub.services import turns
from hub.services.core import Core
from hub.services.links import token_hash
from hub.services.portal import addresses, words
from hub.services.portal.seeing import Visitor, one
from hub.services.portal.sharing import PUBLIC_KEY
from hub.services.wordings import EMAIL
from hub.storage.models import AccessToken, Recipient, Request

PURPOSE = "portal"
_KEY = "portal."


def known_token(core: Core, session: Session, who: Visitor, request_id: str) -> str | None:
    """The token by which this session has opened the request before. Raises ``NotFound`` for what
    the visitor may not see."""
    request = one(core, session, who, request_id)
    recipient = recipient_of(request.recipients, who)
    if recipient is None:
        return None
    token = _token(core, who, recipient)
    stored = select(AccessToken.id).where(AccessToken.sha256 == token_hash(token))
    return token if session.scalar(stored) is not None else None


def open_document(core: Core, session: Session, who: Visitor, request_id: str) -> str:
    """The token of the document's page. Somebody with whom it is shared, and who is none of its
    recipients, becomes one who reads. Raises ``NotFound``."""
    request = one(core, session, who, request_id)
    recipient = recipient_of(request.recipients, who) or _reader(core, session, request, who)
    token = _token(core, who, recipient)
    stored = select(AccessToken.id).where(AccessToken.sha256 == token_hash(token))
    if session.scalar(stored) is None:
        session.add(
            AccessToken(
                id=new_id(),
                workspace_id=request.workspace_id,
                sha256=token_hash(token),
                purpose=PURPOSE,
                request_id=request.id,
                recipient_id=recipient.id,
                portal_session_id=who.session.id,
            )
        )
    return token


def recipient_of(people: Iterable[Recipient], who: Visitor) -> Recipient | None:
    """Whom of a request's people the visitor is: who acts first, and who passed it on last."""
    if who.is_public:
        return next((one for one in people if one.key == PUBLIC_KEY), None)
    mine = list(_with_address(people, who))
    mine.sort(key=lambda one: (one.forwarded_at is not None, one.role not in turns.ACTING, one.id))
    return next(iter(mine), None)


def _with_address(people: Iterable[Recipient], who: Visitor) -> Iterator[Recipient]:
    for one_of_them in people:
        contact = one_of_them.contact
        if who.session.way == EMAIL:
            found = addresses.email_of(contact.get("email") or "")
        else:
            found = contact.get("mobile") or ""
        if found and found == who.session.address:
            yield one_of_them


def _reader(core: Core, session: Session, request: Request, who: Visitor) -> Recipient:
    """A recipient who reads: invited by nobody, since they are here. All who come by a public link
    are one, of whom nothing is known."""
    about: dict[str, Any] = dict.fromkeys(("name", "mobile", "email", "national_id"))
    if who.is_public:
        key, language = PUBLIC_KEY, request.language
        about["name"] = words.anybody(language)
    else:
        key, language = f"{_KEY}{len(request.recipients)}", who.contacts[0].language
        about |= {name: getattr(who.contacts[0], name) for name in ("name", "mobile", "email")}
    reader = Recipient(
        id=new_id(),
        workspace_id=request.workspace_id,
        request_id=request.id,
        key=key,
        role=turns.VIEWER,
        language=language,
        contact=about,
        invited_at=core.clock.now(),
    )
    request.recipients.append(reader)
    session.flush()
    return reader


def _token(core: Core, who: Visitor, recipient: Recipient) -> str:
    return core.vault.mac("portal-link", f"{who.session.id}:{recipient.id}")
