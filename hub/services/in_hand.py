"""Signatures in hand: orders whose answer the hub has and has not judged yet.

Some providers give an answer only once, so nothing but its own judgement, a person or a long
silence of the customer's browser ends such an order.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from hub.storage.models import SigningOrder

LOOK_AGAIN = timedelta(minutes=10)  # reminders and expiry wait that long for a judgement
NEVER_RETURNED = "never_returned"  # code of an order whose browser did not come back

_returned: ColumnElement[bool] = or_(
    SigningOrder.flow != "this_device", SigningOrder.returned_at.is_not(None)
)


def held(session: Session, request_id: str, recipient_id: str | None = None) -> bool:
    """Whether any answer waits for its judgement, or for the customer's browser; only those of one
    recipient, where named."""
    query = select(SigningOrder.id).where(
        SigningOrder.request_id == request_id, SigningOrder.status == "complete"
    )
    if recipient_id is not None:
        query = query.where(SigningOrder.recipient_id == recipient_id)
    return session.scalar(query.limit(1)) is not None


def being_judged(session: Session, recipient_id: str) -> SigningOrder | None:
    """The recipient's order whose judgement is due: the browser came back, or need not."""
    query = select(SigningOrder).where(
        SigningOrder.recipient_id == recipient_id, SigningOrder.status == "complete", _returned
    )
    return session.scalar(query.limit(1))


def lapsed(session: Session, request_id: str) -> bool:
    """Whether somebody signed and never came back to the page."""
    query = select(SigningOrder.id).where(
        SigningOrder.request_id == request_id, SigningOrder.code == NEVER_RETURNED
    )
    return session.scalar(query.limit(1)) is not None


def unjudged(session: Session) -> Mapping[str, int]:
    """How many signatures wait for their judgement, by workspace."""
    query = (
        select(SigningOrder.workspace_id, func.count())
        .where(SigningOrder.status == "complete", _returned)
        .group_by(SigningOrder.workspace_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}
