"""Which channels a message goes by, and what stands in it for one of them."""

from __future__ import annotations

from typing import Any

from hub.contracts.capabilities import Capability
from hub.services import mail_pages
from hub.services.core import Core
from hub.services.wordings import EMAIL, SMS, wording
from hub.storage.models import Recipient, Request


def channels(request: Request, purpose: str, recipient: str) -> list[str]:
    """The channels to try, in order: what the reminders' rule names first, then what is left of the
    plan after the channels that have failed."""
    failed = request.plan.get("channels_failed", {}).get(recipient, 0)
    left: list[str] = request.plan["channels"][failed:]
    wanted = request.plan["reminders"].get("channel") if purpose == "reminder" else None
    return [wanted, *(one for one in left if one != wanted)] if wanted else left


def channel_for(core: Core, request: Request, way: str) -> str | None:
    """The first of the request's channels, then of the workspace's, that goes this way."""
    wanted = Capability.SMS if way == SMS else Capability.EMAIL
    workspace = core.workspace(request.workspace_id)
    for key in (*request.plan["channels"], *workspace.instances):
        manifest = core.registry.manifest(core.instance(request.workspace_id, key))
        if manifest.kind == "channel" and manifest.can(wanted):
            return str(key)
    return None


def channel_of(core: Core, workspace_id: str, way: str) -> str | None:
    """The first of the workspace's channels that goes this way."""
    wanted = Capability.SMS if way == SMS else Capability.EMAIL
    for key in core.workspace(workspace_id).instances:
        manifest = core.registry.manifest(core.instance(workspace_id, key))
        if manifest.kind == "channel" and manifest.can(wanted):
            return key
    return None


def payload(
    core: Core,
    request: Request,
    recipient: Recipient,
    channel: str,
    purpose: str,
    number: int,
    page: str | None = None,
) -> dict[str, Any] | None:
    """The message by one channel; None when the recipient has no address for it. ``page`` is the
    hash of the image of the first page, which an e-mail shows."""
    is_sms = _is_sms(core, request, channel)
    to = recipient.contact.get("mobile" if is_sms else "email")
    if not to:
        return None
    workspace = core.workspace(request.workspace_id)
    language = recipient.language
    values = _values(core, request, recipient, number)
    text, subject = wording(
        workspace, SMS if is_sms else EMAIL, purpose, language, values, request.kind
    )
    if not is_sms and purpose == "invite":
        text = with_own_words(text, (request.plan.get("options") or {}).get("message", ""))
    made = {
        "to": to,
        "to_name": recipient.contact.get("name", ""),
        "text": text,
        "sender": workspace.sender if is_sms else workspace.name,
        "subject": subject,
        "html": None,
        "language": language,
    }
    if is_sms:
        return made
    title, link = request.title, values["link"]
    made["reply"] = recipient.id
    return made | mail_pages.written(
        workspace, text, subject, link, about=purpose, language=language, title=title, page=page
    )


def with_own_words(text: str, words: str) -> str:
    """An e-mail's text with what the sender wrote to this customer, after the greeting."""
    if not words:
        return text
    greeting, gap, rest = text.partition("\n\n")
    has_greeting = gap and "://" not in greeting
    return f"{greeting}\n\n{words}\n\n{rest}" if has_greeting else f"{words}\n\n{text}"


def _values(core: Core, request: Request, recipient: Recipient, number: int) -> dict[str, Any]:
    """What the text may use."""
    workspace = core.workspace(request.workspace_id)
    return {
        "link": core.links.customer(recipient.id),
        "sender": workspace.name,
        "phone": workspace.phone,
        "name": recipient.contact.get("name", ""),
        "title": request.title,
        "number": request.plan["number"] or request.source_id,
        "reminder": number,
    }


def ways(core: Core, request: Request) -> list[str]:
    """The ways by which somebody new can be invited, sms or email, the preferred one first."""
    by = (_is_sms(core, request, one) for one in channels(request, "invite", ""))
    return [SMS if is_sms else EMAIL for is_sms in by]


def _is_sms(core: Core, request: Request, channel: str) -> bool:
    where = core.instance(request.workspace_id, channel)
    return core.registry.manifest(where).can(Capability.SMS)
