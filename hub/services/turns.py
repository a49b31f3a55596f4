"""Several people sign one request: whose turn it is, who is invited, when it is complete.

Signers and approvers come by ``turn``; viewers are given the link at once and are waited for by
nobody; a copy goes out when all is over. Who passed the link on has no turn any more: the one who
was named instead stands there with it.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from hub.kernel.errors import NotFound
from hub.services import endings, messages
from hub.services.core import Core
from hub.services.portal import sharing
from hub.storage.models import Recipient, Request

SIGNER, APPROVER, VIEWER, COPY = "signer", "approver", "viewer", "copy"
ACTING = (SIGNER, APPROVER)


def own(session: Session, workspace_id: str, request_id: str) -> Request:
    """A request of this workspace. Raises ``NotFound``."""
    request = session.get(Request, request_id)
    if request is None or request.workspace_id != workspace_id:
        raise NotFound("there is no request with this id")
    return request


def unknown_recipient(request: Request, key: str) -> NotFound:
    """What to raise where nobody has this key."""
    known = ", ".join(one.key for one in request.recipients)
    return NotFound(
        f"there is no recipient '{key[:40]}'; there are: {known}", code="unknown_recipient"
    )


def waited_for(people: Iterable[Recipient]) -> list[Recipient]:
    """Who has still to act, in order of their turns."""
    left = [
        one
        for one in people
        if one.role in ACTING and one.signed_at is None and one.forwarded_at is None
    ]
    return sorted(left, key=lambda one: one.turn)


def at_turn(people: Iterable[Recipient]) -> list[Recipient]:
    """Whose turn it is now: everybody with the lowest turn that is left."""
    left = waited_for(people)
    return [one for one in left if one.turn == left[0].turn]


def may_act(request: Request, recipient: Recipient) -> bool:
    """Whether it is this one's turn."""
    return recipient.id in {one.id for one in at_turn(request.recipients)}


def all_done(request: Request) -> bool:
    """Whether nobody is waited for any more."""
    return not waited_for(request.recipients)


def invite(core: Core, session: Session, request: Request) -> None:
    """Owe the link to everybody who may do something now and has not been invited. Where somebody
    whose signature is needed cannot be reached, the request has failed."""
    now = core.clock.now()
    readers = [one for one in request.recipients if one.role == VIEWER]
    for one in (*at_turn(request.recipients), *readers):
        if one.invited_at is not None:
            continue
        one.invited_at = now
        owed = messages.owe_message(core, session, request, messages.INVITE, recipient=one)
        if not owed and one.role in ACTING:
            endings.fail(core, session, request, messages.missing(core, request))
            return
    sharing.publish(core, session, request)
    core.wake()
