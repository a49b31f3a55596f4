"""A judged signature becomes the case's outcome: accepted with all that follows, or refused with a
reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.contracts.events import EventKind
from hub.contracts.provider import Conclusion
from hub.kernel.crypto import sha256_hex
from hub.kernel.logging import get_logger
from hub.kernel.redact import last_digits
from hub.services import endings, history, lines
from hub.services.core import Core
from hub.services.moments import in_zone
from hub.storage.models import Request, SigningOrder

_log = get_logger(__name__)
_TOO_LATE = {
    "en": "This was signed or ended already; nothing was signed twice.",
    "sv": "Det här är redan undertecknat eller avslutat; inget har undertecknats två gånger.",
}


def settle(
    core: Core,
    session: Session,
    order: SigningOrder,
    verdict: Conclusion,
    answers: Mapping[str, Any],
) -> None:
    """Record the verdict on a complete order in the caller's transaction."""
    now = core.clock.now()
    request = session.get_one(Request, order.request_id)
    order.report, order.finished_at = dict(verdict.report), now
    recipient = next(one for one in request.recipients if one.id == order.recipient_id)
    if not history.is_open(request) or recipient.signed_at is not None:
        order.status, order.code, order.message = "cancelled", "too_late", _TOO_LATE
        return
    if not verdict.accepted:
        _refuse(session, request, order, verdict, now)
        return
    order.status, order.code = "accepted", "accepted"
    _sign(core, session, request, order, verdict, answers)
    endings.owe_steps(core, session, request, EventKind.SIGNED.value)
    if all(one.signed_at for one in request.recipients if one.role == "signer"):
        lines.settle(core, session, request)
        endings.end(core, session, request, EventKind.COMPLETED, "completed")


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
) -> None:
    at = verdict.signed_at or core.clock.now()
    recipient = next(one for one in request.recipients if one.id == order.recipient_id)
    recipient.signed_at = at
    request.answers = {**request.answers, "values": dict(answers)}
    signature = _signature(core, request, order, verdict, at)
    signature["name"] = signature["name"] or recipient.contact.get("name") or ""
    request.signature = signature
    text = order.task["task"]["visible_text"]
    history.append(
        session,
        request,
        EventKind.SIGNED,
        at,
        dedupe=f"signed:{recipient.key}",
        data={
            "order": order.id,
            "reference": order.reference,
            "provider": order.provider,
            "recipient": recipient.key,
            "text_sha256": sha256_hex(text.encode()),
        },
        personal={
            "name": request.signature["name"],
            "national_id": last_digits(request.signature["national_id"]),
        },
    )


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
    }
