"""What an upstream shows above its record once all is signed (E7): who, when, where the proof
is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.contracts.requests import RequestState
from hub.mapping.texts import render
from hub.services.core import Core
from hub.services.moments import in_zone
from hub.storage.models import Acceptance, Request

_SIGNED: Mapping[str, str] = {
    "en": "Signed by {{ names }}, {{ at }}",
    "sv": "Undertecknat av {{ names }}, {{ at }}",
    "da": "Underskrevet af {{ names }}, {{ at }}",
    "nb": "Signert av {{ names }}, {{ at }}",
    "fi": "Allekirjoittanut {{ names }}, {{ at }}",
    "ro": "Semnat de {{ names }}, {{ at }}",
    "fr": "Signé par {{ names }}, {{ at }}",
    "de": "Unterschrieben von {{ names }}, {{ at }}",
}


def banner(core: Core, session: Session, request: Request, place: str) -> dict[str, Any] | None:
    """The banner of a completed request; ``place`` is its address in the API. The proof may still
    be in the making: its address says so then."""
    if request.state != RequestState.COMPLETED:
        return None
    mine = select(Acceptance).where(
        Acceptance.request_id == request.id,
        Acceptance.current.is_(True),
        Acceptance.kind == "signed",
    )
    signed = list(session.scalars(mine.order_by(Acceptance.at, Acceptance.id)))
    if not signed:  # signed under a version of the hub that kept no acceptances
        kept = request.signature or {}
        names, last = [kept.get("name") or ""], request.finished_at
    else:
        names, last = [one.signature.get("name") or "" for one in signed], signed[-1].at
    at = in_zone(last or request.created_at, core.workspace(request.workspace_id).zone)
    text = _SIGNED.get(request.language) or _SIGNED["en"]
    return {
        "text": render(text, {"names": ", ".join(filter(None, names)), "at": at}),
        "language": request.language,
        "signers": names,
        "at": (last or request.created_at).isoformat(),
        "at_local": at,
        "pdf_url": f"{place}/signed.pdf",
        "proof_url": f"{place}/evidence.zip",
    }
