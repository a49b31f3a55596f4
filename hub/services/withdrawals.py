"""An operator or the upstream withdraws a request: it ends, and the upstream's record is told."""

from __future__ import annotations

from hub.contracts.events import EventKind
from hub.kernel.errors import NotFound, Refused
from hub.services import endings, history, in_hand
from hub.services.core import Core
from hub.storage.models import Request


def withdraw(core: Core, workspace_id: str, request_id: str, by: str) -> None:
    """End an open request as cancelled; ``by`` says through which door. Raises ``NotFound``, and
    ``Refused`` when it is over or the customer's signature is here and not judged yet."""
    with core.db.write() as session:
        request = session.get(Request, request_id)
        if request is None or request.workspace_id != workspace_id:
            raise NotFound("there is no request with this id")
        if not history.is_open(request):
            raise Refused(f"the request is over: it is {request.state}", code="request_over")
        if in_hand.held(session, request.id):
            raise Refused(
                "the customer has signed, and the signature is being checked: see how it ends",
                code="signature_in_hand",
            )
        told = {"by": by}
        if not endings.end(core, session, request, EventKind.CANCELLED, "cancelled", data=told):
            raise Refused(f"the request is over: it is {request.state}", code="request_over")
    core.wake()
