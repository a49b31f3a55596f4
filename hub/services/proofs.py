"""The proofs of a request: one for each time that everybody had signed."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.storage.models import Evidence, Request


def of_now(session: Session, request: Request) -> Evidence | None:
    """The proof of the present completion; None while it is being made, and where an acceptance was
    cleared and nobody has signed again."""
    mine = select(Evidence).where(Evidence.request_id == request.id)
    return session.scalar(mine.where(Evidence.number == number(request)))


def number(request: Request) -> int:
    """Which completion the next or present one is."""
    return 1 + int(request.plan.get("round", 0))
