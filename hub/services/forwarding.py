"""The link is passed on: somebody else does what its holder was to do, under a link of their own.

Whom the hub could not invite, or could not send the code that is asked for before signing, is not
taken: otherwise one mistyped field would end the request, or leave it to somebody who cannot act.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from hub.contracts.events import EventKind
from hub.contracts.requests import ClientContext
from hub.kernel.errors import Unfit
from hub.kernel.ids import new_id
from hub.mapping.signing import ADDRESSES
from hub.services import addressing, endings, history, news, offers, places, turns
from hub.services.core import Core
from hub.services.new_requests import token_row
from hub.services.recipient_words import given_recipient
from hub.storage.models import AccessToken, Recipient, Request
from hub.storage.prepared import insert
from hub.toolkit.phone import region_of


def somebody_else(
    core: Core, request: Request, me: Recipient, data: Mapping[str, str]
) -> dict[str, Any]:
    """The contact of whom ``me`` names instead. A number without its country is one of the country
    of ``me``. Raises ``Unfit`` with the ``field`` to mend."""
    contact = given_recipient(data, region_of(me.contact.get("mobile") or ""))
    code = offers.code_way(request, me)
    if code:
        _must_have(contact, ADDRESSES[code])
    ways = [ADDRESSES[way] for way in addressing.ways(core, request)]
    if not any(contact[name] for name in ways):
        _must_have(contact, ways[0])
    return contact


def _must_have(contact: Mapping[str, Any], name: str) -> None:
    if not contact[name]:
        raise Unfit(f"needs_{name}", "the hub has no other way to this person", field=name)


def forward(
    core: Core,
    rows: Session,
    place: places.Place,
    contact: Mapping[str, Any],
    client: ClientContext,
) -> None:
    """Put somebody else in the place of the link's holder and invite them."""
    request, me, now = place.request, place.recipient, core.clock.now()
    places.withdraw_pending(rows, place, "forwarded")
    endings.drop_messages(rows, request, now, me)
    places.end_tablets(rows, request, now, me)
    me.forwarded_at = now
    other = Recipient(
        id=new_id(),
        workspace_id=request.workspace_id,
        request_id=request.id,
        key=f"{me.key.partition('.')[0][:36]}.{len(request.recipients)}",
        role=me.role,
        turn=me.turn,
        language=me.language,
        contact=dict(contact),
        forwarded_from=me.id,
    )
    request.recipients.append(other)
    rows.flush()
    token = token_row(core, request.workspace_id, request.id, other.id)
    insert(AccessToken).run(rows, token)
    history.append(
        rows,
        request,
        EventKind.FORWARDED,
        now,
        dedupe=f"forwarded:{me.key}",
        data={"recipient": me.key, "to": other.key},
        personal={"name": contact["name"], "ip": client.ip},
    )
    about = {"recipient": me.key}
    endings.owe_steps(core, rows, request, EventKind.FORWARDED.value, about=about)
    news.tell(core, rows, request, EventKind.FORWARDED.value, place.name)
    turns.invite(core, rows, request)
