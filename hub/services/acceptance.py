"""A judged signature becomes the case's outcome: accepted with all that follows, or refused with a
reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.capabilities import Capability
from hub.contracts.events import EventKind
from hub.contracts.provider import Conclusion
from hub.kernel.crypto import sha256_hex
from hub.kernel.logging import get_logger
from hub.kernel.redact import last_digits
from hub.services import (
    endings,
    history,
    lines,
    news,
    receipts,
    signing_words,
    turns,
)
from hub.services.core import Core
from hub.services.hosted import collecting
from hub.services.moments import in_zone
from hub.services.order_data import begun_where, stored_order
from hub.services.papers import shown_hash
from hub.storage.models import Acceptance, Recipient, Request, SigningOrder

_log = get_logger(__name__)
_SVG = "image/svg+xml"


def settle(
    core: Core,
    session: Session,
    order: SigningOrder,
    verdict: Conclusion,
    answers: Mapping[str, Any],
    ink_svg: str,
) -> None:
    """Record the verdict on a complete order in the caller's transaction; ``ink_svg`` as ``drawn``
    gives it."""
    now = core.clock.now()
    request = session.get_one(Request, order.request_id)
    order.report, order.finished_at = dict(verdict.report), now
    recipient = next(one for one in request.recipients if one.id == order.recipient_id)
    if not history.is_open(request) or recipient.signed_at is not None:
        order.status, order.code, order.message = (
            "cancelled",
            "too_late",
            dict(signing_words.TOO_LATE),
        )
        return
    if not verdict.accepted:
        _refuse(session, request, order, verdict, now)
        return
    order.status, order.code = "accepted", "accepted"
    _sign(core, session, request, order, verdict, answers, ink_svg)
    about = {"recipient": recipient.key}
    endings.owe_steps(core, session, request, EventKind.SIGNED.value, about=about)
    receipts.owe_confirmation(core, session, request, recipient)
    go_on(core, session, request)


def go_on(core: Core, session: Session, request: Request) -> None:
    """Somebody has signed or approved: the next ones are invited, or all is complete and its
    evidence is owed."""
    if not turns.all_done(request):
        turns.invite(core, session, request)
        return
    lines.settle(core, session, request)
    if endings.end(core, session, request, EventKind.COMPLETED, "completed"):
        collecting.owe_proof(core, session, request)
        news.tell(core, session, request, "completed", _names(session, request))


def _names(session: Session, request: Request) -> str:
    """Everybody who has signed; who has accepted, where nobody was asked to sign."""
    session.flush()
    mine = select(Acceptance).where(
        Acceptance.request_id == request.id, Acceptance.current.is_(True)
    )
    found = list(session.scalars(mine.order_by(Acceptance.at, Acceptance.id)))
    signed = [one for one in found if one.kind == "signed"] or found
    return ", ".join(one.signature.get("name") or "" for one in signed)


def keep(
    session: Session,
    request: Request,
    recipient: Recipient,
    kind: str,
    signature: Mapping[str, Any],
    shown: Mapping[str, Any],
    at: datetime,
    order_id: str | None = None,
) -> None:
    """One person's signature or approval as it stays in the history, also when it is cleared. What
    was to remind of it does not leave any more."""
    recipient.signed_at = at
    if len(request.recipients) > 1:
        endings.drop_messages(session, request, at, recipient)
    session.add(
        Acceptance(
            workspace_id=request.workspace_id,
            request_id=request.id,
            recipient_id=recipient.id,
            order_id=order_id,
            kind=kind,
            current=True,
            signature=dict(signature),
            shown=dict(shown),
            at=at,
        )
    )


def _refuse(
    session: Session, request: Request, order: SigningOrder, verdict: Conclusion, now: datetime
) -> None:
    order.status, order.code = "refused", verdict.refusal
    order.message = dict(verdict.message) if verdict.message else None
    _log.warning("signature refused", order=order.id, refusal=verdict.refusal)
    kind = EventKind.REFUSED_PERSON if verdict.refusal == "wrong_person" else EventKind.UNKNOWN
    data = {"order": order.id, "refusal": verdict.refusal}
    history.append(session, request, kind, now, dedupe=f"refused:{order.id}", data=data)


def _sign(
    core: Core,
    session: Session,
    request: Request,
    order: SigningOrder,
    verdict: Conclusion,
    answers: Mapping[str, Any],
    ink_svg: str,
) -> None:
    at = verdict.signed_at or core.clock.now()
    recipient = next(one for one in request.recipients if one.id == order.recipient_id)
    request.answers = {**request.answers, "values": dict(answers)}
    signature = _signature(core, request, order, verdict, at)
    signature |= begun_where(order)
    signature["name"] = signature["name"] or recipient.contact.get("name") or ""
    request.signature = signature
    text, shown = order.task["task"]["visible_text"], order.task.get("shown") or {}
    more = {"ink_svg": ink_svg, "text": text}
    keep(session, request, recipient, "signed", {**signature, **more}, shown, at, order.id)
    history.append(
        session,
        request,
        EventKind.SIGNED,
        at,
        dedupe=f"signed:{order.id}",
        data={
            "order": order.id,
            "reference": order.reference,
            "provider": order.provider,
            "recipient": recipient.key,
            "text_sha256": sha256_hex(text.encode()),
            **({"shown_sha256": shown_hash(shown)} if shown else {}),
            **begun_where(order),
        },
        personal=_who(signature),
    )


def _who(signature: Mapping[str, Any]) -> dict[str, str]:
    """What the history keeps of the person: of a national id the end, where there is one."""
    last = last_digits(signature["national_id"])
    return {"name": signature["name"], **({"national_id": last} if last else {})}


def _method(core: Core, order: SigningOrder) -> str:
    """Drawn or typed, at a provider that keeps the document, or with an eID."""
    manifest = core.registry.manifest(core.instance(order.workspace_id, order.provider))
    told = manifest.can(Capability.CANVAS) or manifest.can(Capability.HOSTED)
    return str((order.raw or {}).get("method", "")) if told else "eid"


def drawn(core: Core, order: SigningOrder) -> str:
    """The drawn signature as SVG, for pages; empty where none was drawn. No session is open: a
    large drawing is work."""
    where = core.instance(order.workspace_id, order.provider)
    stored = stored_order(order)
    if stored is None or not core.registry.manifest(where).can(Capability.CANVAS):
        return ""
    parts = core.registry.provider(where).evidence(stored, order.raw or {})
    return next((one.content.decode() for one in parts if one.content_type == _SVG), "")


def _signature(
    core: Core, request: Request, order: SigningOrder, verdict: Conclusion, at: datetime
) -> dict[str, Any]:
    """Who signed, when, how: what notes and write-backs may refer to."""
    provider = core.instance(request.workspace_id, order.provider)
    who = verdict.identity
    return {
        "name": who.name if who else "",
        "national_id": who.national_id if who else "",
        "at": at.isoformat(timespec="seconds"),
        "at_local": in_zone(at, core.workspace(request.workspace_id).zone),
        "order_ref": order.reference,
        "provider": core.registry.manifest(provider).title,
        "method": _method(core, order),
    }
