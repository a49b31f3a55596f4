"""Gives a message to its channel, as it was rendered when it was owed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hub.contracts.channel import ChannelReceipt, File, Message
from hub.engine.work import Work
from hub.kernel.errors import NotFound, Spoiled
from hub.services import mail_logo, mail_pages
from hub.services.core import Core


def hand_over(
    core: Core, work: Work, absent_since: datetime | None, files: tuple[File, ...] = ()
) -> ChannelReceipt:
    """Give a message to its channel; ``absent_since`` as ``Channel.send`` takes it."""
    where, payload = core.instance(work.workspace_id, work.destination), work.payload
    files = (*files, *_pictures(core, work.workspace_id, payload))
    message = Message(
        to=payload["to"],
        to_name=payload["to_name"],
        text=payload["text"],
        sender=payload["sender"],
        subject=payload["subject"],
        html=payload["html"],
        language=payload["language"],
        created_at=work.first_attempt_at,
        report_url=core.links.report(where.workspace, where.key, work.id),
        thread=f"{work.request_id}:{payload['to']}".lower() if work.request_id else "",
        files=files,
        reply_token=core.links.reply_token(payload["reply"]) if "reply" in payload else "",
        unsubscribe=payload.get("unsubscribe", ""),
    )
    return core.registry.channel(where).send(
        message, work.key, uncertain=work.uncertain, absent_since=absent_since
    )


def _pictures(core: Core, workspace_id: str, payload: Mapping[str, Any]) -> tuple[File, ...]:
    """What the e-mail's HTML shows."""
    page, logo = payload.get(mail_pages.PAGE), payload.get(mail_logo.LOGO)
    return (
        *(mail_logo.of_mail(core.workspace(workspace_id).logo, logo) if logo else ()),
        *(_picture(core, workspace_id, page) if page else ()),
    )


def _picture(core: Core, workspace_id: str, sha256: str) -> tuple[File, ...]:
    """The picture of the first page that the e-mail shows; none where its image is lost, since the
    e-mail says everything without it too."""
    try:
        image = core.workshop.blobs.get(workspace_id, sha256)
    except (NotFound, Spoiled):
        return ()
    small = mail_pages.small(image)
    return (File(f"{mail_pages.PAGE}.png", "image/png", small, shown_as=mail_pages.PAGE),)


def kept(receipt: ChannelReceipt) -> dict[str, Any]:
    """What is kept of a gateway's answer."""
    answer = {"answer": receipt.detail["answer"]} if "answer" in receipt.detail else {}
    kept = {"reference": receipt.reference, "parts": receipt.parts, **answer}
    return {"external_ref": receipt.reference, "result": kept}
