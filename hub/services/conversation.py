"""What somebody reads of what was written about a request (B5): their own conversation with the
sender, and everybody's where the request is shared with all contacts of its customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from hub.mapping.share import CUSTOMER
from hub.services import enclosures
from hub.services.document_views import RemarkView
from hub.services.portal.sharing import PUBLIC_KEY
from hub.storage.models import Message, MessageFile, Recipient, Request

_IN = "in"


def readable(request: Request, me: Recipient) -> ColumnElement[bool]:
    """Which messages somebody may read. Whoever came by a public link is not one of the
    customer's contacts."""
    ours = Message.request_id == request.id
    share = request.plan.get("share") or {}
    if share.get("audience") == CUSTOMER and me.key != PUBLIC_KEY:
        return ours
    return ours & (Message.recipient_id == me.id)


def of(session: Session, request: Request, me: Recipient) -> tuple[RemarkView, ...]:
    """What was written, oldest first, with the files that came along: by one question."""
    query = (
        select(Message, MessageFile)
        .outerjoin(MessageFile, MessageFile.message_id == Message.id)
        .where(readable(request, me))
        .order_by(Message.id, MessageFile.position)
    )
    found: dict[str, tuple[Message, list[MessageFile]]] = {}
    for message, file in session.execute(query):
        _, files = found.setdefault(message.id, (message, []))
        if file is not None:
            files.append(file)
    names = {one.id: one.contact.get("name") or one.key for one in request.recipients}
    return tuple(_remark(one, files, me, names) for one, files in found.values())


def _remark(
    one: Message, files: Sequence[MessageFile], me: Recipient, names: Mapping[str, str]
) -> RemarkView:
    is_mine, by_customer = one.recipient_id == me.id, one.direction == _IN
    other = "" if is_mine else names.get(one.recipient_id, "")
    return RemarkView(
        mine=is_mine and by_customer,
        text=one.text,
        at=one.at,
        files=tuple(enclosures.shown(file) for file in files),
        new=is_mine and not by_customer and one.read_at is None,
        by=other if by_customer else "",
        to="" if by_customer else other,
    )
