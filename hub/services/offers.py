"""How the holder of a link may act: which ways of signing, which consent, which extras."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.contracts.capabilities import Capability
from hub.services import turns
from hub.services.consents import CONSENT
from hub.services.core import Core
from hub.services.document_views import SigningOffer
from hub.services.masked import masked
from hub.storage.models import Recipient, Request


def offer(
    core: Core,
    request: Request,
    me: Recipient,
    language: str,
    *,
    open_now: bool,
    public: bool = False,
) -> SigningOffer:
    """What is offered to ``me``; nothing but what may be taken along when it is over.
    Whoever came by a public link writes to nobody: an answer would be read by all of them."""
    wanted = signing(request)
    acting = me.role in turns.ACTING and me.forwarded_at is None and open_now
    code = code_way(request, me) if acting else ""
    return SigningOffer(
        methods=methods(core, request, me) if acting else (),
        consent=consent(request, language) if acting else "",
        code=code,
        code_to=masked(me.contact, code),
        remarks=bool(wanted.get("remarks")) and open_now and not public,
        forward=bool(wanted.get("forward")) and acting and me.signed_at is None,
        download=bool(wanted.get("download", True)),
        receipt=bool(wanted.get("receipt")) and bool(me.contact.get("email")),
    )


def signing(request: Request) -> Mapping[str, Any]:
    """``request.signing`` of the mapping; nothing in it for requests that have none."""
    return request.plan.get("signing") or {}


def on_canvas(core: Core, request: Request) -> bool:
    """Whether it is signed on the hub's own pages."""
    where = core.instance(request.workspace_id, request.provider)
    return core.registry.manifest(where).can(Capability.CANVAS)


def methods(core: Core, request: Request, me: Recipient) -> tuple[str, ...]:
    """Drawn, typed; nothing for an approver or another signing method."""
    if me.role != turns.SIGNER or not on_canvas(core, request):
        return ()
    return tuple(signing(request).get("methods") or ("drawn",))


def consent(request: Request, language: str) -> str:
    """The sentence that is ticked before signing: the mapping's, else the hub's own."""
    own: Mapping[str, str] = signing(request).get("consent") or {}
    if own:
        return (
            own.get(language)
            or own.get("")
            or own.get(request.language)
            or next(iter(own.values()))
        )
    return CONSENT.get(language) or CONSENT["en"]


def code_way(request: Request, me: Recipient) -> str:
    """``sms`` or ``email`` when a one-time code is asked for before signing."""
    return str(signing(request).get("code") or "") if me.role == turns.SIGNER else ""
