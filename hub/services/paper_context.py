"""What steps may read of a request's papers: views, totals, documents, who has signed, the proof.

Everything is told as it was at the moment of the event, so that a second try works out the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from hub.contracts.money import offered, totals
from hub.kernel.redact import last_digits
from hub.services import papers, people_states, view_counts
from hub.storage.models import Acceptance, Document, Evidence, Request

_TOLD = ("name", "at", "at_local", "order_ref", "provider", "method")


def paper_context(session: Session, request: Request, now: datetime) -> dict[str, Any]:
    """What ``views``, ``documents`` and ``evidence`` hold; what a request cannot have costs no
    question. Every completed one has a proof, also without papers."""
    completed = request.finished_at is not None or (request.plan or {}).get("round")
    readable = papers.is_readable(request)
    return {
        "views": view_counts.until(session, request, now) if readable else {},
        "documents": _documents(session, request) if papers.has_papers(request) else [],
        "evidence": _evidence(session, request, now) if completed else {},
    }


def totals_told(request: Request) -> dict[str, str]:
    """What the lines come to, as the customer left them; nothing without lines."""
    plan = request.plan or {}
    lines = plan.get("lines") or ()
    if not lines:
        return {}
    made: Mapping[str, str] = (request.answers or {}).get("lines", {})
    accepted = {one for one, said in made.items() if said == "accepted"} if made else offered(lines)
    told = totals(lines, accepted, plan.get("currency", "")).data()
    return {name: told[name] for name in ("net", "vat", "gross", "currency")}


def signature(session: Session, request: Request, now: datetime) -> dict[str, Any]:
    """The last signature, as it stood at ``now``; where nothing was ever cleared, the request has
    it."""
    if not (request.plan or {}).get("round"):
        return told(request.signature or {})
    query = _signed(request, now).where(Acceptance.at <= now)
    found = session.scalar(query.order_by(Acceptance.at.desc(), Acceptance.id.desc()).limit(1))
    return told(found.signature) if found is not None else {}


def signatures(session: Session, request: Request, now: datetime) -> dict[str, dict[str, Any]]:
    """Who has signed, by the key of their place; the only one of a request is told by the request
    itself."""
    if len(request.recipients) == 1 and not (request.plan or {}).get("round"):
        signer, kept = request.recipients[0], request.signature or {}
        return {signer.key: told(kept)} if kept else {}
    names = people_states.places(request.recipients)
    found = session.scalars(_signed(request, now).order_by(Acceptance.id))
    return {names[one.recipient_id]: told(one.signature) for one in found}


def _signed(request: Request, now: datetime) -> Select[Acceptance]:
    """Signatures that nobody had taken back at ``now``."""
    return select(Acceptance).where(
        Acceptance.request_id == request.id,
        Acceptance.kind == "signed",
        or_(Acceptance.cleared_at.is_(None), Acceptance.cleared_at > now),
    )


def told(kept: Mapping[str, Any]) -> dict[str, Any]:
    """A signature as steps read it: never the whole personal number, no drawing."""
    found = {name: kept[name] for name in _TOLD if name in kept}
    if kept.get("national_id"):
        found["national_id_last"] = last_digits(kept["national_id"])
    return found


def _documents(session: Session, request: Request) -> list[dict[str, Any]]:
    query = select(Document).where(Document.request_id == request.id, Document.current.is_(True))
    return [
        {
            "key": one.key,
            "title": one.title,
            "version": one.version,
            "pages": one.pages,
            "sha256": one.sha256,
        }
        for one in session.scalars(query.order_by(Document.position))
    ]


def _evidence(session: Session, request: Request, now: datetime) -> dict[str, Any]:
    query = select(Evidence).where(Evidence.request_id == request.id, Evidence.created_at <= now)
    one = session.scalar(query.order_by(Evidence.number.desc()).limit(1))
    return {} if one is None else {"level": one.level, "sha256": one.pdf_sha256}
