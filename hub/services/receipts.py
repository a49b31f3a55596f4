"""The receipt with the signed PDF, or with the link to it, to everybody who signed and to those who
get a copy (A8, C7); and before that, where the mapping asks for it, the word that an answer has
arrived."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from hub.contracts.requests import RequestState
from hub.services import file_names, notices, offers, turns
from hub.services.core import Core
from hub.services.wordings import EMAIL, SMS
from hub.storage.models import Recipient, Request

LARGEST = 10_000_000  # bytes that mail servers take for sure


def owe_receipts(core: Core, session: Session, request: Request, pdf: Mapping[str, Any]) -> None:
    """Owe them, where the mapping asks for receipts; a copy goes out in any case."""
    if request.state != RequestState.COMPLETED.value:
        return  # cleared again meanwhile
    asked = bool(offers.signing(request).get("receipt"))
    for one in request.recipients:
        if one.role == turns.COPY or (asked and _took_part(one)):
            _owe(core, session, request, one, pdf)


def owe_confirmation(core: Core, session: Session, request: Request, one: Recipient) -> None:
    """Somebody has signed or approved: owe the word that it has arrived, where the mapping asks for
    it. The signed PDF follows when it is sealed, where it asks for that too."""
    if not offers.signing(request).get("confirmation"):
        return
    way = notices.way_to(one.contact)
    notices.owe_notice(
        core,
        session,
        request,
        way=way,
        about="confirmation",
        key=f"{one.key}:{request.plan.get('round', 0)}",
        to=one.contact.get("email" if way == EMAIL else "mobile") or "",
        to_name=one.contact.get("name") or "",
        language=one.language,
        values={"name": one.contact.get("name") or "", "link": core.links.customer(one.id)},
        writer=one,
    )


def _owe(
    core: Core, session: Session, request: Request, one: Recipient, pdf: Mapping[str, Any]
) -> None:
    """By e-mail where an address is known, else by SMS; where no file fits, its link."""
    number = request.plan.get("round", 0)
    for way, name in ((EMAIL, "email"), (SMS, "mobile")):
        fits = way == EMAIL and pdf["size"] <= LARGEST
        owed = notices.owe_notice(
            core,
            session,
            request,
            way=way,
            about="receipt" if fits else "receipt_link",
            key=f"{one.key}:{number}",
            to=one.contact.get(name) or "",
            to_name=one.contact.get("name") or "",
            language=one.language,
            values={"name": one.contact.get("name") or "", "link": core.links.customer(one.id)},
            files=[_file(request, pdf)] if fits else [],
            writer=one,
        )
        if owed:
            return


def _took_part(one: Recipient) -> bool:
    return one.signed_at is not None


def _file(request: Request, pdf: Mapping[str, Any]) -> dict[str, str]:
    return {
        "name": file_names.signed(request),
        "media_type": "application/pdf",
        "sha256": pdf["sha256"],
    }
