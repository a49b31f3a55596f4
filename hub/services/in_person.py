"""A link that is opened on the sender's own tablet and handed over (C4): it shows this request
only, takes nothing along, and locks once its person has signed. Of somebody's links only the newest
one works, and none any more after a clearing or when its person has passed the request on."""

from __future__ import annotations

from hub.kernel.errors import Refused
from hub.kernel.ids import new_id, random_token
from hub.services import history, offers, turns
from hub.services.core import Core
from hub.services.links import token_hash
from hub.services.places import IN_PERSON, end_tablets
from hub.storage.models import AccessToken


def link(core: Core, workspace_id: str, request_id: str, recipient_key: str | None = None) -> str:
    """A new address for the tablet; it is shown this once and takes the place of a former one.
    Raises ``NotFound``, ``Refused`` when the mapping does not allow it, the request is over or it
    is not this one's turn."""
    token = random_token()
    with core.db.write() as session:
        request = turns.own(session, workspace_id, request_id)
        if not offers.signing(request).get("in_person"):
            raise Refused(
                "the mapping does not allow it: set request.signing.in_person", code="not_allowed"
            )
        if not history.is_open(request):
            raise Refused(f"the request is over: it is {request.state}", code="request_over")
        due = turns.at_turn(request.recipients)
        wanted = [one for one in due if recipient_key in (None, one.key)]
        if not wanted:
            known = {one.key for one in request.recipients}
            if recipient_key is not None and recipient_key not in known:
                raise turns.unknown_recipient(request, recipient_key)
            raise Refused("it is not this recipient's turn", code="not_their_turn")
        end_tablets(session, request, core.clock.now(), wanted[0])
        session.add(
            AccessToken(
                id=new_id(),
                workspace_id=workspace_id,
                sha256=token_hash(token),
                purpose=IN_PERSON,
                request_id=request.id,
                recipient_id=wanted[0].id,
            )
        )
    return f"{core.links.public_url}/s/{token}"
