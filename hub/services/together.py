"""An invitation that goes by several channels at once (A1): one that fails ends nothing while
another one stands."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.engine.work import Work
from hub.services import endings, history
from hub.storage.models import Delivery, Recipient, Request

_STANDS = ("pending", "retry", "leased", "paused", "delivered")


def stands(
    session: Session, request: Request, failed: Work | Delivery, recipient: Recipient
) -> bool:
    """Whether the same link went, or will go, by another channel that is not known to have failed.
    False where the mapping has them tried one after the other."""
    if not request.plan.get("together"):
        return False
    query = select(Delivery.id).where(
        Delivery.entity == endings.out_of(request, recipient),
        Delivery.kind == failed.kind,
        Delivery.step == failed.step,
        Delivery.id != failed.id,
        Delivery.state.in_(_STANDS),
    )
    others = list(session.scalars(query))
    return any(not history.known(session, request, f"unreachable:{one}") for one in others)
