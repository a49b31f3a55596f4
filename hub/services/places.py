"""What a customer's link leads to, and what may be done there now."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.contracts.requests import RequestState
from hub.services import history, in_hand, turns
from hub.services.core import Core
from hub.services.hosted.rows import ELSEWHERE
from hub.services.links import TOKEN_LENGTH, token_hash
from hub.services.portal import seeing
from hub.services.portal.sharing import PUBLIC_KEY
from hub.services.views import CaseClosed, LinkInvalid
from hub.storage.models import AccessToken, Recipient, Request, SigningOrder

IN_PERSON = "in_person"  # purpose of a link that is opened on the sender's tablet
AT_THE_SENDERS = "in_person:"  # how the keys begin of what is looked at there


@dataclass(frozen=True)
class Place:
    """What a valid link leads to."""

    request: Request
    recipient: Recipient
    in_person: bool = False  # on the sender's own tablet
    portal: bool = False  # opened from the portal
    token: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """What the link's holder is called."""
        return self.recipient.contact.get("name") or ""

    @property
    def told(self) -> dict[str, bool]:
        """What events and acceptances tell of where it was opened: ``in_person`` on the tablet."""
        return {"in_person": True} if self.in_person else {}

    @property
    def whose(self) -> dict[str, object]:
        """What an event says of who looks, and on whose device."""
        return {"recipient": self.recipient.key, **self.told}

    def kept_apart(self, key: str) -> str:
        """The key of a look's event: one on the sender's own tablet is not the customer's."""
        return f"{AT_THE_SENDERS}{key}" if self.in_person else key

    @property
    def public(self) -> bool:
        """Whether it was opened by a public link, where nobody knows who looks."""
        return self.portal and self.recipient.key == PUBLIC_KEY

    @property
    def locked(self) -> bool:
        """Whether it is a tablet's link, and all was done there."""
        over = self.recipient.signed_at is not None or not history.is_open(self.request)
        return self.in_person and over


def find(core: Core, session: Session, token: str) -> Place:
    """The request behind a link token. Raises ``LinkInvalid`` and gives no hint why, ``SignedOut``
    for a link of the portal whose session is over, or is another browser's."""
    if len(token) != TOKEN_LENGTH:
        raise LinkInvalid("not a link token")
    row = session.scalar(select(AccessToken).where(AccessToken.sha256 == token_hash(token)))
    if row is None or row.revoked_at is not None:
        raise LinkInvalid("no such link token")
    if row.portal_session_id is not None:
        seeing.require(core, session, row.portal_session_id, row.request_id)
    request = session.get_one(Request, row.request_id)
    recipient = next(one for one in request.recipients if one.id == row.recipient_id)
    return Place(
        request,
        recipient,
        in_person=row.purpose == IN_PERSON,
        portal=row.portal_session_id is not None,
        token=token,
    )


def find_shown(core: Core, session: Session, token: str) -> Place:
    """Like ``find``; raises ``LinkInvalid`` also on a tablet that is locked."""
    place = find(core, session, token)
    if place.locked:
        raise LinkInvalid("the tablet is locked")
    return place


def find_open(core: Core, session: Session, token: str) -> Place:
    """Like ``find``; raises ``CaseClosed`` when nothing can be done any more."""
    place = find(core, session, token)
    acted = place.recipient.signed_at or place.recipient.forwarded_at
    if not history.is_open(place.request) or acted is not None:
        raise CaseClosed("the request is over")
    return place


def find_unsigned(core: Core, session: Session, token: str) -> Place:
    """Like ``find_open``; raises ``CaseClosed`` also while a signature is being judged, and when it
    is not this one's turn."""
    place = find_open(core, session, token)
    if place.request.plan.get(ELSEWHERE):
        raise CaseClosed("it is read and signed at the provider that keeps it")
    if not turns.may_act(place.request, place.recipient):
        raise CaseClosed("others come first")
    if in_hand.being_judged(session, place.recipient.id) is not None:
        raise CaseClosed("a signature is being checked")
    return place


def refuse_late(place: Place, now: datetime) -> None:
    """Raise ``CaseClosed`` once the request's time is over, also where its timer comes late: the
    page says so from that moment on."""
    if now >= place.request.expires_at:
        raise CaseClosed("the request's time is over")


def end_tablets(
    session: Session, request: Request, now: datetime, whose: Recipient | None = None
) -> None:
    """Links that were opened on tablets of the sender lead nowhere any more; only those of one
    person, where named."""
    mine = [AccessToken.request_id == request.id, AccessToken.purpose == IN_PERSON]
    if whose is not None:
        mine.append(AccessToken.recipient_id == whose.id)
    still = AccessToken.revoked_at.is_(None)
    session.execute(update(AccessToken).where(*mine, still).values(revoked_at=now))


def seen_state(request: Request, recipient: Recipient) -> RequestState:
    """Where a request stands for one of its people: the signature of another one is not theirs."""
    state = RequestState(request.state)
    if not history.is_open(request):
        return state
    if recipient.signed_at is not None:
        return RequestState.SIGNED
    return RequestState.OPENED if state is RequestState.SIGNED else state


def withdraw_pending(session: Session, place: Place, code: str) -> list[SigningOrder]:
    """Orders of this recipient that are under way end; a signature in hand does not. Which; the
    provider is told after the commit."""
    under_way = select(SigningOrder).where(
        SigningOrder.request_id == place.request.id,
        SigningOrder.recipient_id == place.recipient.id,
        SigningOrder.status.in_(("creating", "pending")),
    )
    orders = list(session.scalars(under_way))
    for order in orders:
        order.status = "cancelled"
        order.code = code
    return orders
