"""Makes an HTML mail fit to be shown inside a page: pictures inlined, links in a new window.

The page's iframe is sandboxed and its policy allows no script, so nothing is filtered here.
"""

from __future__ import annotations

import base64
import re
from email import message_from_bytes, policy

from hub.contracts.sandbox import Mail

_CID = re.compile(r"cid:([^\"'\s)>]+)", re.IGNORECASE)
_BASE = '<base target="_blank" rel="noopener">'


def framed(mail: Mail) -> str:
    """The HTML of ``mail`` with every ``cid:`` picture as a data address."""
    pictures = _pictures(mail.raw)
    html = _CID.sub(lambda match: pictures.get(match.group(1), match.group(0)), mail.html or "")
    return _BASE + html


def attachments(mail: Mail) -> list[tuple[str, str, int]]:
    """Name, type and size of each attached file."""
    parsed = message_from_bytes(mail.raw, policy=policy.default)
    return [
        (
            part.get_filename() or "?",
            part.get_content_type(),
            len(part.get_payload(decode=True) or b""),
        )
        for part in parsed.iter_attachments()
        if part.get_content_disposition() == "attachment"
    ]


def _pictures(raw: bytes) -> dict[str, str]:
    found = {}
    for part in message_from_bytes(raw, policy=policy.default).walk():
        name = str(part["Content-ID"] or "").strip("<> ")
        if name and part.get_content_maintype() == "image":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                data = base64.b64encode(content).decode()
                found[name] = f"data:{part.get_content_type()};base64,{data}"
    return found
