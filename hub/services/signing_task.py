"""What a provider is asked to have signed, tied to everything that was shown (F4)."""

from __future__ import annotations

from typing import Any

from hub.contracts.requests import ClientContext, RecipientView, SigningTask
from hub.services import offers
from hub.services.core import Core
from hub.services.order_data import binding
from hub.services.papers import shown_hash
from hub.services.places import Place
from hub.services.signed_text import visible_text
from hub.storage.models import Recipient


def task(
    core: Core,
    place: Place,
    order_id: str,
    nonce: str | None,
    client: ClientContext,
    shown: dict[str, Any],
    language: str,
) -> SigningTask:
    """One recipient is to sign what is ``shown``; ``nonce`` brings the browser back, ``language``
    is the page's."""
    request, recipient = place.request, place.recipient
    text = visible_text(core, place, shown)
    # back to where it was begun: a tablet knows only the link that locks
    token = place.token or core.links.customer_token(recipient.id)
    answers = request.answers["values"]
    return SigningTask(
        order_id=order_id,
        request_id=request.id,
        recipient=recipient_view(recipient),
        title=request.title,
        sender=core.workspace(request.workspace_id).name,
        language=recipient.language,
        visible_text=text,
        hidden_data=binding(request.id, order_id, text, answers, shown_hash(shown)),
        return_url=f"{core.links.public_url}/s/{token}/return?n={nonce}" if nonce else None,
        client=client,
        document_sha256=tuple(one["sha256"] for one in shown["documents"]),
        requested_at=core.clock.wall(),
        options=_options(core, place, language),
    )


def recipient_view(recipient: Recipient) -> RecipientView:
    """A recipient as providers see one."""
    return RecipientView(
        key=recipient.key,
        name=recipient.contact.get("name") or "",
        language=recipient.language,
        role=recipient.role,
        mobile=recipient.contact.get("mobile"),
        email=recipient.contact.get("email"),
        national_id=recipient.contact.get("national_id"),
    )


def _options(core: Core, place: Place, language: str) -> dict[str, str]:
    """What a canvas must hold its customer to; nothing for other ways of signing."""
    request, recipient = place.request, place.recipient
    if not offers.on_canvas(core, request):
        return {}
    return {
        "methods": ",".join(offers.methods(core, request, recipient)),
        "consent": offers.consent(request, language),
        "code": offers.code_way(request, recipient),
    }
