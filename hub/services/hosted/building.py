"""A request as a hosted provider is asked to have it signed. Pure, but for bytes that are read from
the object store when the provider asks for them; no session is needed, only rows that are loaded.

Whether the provider can do it is the provider's to say (``HostedProvider.check``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hub.contracts.agreements import Agreement, AgreementFile, AgreementPerson, Choice
from hub.contracts.money import Money, offered, totals
from hub.services import addressing, file_names, offers
from hub.services.core import Core
from hub.services.hosted.building_words import invitation
from hub.services.hosted.composing import kept
from hub.services.paper_sources import PDF
from hub.services.papers import Papers
from hub.storage.models import Attachment, Recipient, Request

HUB = "hub"  # who invites


@dataclass(frozen=True)
class KeptFile:
    """A PDF in the object store."""

    sha256: str
    size: int


def agreement(
    core: Core,
    request: Request,
    found: Papers,
    *,
    external_id: str,
    file: KeptFile,
    choices: Sequence[Choice],
) -> Agreement:
    """The request with the file and the choices that were composed of it. The hub invites and
    reminds; who has passed the link on takes no part."""
    title = _title(request)
    subject, message = invitation(core, request)
    return Agreement(
        external_id=external_id,
        request_id=request.id,
        title=title,
        language=request.language,
        file=AgreementFile(
            name=file_names.unsigned(request),
            title=title,
            media_type=PDF,
            size=file.size,
            sha256=file.sha256,
            read=_reader(core, request, file.sha256),
        ),
        people=tuple(
            _person(request, one) for one in request.recipients if one.forwarded_at is None
        ),
        attachments=_attachments(core, request, found),
        choices=tuple(choices),
        invited_by=HUB,
        ways=tuple(dict.fromkeys(addressing.ways(core, request))),
        subject=subject,
        message=message,
        value=_value(request),
        expires_at=request.expires_at,
        tags=tuple(dict.fromkeys(one for one in (request.mapping_key, request.kind) if one)),
    )


def attachment_titles(found: Papers) -> dict[str, str]:
    """What each attachment is called at the provider, by its key; none twice, as the provider tells
    by the title which of them was looked at."""
    named: dict[str, str] = {}
    for one in found.attachments:
        title, number = one.title, 2
        while title in named.values():
            title, number = f"{one.title} ({number})", number + 1
        named[one.key] = title
    return named


def _title(request: Request) -> str:
    """What it is and what people call the record; the number once."""
    number = str(request.plan["number"] or request.source_id)
    return request.title if number in request.title else f"{request.title} {number}".strip()


def _person(request: Request, one: Recipient) -> AgreementPerson:
    return AgreementPerson(
        key=one.key,
        name=one.contact.get("name") or "",
        language=one.language,
        role=one.role,
        email=one.contact.get("email") or None,
        mobile=one.contact.get("mobile") or None,
        turn=one.turn,
        code=offers.code_way(request, one),
    )


def _attachments(core: Core, request: Request, found: Papers) -> tuple[AgreementFile, ...]:
    titles = attachment_titles(found)
    return tuple(_attachment(core, request, one, titles[one.key]) for one in found.attachments)


def _attachment(core: Core, request: Request, one: Attachment, title: str) -> AgreementFile:
    """The file as it came, not the picture that our own pages show."""
    return AgreementFile(
        name=file_names.attachment(one),
        title=title,
        media_type=one.media_type,
        size=one.size,
        sha256=one.sha256,
        read=_reader(core, request, one.sha256),
        must_view=one.must_view,
    )


def _reader(core: Core, request: Request, sha256: str) -> Callable[[], bytes]:
    workspace_id = request.workspace_id  # the row may be gone from its session by then
    return lambda: kept(core, workspace_id, sha256)


def _value(request: Request) -> Money | None:
    """What the customer pays, tax included, if the lines stay as they are offered."""
    lines, currency = request.plan.get("lines", ()), request.plan.get("currency", "")
    return Money(totals(lines, offered(lines), currency).gross, currency) if lines else None
