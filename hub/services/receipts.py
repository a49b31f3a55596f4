"""The receipt with the signed PDF, to everybody who signed and to those who get a copy (A8, C7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from hub.contracts.requests import RequestState
from hub.services import file_names, notices, offers, turns
from hub.services.core import Core
from hub.services.wordings import EMAIL
from hub.storage.models import Recipient, Request

LARGEST = 10_000_000  # bytes that mail servers take for sure


def owe_receipts(core: Core, session: Session, request: Request, pdf: Mapping[str, Any]) -> None:
    """Owe them, where the mapping asks for receipts; a copy goes out in any case."""
    if request.state != RequestState.COMPLETED.value:
        return  # cleared again meanwhile
    asked = bool(offers.signing(request).get("receipt"))
    files = [_file(request, pdf)] if pdf["size"] <= LARGEST else []
    number = request.plan.get("round", 0)
    for one in request.recipients:
        if one.contact.get("email") and (one.role == turns.COPY or (asked and _took_part(one))):
            notices.owe_notice(
                core,
                session,
                request,
                way=EMAIL,
                about="receipt",
                key=f"{one.key}:{number}",
                to=one.contact["email"],
                to_name=one.contact.get("name") or "",
                language=one.language,
                values={"name": one.contact.get("name") or ""},
                files=files,
            )


def _took_part(one: Recipient) -> bool:
    return one.signed_at is not None


def _file(request: Request, pdf: Mapping[str, Any]) -> dict[str, str]:
    return {
        "name": file_names.signed(request),
        "media_type": "application/pdf",
        "sha256": pdf["sha256"],
    }
