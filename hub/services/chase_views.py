"""How a request that the customer has got stands, for the button's page: who was asked, when,
opened or not, chased how often, and what a chase would say (E1, B7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.events import EventKind
from hub.services import addressing, chasing, in_hand, lines, messages
from hub.services.button_views import AskedView, ChaseView
from hub.services.chase_words import IN_HAND, JUST_NOW, NOBODY
from hub.services.core import Core
from hub.storage.models import Recipient, Request, RequestEvent


def standing(core: Core, session: Session, request: Request, language: str) -> ChaseView:
    """The request as its sender sees it."""
    people = chasing.waited(request)
    opened = _opened(session, request)
    told = chasing.chased(session, [request.id])[request.id]
    at = told["chased_at"]
    return ChaseView(
        request_id=request.id,
        people=tuple(
            AskedView(one.contact.get("name") or "", one.invited_at, opened.get(one.key))
            for one in people
        ),
        chased=told["chased"],
        chased_at=datetime.fromisoformat(at) if at else None,
        text=_text(core, request, people[0], told["chased"]) if people else "",
        signature=not lines.unsigned(request),
        refusal=_refusal(core, session, request, people, language),
    )


def _refusal(
    core: Core, session: Session, request: Request, people: list[Recipient], language: str
) -> str:
    """Why nobody can be asked just now; empty where somebody can."""
    if not people:
        return NOBODY[language]
    if in_hand.held(session, request.id):
        return IN_HAND[language]
    if any(chasing.too_soon(core, session, request, one) for one in people):
        return JUST_NOW[language]
    return ""


def _text(core: Core, request: Request, whom: Recipient, chased: int) -> str:
    """What it would say; with the link anybody could answer, so it does not stand in it."""
    hidden = f"{core.links.public_url}/s/…"
    for channel in addressing.channels(request, messages.CHASE, whom.key):
        made = addressing.payload(core, request, whom, channel, messages.CHASE, chased + 1)
        if made is not None:
            return str(made["text"]).replace(core.links.customer(whom.id), hidden)
    return ""


def _opened(session: Session, request: Request) -> Mapping[str, datetime]:
    """When each first opened the link, by key."""
    query = select(RequestEvent.data, RequestEvent.at).where(
        RequestEvent.request_id == request.id, RequestEvent.kind == EventKind.OPENED.value
    )
    found: dict[str, datetime] = {}
    for data, at in session.execute(query.order_by(RequestEvent.seq)):
        found.setdefault(data.get("recipient", request.recipients[0].key), at)
    return found
