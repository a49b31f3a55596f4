"""An operator or the upstream withdraws a request: it ends, and the upstream's record is told."""

from __future__ import annotations

from sqlalchemy.orm import Session

from hub.contracts.events import EventKind
from hub.kernel.errors import Refused
from hub.services import endings, history, in_hand, turns
from hub.services.core import Core
from hub.storage.models import Request


def withdraw(core: Core, workspace_id: str, request_id: str, by: str) -> None:
    """End an open request as cancelled; ``by`` says through which door. Raises ``NotFound``, and
    ``Refused`` when it is over or the customer's signature is here and not judged yet."""
    with core.db.write() as session:
        request = withdrawable(session, workspace_id, request_id)
        told = {"by": by}
        if not endings.end(core, session, request, EventKind.CANCELLED, "cancelled", data=told):
            raise over(request)
    core.wake()


def withdrawable(session: Session, workspace_id: str, request_id: str) -> Request:
    """The open request. Raises as ``withdraw`` does."""
    request = turns.own(session, workspace_id, request_id)
    if not history.is_open(request):
        raise over(request)
    if in_hand.held(session, request.id):
        raise Refused(
            "the customer has signed, and the signature is being checked: see how it ends",
            code="signature_in_hand",
        )
    return request


def over(request: Request) -> Refused:
    """What to raise where it has ended."""
    return Refused(f"the request is over: it is {request.state}", code="request_over")
