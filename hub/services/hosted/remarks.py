"""Remarks that are written beside the document at a hosted provider, from both sides."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.agreements import HostedRemark
from hub.services import remarks, turns
from hub.services.core import Core
from hub.storage.models import HostedAgreement, Message, Recipient, Request


def take(
    core: Core, session: Session, request: Request, row: HostedAgreement, one: HostedRemark
) -> None:
    """A remark of the talk there: once, whoever wrote it."""
    name = f"{row.number}:{one.id}"[:100]
    mine = Message.request_id == request.id
    if session.scalar(select(Message.id).where(mine, Message.external_id == name)) is not None:
        return
    said = one.text.strip()[: remarks.LONGEST_REMARK]
    person = _writer(request, one)
    if not said or person is None:
        return
    if not one.ours:
        remarks.take_in(core, session, request, person, said, at=one.at, external_id=name)
        return
    known = _sent_by_us(session, request, said)
    if known is not None:
        known.external_id = name
        return
    remarks.reply(core, session, request, person, said, at=one.at, external_id=name)


def _sent_by_us(session: Session, request: Request, said: str) -> Message | None:
    """The answer that left the hub and whose name there is not known yet."""
    query = select(Message).where(
        Message.request_id == request.id,
        Message.direction == remarks.OUT,
        Message.external_id.is_(None),
    )
    return next(
        (one for one in session.scalars(query.order_by(Message.id)) if one.text == said), None
    )


def _writer(request: Request, one: HostedRemark) -> Recipient | None:
    """Whose talk it is: by the name that the provider gives, else the first who signs."""
    named = [p for p in request.recipients if (p.contact.get("name") or "") == one.name]
    signers = [p for p in request.recipients if p.role == turns.SIGNER]
    return next(iter((*named, *signers, *request.recipients)), None)
