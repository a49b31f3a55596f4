"""Messages beside invitations and reminders: one-time codes, receipts, remarks, news.

They move nothing: no deadline hangs on them, quiet hours do not hold a code back, and the end of a
request does not call them back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from hub.engine.outbox import owe
from hub.services import lines, mail_pages, owed_kinds
from hub.services.addressing import channel_for
from hub.services.core import Core
from hub.services.own_words import hub_text, said, with_choice
from hub.services.wordings import EMAIL, SMS
from hub.storage.models import Recipient, Request

KIND = owed_kinds.NOTICE


def owe_notice(
    core: Core,
    session: Session,
    request: Request,
    *,
    way: str,
    about: str,
    key: str,
    to: str,
    to_name: str,
    language: str,
    values: Mapping[str, Any],
    files: Sequence[Mapping[str, str]] = (),
    writer: Recipient | None = None,
) -> bool:
    """Owe one notice: ``about`` names its text, ``way`` is sms or email, ``files`` are blobs by
    ``name``, ``media_type`` and ``sha256``, ``writer`` is whose remark an answer to it will be.
    False when no channel goes that way."""
    channel = channel_for(core, request, way)
    if channel is None or not to:
        return False
    owe(
        session,
        workspace_id=request.workspace_id,
        request_id=request.id,
        entity=f"{request.id}:notice:{key}",
        kind=KIND,
        step=about,
        destination=channel,
        payload={
            "to": to,
            "to_name": to_name,
            **worded(core, request, way, about, language, values),
            "files": list(files),
            **({"reply": writer.id} if writer is not None else {}),
        },
        key=f"{request.id}:{about}:{key}",
        seq=0,
        now=core.clock.now(),
        wall=core.clock.wall(),
    )
    return True


def worded(
    core: Core,
    request: Request,
    way: str,
    about: str,
    language: str,
    values: Mapping[str, Any],
    *,
    choose: str = "",
) -> dict[str, Any]:
    """What stands in the message; ``choose`` is where its reader chooses what to be told."""
    workspace = core.workspace(request.workspace_id)
    given = _given(core, request, values)
    unsigned = lines.unsigned(request)
    text, subject = hub_text(
        workspace, way, about, language, given, request.kind, unsigned=unsigned
    )
    link = values.get("link") if way == EMAIL else None
    return {
        "text": with_choice(text, language, choose),
        "sender": workspace.sender if way == SMS else workspace.name,
        "subject": subject,
        "html": None,
        "language": language,
        **(
            mail_pages.written(
                workspace, text, subject, link, about=about, language=language, choose=choose
            )
            if link
            else {}
        ),
    }


def told(
    core: Core, request: Request, about: str, language: str, values: Mapping[str, Any]
) -> dict[str, str]:
    """The same among others in one e-mail: the text, and the link apart."""
    workspace = core.workspace(request.workspace_id)
    given = {**_given(core, request, values), "link": ""}
    unsigned = lines.unsigned(request)
    text = said(workspace, EMAIL, about, language, given, request.kind, unsigned=unsigned)
    return {"text": text.strip(), "link": values.get("link") or ""}


def _given(core: Core, request: Request, values: Mapping[str, Any]) -> dict[str, Any]:
    workspace = core.workspace(request.workspace_id)
    about = {"sender": workspace.name, "phone": workspace.phone, "title": request.title}
    return {**about, **values}


def way_to(contact: Mapping[str, Any]) -> str:
    """E-mail where an address is known, else SMS."""
    return EMAIL if contact.get("email") or not contact.get("mobile") else SMS
