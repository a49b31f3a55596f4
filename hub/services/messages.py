"""What goes to the customer by SMS or e-mail: which text, and by which channel.

A message is rendered when it is owed, in the same transaction, so that its bytes never change
between attempts. ``message_sending`` hands it over.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.capabilities import Capability
from hub.contracts.channel import LOOK_AGAIN
from hub.contracts.requests import Reason
from hub.engine.outbox import owe
from hub.services import (
    addressing,
    endings,
    mail_pages,
)
from hub.services.core import Core
from hub.storage.models import Attempt, Recipient, Request

KIND = "message"
INVITE = "invite"
REMINDER = "reminder"
CHASE = "chase"
QUIET_HOURS = "quiet_hours"


def owe_message(
    core: Core,
    session: Session,
    request: Request,
    purpose: str,
    number: int = 0,
    recipient: Recipient | None = None,
) -> bool:
    """Owe one message to a recipient, the first one unless named, by the first channel that can
    reach it; an invitation by each of them where the mapping says ``together``.

    ``purpose`` is ``invite`` or ``reminder`` (``number`` counts from 1). False when no channel
    of the plan from the current one on has an address for the recipient.
    """
    page = mail_pages.first_page(session, request) if request.plan.get("documents") else None
    found = list(_messages(core, request, purpose, number, recipient, page))
    each = purpose == INVITE and request.plan.get("together")
    for owed in found if each else found[:1]:
        owe(session, **owed)
    return bool(found)


def message(
    core: Core,
    request: Request,
    purpose: str,
    number: int = 0,
    recipient: Recipient | None = None,
    page: str | None = None,
) -> dict[str, Any] | None:
    """What ``owe_message`` owes first, for ``hub.engine.outbox.owe``; None when nobody can be
    reached."""
    return next(_messages(core, request, purpose, number, recipient, page), None)


def _messages(
    core: Core,
    request: Request,
    purpose: str,
    number: int,
    recipient: Recipient | None,
    page: str | None,
) -> Iterator[dict[str, Any]]:
    """The message by each channel that reaches the recipient, in the order of the plan."""
    recipient = recipient or request.recipients[0]
    theirs = "" if recipient is request.recipients[0] else f":{recipient.key}"
    again = f":again{request.plan['round']}" if request.plan.get("round") else ""
    for channel in addressing.channels(request, purpose, recipient.key):
        payload = addressing.payload(core, request, recipient, channel, purpose, number, page)
        if payload is not None:
            yield {
                "workspace_id": request.workspace_id,
                "request_id": request.id,
                "entity": endings.out_of(request, recipient),
                "kind": KIND,
                "step": f"{purpose}.{number}" if number else purpose,
                "destination": channel,
                "payload": {**payload, "recipient": recipient.id} if theirs else payload,
                "key": f"{request.id}:{purpose}:{number}:{channel}{theirs}{again}",
                "seq": number,
                "now": core.clock.now(),
                "wall": core.clock.wall(),
            }


def missing(core: Core, request: Request) -> Reason:
    """What the record lacks when ``owe_message`` found no way to its recipient."""
    for channel in addressing.channels(request, INVITE, ""):
        where = core.instance(request.workspace_id, channel)
        if core.registry.manifest(where).can(Capability.SMS):
            return Reason.MISSING_NUMBER
    return Reason.MISSING_ADDRESS


def absent_since(session: Session, delivery_id: str) -> datetime | None:
    """When the channel first looked in vain, since the outcome was last unknown."""
    found: datetime | None = None
    tries = select(Attempt).where(Attempt.delivery_id == delivery_id)
    query = tries.order_by(Attempt.started_at, Attempt.id)  # numbers begin again with a replay
    for attempt in session.scalars(query):
        if attempt.code == QUIET_HOURS:
            continue  # nobody was asked
        if attempt.code == LOOK_AGAIN:
            found = found or attempt.started_at
        else:
            found = None
    return found
