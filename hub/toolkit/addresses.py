"""Mail addresses as they may stand on the wire: strict, ASCII, domain in IDNA 2008.

The standard library's parser is lenient (``alice@a.example<bob@b.example>`` is somebody), so
nothing is parsed here: an address is accepted as a whole or refused.
"""

from __future__ import annotations

import re

import idna

MAX_LENGTH = 254  # RFC 5321, with the angle brackets taken off
_LOCAL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII
)


class BadAddress(ValueError):
    """The text is not an address that a mail server takes."""


def wire_address(text: str) -> str:
    """``text`` with its domain in ASCII and lower case. Raises ``BadAddress``."""
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain:
        raise BadAddress("must be an address like name@example.com")
    if not _LOCAL.fullmatch(local) or len(local) > 64:
        raise BadAddress("the part before the @ holds characters that mail servers refuse")
    address = f"{local}@{wire_domain(domain)}"
    if len(address) > MAX_LENGTH:
        raise BadAddress("the address is too long")
    return address


def wire_domain(domain: str) -> str:
    """``domain`` in IDNA 2008. The standard library's codec is IDNA 2003 and maps ß to ss."""
    try:
        ascii_domain = idna.encode(domain, uts46=True).decode().lower()
    except idna.IDNAError:
        raise BadAddress("the part after the @ is no domain name") from None
    if "." not in ascii_domain or ascii_domain.endswith("."):
        raise BadAddress("the part after the @ is no domain name")
    return ascii_domain
