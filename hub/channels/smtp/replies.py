"""What comes back to a mail, as a mail server hands it over: an answer of a person, or a bounce.

Says which, and reads it; whose answer it is only the hub can tell from the token. What machines
write of themselves is neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr
from typing import Any

from lxml import etree, html

from hub.channels.smtp.quotes import own_words
from hub.channels.smtp.settings import SmtpSettings
from hub.contracts.channel import File, Reply
from hub.kernel.crypto import sha256_hex
from hub.kernel.errors import HookRejected
from hub.toolkit.addresses import wire_domain

LARGEST = 30_000_000  # bytes, as much as most mail servers carry
PREFIX = "reply+"
MEDIA_TYPE = "message/rfc822"
# Where mail servers say whom the envelope named, the surest first; then what the writer said.
_ENVELOPE = ("x-original-to", "delivered-to", "envelope-to", "x-envelope-to", "to", "cc")
_MACHINES = ("bulk", "junk", "list", "auto_reply")
_NO_TEXT = "The mail has no text."
_BREAKS = ("br", "p", "div", "li", "tr", "h1", "h2", "h3")
_LEFT_OUT = "//script|//style|//head|//blockquote|//*[contains(@class, 'gmail_quote')]"


def reply_address(token: str, settings: SmtpSettings) -> str:
    """Where answers to a mail go; empty where none are taken."""
    return f"{PREFIX}{token}@{settings.reply_domain}" if token and settings.reply_domain else ""


def read_mail(body: bytes, media_type: str) -> EmailMessage:
    """The mail that was handed over. Raises ``HookRejected``."""
    if media_type.partition(";")[0].strip().lower() != MEDIA_TYPE:
        raise _refused(415, "media_type", f"Hand the mail over as it came, as {MEDIA_TYPE}.")
    if len(body) > LARGEST:
        raise _refused(413, "too_large", f"The mail has more than {LARGEST} bytes.")
    mail = message_from_bytes(body, policy=policy.default)
    if not any(name in mail for name in ("From", "To", "Message-ID")):
        raise _refused(400, "no_mail", "That is no mail.")
    return mail


def is_automatic(mail: EmailMessage, settings: SmtpSettings) -> bool:
    """Whether a machine wrote it of itself (RFC 3834), or it is one of ours that came back."""
    if _said(mail, "auto-submitted") not in ("", "no"):
        return True
    if _said(mail, "precedence") in _MACHINES or _said(mail, "return-path") == "<>":
        return True
    if any(name in mail for name in ("X-Autoreply", "X-Autorespond", "X-Failed-Recipients")):
        return True
    if mail.get_content_type() == "multipart/report":
        return True
    return _sender(mail).lower() == settings.from_address.lower()


def read_reply(mail: EmailMessage, body: bytes, settings: SmtpSettings) -> Reply:
    """The answer in it. Raises ``HookRejected``."""
    token = next(_tokens(mail, settings), "")
    if not token:
        raise _refused(404, "unknown_reply", "The mail is not to an address for answers.")
    text, files = own_words(_text(mail)), tuple(_files(mail))
    if not text and not files:
        raise _refused(422, "no_text", _NO_TEXT)
    name = _whole(str(mail.get("Message-ID", "")).strip()) or sha256_hex(body)
    return Reply(token, text, name, sender=_sender(mail), files=files)


def _files(mail: EmailMessage) -> Iterator[File]:
    """What was attached. Phones send photographs inside the text; what the text itself shows is a
    letterhead (RFC 2392)."""
    body = mail.get_body(("plain", "html"))
    for part in mail.walk():
        name = part.get_filename()
        bare = part.get_content_disposition() != "attachment"
        if part.is_multipart() or part is body or (bare and (not name or "Content-ID" in part)):
            continue
        content = part.get_payload(decode=True)
        given = content if isinstance(content, bytes) else b""
        yield File(_whole(name or ""), part.get_content_type(), given)


def _sender(mail: EmailMessage) -> str:
    return _whole(parseaddr(str(mail.get("From", "")))[1])


def _tokens(mail: EmailMessage, settings: SmtpSettings) -> Iterator[str]:
    domain = wire_domain(settings.reply_domain)
    for name in _ENVELOPE:
        for _, address in getaddresses([str(one) for one in mail.get_all(name, [])]):
            local, _, where = address.lower().rpartition("@")
            if where == domain and local.startswith(PREFIX):
                yield local.removeprefix(PREFIX)


def _text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain", "html"))
    if part is None:
        return ""
    try:
        content = str(part.get_content())
    except (LookupError, ValueError):  # a character set that nobody knows, broken base64
        raw = part.get_payload(decode=True)
        content = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""
    content = _whole(content).replace("\r\n", "\n").replace("\x00", "")
    return content if part.get_content_subtype() == "plain" else _as_text(content)


def _as_text(page: str) -> str:
    """The words of an answer that came as HTML only."""
    try:
        tree: Any = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*>", "", page))
    except (etree.ParserError, ValueError):
        return ""
    for node in tree.xpath(_LEFT_OUT):
        if node.getparent() is not None:
            node.drop_tree()
    for node in tree.iter(*_BREAKS):
        node.tail = "\n" + (node.tail or "")
    words = re.sub(r"[ \t]+", " ", str(tree.text_content()))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in words.split("\n")))


def _whole(text: str) -> str:
    """Without the halves of characters that stand for bytes which nobody could read."""
    return text.encode("utf-8", "replace").decode()


def _said(mail: EmailMessage, name: str) -> str:
    return str(mail.get(name, "")).partition(";")[0].strip().lower()


def _refused(status: int, code: str, words: str) -> HookRejected:
    return HookRejected(f"a mail was not taken: {code}", status=status, code=code, customer=words)
