"""The DKIM key (RFC 6376): reads it, compares it with what DNS says, signs with it.

What cannot be signed with it is not sent: a mail without its signature would count against the
domain wherever DMARC asks for one.
"""

from __future__ import annotations

import base64
import re
from functools import lru_cache
from pathlib import Path

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from dkim import dnsplug

from hub.channels.smtp.settings import SmtpSettings
from hub.kernel.errors import AuthenticationFailed
from hub.toolkit.addresses import wire_domain

SIGNED = (
    "from", "from", "to", "subject", "subject", "date", "message-id", "reply-to", "in-reply-to",
    "references", "mime-version", "content-type", "content-transfer-encoding", "auto-submitted",
    "list-id", "list-unsubscribe", "list-unsubscribe-post",
)  # fmt: skip
# Named twice, a second one added on the way breaks the signature.
LEAST_BITS = 1024  # RFC 8301: shorter ones count as none
GOOD_BITS = 2048
DNS_PATIENCE = 5.0
_TAG = re.compile(r"(?:^|;)\s*([a-z]+)\s*=\s*([^;]*)")


def signature(raw: bytes, settings: SmtpSettings) -> bytes:
    """The header that signs a finished mail, to stand above it. Raises ``AuthenticationFailed``."""
    key = read_key(settings)
    try:
        header: bytes = dkim.sign(
            raw,
            settings.dkim_selector.encode(),
            wire_domain(settings.dkim_domain).encode(),
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.TraditionalOpenSSL,
                serialization.NoEncryption(),
            ),
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=[name.encode() for name in SIGNED],
        )
    except (ValueError, dkim.DKIMException) as error:
        raise _unusable(type(error).__name__, settings) from None
    return header


def read_key(settings: SmtpSettings) -> RSAPrivateKey:
    """The key of the settings. Raises ``AuthenticationFailed``, which says what is wrong with it
    and never what stands in it."""
    try:
        text = settings.dkim_private_key.encode() or Path(settings.dkim_key_file).read_bytes()
    except OSError as error:
        raise _unusable(f"the file cannot be read, {type(error).__name__}", settings) from None
    try:
        key = _parsed(text)
    except TypeError:
        raise _unusable("it has a password; store it without one", settings) from None
    except Exception:  # the library has many errors, and some quote the key
        raise _unusable("it is no private key in PEM", settings) from None
    if not isinstance(key, RSAPrivateKey):
        raise _unusable("it is no RSA key", settings)
    if key.key_size < LEAST_BITS:
        raise _unusable(f"it has {key.key_size} bits, {GOOD_BITS} are good", settings)
    return key


@lru_cache(maxsize=8)
def _parsed(text: bytes) -> PrivateKeyTypes:
    """Parsing proves the numbers, which takes longer than the whole mail."""
    return serialization.load_pem_private_key(text, None)


def check_key(settings: SmtpSettings) -> tuple[str, ...]:
    """Try the key, and look whether DNS has its other half; what should be mended, if not at once.
    Raises ``AuthenticationFailed`` where every receiver would refuse the signature."""
    key = read_key(settings)
    signature(b"From: a@example.com\r\n\r\n\r\n", settings)
    short = (f"the DKIM key has {key.key_size} bits, {GOOD_BITS} are good",)
    return (*(short if key.key_size < GOOD_BITS else ()), *_published(key, settings))


def _published(key: RSAPrivateKey, settings: SmtpSettings) -> tuple[str, ...]:
    name = f"{settings.dkim_selector}._domainkey.{wire_domain(settings.dkim_domain)}."
    half = base64.b64encode(
        key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    ).decode()
    try:
        found = dnsplug.get_txt(name.encode(), timeout=DNS_PATIENCE)
    except Exception:  # no network, no resolver, a server's nonsense: nothing is known then
        return (f"DNS was not reached to look for the DKIM key at {name}",)
    if not found:
        return (f"DNS has no DKIM key at {name} yet; publish TXT v=DKIM1; k=rsa; p={half}",)
    tags = dict(_TAG.findall(found.decode("ascii", "replace")))
    told = re.sub(r"\s", "", tags.get("p", ""))
    if not told:
        raise _unusable(f"DNS says at {name} that it is revoked", settings)
    if told != half:
        raise _unusable(f"DNS has another one at {name}: mend that or the selector", settings)
    return ()


def _unusable(why: str, settings: SmtpSettings) -> AuthenticationFailed:
    where = "dkim_private_key" if settings.dkim_private_key else "dkim_key_file"
    return AuthenticationFailed(
        f"the DKIM key cannot be used ({why}): mend '{where}'", code="dkim_key"
    )
