"""Builds the bytes of one e-mail. Does not send.

``email`` writes long ids and list headers as encoded words, which breaks threading and
unsubscribing (CPython issues 79986 and 121284): those headers get a class that breaks lines only
at spaces.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from email import policy
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any

from hub.channels.smtp.dkim_key import signature
from hub.channels.smtp.replies import reply_address
from hub.channels.smtp.settings import SmtpSettings
from hub.contracts.channel import Message
from hub.kernel.errors import Refused
from hub.toolkit.addresses import wire_address, wire_domain

MAX_LINE = 78
PLAIN = ("references", "in-reply-to", "list-id", "list-unsubscribe", "list-unsubscribe-post")
MAX_SUBJECT = 78  # longer subjects with accents do not survive folding
_NEVER = frozenset({"Cc", "Cs", "Zl", "Zp"})  # control characters, half letters, ends of lines
_JOINERS = "\u200c\u200d"  # names in Persian are spelled with them, emojis are made of them


class _PlainHeader(UnstructuredHeader, BaseHeader):
    """A header whose words stay as they are, however long."""

    def fold(self, *, policy: Any) -> str:
        """Lines broken at spaces only."""
        words = str(self).split()
        lines = [f"{self.name}: {words[0] if words else ''}"]
        for word in words[1:]:
            if len(lines[-1]) + 1 + len(word) > MAX_LINE:
                lines.append("")
            lines[-1] += f" {word}"
        return "".join(line + str(policy.linesep) for line in lines)


def _policy() -> EmailPolicy[EmailMessage]:
    registry = HeaderRegistry()
    for name in PLAIN:
        registry.map_to_type(name, _PlainHeader)
    # 7bit: smtplib would send 8-bit bodies without announcing them.
    return policy.SMTP.clone(cte_type="7bit", header_factory=registry)


POLICY = _policy()


def local_id(key: str) -> str:
    """What stands before the @ of a mail's Message-ID: known to who got the mail, and to the hub
    as the receipt's reference."""
    return f"m.{_digest(key)}"


def message_id(key: str, settings: SmtpSettings) -> str:
    """The same key gives the same id, so that a mailbox may recognise a repeat."""
    return f"<{local_id(key)}@{_domain(settings)}>"


def build(
    message: Message, to: str, key: str, now: datetime, settings: SmtpSettings, workspace: str
) -> bytes:
    """The finished mail with CRLF line ends, signed if DKIM is set up. ``to`` is a wire address.

    Raises ``Refused`` where a text holds what a header must not.
    """
    mail = EmailMessage(policy=POLICY)
    mail["From"] = Address(
        _plain(message.sender) or settings.from_name,
        addr_spec=wire_address(settings.from_address),
    )
    mail["To"] = Address(_plain(message.to_name), addr_spec=to)
    first = message.text.strip().partition("\n")[0]
    mail["Subject"] = _short(_plain(message.subject) or first)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message_id(key, settings)
    for name, value in _extra_headers(message, settings, workspace).items():
        mail[name] = value
    mail.set_content(message.text)
    if message.html is not None:
        mail.add_alternative(message.html, subtype="html")
        _add_pictures(mail, message)
    for one in message.files:
        if not one.shown_as:
            main, _, sub = one.media_type.partition("/")
            mail.add_attachment(one.content, maintype=main, subtype=sub, filename=one.name)
    raw = mail.as_bytes()
    return signature(raw, settings) + raw if settings.dkim_domain else raw


def _add_pictures(mail: EmailMessage, message: Message) -> None:
    """The pictures that the HTML shows, beside it."""
    page: Any = list(mail.iter_parts())[-1]
    for one in message.files:
        if one.shown_as:
            main, _, sub = one.media_type.partition("/")
            page.add_related(
                one.content,
                maintype=main,
                subtype=sub,
                cid=f"<{one.shown_as}>",
                filename=one.name,
                disposition="inline",
            )


def _plain(text: str) -> str:
    """What of a text may stand in a header: letters and emojis with their joiners, but no marks
    that nobody sees. ``Refused`` where it would begin another header."""
    kinds = [(char, unicodedata.category(char)) for char in text]
    if any(kind in _NEVER for _, kind in kinds):
        raise Refused("a header text holds a control character", code="message_refused")
    return "".join(char for char, kind in kinds if kind != "Cf" or char in _JOINERS)


def _extra_headers(message: Message, settings: SmtpSettings, workspace: str) -> Mapping[str, str]:
    headers = {
        "List-Id": f"<{workspace}.{_domain(settings)}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        "Content-Language": message.language,
    }
    answers = reply_address(message.reply_token, settings) or settings.reply_to
    if answers:
        headers["Reply-To"] = wire_address(answers)
    if message.unsubscribe:
        headers["List-Unsubscribe"] = f"<{message.unsubscribe}>"
        if message.unsubscribe.startswith("https://"):  # RFC 8058 section 3.1
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    elif settings.list_unsubscribe:
        headers["List-Unsubscribe"] = settings.list_unsubscribe
    if message.thread:
        # An id that no mail has: programs group by it all the same, whichever mail came first.
        root = f"<t.{_digest(message.thread)}@{_domain(settings)}>"
        headers["In-Reply-To"] = headers["References"] = root
    return headers


def _short(subject: str) -> str:
    flat = " ".join(subject.split())
    return flat if len(flat) <= MAX_SUBJECT else flat[: MAX_SUBJECT - 1].rstrip() + "…"


def _domain(settings: SmtpSettings) -> str:
    return wire_domain(settings.from_address.rpartition("@")[2])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
