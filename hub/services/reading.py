"""Who has read what was written: a message counts as read once its page was shown to whom it was
written, or the sender has answered."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from hub.services.core import Core
from hub.storage.models import Message, Recipient, Request

_IN, _OUT = "in", "out"


def read_by_customer(core: Core, session: Session, person: Recipient) -> None:
    """Somebody has seen what the sender wrote to them."""
    mine = Message.request_id == person.request_id, Message.recipient_id == person.id
    _mark(core, session, *mine, Message.direction == _OUT)


def read_by_sender(
    core: Core, session: Session, request: Request, person: Recipient | None = None
) -> None:
    """The sender's people have seen what customers wrote, or what one of them wrote."""
    whose = (Message.recipient_id == person.id,) if person is not None else ()
    _mark(core, session, Message.request_id == request.id, Message.direction == _IN, *whose)


def unread(session: Session, request_ids: Collection[str]) -> dict[str, int]:
    """How many messages of customers the sender has not read, by request: one question, by the
    index of what is unread."""
    found = (
        select(Message.request_id, func.count())
        .where(
            Message.request_id.in_(request_ids),
            Message.direction == _IN,
            Message.read_at.is_(None),
        )
        .group_by(Message.request_id)
    )
    return {row[0]: row[1] for row in session.execute(found)}


def unread_of_people(session: Session, request_ids: Collection[str]) -> dict[tuple[str, str], int]:
    """How many messages of the sender somebody has not seen, by request and recipient."""
    found = (
        select(Message.request_id, Message.recipient_id, func.count())
        .where(
            Message.request_id.in_(request_ids),
            Message.direction == _OUT,
            Message.read_at.is_(None),
        )
        .group_by(Message.request_id, Message.recipient_id)
    )
    return {(row[0], row[1]): row[2] for row in session.execute(found)}


def _mark(core: Core, session: Session, *which: ColumnElement[bool]) -> None:
    unread = update(Message).where(*which, Message.read_at.is_(None))
    session.execute(unread.values(read_at=core.clock.now()))
