"""All that is known of one request: papers, people, signatures, for operations and upstreams."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.services import (
    banners,
    case_rows,
    enclosures,
    papers,
    people_states,
    proofs,
    reading,
    turns,
    view_counts,
)
from hub.services.core import Core
from hub.services.hosted import proving
from hub.services.hosted import rows as hosted_rows
from hub.services.lines import decided
from hub.services.portal import public
from hub.storage.models import (
    Acceptance,
    Attachment,
    Document,
    Evidence,
    HostedAgreement,
    Message,
    Request,
)


def dossier(core: Core, workspace_id: str, request_id: str) -> dict[str, Any]:
    """It, as plain data. Raises ``NotFound``."""
    with core.db.read() as session:
        request = turns.own(session, workspace_id, request_id)
        sums = papers.totals_of(request)
        place = f"{core.links.public_url}/api/v1/requests/{request.id}"
        made = _proofs(session, request, place)
        now = proofs.number(request) if request.state == "completed" else 0
        return {
            "title": request.title,
            "documents": _documents(session, request, place),
            "attachments": _attachments(session, request, place),
            "people": people(request),
            "acceptances": _acceptances(session, request),
            "lines": [{**line, "decision": decision} for line, decision in decided(request)],
            "totals": sums.data() if sums is not None else None,
            "views": view_counts.of_one(session, request),
            "remarks": remarks(core, session, request),
            "unread": reading.unread(session, [request.id]).get(request.id, 0),
            "evidence": next((one for one in made if one["number"] == now), None),
            "earlier_evidence": [one for one in made if one["number"] != now],
            "receipts": _receipts(session, request),
            "agreement": _agreement(core, session, request),
            "former_agreements": _former(core, session, request),
            "public_link": public.address(core, session, request) or None,
            "banner": banners.banner(core, session, request, place),
        }


def _agreement(core: Core, session: Session, request: Request) -> dict[str, Any] | None:
    """What a hosted provider keeps of it now."""
    found = proving.agreements(session, request)
    return next((_told(core, one) for one in found if one.current), None)


def _former(core: Core, session: Session, request: Request) -> list[dict[str, Any]]:
    """What former ones kept; whatever they tell counts for nothing."""
    return [_told(core, one) for one in proving.agreements(session, request) if not one.current]


def _told(core: Core, row: HostedAgreement) -> dict[str, Any]:
    people = hosted_rows.people_told(row)
    return {"number": row.number, **hosted_rows.told(core, row), "people": dict(people)}


def people(request: Request) -> list[dict[str, Any]]:
    """Everybody of a request, in the order in which they were named."""
    passed_on = {one.forwarded_from: one.key for one in request.recipients if one.forwarded_from}
    return [
        {
            "key": one.key,
            "name": one.contact.get("name") or "",
            "role": one.role,
            "turn": one.turn if one.role in turns.ACTING else None,
            "language": one.language,
            "state": people_states.state(one),
            "invited_at": one.invited_at.isoformat() if one.invited_at else None,
            "signed_at": one.signed_at.isoformat() if one.signed_at else None,
            "forwarded_to": passed_on.get(one.id),
        }
        for one in request.recipients
    ]


def remarks(core: Core, session: Session, request: Request) -> list[dict[str, Any]]:
    """What was written, oldest first; ``direction`` is in (from the customer) or out. ``read_at``:
    since when whom it was written to has it."""
    files = enclosures.of_request(session, request.id)
    place = f"{core.links.public_url}/api/v1/requests/{request.id}/remarks/files"
    names = {one.id: one.key for one in request.recipients}
    query = select(Message).where(Message.request_id == request.id).order_by(Message.id)
    return [
        {
            "id": one.id,
            "recipient": names[one.recipient_id],
            "direction": one.direction,
            "text": one.text,
            "at": one.at.isoformat(),
            "read_at": one.read_at.isoformat() if one.read_at else None,
            "files": [
                {**file, "url": f"{place}/{file['id']}"}
                for file in enclosures.told(files.get(one.id, ()))
            ],
        }
        for one in session.scalars(query)
    ]


def _documents(session: Session, request: Request, place: str) -> list[dict[str, Any]]:
    """Every version, the newest of each document first."""
    mine = select(Document).where(Document.request_id == request.id)
    return [
        {
            "key": one.key,
            "version": one.version,
            "current": bool(one.current),
            "title": one.title,
            "source": one.source,
            "pages": one.pages,
            "size": one.size,
            "sha256": one.sha256,
            "created_at": one.created_at.isoformat(),
            "url": f"{place}/documents/{one.key}?version={one.version}",
        }
        for one in session.scalars(mine.order_by(Document.position, Document.version.desc()))
    ]


def _attachments(session: Session, request: Request, place: str) -> list[dict[str, Any]]:
    mine = select(Attachment).where(Attachment.request_id == request.id)
    return [
        {
            "key": one.key,
            "title": one.title,
            "file_name": one.file_name,
            "media_type": one.media_type,
            "size": one.size,
            "sha256": one.sha256,
            "must_view": one.must_view,
            "url": f"{place}/attachments/{one.key}",
        }
        for one in session.scalars(mine.order_by(Attachment.position))
    ]


def _acceptances(session: Session, request: Request) -> list[dict[str, Any]]:
    """Every signature and approval, also those that were taken back (C5)."""
    names = {one.id: one.key for one in request.recipients}
    mine = select(Acceptance).where(Acceptance.request_id == request.id)
    return [
        {
            "recipient": names[one.recipient_id],
            "kind": one.kind,
            "name": one.signature.get("name") or "",
            "provider": one.signature.get("provider"),
            "order_reference": one.signature.get("order_ref"),
            "at": one.at.isoformat(),
            "current": bool(one.current),
            "cleared": _cleared(one),
        }
        for one in session.scalars(mine.order_by(Acceptance.id))
    ]


def _receipts(session: Session, request: Request) -> list[dict[str, Any]]:
    """What was delivered and written back until now; a proof holds what had been when it was
    made."""
    return [
        {
            "kind": one.kind,
            "target": one.target,
            "status": one.status,
            "at": one.at.isoformat(),
            "details": dict(one.details),
        }
        for one in case_rows.receipts(session, request)
    ]


def _cleared(one: Acceptance) -> dict[str, Any] | None:
    if one.cleared_at is None:
        return None
    return {"at": one.cleared_at.isoformat(), **(one.cleared or {})}


def _proofs(session: Session, request: Request, place: str) -> list[dict[str, Any]]:
    mine = select(Evidence).where(Evidence.request_id == request.id)
    found: Iterable[Evidence] = session.scalars(mine.order_by(Evidence.number))
    return [
        {
            "number": one.number,
            "level": one.level,
            "downgraded": bool((one.report or {}).get("downgraded")),
            "sealed_at": one.created_at.isoformat(),
            "pdf_sha256": one.pdf_sha256,
            "bundle_sha256": one.bundle_sha256,
            "pdf_url": f"{place}/signed.pdf?number={one.number}",
            "bundle_url": f"{place}/evidence.zip?number={one.number}",
        }
        for one in found
    ]
