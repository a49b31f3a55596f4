"""Messages beside invitations and reminders: one-time codes, receipts, remarks, news.

They move nothing: no deadline hangs on them, quiet hours do not hold a code back, and the end of a
request does not call them back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from hub.contracts.channel import ChannelReceipt, File
from hub.engine.outbox import owe
from hub.engine.work import Failure, Handler, Work
from hub.services import lines, mail_pages, messages, owed_kinds
from hub.services.addressing import channel_for
from hub.services.core import Core
from hub.services.handing_over import hand_over, kept
from hub.services.own_words import hub_text
from hub.services.wordings import EMAIL, SMS
from hub.storage import queries_request as queries
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
            **_worded(core, request, way, about, language, values),
            "files": list(files),
            **({"reply": writer.id} if writer is not None else {}),
        },
        key=f"{request.id}:{about}:{key}",
        seq=0,
        now=core.clock.now(),
        wall=core.clock.wall(),
    )
    return True


def _worded(
    core: Core, request: Request, way: str, about: str, language: str, values: Mapping[str, Any]
) -> dict[str, Any]:
    """What stands in the message."""
    workspace = core.workspace(request.workspace_id)
    given = {"sender": workspace.name, "phone": workspace.phone, "title": request.title, **values}
    unsigned = lines.unsigned(request)
    text, subject = hub_text(
        workspace, way, about, language, given, request.kind, unsigned=unsigned
    )
    link = values.get("link") if way == EMAIL else None
    return {
        "text": text,
        "sender": workspace.sender if way == SMS else workspace.name,
        "subject": subject,
        "html": None,
        "language": language,
        **(
            mail_pages.written(workspace, text, subject, link, about=about, language=language)
            if link
            else {}
        ),
    }


def way_to(contact: Mapping[str, Any]) -> str:
    """E-mail where an address is known, else SMS."""
    return EMAIL if contact.get("email") or not contact.get("mobile") else SMS


class NoticeHandler(Handler):
    """Hands notices to channels."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def perform(self, work: Work) -> ChannelReceipt:
        """Send, with the files that go along."""
        core = self._core
        files = tuple(
            File(
                one["name"],
                one["media_type"],
                core.workshop.blobs.get(work.workspace_id, one["sha256"]),
            )
            for one in work.payload["files"]
        )
        absent_since = None
        if work.uncertain:
            with core.db.read() as session:
                absent_since = messages.absent_since(session, work.id)
        return hand_over(core, work, absent_since, files)

    def delivered(self, session: Session, work: Work, result: ChannelReceipt) -> None:
        """Keep the gateway's receipt."""
        answer = {f"b_{name}": value for name, value in kept(result).items()}
        queries.SENT.run(session, {"b_id": work.id, **answer})

    def gave_up(self, session: Session, work: Work, failure: Failure) -> None:
        """It stays visible as a delivery that was given up; nothing else hangs on it."""
        return None
