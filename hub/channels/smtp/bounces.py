"""Reads a bounce (RFC 3464): which of our mails will not arrive, and why.

Only who got a mail, or carried it, knows its Message-ID, so that nobody else can tell of one that
it bounced.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage, Message

from hub.channels.smtp.codes import refusal
from hub.contracts.channel import DeliveryReport, ReportStatus

_OURS = re.compile(r"<(m\.[0-9a-f]{32})@[^<>\s]+>")
_STATUS = re.compile(r"5\.\d{1,3}\.\d{1,3}")
_NAMES = ("original-message-id", "x-original-message-id")


def read_bounce(mail: EmailMessage, at: datetime) -> DeliveryReport | None:
    """The report in it; None where it tells of no mail of ours, or only of a delay."""
    statuses = [str(block.get("Status", "")) for block in _failed(mail)]
    status = next(filter(None, (_STATUS.search(one) for one in statuses)), None)
    ours = next(_ours(mail), None)
    if status is None or ours is None:
        return None
    return DeliveryReport(ours, ReportStatus.FAILED, at, refusal(status.group()))


def _blocks(mail: EmailMessage) -> list[Message]:
    """Of the machine's part: the first is about the mail, the others about a recipient each."""
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            payload = part.get_payload()
            return (
                [one for one in payload if isinstance(one, Message)]
                if isinstance(payload, list)
                else []
            )
    return []


def _failed(mail: EmailMessage) -> Iterator[Message]:
    for block in _blocks(mail):
        if str(block.get("Action", "")).strip().lower() == "failed":
            yield block


def _ours(mail: EmailMessage) -> Iterator[str]:
    """The ids of ours that it names, the surest place first."""
    told = [str(block.get(name, "")) for block in _blocks(mail) for name in _NAMES]
    for part in mail.walk():
        if part.get_content_type() == "message/rfc822":
            told += [str(one.get("Message-ID", "")) for one in part.iter_parts()]
        elif part.get_content_type() == "text/rfc822-headers":
            told.append(_named(str(part.get_content())))
    told += [str(mail.get(name, "")) for name in ("In-Reply-To", "References")]
    for text in told:
        yield from _OURS.findall(text)


def _named(headers: str) -> str:
    found = re.search(r"^message-id:\s*(<[^>\s]+>)", headers, re.IGNORECASE | re.MULTILINE)
    return found.group(1) if found else ""
