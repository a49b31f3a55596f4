"""Somebody signed or approved at a hosted provider: that becomes an order and an acceptance like
any other, so that all that follows from a signature follows from this one too."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hub.contracts.agreements import PersonState
from hub.contracts.events import EventKind
from hub.contracts.provider import Conclusion, Identity
from hub.contracts.requests import SigningTask
from hub.kernel.crypto import sha256_hex
from hub.kernel.ids import new_id
from hub.services import acceptance, endings, history, papers, receipts, turns
from hub.services.core import Core
from hub.services.hosted import wording
from hub.services.moments import in_zone
from hub.services.order_data import binding, task_data
from hub.services.signing_task import recipient_view
from hub.storage.models import HostedAgreement, Recipient, Request, SigningOrder

METHOD = "hosted"
_FLOW = "elsewhere"  # neither this device nor another one that the hub knows of


def take(
    core: Core,
    session: Session,
    request: Request,
    row: HostedAgreement,
    person: Recipient,
    stated: PersonState,
) -> None:
    """Record it in the caller's transaction, with everything that is owed because of it."""
    at = stated.at or core.clock.now()
    found = papers.papers_of(session, request, texts=False)
    shown = papers.shown(request, found)
    if person.role == turns.APPROVER:
        _approved(core, session, request, row, person, shown, at)
        return
    order = _order(core, session, request, row, person, stated, shown, at)
    verdict = Conclusion(
        accepted=True,
        identity=Identity(stated.name or person.contact.get("name") or ""),
        signed_at=at,
        report={"provider": row.provider, "methods": list(stated.methods)},
    )
    acceptance.settle(core, session, order, verdict, request.answers["values"], "")


def _order(
    core: Core,
    session: Session,
    request: Request,
    row: HostedAgreement,
    person: Recipient,
    stated: PersonState,
    shown: dict[str, Any],
    at: datetime,
) -> SigningOrder:
    """The signing as the hub keeps every signing: what it was about, tied to what was handed
    over."""
    task = _task(core, request, row, person, shown)
    order = SigningOrder(
        id=task.order_id,
        workspace_id=request.workspace_id,
        request_id=request.id,
        recipient_id=person.id,
        provider=row.provider,
        flow=_FLOW,
        status="complete",
        reference=row.reference,
        state={"agreement": row.id},
        task=task_data(task, request.answers["values"], shown),
        session_hash=sha256_hex(b""),
        nonce_hash=sha256_hex(new_id().encode()),
        message=None,
        raw={"method": METHOD, "methods": list(stated.methods), "agreement": row.number},
        created_at=row.created_at,
        started_at=row.created_at,
        polled_at=core.clock.now(),
        returned_at=at,
    )
    session.add(order)
    session.flush()
    return order


def _task(
    core: Core,
    request: Request,
    row: HostedAgreement,
    person: Recipient,
    shown: dict[str, Any],
) -> SigningTask:
    """What was asked of the person, in the hub's words."""
    order_id = new_id()
    text = wording.signed_text(core, request, row, person)
    answers = request.answers["values"]
    return SigningTask(
        order_id=order_id,
        request_id=request.id,
        recipient=recipient_view(person),
        title=request.title,
        sender=core.workspace(request.workspace_id).name,
        language=person.language,
        visible_text=text,
        hidden_data=binding(request.id, order_id, text, answers, papers.shown_hash(shown)),
        document_sha256=(row.file_sha256 or "",),
        requested_at=row.created_at,
    )


def _approved(
    core: Core,
    session: Session,
    request: Request,
    row: HostedAgreement,
    person: Recipient,
    shown: dict[str, Any],
    at: datetime,
) -> None:
    """An approver agreed there."""
    name = person.contact.get("name") or ""
    zone = core.workspace(request.workspace_id).zone
    how = {
        "name": name,
        "at": at.isoformat(timespec="seconds"),
        "at_local": in_zone(at, zone),
        "provider": row.provider,
    }
    acceptance.keep(session, request, person, "approved", how, shown, at)
    data = {
        "recipient": person.key,
        "provider": row.provider,
        "shown_sha256": papers.shown_hash(shown),
    }
    round_ = request.plan.get("round", 0)
    key = f"approved:{person.key}:{round_}"
    kind = EventKind.APPROVED
    history.append(session, request, kind, at, dedupe=key, data=data, personal={"name": name})
    endings.owe_steps(core, session, request, kind.value, about={"recipient": person.key})
    receipts.owe_confirmation(core, session, request, person)
    acceptance.go_on(core, session, request)
