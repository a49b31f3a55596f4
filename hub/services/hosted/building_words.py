"""Subject and message of an invitation for the provider's own messages: the workspace's text, less
our link, since the provider puts its own there."""

from __future__ import annotations

from hub.contracts.papers import APPROVER, SIGNER
from hub.services.core import Core
from hub.services.wordings import EMAIL, SMS, wording
from hub.storage.models import Request

_LINK = "\ue000"  # stands for the link while the text is filled in; no text of ours holds it
_STOPS = (".", "!", "?", "…")


def invitation(core: Core, request: Request) -> tuple[str, str]:
    """Subject and message, of the e-mail where the workspace has a text for it, else of the SMS.
    One message goes to all, so it greets by name only where one person acts."""
    workspace = core.workspace(request.workspace_id)
    acting = [
        one
        for one in request.recipients
        if one.role in (SIGNER, APPROVER) and one.forwarded_at is None
    ]
    values = {
        "link": _LINK,
        "sender": workspace.name,
        "phone": workspace.phone,
        "name": (acting[0].contact.get("name") or "") if len(acting) == 1 else "",
        "title": request.title,
        "number": request.plan["number"] or request.source_id,
        "reminder": 0,
    }
    way = EMAIL if "email_invite" in workspace.texts else SMS
    text, subject = wording(workspace, way, "invite", request.language, values, request.kind)
    return without_link(subject), without_link(text)


def without_link(text: str) -> str:
    """``text`` as it reads where no link is: the words before it end a sentence, instead of leading
    to what is not there."""
    while _LINK in text:
        before, _, after = text.partition(_LINK)
        before = before.rstrip().removesuffix(":").rstrip()
        same_line = after.partition("\n")[0].strip()
        if before and not before.endswith(_STOPS) and not same_line:
            before += "."
        gap = " " if before and same_line[:1].isalnum() else ""
        text = before + gap + (after.lstrip(" ") if before else after.lstrip())
    return text.replace(" ,", ",").strip()
